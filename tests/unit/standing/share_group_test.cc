#include "service/standing/share_group.h"

#include <map>
#include <random>
#include <set>

#include "service/journal/appender.h"
#include "service/journal/journal.h"
#include "service/standing/subscription_tables.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::standing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int64_t kSubscription = 1;
const absl::Time kNow = absl::FromUnixSeconds(1700000000);
constexpr absl::Duration kLease = absl::Seconds(60);

// A subscription whose matches are noted in the table by hand.
class ShareGroupTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string path = folder_.path() + "/paperwire.db";
    absl::StatusOr<std::unique_ptr<journal::Database>> db =
        journal::Database::Open(path, journal::Database::Mode::kWrite);
    ASSERT_OK(db);
    db_ = *std::move(db);
    ASSERT_OK(journal::Prepare(*db_));
    ASSERT_OK(PrepareSubscriptionTables(*db_));
    ASSERT_OK(db_->Execute(
        "INSERT INTO subscription (number, name, sequence, created) "
        "VALUES (1, 'users/local/subscriptions/s', 0, 0)"));
    connections_ = std::make_unique<journal::Connections>(path);
  }

  // Notes matches and makes a follower that reads them.
  void NoteUpTo(int64_t last, const std::set<int64_t>& without = {}) {
    std::vector<MatchRow> rows;
    for (int64_t i = 1; i <= last; ++i) {
      if (without.contains(i)) continue;
      rows.push_back({.number = kSubscription,
                      .sequence = i,
                      .time = kNow,
                      .created = true,
                      .new_version = false});
    }
    ASSERT_OK(NoteMatches(*db_, rows, last));
    follower_ = std::make_unique<Follower>(connections_.get(), last);
  }

  std::shared_ptr<ShareGroup> Group(ShareRow row = {}) {
    return std::make_shared<ShareGroup>(follower_.get(), kSubscription, row);
  }

  std::unique_ptr<ShareGroup::Member> Join(ShareGroup& group) {
    return group.Join([this] { ++woken_; });
  }

  static std::vector<int64_t> Take(ShareGroup::Member& member, int limit,
                                   absl::Time now = kNow, int max_held = 100) {
    const absl::StatusOr<std::vector<ShareGroup::Leased>> taken =
        member.Take(limit, max_held, kLease, now);
    EXPECT_OK(taken);
    std::vector<int64_t> sequences;
    for (const ShareGroup::Leased& one : *taken) {
      EXPECT_EQ(one.expires, now + kLease);
      sequences.push_back(one.delivery.sequence);
    }
    return sequences;
  }

  TempFolder folder_;
  std::unique_ptr<journal::Database> db_;
  std::unique_ptr<journal::Connections> connections_;
  std::unique_ptr<Follower> follower_;
  int woken_ = 0;
};

TEST_F(ShareGroupTest, EachMatchGoesToOneMember) {
  NoteUpTo(5);
  const auto group = Group();
  const auto a = Join(*group);
  const auto b = Join(*group);
  EXPECT_THAT(Take(*a, 2), ElementsAre(1, 2));
  EXPECT_THAT(Take(*b, 2), ElementsAre(3, 4));
  EXPECT_THAT(Take(*a, 2), ElementsAre(5));
  EXPECT_THAT(Take(*b, 2), IsEmpty());
  EXPECT_EQ(group->counts().leased, 5);
  EXPECT_EQ(group->counts().members, 2);
}

TEST_F(ShareGroupTest, WhatAMemberHeldIsFreeWhenItIsGone) {
  NoteUpTo(3);
  const auto group = Group();
  auto a = Join(*group);
  const auto b = Join(*group);
  EXPECT_THAT(Take(*a, 2), ElementsAre(1, 2));
  EXPECT_THAT(Take(*b, 1), ElementsAre(3));
  woken_ = 0;
  a.reset();
  EXPECT_GT(woken_, 0);
  const auto again = b->Take(9, 100, kLease, kNow);
  ASSERT_OK(again);
  ASSERT_EQ(again->size(), 2u);
  EXPECT_EQ((*again)[0].delivery.sequence, 1);
  EXPECT_EQ((*again)[0].attempt, 2);
}

TEST_F(ShareGroupTest, LeasesRunOutAndBeginAnew) {
  NoteUpTo(2);
  const auto group = Group();
  const auto a = Join(*group);
  const auto b = Join(*group);
  EXPECT_THAT(Take(*a, 2), ElementsAre(1, 2));
  EXPECT_EQ(group->NextExpiry(), kNow + kLease);
  group->Extend({2}, kNow + kLease / 2);
  EXPECT_THAT(Take(*b, 2, kNow + kLease - absl::Nanoseconds(1)), IsEmpty());
  EXPECT_THAT(Take(*b, 2, kNow + kLease), ElementsAre(1));
  EXPECT_EQ(a->held(), 1);
  // Too late to extend for the one who lost it: it is extended for the other.
  EXPECT_THAT(Take(*b, 2, kNow + kLease * 1.5), ElementsAre(2));
}

TEST_F(ShareGroupTest, WhatIsGivenBackComesFirst) {
  NoteUpTo(4);
  const auto group = Group();
  const auto a = Join(*group);
  EXPECT_THAT(Take(*a, 3), ElementsAre(1, 2, 3));
  group->Release({2, 99});
  EXPECT_THAT(Take(*a, 2), ElementsAre(2, 4));
}

TEST_F(ShareGroupTest, AcknowledgedIsNeverTakenAgain) {
  NoteUpTo(4);
  const auto group = Group();
  auto a = Join(*group);
  EXPECT_THAT(Take(*a, 2), ElementsAre(1, 2));
  group->Release({2});
  // One that is leased, one that is free, one that was not read yet.
  group->Acknowledge({1, 2, 4});
  EXPECT_EQ(a->held(), 0);
  EXPECT_THAT(Take(*a, 9), ElementsAre(3));
  EXPECT_EQ(group->covered(), 2);
  group->Acknowledge({3});
  EXPECT_EQ(group->covered(), 4);
}

TEST_F(ShareGroupTest, HoldsNoMoreThanItMay) {
  NoteUpTo(5);
  const auto group = Group();
  const auto a = Join(*group);
  EXPECT_THAT(Take(*a, 9, kNow, 2), ElementsAre(1, 2));
  EXPECT_THAT(Take(*a, 9, kNow, 2), IsEmpty());
  woken_ = 0;
  group->Acknowledge({1});
  EXPECT_GT(woken_, 0);
  EXPECT_THAT(Take(*a, 9, kNow, 2), ElementsAre(3));
  // Leases that ran out make room as well.
  EXPECT_THAT(Take(*a, 9, kNow + kLease, 2), ElementsAre(2, 3));
}

TEST_F(ShareGroupTest, ClosedGivesItsReason) {
  NoteUpTo(1);
  const auto group = Group();
  const auto a = Join(*group);
  group->Close(NoSuchShare("g"));
  EXPECT_THAT(a->Take(1, 9, kLease, kNow), HasReason("SHARE_GROUP_NOT_FOUND"));
}

TEST_F(ShareGroupTest, TheCursorMovesOverWhatHasNoGap) {
  NoteUpTo(9, /*without=*/{2, 5});
  ASSERT_OK(CreateShare(*db_, kSubscription, "g", 0));
  const auto share = [&] {
    return **FindShare(*db_, kSubscription, "g");
  };
  ASSERT_OK(AcknowledgeShare(*db_, kSubscription, "g", {3, 6, 2, 5}));
  EXPECT_EQ(share().sequence, 0);
  EXPECT_THAT(share().acknowledged, ElementsAre(3, 6));  // 2, 5: no matches
  ASSERT_OK(AcknowledgeShare(*db_, kSubscription, "g", {1}));
  EXPECT_EQ(share().sequence, 3);
  EXPECT_THAT(share().acknowledged, ElementsAre(6));
  ASSERT_OK(AcknowledgeShare(*db_, kSubscription, "g", {4, 4, 1, 8}));
  EXPECT_EQ(share().sequence, 6);
  EXPECT_THAT(share().acknowledged, ElementsAre(8));

  // A group that is made anew goes on from there.
  const auto group = Group(share());
  const auto a = Join(*group);
  EXPECT_THAT(Take(*a, 9), ElementsAre(7, 9));
}

TEST_F(ShareGroupTest, TablesRefuseWhatIsNotThereAndTooMany) {
  EXPECT_THAT(AcknowledgeShare(*db_, kSubscription, "g", {1}),
              HasReason("SHARE_GROUP_NOT_FOUND"));
  for (int i = 0; i < kMaxShareGroups; ++i) {
    ASSERT_OK(CreateShare(*db_, kSubscription, std::to_string(i), 0));
  }
  EXPECT_THAT(CreateShare(*db_, kSubscription, "g", 0),
              HasReason("TOO_MANY_SHARE_GROUPS"));
  ASSERT_OK(CreateShare(*db_, kSubscription, "7", 5));  // is there
  EXPECT_EQ((*FindShare(*db_, kSubscription, "7"))->sequence, 0);
  EXPECT_TRUE(*DeleteShare(*db_, kSubscription, "7"));
  EXPECT_FALSE(*DeleteShare(*db_, kSubscription, "7"));
  ASSERT_OK(DeleteShares(*db_, kSubscription));
  EXPECT_TRUE(ListShares(*db_, kSubscription)->empty());
}

// Members come, take, give back, acknowledge and go, leases run out and the
// group is made again from its tables: every match is acknowledged by somebody
// who held it, and none is taken after that.
TEST_F(ShareGroupTest, EveryMatchIsDealtWithWhateverTheMembersDo) {
  constexpr int64_t kMatches = 300;
  NoteUpTo(kMatches);
  std::mt19937 random(std::random_device{}());
  const auto below = [&](int n) { return static_cast<int>(random() % n); };
  ASSERT_OK(CreateShare(*db_, kSubscription, "g", 0));
  auto group = Group();
  std::map<int, std::unique_ptr<ShareGroup::Member>> members;
  std::map<int, std::vector<int64_t>> held;  // or was, by member
  std::set<int64_t> acknowledged;
  absl::Time now = kNow;
  int next_member = 0;
  for (int step = 0; step < 100000 && acknowledged.size() < kMatches; ++step) {
    now += absl::Seconds(below(5));
    const int what = below(20);
    if (members.empty() || (what == 0 && members.size() < 5)) {
      members[++next_member] = Join(*group);
      continue;
    }
    const auto member = std::next(members.begin(), below(members.size()));
    std::vector<int64_t>& mine = held[member->first];
    if (what == 1) {
      members.erase(member);
    } else if (what == 2 && below(10) == 0) {
      members.clear();
      group = Group(**FindShare(*db_, kSubscription, "g"));
    } else if (what < 12) {
      for (const int64_t s : Take(*member->second, 1 + below(4), now, 10)) {
        ASSERT_FALSE(acknowledged.contains(s));
        mine.push_back(s);
      }
    } else if (!mine.empty()) {
      const int64_t one = mine[static_cast<size_t>(below(mine.size()))];
      if (what < 14) {
        group->Release({one});
      } else if (what < 16) {
        group->Extend({one}, now);
      } else {
        group->Acknowledge({one});
        ASSERT_OK(AcknowledgeShare(*db_, kSubscription, "g", {one}));
        acknowledged.insert(one);
      }
    }
  }
  EXPECT_EQ(acknowledged.size(), static_cast<size_t>(kMatches));
  EXPECT_EQ((*FindShare(*db_, kSubscription, "g"))->sequence, kMatches);
}

}  // namespace
}  // namespace paperwire::standing
