// Searches whose answers can be seen with the naked eye; the rest is in
// search_random_test.cc.

#include "service/index/search.h"

#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/base/error_details.h"
#include "service/index/budget.h"
#include "service/index/facets.h"
#include "service/index/index.h"
#include "service/index/window.h"
#include "service/query/parser.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::index {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::StartsWith;

class SearchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Index::Open({});
    ASSERT_OK(opened);
    index_ = *std::move(opened);
  }

  v1::Paper& Add(const std::string& title, const std::string& abstract = "") {
    v1::Paper& paper = papers_.emplace_back();
    paper.set_title(title);
    paper.set_abstract(abstract);
    return paper;
  }

  // Papers are numbered from 1 in the order of Add.
  void Apply() {
    std::vector<Change> changes;
    for (const v1::Paper& paper : papers_) {
      const auto n = static_cast<int64_t>(changes.size()) + 1;
      changes.push_back({n, MakeDocument(paper, n, n)});
    }
    const auto sequence = static_cast<int64_t>(changes.size());
    index_->Apply(std::move(changes), sequence);
  }

  static query::Query Parse(const std::string& text) {
    v1::Query request;
    request.set_text(text);
    const auto query = query::Parse(request);
    EXPECT_OK(query);
    return *query;
  }

  SearchResult Ask(const std::string& text, SearchOptions options = {}) {
    const auto result = Search(*index_->snapshot(), Parse(text), options);
    EXPECT_OK(result);
    return *result;
  }

  // Numbers; those of partial matches are negative.
  std::vector<int64_t> Numbers(const std::string& text,
                               SearchOptions options = {}) {
    std::vector<int64_t> numbers;
    for (const Hit& h : Ask(text, options).hits) {
      numbers.push_back(h.full() ? h.key.number : -h.key.number);
    }
    return numbers;
  }

  std::unique_ptr<Index> index_;
  std::vector<v1::Paper> papers_;
};

TEST_F(SearchTest, AnEmptyIndexAnswers) {
  EXPECT_THAT(Numbers("graph"), IsEmpty());
  EXPECT_THAT(Numbers(""), IsEmpty());
  EXPECT_EQ(Ask("graph").total_full_matches, 0);
}

TEST_F(SearchTest, FullMatchesComeBeforePartialOnes) {
  Add("Graph graph graph graph");
  Add("A survey", "Long text that mentions a graph and a network once");
  Add("Trees");
  Apply();
  EXPECT_THAT(Numbers("graph network"), ElementsAre(2, -1));
  EXPECT_THAT(Numbers("graph network", {.strict = true}), ElementsAre(2));
  EXPECT_EQ(Ask("graph network").total_full_matches, 1);
}

TEST_F(SearchTest, PartialMatchesObeyFiltersAndNot) {
  Add("Graph networks").add_categories("cs.LG");
  Add("Graph").add_categories("cs.LG");
  Add("Graph").add_categories("math.CO");
  Add("Graph of trees").add_categories("cs.LG");
  Apply();
  EXPECT_THAT(Numbers("graph networks category:cs.LG -trees"),
              ElementsAre(1, -2));
  EXPECT_THAT(Numbers("graph networks category:cs -trees"), ElementsAre(1, -2));
}

// So many occurrences have no code, and so no impact that is known beforehand.
TEST_F(SearchTest, AWordAllOverTheAbstractIsNotInTheTitle) {
  std::string graphs;
  for (int i = 0; i < 60; ++i) graphs += "graph ";
  Add("Trees", graphs);
  Add("Graph");
  Apply();
  for (const bool count_total : {false, true}) {
    const SearchOptions options = {.strict = true, .count_total = count_total};
    EXPECT_THAT(Numbers("title:graph", options), ElementsAre(2));
    EXPECT_THAT(Numbers("graph", options), ElementsAre(1, 2));
  }
}

TEST_F(SearchTest, NoPhraseCrossesAuthors) {
  v1::Paper& paper = Add("On rivers");
  paper.add_authors()->set_name("Ada Yellow");
  paper.add_authors()->set_name("Brook Green");
  Apply();
  EXPECT_THAT(Numbers("author:\"yellow brook\""), IsEmpty());
  EXPECT_THAT(Numbers("author:\"yellow green\"~1000", {.strict = true}),
              IsEmpty());
  EXPECT_THAT(Numbers("author:\"ada yellow\""), ElementsAre(1));
}

TEST_F(SearchTest, ANameFindsItsInitialsAndCountsThemLess) {
  Add("On lakes").add_authors()->set_name("Y. Bengio");
  Add("On lakes").add_authors()->set_name("Yoshua Bengio");
  Add("On lakes").add_authors()->set_name("Samy Bengio");
  Add("On lakes").add_authors()->set_name("Yann Bengio");
  Add("On lakes").add_authors()->set_name("Bengio, Y. P.");
  Add("Y. Bengio, or Yoshua Bengio").add_authors()->set_name("Weinan E");
  Apply();
  for (const char* name :
       {"author:\"Yoshua Bengio\"", "author:\"Bengio, Yoshua\""}) {
    EXPECT_THAT(Numbers(name), ElementsAre(2, 1, 5));
    EXPECT_THAT(Numbers(name, {.strict = true, .count_total = false}),
                ElementsAre(2, 1, 5));
    EXPECT_EQ(Ask(name, {.limit = 1}).total_full_matches, 3);
  }
  EXPECT_THAT(Numbers("author:exact:\"Yoshua Bengio\""), ElementsAre(2));
  // A surname is no initial, and what the index has of initials no word.
  EXPECT_THAT(Numbers("author:\"Emil Weinan\""), IsEmpty());
  EXPECT_THAT(Numbers("0* OR initial*"), IsEmpty());
  EXPECT_THAT(Numbers("author:\"Y. Bengio\""), ElementsAre(1, 2, 4, 5));
  EXPECT_THAT(Numbers("lakes -author:\"Yoshua Bengio\""), ElementsAre(3, 4));

  const auto matches =
      MatchAll(*index_->snapshot(), Parse("author:\"Yoshua Bengio\""));
  ASSERT_OK(matches);
  EXPECT_EQ(matches->size(), 3u);
  const auto why = Explain(*index_->snapshot(),
                           Parse("author:\"Yoshua Bengio\""), /*number=*/1);
  ASSERT_OK(why);
  ASSERT_EQ(why->details.size(), 1u);
  EXPECT_THAT(why->details[0].description, StartsWith("\"y bengio\"~1"));
  EXPECT_EQ(why->value, Ask("author:\"Yoshua Bengio\"").hits[1].key.score);
}

TEST_F(SearchTest, IdsAreFoundInEverySpelling) {
  v1::Paper& paper = Add("On rivers");
  paper.set_name("papers/abc123");
  v1::ExternalId* id = paper.add_external_ids();
  id->set_scheme("doi");
  id->set_value("10.1103/PhysRevD.93.016005");
  Apply();
  EXPECT_THAT(Numbers("id:doi:10.1103/physrevd.93.016005"), ElementsAre(1));
  EXPECT_THAT(Numbers("id:10.1103/PhysRevD.93.016005"), ElementsAre(1));
  EXPECT_THAT(Numbers("id:abc123"), ElementsAre(1));
  EXPECT_THAT(Numbers("id:abc124"), IsEmpty());
}

TEST_F(SearchTest, TheLastChangeOfANumberCounts) {
  Document first, second;
  first.text[0] = "first";
  second.text[0] = "second";
  const auto segment = index_->Apply(
      {{1, first}, {1, second}, {2, first}, {2, std::nullopt}}, 4);
  ASSERT_NE(segment, nullptr);
  EXPECT_EQ(segment->documents(), 1u);
  EXPECT_THAT(Numbers("second"), ElementsAre(1));
  EXPECT_THAT(Numbers("first"), IsEmpty());
  EXPECT_EQ(index_->Apply({{1, std::nullopt}}, 5), nullptr);
  EXPECT_EQ(index_->snapshot()->documents(), 0);
}

TEST_F(SearchTest, CountsAsManyAsItFinds) {
  Add("A graph");
  Add("Graphs", "One of many graphs");
  Add("Trees");
  Apply();
  Add("A graph of graphs");
  index_->Apply({{4, MakeDocument(papers_.back(), 4, 4)}}, 4);
  const SearchOptions count{.limit = 0, .strict = true};
  EXPECT_EQ(Ask("graph", count).total_full_matches, 3);
  EXPECT_EQ(Ask("trees", count).total_full_matches, 1);
  EXPECT_EQ(Ask("exact:graph", count).total_full_matches, 2);
  EXPECT_EQ(Ask("title:graph", count).total_full_matches, 3);
  EXPECT_EQ(Ask("abstract:graph", count).total_full_matches, 1);
  EXPECT_EQ(Ask("forest", count).total_full_matches, 0);
  SearchOptions without = count;
  without.exclude = {2};
  EXPECT_EQ(Ask("graph", without).total_full_matches, 2);
  index_->Apply({{1, std::nullopt}}, 5);
  EXPECT_EQ(Ask("graph", count).total_full_matches, 2);
  EXPECT_EQ(Ask("exact:graph", count).total_full_matches, 1);
}

TEST_F(SearchTest, CountsYearsBeforeTheEpoch) {
  EXPECT_EQ(YearOf(0), 1970);
  EXPECT_EQ(YearOf(-1), 1969);
  EXPECT_EQ(YearOf(951782400), 2000);   // 2000-02-29
  EXPECT_EQ(YearOf(1735689599), 2024);  // the last second
  EXPECT_EQ(YearOf(1735689600), 2025);
  EXPECT_EQ(YearOf(-62135596800), 1);
  EXPECT_EQ(YearOf(253402300799), 9999);
  EXPECT_LT(YearOf(std::numeric_limits<int64_t>::min()), -292000000000);
}

TEST_F(SearchTest, RefusesTooManySpellings) {
  std::string text;
  for (int i = 0; i <= kMaxExpansions; ++i) {
    text += "w" + std::to_string(i) + "x ";
  }
  Add("Words", text);
  Apply();
  const auto snapshot = index_->snapshot();
  const auto result = Search(*snapshot, Parse("w*"), {});
  EXPECT_THAT(result, IsError(absl::StatusCode::kInvalidArgument, "\"w*\""));
  EXPECT_THAT(result, IsError(absl::StatusCode::kInvalidArgument, "4096"));
  EXPECT_FALSE(MatchAll(*snapshot, Parse("-title:rivers w*")).ok());
  EXPECT_THAT(Numbers("w1*"), ElementsAre(1));
  // A standing query is not refused after the fact.
  const auto matched =
      MatchSegment(*snapshot->segments().front().segment, Parse("w*"));
  ASSERT_OK(matched);
  EXPECT_THAT(*matched, ElementsAre(1));
}

TEST_F(SearchTest, RefusesTooManySpellingsTogether) {
  std::string text;
  std::string query = "a0x";
  for (const char letter : std::string("abcdef")) {
    for (int i = 0; i < kMaxExpansions - letter; ++i) {
      text += letter + std::to_string(i) + "x ";
    }
    query += std::string(" OR ") + letter + "*";
  }
  Add("Words", text);
  Apply();
  const auto snapshot = index_->snapshot();
  const auto result = Search(*snapshot, Parse(query), {});
  EXPECT_THAT(result, IsError(absl::StatusCode::kInvalidArgument,
                              "more than 16384 words together, \"a*\" alone "
                              "for 3999; write more letters before"));
  EXPECT_EQ(FieldOf(result.status()), "text");
  EXPECT_EQ(ReasonOf(result.status())->reason, "QUERY_TOO_COSTLY");
  EXPECT_EQ(ReasonOf(result.status())->facts["part"], "a*");
  EXPECT_THAT(Numbers("a* b* c* d*"), ElementsAre(1));
}

TEST_F(SearchTest, RefusesTooManyFuzzyWords) {
  Add("Graph");
  Apply();
  std::string text = "graph~";
  for (int i = 1; i < kMaxFuzzyWords; ++i) text += " OR graph~";
  EXPECT_THAT(Numbers(text), ElementsAre(1));
  const auto result =
      Search(*index_->snapshot(), Parse(text + " OR tree~"), {});
  EXPECT_THAT(result, IsError(absl::StatusCode::kInvalidArgument,
                              "More than 64 words with \"~\", from \"tree~\" "
                              "on"));
  EXPECT_EQ(ReasonOf(result.status())->reason, "QUERY_TOO_COSTLY");
}

TEST_F(SearchTest, StopsWhenToldBeforeWordsAreExpanded) {
  Add("Graph");
  Apply();
  int asked = 0;
  SearchOptions options;
  options.check = [&asked] {
    return ++asked < 3 ? absl::OkStatus()
                       : absl::DeadlineExceededError("too late");
  };
  EXPECT_THAT(Search(*index_->snapshot(), Parse("a* b* c* d* e*"), options),
              IsError(absl::StatusCode::kDeadlineExceeded, "too late"));
  EXPECT_EQ(asked, 3);
}

// One window of such papers once took minutes.
TEST_F(SearchTest, StopsWhenToldAmongPapersOfOneWordOverAndOver) {
  std::string text, phrase;
  for (int i = 0; i < 3000; ++i) text += "ab ";
  for (int i = 0; i < 200; ++i) phrase += "ab ";
  for (int i = 0; i < 300; ++i) Add("Words", text);
  Apply();
  for (const std::string& query :
       {"\"" + phrase + "\"", "\"" + phrase + "\"~1000"}) {
    uint32_t asked = 0;
    SearchOptions options;
    options.check = [&asked] {
      return ++asked < 6 ? absl::OkStatus()
                         : absl::DeadlineExceededError("too late");
    };
    EXPECT_THAT(Search(*index_->snapshot(), Parse(query), options),
                IsError(absl::StatusCode::kDeadlineExceeded, "too late"));
    // Not more often than needed either.
    EXPECT_LT(asked, 10u);
  }
}

TEST_F(SearchTest, SpellingsOfDeletedPapersDoNotCountAgainstTheLimit) {
  std::string text;
  for (int i = 0; i <= kMaxExpansions; ++i) {
    text += "w" + std::to_string(i) + "x ";
  }
  Add("Words", text);
  for (int i = 0; i < 20; ++i) Add("w5x");  // too many to be rewritten alone
  Apply();
  index_->Apply({{1, std::nullopt}}, 30);
  EXPECT_EQ(Ask("w*").total_full_matches, 20);
}

TEST_F(SearchTest, StopsWhenTold) {
  Add("Graph");
  Apply();
  SearchOptions options;
  options.check = [] { return absl::DeadlineExceededError("too late"); };
  EXPECT_THAT(Search(*index_->snapshot(), Parse("graph"), options),
              IsError(absl::StatusCode::kDeadlineExceeded, "too late"));
}

// Often enough to stop soon, and not so often that it takes time.
TEST_F(SearchTest, AsksEveryFewWindowsWhetherToGoOn) {
  int asked = 0;
  SearchOptions options;
  options.check = [&asked] {
    ++asked;
    return absl::OkStatus();
  };
  Add("Graph tree leaf");
  Apply();
  Ask("graph OR tree OR leaf", options);
  const int of_one_paper = std::exchange(asked, 0);

  constexpr uint32_t kWindows = 12;
  for (uint32_t i = 1; i < kWindows * kWindowSize; ++i) Add("Graph tree leaf");
  Apply();
  Ask("graph OR tree OR leaf", options);
  EXPECT_GT(asked, of_one_paper);
  EXPECT_LT(asked, of_one_paper + static_cast<int>(kWindows));
}

TEST_F(SearchTest, AnOrIsTrueInAWindowWhereOneOfItsPhrasesIs) {
  constexpr uint32_t kWindows = 6;
  for (uint32_t i = 0; i < kWindows * kWindowSize; ++i) {
    const uint32_t window = i / kWindowSize;
    const bool first = i % kWindowSize == 0;
    Add(first && (window == 1 || window == 5)   ? "Near tree"
        : first && (window == 2 || window == 4) ? "Near leaf"
                                                : "Graph");
  }
  Apply();
  for (const char* query :
       {R"("near tree" OR "near leaf")", R"("near leaf" OR "near tree")"}) {
    EXPECT_EQ(Ask(query).total_full_matches, 4) << query;
  }
}

TEST_F(SearchTest, CountsFacetsOverFullMatches) {
  v1::Paper& a = Add("Graph");
  a.add_categories("cs.LG");
  a.add_categories("cs.LG");
  a.add_categories("stat.ML");
  a.set_venue("ACL");
  Add("Graph").add_categories("cs.LG");
  Add("Graph").add_categories("cs.CV");
  Add("Trees").add_categories("cs.CL");
  Apply();
  SearchOptions options;
  options.facets = {{FacetField::kCategory, 2},
                    {FacetField::kVenue, 10},
                    {FacetField::kHasCode, 10}};
  const SearchResult r = Ask("graph", options);
  ASSERT_EQ(r.facets.size(), 3u);
  EXPECT_THAT(r.facets[0].values,
              ElementsAre(Pair("cs.LG", 2), Pair("cs.CV", 1)));
  EXPECT_EQ(r.facets[0].other_values, 1);
  EXPECT_THAT(r.facets[1].values, ElementsAre(Pair("ACL", 1)));
  EXPECT_THAT(r.facets[2].values, ElementsAre(Pair("false", 3)));
}

TEST_F(SearchTest, ABoostRaisesRecentPapersAndThoseWithVotes) {
  constexpr int64_t kDay = 24 * 60 * 60;
  Add("Graph networks").mutable_published_time()->set_seconds(0);
  Add("Graph networks").mutable_published_time()->set_seconds(30 * kDay);
  Add("Graph networks").set_vote_count(60);
  Add("Graph").mutable_published_time()->set_seconds(31 * kDay);
  Apply();
  EXPECT_THAT(Numbers("graph networks"), ElementsAre(1, 2, 3, -4));
  const double plain = Ask("graph networks").hits[0].key.score;
  SearchOptions options;
  options.boost.recency_weight = 1;
  options.boost.half_life_seconds = 30 * kDay;
  options.boost.from = 30 * kDay;
  // What matches only in part stays behind, as new as it may be.
  EXPECT_THAT(Numbers("graph networks", options), ElementsAre(2, 1, 3, -4));
  const SearchResult recent = Ask("graph networks", options);
  EXPECT_DOUBLE_EQ(recent.hits[0].key.score, plain * 2);
  EXPECT_DOUBLE_EQ(recent.hits[1].key.score, plain * 1.5);
  EXPECT_DOUBLE_EQ(recent.hits[2].key.score, plain);
  options.boost.votes_weight = 4;
  EXPECT_THAT(Numbers("graph networks", options), ElementsAre(3, 2, 1, -4));
  EXPECT_DOUBLE_EQ(Ask("graph networks", options).hits[0].key.score,
                   plain * (1 + 4 * 0.75));
  const auto e =
      Explain(*index_->snapshot(), Parse("graph networks"), 3, options.boost);
  ASSERT_OK(e);
  EXPECT_DOUBLE_EQ(e->value, plain * 4);
  ASSERT_EQ(e->details.size(), 4u);
  EXPECT_EQ(e->details[2].description, "recency, 0 of weight 1");
  EXPECT_EQ(e->details[3].description, "votes, 0.75 of weight 4");
  EXPECT_DOUBLE_EQ(e->details[3].value, plain * 3);
}

TEST_F(SearchTest, FindsSimilarPapers) {
  Add("Sparse autoencoders for proteins",
      "We train sparse autoencoders on proteins and read their features");
  Add("Protein features", "Sparse features of proteins by autoencoders");
  Add("Rivers and lakes", "The water of rivers flows into lakes");
  Add("Proteins", "A survey of food");
  Apply();
  std::vector<std::string> terms;
  const query::Query query = SimilarQuery(
      *index_->snapshot(), MakeDocument(papers_[0], 1, 1), 5, &terms);
  EXPECT_THAT(terms, ::testing::UnorderedElementsAre("sparse", "autoencoders",
                                                     "proteins", "features"));
  SearchOptions options;
  options.exclude = {1};
  const auto result = Search(*index_->snapshot(), query, options);
  ASSERT_OK(result);
  ASSERT_EQ(result->hits.size(), 2u);
  EXPECT_EQ(result->hits[0].key.number, 2);
  EXPECT_EQ(result->hits[1].key.number, 4);

  v1::Paper strange;
  strange.set_title("Zyzzyva");
  const query::Query none =
      SimilarQuery(*index_->snapshot(), MakeDocument(strange, 9, 9), 5, &terms);
  EXPECT_THAT(terms, IsEmpty());
  EXPECT_THAT(MatchAll(*index_->snapshot(), none)->size(), 0u);
}

TEST_F(SearchTest, ExplainsScores) {
  Add("Graph networks", "A graph is a graph");
  Apply();
  const auto e = Explain(*index_->snapshot(), Parse("graph rivers"), 1);
  ASSERT_OK(e);
  ASSERT_EQ(e->details.size(), 1u);
  EXPECT_THAT(e->details[0].description, ::testing::HasSubstr("graph, idf"));
  ASSERT_EQ(e->details[0].details.size(), 2u);
  EXPECT_THAT(e->details[0].details[1].description,
              ::testing::HasSubstr("abstract:graph, tf 2 in 5 words"));
  EXPECT_THAT(Explain(*index_->snapshot(), Parse("graph"), 2),
              IsError(absl::StatusCode::kNotFound, "2"));
}

}  // namespace
}  // namespace paperwire::index
