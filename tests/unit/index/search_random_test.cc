// The index against the slow reference: random papers, changes, merges,
// checkpoints and queries.
//
// PAPERWIRE_INDEX_ROUNDS makes it longer; PAPERWIRE_INDEX_SEED repeats a
// failure.

#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/index/index.h"
#include "service/index/search.h"
#include "tests/unit/index/random_papers.h"
#include "tests/unit/index/reference.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::index {
namespace {

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

std::string Show(const std::vector<Hit>& hits) {
  std::string text;
  for (const Hit& h : hits) {
    text += std::to_string(h.key.number) + (h.full() ? "+" : "-") + "(" +
            std::to_string(h.key.score) + ") ";
  }
  return text;
}

void ExpectSame(const SearchResult& actual, const SearchResult& expected) {
  EXPECT_EQ(actual.total_full_matches, expected.total_full_matches);
  EXPECT_EQ(actual.more, expected.more);
  ASSERT_EQ(Show(actual.hits), Show(expected.hits));
  for (size_t i = 0; i < expected.hits.size(); ++i) {
    const Hit& a = actual.hits[i];
    const Hit& e = expected.hits[i];
    EXPECT_EQ(a.key.number, e.key.number);
    EXPECT_EQ(a.key.full, e.key.full);
    // To the last bit: the same sum in the same order.
    EXPECT_EQ(a.key.score, e.key.score) << "paper " << e.key.number;
    EXPECT_EQ(a.sequence, e.sequence);
  }
  ASSERT_EQ(actual.facets.size(), expected.facets.size());
  for (size_t i = 0; i < expected.facets.size(); ++i) {
    EXPECT_EQ(actual.facets[i].values, expected.facets[i].values);
    EXPECT_EQ(actual.facets[i].other_values, expected.facets[i].other_values);
  }
}

Boost MakeBoost(RandomPapers& random) {
  Boost boost;
  if (random.OneIn(2)) boost.recency_weight = 0.5 * random.Below(8);
  if (random.OneIn(2)) boost.votes_weight = 0.25 * random.Below(8);
  boost.half_life_seconds = 1e7 * (1 + random.Below(9));
  boost.from = 20'000'000 * random.Below(9);
  return boost;
}

class World {
 public:
  explicit World(uint64_t seed) : random_(seed) {
    options_.folder = folder_.path();
    options_.merge_factor = 2 + random_.Below(7);
    Open();
  }

  void Open() {
    index_.reset();
    auto opened = Index::Open(options_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    index_ = *std::move(opened);
    // The journal's tail, as after a restart.
    const int64_t sequence = index_->sequence();
    for (const auto& [s, changes] : journal_) {
      if (s > sequence) index_->Apply(changes, s);
    }
  }

  void Change() {
    ++sequence_;
    std::vector<index::Change> changes;
    for (int n = random_.Below(random_.OneIn(4) ? 40 : 6); n > 0; --n) {
      const int64_t number = 1 + random_.Below(60);
      ++sequence_;
      if (random_.OneIn(5)) {
        changes.push_back({number, std::nullopt});
        reference_.Delete(number);
      } else {
        changes.push_back({number, random_.MakeDocument(number, sequence_)});
        reference_.Put(*changes.back().document);
      }
    }
    journal_[sequence_] = changes;
    const std::shared_ptr<const Segment> segment =
        index_->Apply(changes, sequence_);
    CheckSegment(changes, segment);
    if (random_.OneIn(3)) index_->WaitForMerges();
    if (random_.OneIn(6)) {
      ASSERT_OK(index_->Checkpoint());
    }
    if (random_.OneIn(8)) Open();
  }

  // MatchSegment says the same of new papers as if they were alone.
  void CheckSegment(const std::vector<index::Change>& changes,
                    const std::shared_ptr<const Segment>& segment) {
    Reference only_new;
    for (const index::Change& c : changes) {
      only_new.Delete(c.number);
      if (c.document.has_value()) only_new.Put(*c.document);
    }
    ASSERT_EQ(segment == nullptr, only_new.documents().empty());
    if (segment == nullptr) return;
    for (int i = 0; i < 3; ++i) {
      const query::Query query = random_.MakeQuery();
      std::set<int64_t> expected;
      for (const Match& m : only_new.MatchAll(query)) expected.insert(m.number);
      const auto numbers = MatchSegment(*segment, query);
      ASSERT_OK(numbers);
      EXPECT_EQ(*numbers,
                std::vector<int64_t>(expected.begin(), expected.end()))
          << query::ToString(query.root);
    }
  }

  void CheckQuery() {
    const query::Query query = random_.MakeQuery();
    SCOPED_TRACE(query::ToString(query.root));
    const std::shared_ptr<const Snapshot> now = index_->snapshot();
    ASSERT_EQ(now->documents(),
              static_cast<int64_t>(reference_.documents().size()));

    SearchOptions options;
    options.limit = random_.OneIn(3) ? 1000 : random_.Below(15);
    options.strict = random_.OneIn(4);
    options.order = static_cast<Order>(random_.Below(5));
    if (random_.OneIn(3)) options.boost = MakeBoost(random_);
    if (random_.OneIn(2)) {
      for (const FacetField f :
           {FacetField::kYear, FacetField::kCategory, FacetField::kSource,
            FacetField::kVenue, FacetField::kHasCode}) {
        options.facets.push_back({f, 1 + random_.Below(5)});
      }
    }
    for (int n = random_.Below(3); n > 0; --n) {
      options.exclude.push_back(1 + random_.Below(60));
    }
    const auto result = Search(*now, query, options);
    ASSERT_OK(result);
    ExpectSame(*result, reference_.Search(query, options));

    const auto matches = MatchAll(*now, query);
    ASSERT_OK(matches);
    const std::vector<Match> expected = reference_.MatchAll(query);
    ASSERT_EQ(matches->size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ((*matches)[i].number, expected[i].number);
      EXPECT_EQ((*matches)[i].sequence, expected[i].sequence);
    }
    if (random_.OneIn(4)) CheckWalk(*now, query, options);
    if (random_.OneIn(4)) CheckExplanation(*now, query);
  }

  // Pages put together are the whole list.
  void CheckWalk(const Snapshot& now, const query::Query& query,
                 SearchOptions options) {
    options.limit = 1000;
    const auto whole = Search(now, query, options);
    ASSERT_OK(whole);
    options.limit = 1 + random_.Below(7);
    std::vector<Hit> walked;
    while (true) {
      const auto page = Search(now, query, options);
      ASSERT_OK(page);
      EXPECT_EQ(page->total_full_matches, whole->total_full_matches);
      walked.insert(walked.end(), page->hits.begin(), page->hits.end());
      ASSERT_LE(walked.size(), whole->hits.size());
      if (!page->more) break;
      ASSERT_EQ(page->hits.size(), static_cast<size_t>(options.limit));
      options.after = page->hits.back().key;
    }
    EXPECT_EQ(Show(walked), Show(whole->hits));
  }

  void CheckExplanation(const Snapshot& now, const query::Query& query) {
    SearchOptions options;
    options.limit = 3;
    if (random_.OneIn(2)) options.boost = MakeBoost(random_);
    const auto result = Search(now, query, options);
    ASSERT_OK(result);
    for (const Hit& hit : result->hits) {
      const auto e = Explain(now, query, hit.key.number, options.boost);
      ASSERT_OK(e);
      EXPECT_EQ(e->value, hit.key.score);
      double all = 0;
      for (const Explanation& part : e->details) all += part.value;
      EXPECT_NEAR(all, e->value, 1e-9);
      for (const Explanation& leaf : e->details) {
        if (leaf.details.empty()) continue;  // of the boost
        double sum = 0;
        for (const Explanation& field : leaf.details) sum += field.value;
        EXPECT_NEAR(sum, leaf.value, 1e-9);
      }
    }
  }

 private:
  TempFolder folder_;
  RandomPapers random_;
  IndexOptions options_;
  std::unique_ptr<Index> index_;
  Reference reference_;
  std::map<int64_t, std::vector<index::Change>> journal_;
  int64_t sequence_ = 0;
};

TEST(SearchRandomTest, IsTheSameAsTheReference) {
  const uint64_t rounds = FromEnvironment("PAPERWIRE_INDEX_ROUNDS", 25);
  const uint64_t first = FromEnvironment("PAPERWIRE_INDEX_SEED", 20240601);
  for (uint64_t seed = first; seed < first + rounds; ++seed) {
    SCOPED_TRACE("PAPERWIRE_INDEX_SEED=" + std::to_string(seed));
    World world(seed);
    for (int step = 0; step < 20 && !::testing::Test::HasFailure(); ++step) {
      world.Change();
      for (int i = 0; i < 6 && !::testing::Test::HasFailure(); ++i) {
        world.CheckQuery();
      }
    }
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace paperwire::index
