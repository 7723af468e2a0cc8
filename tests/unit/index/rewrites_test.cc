// Spelling and relaxations by the cases in cases/rewrites.txt, and what no
// case can show.

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/base/strings.h"
#include "service/index/did_you_mean.h"
#include "service/index/index.h"
#include "service/index/relax.h"
#include "service/index/rewrite.h"
#include "service/index/search.h"
#include "service/query/parser.h"
#include "tests/unit/index/random_papers.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::index {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const char* const kTitles[] = {
    "Concept Bottleneck Models",
    "Models with a Concept Bottleneck",
    "The Effect of Concept Bottleneck Models",
    "Bottleneck of a Kite",
    "Transformer Zero-Shot Transfer",
    "Transformers and KV Cache Compression",
    "KV-Cache Compression",
    "Zero Shot Models",
    "A Paper Boat",
};

class RewritesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Index::Open({});
    ASSERT_OK(opened);
    index_ = *std::move(opened);
    std::vector<Change> changes;
    for (const char* title : kTitles) {
      v1::Paper paper;
      paper.set_title(title);
      paper.mutable_published_time()->set_seconds(1932000000);  // 2031
      paper.add_authors()->set_name("Ada Plume");
      const auto n = static_cast<int64_t>(changes.size()) + 1;
      changes.push_back({n, MakeDocument(paper, n, n)});
    }
    const auto sequence = static_cast<int64_t>(changes.size());
    index_->Apply(std::move(changes), sequence);
  }

  static v1::Query Text(const std::string& text) {
    v1::Query request;
    request.set_text(text);
    return request;
  }

  int64_t Count(const v1::Query& request) {
    const auto count = CountMatches(*index_->snapshot(), request, nullptr);
    EXPECT_OK(count);
    return count.value_or(-1);
  }

  // Both kinds of offers as the case file has them. Every offer is held to
  // what it promises.
  std::vector<std::string> Offers(const v1::Query& request) {
    std::vector<std::string> lines;
    const int64_t matches = Count(request);
    const auto print = [&](const char* sign, const v1::QueryRewrite& r) {
      EXPECT_EQ(Count(r.query()), r.total_full_matches());
      EXPECT_GT(r.total_full_matches(), matches);
      lines.push_back(StrCat(sign, r.total_full_matches(), " ",
                             r.query().text(), " [", r.description(), "]"));
    };
    const auto meant =
        DidYouMean(*index_->snapshot(), request, matches, nullptr);
    EXPECT_OK(meant);
    for (const v1::QueryRewrite& r : *meant) {
      EXPECT_EQ(r.kind(), v1::QueryRewrite::KIND_SPELLING);
      print("? ", r);
    }
    if (matches > 0) return lines;
    const auto wider = Relax(*index_->snapshot(), request, nullptr);
    EXPECT_OK(wider);
    EXPECT_LE(wider->size(), kMaxRelaxations);
    for (const v1::QueryRewrite& r : *wider) print("+ ", r);
    return lines;
  }

  std::unique_ptr<Index> index_;
};

TEST_F(RewritesTest, Cases) {
  std::ifstream in(PAPERWIRE_SOURCE_DIR "/tests/unit/index/cases/rewrites.txt");
  std::string line, query;
  std::vector<std::string> expected;
  int cases = 0;
  const auto finish = [&] {
    if (query.empty()) return;
    EXPECT_EQ(Offers(Text(query)), expected) << query;
    ++cases;
    expected.clear();
  };
  while (std::getline(in, line)) {
    if (line.empty() || line.starts_with("#")) continue;
    if (line.starts_with("? ") || line.starts_with("+ ")) {
      expected.push_back(line);
      continue;
    }
    finish();
    query = line;
  }
  finish();
  EXPECT_GE(cases, 25);
}

TEST_F(RewritesTest, SaysWhichWordsChanged) {
  const auto meant = DidYouMean(
      *index_->snapshot(), Text("efect kvcache trans formers"), 0, nullptr);
  ASSERT_OK(meant);
  // Together they match nothing, so nothing is offered.
  EXPECT_THAT(*meant, IsEmpty());
  const auto one = DidYouMean(*index_->snapshot(),
                              Text("kvcache trans formers"), 0, nullptr);
  ASSERT_OK(one);
  EXPECT_THAT(*one, IsEmpty());
  const auto joined = DidYouMean(*index_->snapshot(),
                                 Text("trans formers kvcache"), 0, nullptr);
  ASSERT_OK(joined);
  EXPECT_THAT(*joined, IsEmpty());
  const auto single =
      DidYouMean(*index_->snapshot(), Text("trans formers"), 0, nullptr);
  ASSERT_OK(single);
  ASSERT_THAT(*single, SizeIs(1));
  ASSERT_THAT((*single)[0].word_changes(), SizeIs(1));
  EXPECT_EQ((*single)[0].word_changes(0).old_text(), "trans formers");
  EXPECT_EQ((*single)[0].word_changes(0).new_text(), "transformers");
}

TEST_F(RewritesTest, FiltersBesideTheTextStayOrAreNamed) {
  v1::Query request = Text("botleneck");
  request.add_sources("nowhere");
  EXPECT_THAT(Offers(request), IsEmpty());
  request = Text("bottleneck");
  request.add_categories("cs.ZZ");
  EXPECT_THAT(Offers(request),
              ElementsAre("+ 4 bottleneck [without the filter of categories]"));
  request.add_sources("nowhere");
  EXPECT_THAT(Offers(request),
              ElementsAre("+ 4 bottleneck [without any filter]"));
  request = Text("botleneck");
  request.mutable_published()->mutable_start_time()->set_seconds(1900000000);
  const auto meant = DidYouMean(*index_->snapshot(), request, 0, nullptr);
  ASSERT_OK(meant);
  ASSERT_THAT(*meant, SizeIs(1));
  EXPECT_EQ((*meant)[0].query().published().start_time().seconds(), 1900000000);
}

TEST_F(RewritesTest, UnknownWordsAreSeenInAlternativesButNotBelowNot) {
  const auto unknown = [&](const std::string& text) {
    const auto query = query::Parse(Text(text));
    EXPECT_OK(query);
    return HasUnknownWord(*index_->snapshot(), query->root);
  };
  EXPECT_TRUE(unknown("kite OR qwxyz"));
  EXPECT_TRUE(unknown("kite \"paper qwxyz\""));
  EXPECT_FALSE(unknown("kite -qwxyz"));
  EXPECT_FALSE(unknown("kites OR boats"));
}

TEST_F(RewritesTest, ACallerThatLeftEndsIt) {
  const auto gone = [] { return absl::CancelledError("gone"); };
  EXPECT_EQ(DidYouMean(*index_->snapshot(), Text("botleneck"), 0, gone)
                .status()
                .code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(Relax(*index_->snapshot(), Text("\"kite concept\""), gone)
                .status()
                .code(),
            absl::StatusCode::kCancelled);
}

TEST_F(RewritesTest, HostileQueriesStayBounded) {
  std::string words, phrases, filters;
  for (int i = 0; i < 1000; ++i) {
    StrAppend(&words, " qzx", i, "unknownword");
    StrAppend(&phrases, " \"kite q", i, "\"");
    StrAppend(&filters, " year:", 1000 + i);
  }
  for (const std::string& text : {words, phrases, filters + " kite"}) {
    int searches = 0;
    const auto count = [&] {
      ++searches;
      return absl::OkStatus();
    };
    const v1::Query request = Text(text.substr(0, 16000));
    if (!query::Parse(request).ok()) continue;
    EXPECT_OK(DidYouMean(*index_->snapshot(), request, 0, count));
    EXPECT_OK(Relax(*index_->snapshot(), request, count));
    EXPECT_LT(searches, 5000) << text.substr(0, 50);
  }
}

// Whatever is asked, every offer keeps its promises (see Offers).
TEST_F(RewritesTest, RandomQueriesGetHonestOffers) {
  RandomPapers random(20310301);
  std::vector<Change> changes;
  for (int64_t n = 100; n < 300; ++n) {
    changes.push_back({n, random.MakeDocument(n, n)});
  }
  index_->Apply(std::move(changes), 300);
  int offers = 0;
  for (int i = 0; i < 500; ++i) {
    const std::string text = query::ToString(random.MakeQuery().root);
    if (!query::Parse(Text(text)).ok()) continue;
    offers += static_cast<int>(Offers(Text(text)).size());
  }
  EXPECT_GT(offers, 100);
}

}  // namespace
}  // namespace paperwire::index
