#include "service/index/reasons.h"

#include "service/base/strings.h"
#include "service/query/parser.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::index {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

v1::Paper MakePaper() {
  v1::Paper paper;
  paper.set_title("Sparse autoencoders, revisited");
  paper.set_abstract(
      "Much has been said about features that nobody can read, and more about "
      "those that somebody might. We train a sparse autoencoder on the inner "
      "states of a model and find that its parts are easier to name than the "
      "neurons they come from.");
  paper.add_authors()->set_name("Yoshua Bengio");
  paper.add_authors()->set_name("Ada Lovelace");
  paper.add_categories("cs.LG");
  paper.add_categories("stat.ML");
  paper.set_venue("ICLR");
  paper.add_sources("arxiv");
  paper.set_vote_count(12);
  paper.mutable_published_time()->set_seconds(1709251200);  // 2024-03-01
  v1::Link* code = paper.add_links();
  code->set_kind(v1::Link::KIND_CODE);
  code->set_uri("https://github.com/a/b");
  return paper;
}

// "term field: fragment" of each.
std::vector<std::string> Reasons(const std::string& text) {
  v1::Query request;
  request.set_text(text);
  const absl::StatusOr<query::Query> query = query::Parse(request);
  EXPECT_OK(query);
  std::vector<std::string> reasons;
  for (const Reason& r : Reasoner(*query).Find(MakePaper())) {
    reasons.push_back(StrCat(r.term, " ", r.field, ": ", r.fragment));
  }
  return reasons;
}

TEST(ReasonsTest, NamesTermFieldAndPlace) {
  EXPECT_THAT(
      Reasons("autoencoders"),
      ElementsAre("autoencoders title: Sparse autoencoders, revisited",
                  "autoencoders abstract: ... more about those that somebody "
                  "might. We train a sparse autoencoder on the inner states of "
                  "a model and find that its parts are ..."));
}

TEST(ReasonsTest, OfAuthorsTheOneThatMatches) {
  EXPECT_THAT(Reasons("author:lovelace"),
              ElementsAre("author:lovelace author: Ada Lovelace"));
}

TEST(ReasonsTest, KeepsTheOrderOfTheQueryAndLeavesOutWhatDoesNotMatch) {
  EXPECT_THAT(Reasons("(author:turing OR author:bengio) title:sparse -video"),
              ElementsAre("author:bengio author: Yoshua Bengio",
                          "title:sparse title: Sparse autoencoders, "
                          "revisited"));
}

TEST(ReasonsTest, PhrasesAreMeantWhole) {
  EXPECT_THAT(Reasons("title:\"sparse autoencoders\""),
              ElementsAre("title:\"sparse autoencoders\" title: Sparse "
                          "autoencoders, revisited"));
  EXPECT_THAT(Reasons("title:\"autoencoders sparse\""), IsEmpty());
}

TEST(ReasonsTest, FiltersSayTheirValue) {
  EXPECT_THAT(Reasons("category:cs.lg"),
              ElementsAre("category:\"cs.lg\" category: cs.LG"));
  EXPECT_THAT(Reasons("category:stat"),
              ElementsAre("category:\"stat\" category: stat.ML"));
  EXPECT_THAT(Reasons("source:arxiv"),
              ElementsAre("source:\"arxiv\" source: arxiv"));
  EXPECT_THAT(Reasons("has:code"), ElementsAre("has:\"code\" has: code"));
  EXPECT_THAT(Reasons("votes:>=10"), ElementsAre("votes:10.. votes: 12"));
  EXPECT_THAT(Reasons("votes:>=13"), IsEmpty());
  const std::vector<std::string> year = Reasons("year:2024");
  ASSERT_EQ(year.size(), 1u);
  EXPECT_TRUE(year[0].ends_with("published: 2024-03-01")) << year[0];
}

TEST(ReasonsTest, PrefixesAndTypos) {
  EXPECT_THAT(Reasons("title:auto*"),
              ElementsAre("title:auto* title: Sparse autoencoders, revisited"));
  EXPECT_THAT(Reasons("title:sprase~"),
              ElementsAre("title:sprase~2 title: Sparse autoencoders, "
                          "revisited"));
}

}  // namespace
}  // namespace paperwire::index
