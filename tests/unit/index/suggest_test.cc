#include "service/index/suggest.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/base/strings.h"
#include "service/index/index.h"
#include "service/index/prefix_words.h"
#include "service/index/search.h"
#include "service/query/parser.h"
#include "tests/unit/index/random_papers.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::index {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SuggestTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Index::Open({});
    ASSERT_OK(opened);
    index_ = *std::move(opened);
    options_.read = [this](int64_t sequence) -> absl::StatusOr<v1::Paper> {
      return papers_.at(sequence);
    };
  }

  // Each Add makes a segment of its own.
  void Add(const std::string& title, std::vector<std::string> authors = {},
           int64_t votes = 0, const std::string& abstract = "") {
    const auto n = static_cast<int64_t>(papers_.size()) + 1;
    v1::Paper paper;
    paper.set_name(StrCat("papers/", n));
    paper.set_title(title);
    paper.set_abstract(abstract);
    for (const std::string& author : authors) {
      paper.add_authors()->set_name(author);
    }
    if (votes > 0) paper.set_vote_count(votes);
    std::vector<Change> changes;
    changes.push_back({n, MakeDocument(paper, n, n)});
    papers_[n] = std::move(paper);
    index_->Apply(std::move(changes), n);
  }

  using Function = decltype(SuggestTitles);

  std::vector<Suggestion> Ask(Function* function, const std::string& text) {
    const auto found =
        function(*index_->snapshot(), ReadTyped(text, &analyzer_), options_);
    EXPECT_OK(found);
    for (const Suggestion& s : *found) {
      v1::Query request;
      request.set_text(s.query);
      const auto query = query::Parse(request);
      EXPECT_OK(query) << s.query;
      const auto result = Search(*index_->snapshot(), *query, {.limit = 1000});
      EXPECT_OK(result);
      // The query finds what is promised; a title's may find more.
      if (s.paper.empty()) {
        EXPECT_EQ(result->total_full_matches, s.papers) << s.query;
      } else {
        EXPECT_GE(result->total_full_matches, 1) << s.query;
      }
    }
    return *found;
  }

  std::vector<std::string> Texts(Function* function, const std::string& text) {
    std::vector<std::string> texts;
    for (const Suggestion& s : Ask(function, text)) texts.push_back(s.text);
    return texts;
  }

  std::unique_ptr<Index> index_;
  std::map<int64_t, v1::Paper> papers_;
  SuggestOptions options_;
  text::Analyzer analyzer_;
};

TEST_F(SuggestTest, ReadsWhatIsTyped) {
  const auto read = [&](const std::string& text) {
    const TypedText typed = ReadTyped(text, &analyzer_);
    std::string words;
    for (const query::Word& word : typed.words) {
      StrAppend(&words, word.form, " ");
    }
    return StrCat(words, "|", typed.fragment);
  };
  EXPECT_EQ(read(""), "|");
  EXPECT_EQ(read("bott"), "|bott");
  EXPECT_EQ(read("Concept BOTT"), "concept |bott");
  EXPECT_EQ(read("concept bott "), "concept bott |");
  EXPECT_EQ(read("zero-sh"), "zero |sh");
  EXPECT_EQ(read("zero-"), "zero |");
  EXPECT_EQ(read("Löw"), "|low");
  EXPECT_EQ(read(" .,;!? "), "|");
  EXPECT_EQ(read("title:\"a b"), "title a |b");
  EXPECT_EQ(read("a\x01\tb\xff\xfe"), "a b |");
}

TEST_F(SuggestTest, CompletesTitles) {
  Add("Concept Bottleneck Models", {}, 3);
  Add("A Bottleneck for Every Concept", {}, 900);
  Add("Concept Maps", {}, 50);
  Add("Deep Concept Bottleneck \"Models\" of $\\lambda$", {}, 7);
  // Side by side first, then by votes.
  EXPECT_THAT(Texts(SuggestTitles, "concept bottleneck mod"),
              ElementsAre("Deep Concept Bottleneck \"Models\" of $\\lambda$",
                          "Concept Bottleneck Models"));
  EXPECT_THAT(Texts(SuggestTitles, "concept bott"),
              ElementsAre("A Bottleneck for Every Concept",
                          "Deep Concept Bottleneck \"Models\" of $\\lambda$",
                          "Concept Bottleneck Models"));
  EXPECT_THAT(Texts(SuggestTitles, "concept "), SizeIs(4));
  EXPECT_THAT(Texts(SuggestTitles, "the concept of bott"), SizeIs(3));
  EXPECT_THAT(Texts(SuggestTitles, "c"), SizeIs(4));
  EXPECT_THAT(Texts(SuggestTitles, "concept q"), IsEmpty());
  const std::vector<Suggestion> maps = Ask(SuggestTitles, "map");
  ASSERT_THAT(maps, SizeIs(1));
  EXPECT_EQ(maps[0].query, "title:\"Concept Maps\"");
  EXPECT_EQ(maps[0].paper, "papers/3");
  EXPECT_EQ(maps[0].papers, 1);
  options_.limit = 2;
  EXPECT_THAT(Texts(SuggestTitles, "concept"), SizeIs(2));
}

TEST_F(SuggestTest, ShowsNoTitleForAStemThatBeginsOtherwise) {
  // Both have the stem "optim".
  Add("Optimal Kites");
  Add("Optimization of Boats");
  for (int i = 0; i < 300; ++i) {
    Add("A boat", {}, 0, StrCat("optimizer", i));  // many spellings
  }
  EXPECT_THAT(Texts(SuggestTitles, "optimiz"),
              ElementsAre("Optimization of Boats"));
}

TEST_F(SuggestTest, CompletesAuthors) {
  Add("One", {"Yoshua Bengio", "Samy Bengio"});
  Add("Two", {"Yoshua Bengio", "J\xc3\xbcrgen \"J\" Schmidhuber"});
  Add("Three", {"YOSHUA BENGIO"});
  Add("Bengio is no author here", {"Beng Ooi"});
  EXPECT_THAT(Texts(SuggestAuthors, "beng"),
              ElementsAre("Yoshua Bengio", "Beng Ooi", "Samy Bengio"));
  EXPECT_THAT(Texts(SuggestAuthors, "bengio "),
              ElementsAre("Yoshua Bengio", "Samy Bengio"));
  EXPECT_THAT(Texts(SuggestAuthors, "bengio y"), ElementsAre("Yoshua Bengio"));
  EXPECT_THAT(Texts(SuggestAuthors, "samy bengio"), ElementsAre("Samy Bengio"));
  EXPECT_THAT(Texts(SuggestAuthors, "one"), IsEmpty());
  const std::vector<Suggestion> found = Ask(SuggestAuthors, "jurg");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].text, "J\xc3\xbcrgen \"J\" Schmidhuber");
  EXPECT_EQ(found[0].query, "author:\"jurgen j schmidhuber\"");
  const std::vector<Suggestion> yoshua = Ask(SuggestAuthors, "yosh");
  ASSERT_THAT(yoshua, SizeIs(1));
  EXPECT_EQ(yoshua[0].query, "author:\"Yoshua Bengio\"");
  EXPECT_EQ(yoshua[0].papers, 3);
}

// With the surname first it is the same name, and its query finds initials.
TEST_F(SuggestTest, CountsAnAuthorAsTheQueryDoes) {
  Add("One", {"Yoshua Bengio"});
  Add("Two", {"Bengio, Yoshua"});
  Add("Three", {"Bengio, Yoshua"});
  Add("Four", {"Y. Bengio"});
  Add("Five", {"B. Yoshua"});
  const std::vector<Suggestion> found = Ask(SuggestAuthors, "yosh");
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].query, "author:\"Bengio, Yoshua\"");
  EXPECT_EQ(found[0].papers, 4);
  EXPECT_EQ(found[1].query, "author:\"B. Yoshua\"");
  EXPECT_EQ(found[1].papers, 1);
}

TEST_F(SuggestTest, CompletesTerms) {
  Add("Bottleneck models", {}, 0, "of the beginning");
  Add("Bottlenecks");
  Add("The bottom of a concept bottleneck");
  Add("Bottle");
  // One spelling of a stem, by papers; common words and single letters are
  // none.
  EXPECT_THAT(Texts(SuggestTerms, "bott"),
              ElementsAre("bottleneck", "bottle", "bottom"));
  EXPECT_THAT(Texts(SuggestTerms, "o"), IsEmpty());
  EXPECT_THAT(Texts(SuggestTerms, "concept bott"),
              ElementsAre("concept bottleneck", "concept bottom"));
  EXPECT_THAT(Texts(SuggestTerms, "the Concept bott"),
              ElementsAre("the concept bottleneck", "the concept bottom"));
  EXPECT_THAT(Texts(SuggestTerms, "bott "), IsEmpty());
  EXPECT_THAT(Texts(SuggestTerms, "nothing bott"), IsEmpty());
}

TEST_F(SuggestTest, CommonWordsAloneCompleteNothing) {
  Add("The Art of the Title", {"The Anh Bui"});
  for (Function* f : {&SuggestTitles, &SuggestAuthors, &SuggestTerms}) {
    EXPECT_THAT(Texts(f, ""), IsEmpty());
    EXPECT_THAT(Texts(f, "the of "), IsEmpty());
    EXPECT_THAT(Texts(f, "\x01\x02 ..., \"((("), IsEmpty());
  }
  EXPECT_THAT(Texts(SuggestAuthors, "the anh "), ElementsAre("The Anh Bui"));
}

TEST_F(SuggestTest, ReportsWhatTheReaderAndTheCallerSay) {
  Add("Kites", {"Ada Kite"});
  options_.read = [](int64_t) { return absl::DataLossError("gone"); };
  const TypedText typed = ReadTyped("kit", &analyzer_);
  EXPECT_EQ(SuggestTitles(*index_->snapshot(), typed, options_).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(
      SuggestAuthors(*index_->snapshot(), typed, options_).status().code(),
      absl::StatusCode::kDataLoss);
  EXPECT_OK(SuggestTerms(*index_->snapshot(), typed, options_));
}

// Against counting by hand, over several segments.
TEST_F(SuggestTest, PrefixWordsAreTheMostFrequent) {
  RandomPapers random(7);
  std::map<std::string, int64_t> documents;
  for (int64_t batch = 0; batch < 5; ++batch) {
    std::vector<Change> changes;
    for (int64_t i = 1; i <= 40; ++i) {
      const int64_t n = batch * 40 + i;
      changes.push_back({n, random.MakeDocument(n, n)});
    }
    index_->Apply(std::move(changes), batch * 40 + 40);
  }
  const auto snapshot = index_->snapshot();
  for (const SegmentView& view : snapshot->segments()) {
    for (uint32_t f = 0; f < view.segment->forms().size(); ++f) {
      documents[std::string(view.segment->forms()[f])] +=
          view.segment->form(f).documents;
    }
  }
  const std::vector<PrefixWord> everything =
      FindPrefixWords(*snapshot, "", 1000);
  ASSERT_GT(everything.size(), 5u);
  for (const PrefixWord& word : everything) {
    EXPECT_EQ(word.documents, documents.at(word.word.form)) << word.word.form;
    const std::string prefix = word.word.form.substr(0, 2);
    const std::vector<PrefixWord> begins =
        FindPrefixWords(*snapshot, prefix, 1000);
    for (const PrefixWord& other : begins) {
      EXPECT_TRUE(other.word.form.starts_with(prefix));
    }
    // The best of a few is the best of all.
    const std::vector<PrefixWord> best = FindPrefixWords(*snapshot, prefix, 3);
    EXPECT_EQ(best[0].word.form, begins[0].word.form);
  }
  for (size_t i = 1; i < everything.size(); ++i) {
    EXPECT_GE(everything[i - 1].documents, everything[i].documents);
  }
}

}  // namespace
}  // namespace paperwire::index
