#include "client/cpp/client/leases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace paperwire {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kStart = absl::FromUnixSeconds(1'000);

v1::WatchResponse Match(int64_t sequence) {
  v1::WatchResponse event;
  event.mutable_match()->set_sequence(sequence);
  return event;
}

v1::WatchResponse Progress(int64_t sequence) {
  v1::WatchResponse event;
  event.mutable_progress()->set_sequence(sequence);
  return event;
}

class LeasesTest : public ::testing::Test {
 protected:
  void Arrive(const std::vector<int64_t>& sequences) {
    for (const int64_t sequence : sequences) {
      leases_.Arrive(Match(sequence), now_);
    }
  }

  // Takes all that waits.
  std::vector<int64_t> Take() {
    std::vector<int64_t> taken;
    while (leases_.has_next(now_)) {
      taken.push_back(leases_.Take(now_)->match().sequence());
    }
    EXPECT_FALSE(leases_.Take(now_).has_value());
    return taken;
  }

  std::vector<int64_t> TellAcknowledged() {
    v1::AcknowledgeMatchesRequest request;
    if (!leases_.BeginTelling(&request)) return {};
    return {request.sequences().begin(), request.sequences().end()};
  }

  absl::Time now_ = kStart;
  Leases leases_{absl::Seconds(10)};
};

TEST_F(LeasesTest, HandsOutInOrderAndNotesWhatBecameOfIt) {
  Arrive({3, 1, 2});
  EXPECT_THAT(Take(), ElementsAre(3, 1, 2));
  leases_.Acknowledge(1);
  leases_.Acknowledge(1);
  leases_.Release(2, now_);
  leases_.Extend(3, now_);
  leases_.Release(7, now_);  // never held
  leases_.Extend(7, now_);
  EXPECT_EQ(leases_.noted(), 3);
  v1::AcknowledgeMatchesRequest request;
  ASSERT_TRUE(leases_.BeginTelling(&request));
  EXPECT_THAT(request.sequences(), ElementsAre(1));
  EXPECT_THAT(request.released_sequences(), ElementsAre(2));
  EXPECT_THAT(request.extended_sequences(), ElementsAre(3));
  leases_.Told(0);
  EXPECT_FALSE(leases_.BeginTelling(&request));
  // What was given back may come to us again; the others do not.
  Arrive({1, 2, 3});
  EXPECT_THAT(Take(), ElementsAre(2));
}

TEST_F(LeasesTest, WhatWaitedTooLongIsNotHandedOut) {
  Arrive({1, 2});
  now_ += absl::Seconds(5);
  Arrive({3});
  now_ += absl::Seconds(4);
  EXPECT_THAT(Take(), ElementsAre(3));
  // The server sends it again when the lease has run out there.
  now_ += absl::Seconds(1);
  Arrive({1});
  EXPECT_THAT(Take(), ElementsAre(1));
}

TEST_F(LeasesTest, WhatIsInHandDoesNotComeTwiceWithinItsLease) {
  Arrive({1});
  EXPECT_THAT(Take(), ElementsAre(1));
  leases_.Disconnect();
  now_ += absl::Seconds(8);
  Arrive({1});  // the lease begins anew
  EXPECT_THAT(Take(), IsEmpty());
  now_ += absl::Seconds(8);
  Arrive({1});
  EXPECT_THAT(Take(), IsEmpty());
  // Whoever had it has forgotten it.
  now_ += absl::Seconds(10);
  Arrive({1});
  EXPECT_THAT(Take(), ElementsAre(1));
}

TEST_F(LeasesTest, AnExtensionKeepsWhatIsInHand) {
  Arrive({1, 2});
  EXPECT_THAT(Take(), ElementsAre(1, 2));
  now_ += absl::Seconds(8);
  leases_.Extend(1, now_);
  now_ += absl::Seconds(8);
  Arrive({1, 2});
  EXPECT_THAT(Take(), ElementsAre(2));
}

// Somebody else may hold it by then.
TEST_F(LeasesTest, WhatIsNotHeldAnyMoreIsNotGivenBack) {
  Arrive({1});
  EXPECT_THAT(Take(), ElementsAre(1));
  now_ += absl::Seconds(9);
  leases_.Release(1, now_);
  leases_.Extend(1, now_);
  EXPECT_EQ(leases_.noted(), 0);
  // But it was dealt with.
  leases_.Acknowledge(1);
  EXPECT_EQ(leases_.noted(), 1);
}

TEST_F(LeasesTest, ABrokenConnectionTakesWhatWaits) {
  Arrive({1, 2});
  EXPECT_EQ(leases_.Take(now_)->match().sequence(), 1);
  leases_.Disconnect();
  EXPECT_FALSE(leases_.has_next(now_));
  Arrive({1, 2});
  EXPECT_THAT(Take(), ElementsAre(2));
}

TEST_F(LeasesTest, WhatCouldNotBeToldIsToldAgain) {
  Arrive({1, 2, 3});
  Take();
  leases_.Acknowledge(1);
  EXPECT_THAT(TellAcknowledged(), ElementsAre(1));
  leases_.Acknowledge(2);
  leases_.NotTold();
  // Neither comes again meanwhile, also by a new connection.
  leases_.Disconnect();
  Arrive({1, 2});
  EXPECT_THAT(Take(), IsEmpty());
  EXPECT_THAT(TellAcknowledged(), ::testing::UnorderedElementsAre(1, 2));
  leases_.Told(2);
  Arrive({2});
  EXPECT_THAT(Take(), IsEmpty());
}

// A server whose data was put back to an older state gives the same numbers
// to other matches.
TEST_F(LeasesTest, ANewConnectionForgetsWhatTheServerKnows) {
  Arrive({1, 2});
  Take();
  leases_.Acknowledge(1);
  EXPECT_THAT(TellAcknowledged(), ElementsAre(1));
  leases_.Told(1);
  leases_.Acknowledge(2);
  EXPECT_THAT(TellAcknowledged(), ElementsAre(2));
  leases_.Told(0);
  Arrive({1, 2});
  EXPECT_THAT(Take(), IsEmpty());
  leases_.Disconnect();
  Arrive({1, 2});
  EXPECT_THAT(Take(), ElementsAre(1, 2));
}

TEST_F(LeasesTest, OfProgressOnlyTheNewestWaits) {
  leases_.Arrive(Progress(1), now_);
  leases_.Arrive(Progress(2), now_);
  Arrive({7});
  leases_.Arrive(Progress(3), now_);
  leases_.Arrive(Progress(4), now_);
  EXPECT_EQ(leases_.Take(now_)->progress().sequence(), 2);
  EXPECT_EQ(leases_.Take(now_)->match().sequence(), 7);
  EXPECT_EQ(leases_.Take(now_)->progress().sequence(), 4);
  EXPECT_FALSE(leases_.has_next(now_));
}

// Whatever happens, in any order: nothing is taken that is in hand or done
// with, and what the server sends for good is acknowledged in the end.
TEST_F(LeasesTest, RandomHistoriesLoseNothing) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto roll = [&](uint32_t sides) { return random() % sides; };
    Leases leases(absl::Seconds(10));
    const absl::Duration safe = absl::Seconds(10) * 0.9;
    std::map<int64_t, absl::Time> until;  // of what waits or is in hand
    std::set<int64_t> waiting;
    std::set<int64_t> in_hand;
    std::set<int64_t> done;   // acknowledged by us
    std::set<int64_t> known;  // ... and told
    std::vector<int64_t> telling;
    absl::Time now = kStart;
    for (int step = 0; step < 3000; ++step) {
      const int64_t sequence = 1 + roll(20);
      // The server sends what it does not know to be acknowledged, now and
      // then, and goes on until it does.
      const bool sends = !known.contains(sequence);
      switch (step < 2500 ? roll(8) : 1 + roll(3)) {
        case 0:
          now += absl::Seconds(roll(12));
          break;
        case 1:
          if (!sends) break;
          leases.Arrive(Match(sequence), now);
          if (done.contains(sequence)) break;
          if (until[sequence] <= now) in_hand.erase(sequence);
          if (!in_hand.contains(sequence)) waiting.insert(sequence);
          until[sequence] = now + safe;
          break;
        case 2:
          while (auto event = leases.Take(now)) {
            const int64_t taken = event->match().sequence();
            EXPECT_FALSE(done.contains(taken));
            EXPECT_GT(until[taken], now);
            EXPECT_EQ(waiting.erase(taken), 1u);
            EXPECT_TRUE(in_hand.insert(taken).second);
            if (step >= 2500 || roll(2) == 0) {
              leases.Acknowledge(taken);
              done.insert(taken);
              in_hand.erase(taken);
            }
          }
          break;
        case 3: {
          v1::AcknowledgeMatchesRequest request;
          if (!telling.empty() || !leases.BeginTelling(&request)) break;
          telling.assign(request.sequences().begin(),
                         request.sequences().end());
          if (step < 2500 && roll(2) == 0) {
            leases.NotTold();
          } else {
            known.insert(telling.begin(), telling.end());
            leases.Told(0);
          }
          telling.clear();
          break;
        }
        case 4:
          leases.Disconnect();
          waiting.clear();
          break;
        case 5:
          leases.Release(sequence, now);
          waiting.erase(sequence);
          in_hand.erase(sequence);
          break;
        case 6:
          leases.Extend(sequence, now);
          if ((waiting.contains(sequence) || in_hand.contains(sequence)) &&
              until[sequence] > now) {
            until[sequence] = now + safe;
          }
          break;
        default:
          break;
      }
      if (step >= 2500) now += absl::Milliseconds(100);
    }
    EXPECT_EQ(known.size(), 20u);
    EXPECT_EQ(known, done);
  }
}

}  // namespace
}  // namespace paperwire
