#include "service/journal/compaction.h"

#include <map>
#include <random>

#include "service/base/strings.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::journal {
namespace {

class CompactionTest : public testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<Database>> db = Database::Open(
        folder_.path() + "/paperwire.db", Database::Mode::kWrite);
    ASSERT_OK(db);
    db_ = *std::move(db);
    ASSERT_OK(Prepare(*db_));
  }

  // Appends an entry that goes on from the newest one of its number.
  int64_t Add(Kind kind, int64_t number, bool provisional = false,
              int64_t other = 0) {
    Entry entry;
    entry.sequence = ++last_;
    entry.time = absl::FromUnixSeconds(1000 + last_);
    entry.kind = kind;
    entry.number = number;
    int64_t& newest = newest_[{IsOfPaper(kind), number}];
    entry.previous = newest;
    newest = last_;
    entry.payload.set_provisional(provisional);
    entry.payload.set_other(other);
    if (IsOfPaper(kind)) {
      entry.payload.mutable_paper()->set_title(std::string(2000, 'x'));
    }
    EXPECT_OK(Append(*db_, absl::MakeConstSpan(&entry, 1)));
    return last_;
  }

  // In steps; what went.
  std::vector<int64_t> Compact(int64_t up_to, int step = 3) {
    std::vector<int64_t> gone;
    while (true) {
      const int64_t from = *CompleteFrom(*db_);
      const absl::StatusOr<Superseded> old = FindSuperseded(*db_, up_to, step);
      EXPECT_OK(old);
      if (old->complete_from == from) return gone;
      EXPECT_OK(Drop(*db_, *old));
      for (const Superseded::Old& one : old->entries) {
        if (!one.stays) gone.push_back(one.sequence);
      }
    }
  }

  std::vector<int64_t> Left() {
    std::vector<int64_t> left;
    const absl::StatusOr<std::vector<Entry>> entries =
        ReadAfter(*db_, 0, 1000000);
    EXPECT_OK(entries);
    for (const Entry& entry : *entries) {
      left.push_back(entry.sequence);
    }
    return left;
  }

  TempFolder folder_;
  std::unique_ptr<Database> db_;
  int64_t last_ = 0;
  std::map<std::pair<bool, int64_t>, int64_t> newest_;
};

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(CompactionTest, KeepsTheNewestOfEachPaperAndWhatTheNextOneNeeds) {
  Add(Kind::kCreated, 1);
  Add(Kind::kCreated, 2);
  Add(Kind::kUpdated, 1);
  Add(Kind::kUpdated, 1);
  Add(Kind::kUpdated, 2);
  // 5 was not passed: what paper 2 was before it stays.
  EXPECT_THAT(Compact(4), ElementsAre(1, 3));
  EXPECT_THAT(Left(), ElementsAre(2, 4, 5));
  EXPECT_EQ(*CompleteFrom(*db_), 5);
  EXPECT_THAT(Compact(4), IsEmpty());
  EXPECT_THAT(Compact(100), ElementsAre(2));
  EXPECT_THAT(Left(), ElementsAre(4, 5));
  EXPECT_EQ(*CompleteFrom(*db_), 6);
}

TEST_F(CompactionTest, APaperAndASubscriptionOfOneNumberAreTwo) {
  Add(Kind::kCreated, 1);
  Add(Kind::kSubscribed, 1);
  EXPECT_THAT(Compact(2), IsEmpty());
  Add(Kind::kUnsubscribed, 1);
  EXPECT_THAT(Compact(3), ElementsAre(2, 3));
  EXPECT_THAT(Left(), ElementsAre(1));
}

TEST_F(CompactionTest, WhatIsProvisionalGoesWithItsSuccessor) {
  Add(Kind::kCreated, 1);
  Add(Kind::kMerged, 1, /*provisional=*/true, /*other=*/7);
  Add(Kind::kMerged, 1);
  EXPECT_THAT(Compact(2), IsEmpty());
  EXPECT_THAT(Compact(3), ElementsAre(1, 2));
}

TEST_F(CompactionTest, UndoneMergesStay) {
  Add(Kind::kCreated, 1);
  Add(Kind::kSplit, 1);
  Add(Kind::kUpdated, 1);
  const absl::StatusOr<Superseded> old = FindSuperseded(*db_, 3, 10);
  ASSERT_OK(old);
  ASSERT_EQ(old->entries.size(), 2u);
  EXPECT_TRUE(old->entries[1].stays);
  EXPECT_THAT(Compact(3), ElementsAre(1));
  EXPECT_THAT(Left(), ElementsAre(2, 3));
}

TEST_F(CompactionTest, FindsTimesWhereEntriesAreMissing) {
  std::mt19937 random(1);
  for (int i = 0; i < 200; ++i) Add(Kind::kUpdated, 1 + random() % 20);
  Compact(150);
  for (const int64_t sequence : Left()) {
    EXPECT_EQ(*LastBefore(*db_, absl::FromUnixSeconds(1001 + sequence)),
              sequence);
  }
  EXPECT_EQ(*LastBefore(*db_, absl::FromUnixSeconds(0)), 0);
  EXPECT_EQ(*LastBefore(*db_, absl::FromUnixSeconds(5000)), 200);
}

// Against the rule itself: an entry is there if it is the newest of its paper,
// or the journal is complete from it on, or from its successor on.
TEST_F(CompactionTest, EqualsTheRuleForAnyJournalAndAnyStep) {
  std::mt19937 random(7);
  std::map<int64_t, std::vector<int64_t>> papers;
  for (int i = 0; i < 2000; ++i) {
    const int64_t number = 1 + static_cast<int64_t>(random() % 100);
    papers[number].push_back(Add(Kind::kUpdated, number));
    if (random() % 50 != 0) continue;
    Compact(static_cast<int64_t>(random() % (last_ + 1)), 1 + random() % 40);
    const int64_t from = *CompleteFrom(*db_);
    std::vector<int64_t> expected;
    for (const auto& [paper, sequences] : papers) {
      for (size_t k = 0; k < sequences.size(); ++k) {
        if (k + 1 == sequences.size() || sequences[k + 1] >= from) {
          expected.push_back(sequences[k]);
        }
      }
    }
    std::sort(expected.begin(), expected.end());
    ASSERT_EQ(Left(), expected) << "complete from " << from;
  }
}

TEST_F(CompactionTest, GivesFreedPagesBack) {
  for (int i = 0; i < 1000; ++i) Add(Kind::kUpdated, 1);
  const int64_t before = *LiveBytes(*db_);
  Compact(1000, 1000);
  EXPECT_LT(*LiveBytes(*db_), before / 10);
  const auto pages = [&] {
    Statement& count = db_->Get("PRAGMA page_count");
    EXPECT_TRUE(*count.Step());
    const int64_t value = count.Int(0);
    count.Reset();
    return value;
  };
  const int64_t pages_before = pages();
  ASSERT_OK(Shrink(*db_, 100000));
  EXPECT_LT(pages(), pages_before / 10);
}

}  // namespace
}  // namespace paperwire::journal
