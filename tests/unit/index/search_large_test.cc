// The index against the slow reference on segments of several windows, where
// stems lie in all three ways (postings.h) and bounds decide what is looked
// at. search_random_test.cc has small ones in many states.
//
// PAPERWIRE_INDEX_QUERIES makes it longer; PAPERWIRE_INDEX_SEED repeats it.

#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "service/index/index.h"
#include "service/index/postings.h"
#include "service/index/search.h"
#include "service/index/segment.h"
#include "service/index/window.h"
#include "tests/unit/index/random_papers.h"
#include "tests/unit/index/reference.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::index {
namespace {

constexpr int kPapers = 20000;

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

class SearchLargeTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = Index::Open(IndexOptions());
    ASSERT_TRUE(opened.ok()) << opened.status();
    index_ = *std::move(opened);
    std::vector<Change> changes;
    for (int64_t number = 1; number <= kPapers; ++number) {
      Document document = random_.MakeDocument(number, number);
      for (std::string& text : document.text) {
        Thin("zeta", 25, &text);
        // Of these two the impact is just that of either.
        for (size_t at = text.find("zeta"); at != std::string::npos;
             at = text.find("zeta", at + 1)) {
          text.insert(at + 4, " omega");
        }
        Thin("x12", 250, &text);
        // Frequent, and yet in one window hardly there.
        if (number / kWindowSize == 1) Thin("x2", 100, &text);
      }
      if (number / kWindowSize == 1 && number % 200 == 0) {
        document.text[0] = "x2 x2 x2";  // nothing else, so it scores high
        document.text[1].clear();
      }
      reference_.Put(document);
      changes.push_back({number, document});
    }
    index_->Apply(std::move(changes), kPapers);
    index_->MergeAll();
  }

  // Leaves only one in so many of a word.
  void Thin(std::string_view word, int one_in, std::string* text) {
    for (size_t at = text->find(word); at != std::string::npos;
         at = text->find(word, at + 1)) {
      if (!random_.OneIn(one_in)) text->replace(at, word.size(), "model");
    }
  }

  void Delete(int one_in) {
    std::vector<Change> changes;
    for (int64_t number = 1; number <= kPapers; ++number) {
      if (!random_.OneIn(one_in)) continue;
      reference_.Delete(number);
      changes.push_back({number, std::nullopt});
    }
    index_->Apply(std::move(changes), kPapers + 1);
  }

  void Check(const query::Query& query, bool strict, bool count_total) {
    SCOPED_TRACE(query::ToString(query.root));
    SearchOptions options;
    options.limit = random_.OneIn(8) ? 0 : random_.Below(30);
    options.strict = strict;
    if (random_.OneIn(4)) {
      // The best one, which would not be missed by chance.
      const auto all = Search(*index_->snapshot(), query, options);
      ASSERT_OK(all);
      if (!all->hits.empty()) options.exclude = {all->hits[0].key.number};
    }
    options.count_total = count_total;
    if (random_.OneIn(2)) {
      options.boost.recency_weight = 0.5 * random_.Below(4);
      options.boost.half_life_seconds = 4e7;
      options.boost.from = 120'000'000;
      options.boost.votes_weight = 0.5 * random_.Below(4);
    }
    const auto actual = Search(*index_->snapshot(), query, options);
    ASSERT_OK(actual);
    const SearchResult expected = reference_.Search(query, options);
    if (options.count_total) {
      EXPECT_EQ(actual->total_full_matches, expected.total_full_matches);
    }
    EXPECT_EQ(actual->more, expected.more);
    ASSERT_EQ(actual->hits.size(), expected.hits.size());
    for (size_t i = 0; i < expected.hits.size(); ++i) {
      const HitKey& a = actual->hits[i].key;
      const HitKey& e = expected.hits[i].key;
      ASSERT_EQ(a.number, e.number) << "hit " << i;
      EXPECT_EQ(a.full, e.full) << "hit " << i;
      EXPECT_EQ(a.score, e.score) << "hit " << i;  // to the last bit
    }
  }

  void CheckMany() {
    const uint64_t queries = FromEnvironment("PAPERWIRE_INDEX_QUERIES", 12);
    for (uint64_t i = 0; i < queries && !HasFailure(); ++i) {
      Check(random_.MakeQuery(), random_.OneIn(2), random_.OneIn(2));
      for (int n = 0; n < 3; ++n) {
        Check(MakeWords(), /*strict=*/true, /*count_total=*/random_.OneIn(4));
      }
      Check(MakePhrase(), /*strict=*/true, /*count_total=*/random_.OneIn(4));
    }
  }

  // All of a few words, or any, or one, that most of a window's papers have, or
  // few, or one.
  query::Query MakeWords() {
    std::vector<std::string> stems = {"model", "bottleneck", "train", "graph",
                                      "x1",    "x2",         "x12",   "zeta"};
    query::Query query;
    query.root.kind =
        random_.OneIn(2) ? query::Node::Kind::kAnd : query::Node::Kind::kOr;
    for (int n = 1 + random_.Below(4); n > 0; --n) {
      const int i = random_.Below(static_cast<int>(stems.size()));
      query::Node& word = query.root.children.emplace_back();
      word.kind = query::Node::Kind::kWord;
      word.words.push_back({stems[static_cast<size_t>(i)],
                            stems[static_cast<size_t>(i)],
                            /*exact=*/false});
      stems.erase(stems.begin() + i);
    }
    if (query.root.children.size() == 1) {
      const query::Node word = query.root.children[0];
      query.root = word;
      if (random_.OneIn(3)) query.root.fields = query::FieldSet{1};  // title
      query.root.words[0].exact = random_.OneIn(4);
    }
    if (random_.OneIn(4)) {
      if (query.root.kind != query::Node::Kind::kAnd) {
        query::Node all;
        all.kind = query::Node::Kind::kAnd;
        all.children.push_back(query.root);
        query.root = all;
      }
      query::Node& published = query.root.children.emplace_back();
      published.kind = query::Node::Kind::kRange;
      published.range.min = 20'000'000;
    }
    return query;
  }

  query::Query MakePhrase() {
    constexpr const char* kStems[] = {"model",   "model", "train",
                                      "network", "x2",    "zeta"};
    query::Query query;
    query.root.kind = query::Node::Kind::kPhrase;
    for (int n = 2 + random_.Below(2); n > 0; --n) {
      const char* const stem = kStems[random_.Below(6)];
      query.root.words.push_back({stem, stem, /*exact=*/random_.OneIn(6)});
    }
    if (random_.OneIn(3)) {
      query.root.words = {{"zeta", "zeta", false}, {"omega", "omega", false}};
    }
    if (random_.OneIn(3)) query.root.slop = random_.Below(6);
    if (random_.OneIn(4)) query.root.fields = query::FieldSet{1};  // title
    return query;
  }

  RandomPapers random_{FromEnvironment("PAPERWIRE_INDEX_SEED", 7)};
  std::unique_ptr<Index> index_;
  Reference reference_;
};

TEST_F(SearchLargeTest, LaysStemsOutInAllWays) {
  const auto snapshot = index_->snapshot();
  ASSERT_EQ(snapshot->segments().size(), 1u);
  const Segment& segment = *snapshot->segments()[0].segment;
  ASSERT_GT(WindowCount(segment.documents()), 2u);
  std::set<std::string> ways;
  for (uint32_t t = 0; t < segment.terms().size(); ++t) {
    const uint32_t n = segment.term(t).documents;
    ways.insert(n <= kBlockSize                   ? "short"
                : IsDense(n, segment.documents()) ? "dense"
                                                  : "sparse");
  }
  EXPECT_EQ(ways, (std::set<std::string>{"dense", "short", "sparse"}));
}

// Whether documents are unpacked first or looked up as they lie, the cursor
// stands on the same.
TEST_F(SearchLargeTest, CursorsFindWhatTheyGoThrough) {
  const auto snapshot = index_->snapshot();
  const Segment& segment = *snapshot->segments()[0].segment;
  struct Posting {
    uint8_t code;
    std::vector<uint64_t> places;
  };
  for (uint32_t t = 0; t < segment.terms().size(); ++t) {
    std::map<uint32_t, Posting> postings;
    PostingCursor all(segment, t);
    all.ForEach([&](uint32_t document) {
      Posting& posting = postings[document];
      posting.code = all.code();
      all.Places(query::kAllFields, &posting.places);
    });
    ASSERT_EQ(postings.size(), all.documents());
    for (const bool expects : {false, true}) {
      PostingCursor cursor(segment, t);
      if (expects) cursor.ExpectFinds(1);
      for (int i = 0; i < 60; ++i) {
        const auto near =
            postings.lower_bound(static_cast<uint32_t>(random_.Below(kPapers)));
        const uint32_t document =
            near == postings.end() || random_.OneIn(3)
                ? static_cast<uint32_t>(random_.Below(kPapers))
                : near->first;
        const auto posting = postings.find(document);
        ASSERT_EQ(cursor.Find(document), posting != postings.end());
        if (posting == postings.end()) continue;
        EXPECT_EQ(cursor.document(), document);
        EXPECT_EQ(cursor.code(), posting->second.code);
        std::vector<uint64_t> places;
        cursor.Places(query::kAllFields, &places);
        EXPECT_EQ(places, posting->second.places) << segment.terms()[t];
      }
    }
  }
}

TEST_F(SearchLargeTest, IsTheSameAsTheReference) { CheckMany(); }

TEST_F(SearchLargeTest, IsTheSameWithDeletedPapers) {
  Delete(10);
  CheckMany();
  Delete(2);
  CheckMany();
}

}  // namespace
}  // namespace paperwire::index
