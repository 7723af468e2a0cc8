// Readers, a writer, merges and checkpoints at once; for ThreadSanitizer, and
// for what readers are promised: a snapshot does not change, and what Apply
// returned from is seen.

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "service/index/index.h"
#include "service/index/search.h"
#include "tests/unit/index/random_papers.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::index {
namespace {

TEST(ConcurrencyTest, ReadersSeeWholeSnapshots) {
  constexpr int64_t kBatches = 60;
  constexpr int64_t kPapers = 8;  // a batch
  TempFolder folder;
  auto opened = Index::Open({.folder = folder.path(), .merge_factor = 2});
  ASSERT_OK(opened);
  const std::unique_ptr<Index> index = *std::move(opened);
  std::atomic<int64_t> acknowledged{0};
  std::atomic<bool> done{false};

  std::thread writer([&] {
    RandomPapers papers(1);
    for (int64_t b = 1; b <= kBatches; ++b) {
      std::vector<Change> changes;
      for (int64_t n = 0; n < kPapers; ++n) {
        const int64_t number = b * kPapers + n;
        changes.push_back({number, papers.MakeDocument(number, b)});
        // And every paper of the batch before changes once.
        if (b > 1) {
          changes.push_back(
              {number - kPapers, papers.MakeDocument(number - kPapers, b)});
        }
      }
      index->Apply(std::move(changes), b);
      acknowledged = b;
    }
    done = true;
  });
  std::thread checkpointer([&] {
    while (!done) {
      const int64_t before = acknowledged;
      const auto sequence = index->Checkpoint();
      ASSERT_OK(sequence);
      EXPECT_GE(*sequence, before);
    }
  });
  std::vector<std::thread> readers;
  for (uint64_t r = 0; r < 2; ++r) {
    readers.emplace_back([&, r] {
      RandomPapers papers(100 + r);
      while (!done) {
        const int64_t before = acknowledged;
        const std::shared_ptr<const Snapshot> now = index->snapshot();
        EXPECT_GE(now->sequence(), before);
        EXPECT_EQ(now->documents(), now->sequence() * kPapers);
        const query::Query query = papers.MakeQuery();
        const auto first = Search(*now, query, {});
        const auto all = MatchAll(*now, query);
        const auto again = Search(*now, query, {});
        ASSERT_OK(first);
        ASSERT_OK(all);
        ASSERT_OK(again);
        EXPECT_EQ(first->total_full_matches, static_cast<int64_t>(all->size()));
        ASSERT_EQ(first->hits.size(), again->hits.size());
        for (size_t i = 0; i < first->hits.size(); ++i) {
          EXPECT_EQ(first->hits[i].key.number, again->hits[i].key.number);
          EXPECT_EQ(first->hits[i].key.score, again->hits[i].key.score);
        }
      }
    });
  }
  writer.join();
  checkpointer.join();
  for (std::thread& r : readers) r.join();
  index->WaitForMerges();
  EXPECT_EQ(index->snapshot()->documents(), kBatches * kPapers);
  EXPECT_LT(index->snapshot()->segments().size(), 20u);
}

// Seven segments of a size are left alone while papers come in, and are
// merged when none do.
TEST(QuietMergeTest, LeavesFewSegments) {
  auto opened = Index::Open({.folder = "", .quiet_ms = 50});
  ASSERT_OK(opened);
  Index& index = **opened;
  RandomPapers papers(3);
  int64_t number = 0;
  for (int batch = 0; batch < 7; ++batch) {
    std::vector<Change> changes;
    for (int i = 0; i < 20; ++i) {
      ++number;
      changes.push_back({number, papers.MakeDocument(number, number)});
    }
    index.Apply(std::move(changes), number);
  }
  for (int i = 0; i < 200 && index.snapshot()->segments().size() > 3; ++i) {
    absl::SleepFor(absl::Milliseconds(50));
  }
  EXPECT_LE(index.snapshot()->segments().size(), 3u);
  EXPECT_EQ(index.snapshot()->documents(), 140);
}

}  // namespace
}  // namespace paperwire::index
