// Watchers that split the matches of a subscription, against a server that
// breaks off.

#include "client/cpp/client/shared_watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/time/clock.h"
#include "client/cpp/client/client.h"
#include "tests/unit/command/fake_server.h"
#include "tests/unit/command/run_command.h"
#include "tests/unit/status_matchers.h"

namespace paperwire {
namespace {

using command::MakePaper;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr char kName[] = "users/local/subscriptions/robots";
constexpr char kGroup[] = "users/local/subscriptions/robots/workers";
const WatcherOptions kQuick = {.first_wait = absl::Milliseconds(5),
                               .longest_wait = absl::Milliseconds(20)};

class SharedWatcherTest : public ::testing::Test {
 protected:
  SharedWatcherTest() : client_({.address = server_.address()}) {
    v1::CreateSubscriptionRequest create;
    create.set_parent("users/local");
    create.set_subscription_id("robots");
    create.mutable_subscription()->mutable_query()->set_text("robot");
    EXPECT_OK(client_.CreateSubscription(create));
    request_.set_subscription(kName);
    request_.set_share_group("workers");
  }

  void Add(int count) {
    for (int i = 0; i < count; ++i) {
      server_.Add(MakePaper("robot", std::to_string(++added_)));
    }
  }

  std::unique_ptr<SharedWatcher> Join() {
    return client_.WatchShared(request_, kQuick);
  }

  // The sequence number of the next match; 0: the watch has ended.
  static int64_t NextMatch(SharedWatcher& watcher) {
    while (true) {
      const absl::StatusOr<v1::WatchResponse> event = watcher.Next();
      if (!event.ok()) return 0;
      if (event->has_match()) return event->match().sequence();
    }
  }

  std::set<int64_t> Acknowledged() {
    std::lock_guard<std::mutex> lock(server_.mutex);
    return server_.groups[kGroup].acknowledged;
  }

  FakeServer server_;
  Client client_;
  v1::WatchRequest request_;
  int added_ = 0;
};

TEST_F(SharedWatcherTest, MembersShareTheWork) {
  server_.most_in_batch = 3;
  Add(200);
  std::mutex mutex;
  std::vector<int64_t> seen;
  std::vector<std::shared_ptr<SharedWatcher>> members;
  for (int i = 0; i < 3; ++i) members.push_back(Join());
  std::vector<std::thread> threads;
  for (const auto& member : members) {
    threads.emplace_back([&, member] {
      while (const int64_t sequence = NextMatch(*member)) {
        std::lock_guard<std::mutex> lock(mutex);
        seen.push_back(sequence);
        member->Acknowledge(sequence);
      }
    });
  }
  while (Acknowledged().size() < 200) absl::SleepFor(absl::Milliseconds(1));
  for (const auto& member : members) member->Cancel();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen.size(), 200u);
  EXPECT_EQ(std::set<int64_t>(seen.begin(), seen.end()).size(), 200u);
}

TEST_F(SharedWatcherTest, AcknowledgementsAreToldWhenThereIsNothingElseToDo) {
  Add(3);
  auto watcher = Join();
  for (int64_t i = 1; i <= 3; ++i) {
    EXPECT_EQ(NextMatch(*watcher), i);
    watcher->Acknowledge(i);
  }
  EXPECT_TRUE(server_.acknowledgements.empty());
  EXPECT_TRUE(watcher->Next()->has_caught_up());
  std::thread waiting([&] { EXPECT_EQ(NextMatch(*watcher), 0); });
  while (Acknowledged().size() < 3) absl::SleepFor(absl::Milliseconds(1));
  watcher->Cancel();
  waiting.join();
  ASSERT_EQ(server_.acknowledgements.size(), 1u);
  EXPECT_EQ(server_.acknowledgements[0].name(), kName);
  EXPECT_EQ(server_.acknowledgements[0].share_group(), "workers");
  EXPECT_THAT(server_.acknowledgements[0].sequences(), ElementsAre(1, 2, 3));
}

TEST_F(SharedWatcherTest, WhatIsNotAcknowledgedGoesToTheNext) {
  Add(3);
  {
    auto first = Join();
    EXPECT_EQ(NextMatch(*first), 1);
    EXPECT_EQ(NextMatch(*first), 2);
    first->Acknowledge(1);
    EXPECT_OK(first->Flush());
  }
  auto second = Join();
  absl::StatusOr<v1::WatchResponse> event = second->Next();
  while (event.ok() && !event->has_match()) event = second->Next();
  ASSERT_OK(event);
  EXPECT_EQ(event->match().sequence(), 2);
  EXPECT_EQ(event->match().delivery_attempt(), 2);
  EXPECT_EQ(NextMatch(*second), 3);
}

TEST_F(SharedWatcherTest, WhatIsGivenBackGoesToAnother) {
  Add(2);
  auto first = Join();
  EXPECT_EQ(NextMatch(*first), 1);
  auto second = Join();
  ASSERT_TRUE(second->Next()->has_caught_up());
  first->Release(1);
  EXPECT_OK(first->Flush());
  // To either of the two.
  std::atomic<int64_t> got = 0;
  std::thread other([&] {
    if (const int64_t sequence = NextMatch(*second)) got = sequence;
  });
  std::thread same([&] {
    while (const int64_t sequence = NextMatch(*first)) {
      if (sequence == 1) got = sequence;
    }
  });
  while (got == 0) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_EQ(got, 1);
  first->Cancel();
  second->Cancel();
  other.join();
  same.join();
}

// In hand when the connection breaks: it does not come again, it counts.
TEST_F(SharedWatcherTest, ARestartOfTheServerCostsNothing) {
  Add(5);
  auto watcher = Join();
  EXPECT_EQ(NextMatch(*watcher), 1);
  EXPECT_EQ(NextMatch(*watcher), 2);
  watcher->Acknowledge(1);
  server_.Stop();
  EXPECT_THAT(watcher->Flush(), IsError(absl::StatusCode::kUnavailable, ""));
  Add(1);
  server_.Start();
  std::vector<int64_t> rest;
  while (rest.size() < 4) {
    rest.push_back(NextMatch(*watcher));
    watcher->Acknowledge(rest.back());
  }
  watcher->Acknowledge(2);
  EXPECT_OK(watcher->Flush());
  EXPECT_THAT(rest, UnorderedElementsAre(3, 4, 5, 6));
  EXPECT_EQ(Acknowledged().size(), 6u);
}

TEST_F(SharedWatcherTest, BrokenConnectionsLoseNothing) {
  Add(40);
  server_.most_in_batch = 4;
  server_.break_watch_after = 3;
  auto watcher = Join();
  std::vector<int64_t> seen;
  while (seen.size() < 40) {
    seen.push_back(NextMatch(*watcher));
    ASSERT_NE(seen.back(), 0);
    watcher->Acknowledge(seen.back());
  }
  EXPECT_OK(watcher->Flush());
  EXPECT_EQ(std::set<int64_t>(seen.begin(), seen.end()).size(), 40u);
  EXPECT_EQ(Acknowledged().size(), 40u);
  EXPECT_GT(server_.watches.size(), 3u);
}

TEST_F(SharedWatcherTest, AServerThatIsAwayIsToldLater) {
  Add(2);
  server_.refuse_acknowledgements = 2;
  auto watcher = Join();
  EXPECT_EQ(NextMatch(*watcher), 1);
  watcher->Acknowledge(1);
  EXPECT_THAT(watcher->Flush(), IsError(absl::StatusCode::kUnavailable, ""));
  EXPECT_EQ(NextMatch(*watcher), 2);
  watcher->Acknowledge(2);
  std::thread waiting([&] { EXPECT_EQ(NextMatch(*watcher), 0); });
  while (Acknowledged().size() < 2) absl::SleepFor(absl::Milliseconds(1));
  watcher->Cancel();
  waiting.join();
}

// Work that takes longer than the lease comes to another member, unless it
// says so in time.
TEST_F(SharedWatcherTest, ALeaseRunsOutUnlessItIsExtended) {
  request_.mutable_lease_duration()->set_nanos(300'000'000);
  Add(1);
  auto first = Join();
  EXPECT_EQ(NextMatch(*first), 1);
  auto second = Join();
  ASSERT_TRUE(second->Next()->has_caught_up());
  std::atomic<int64_t> got = 0;
  std::thread other([&] { got = NextMatch(*second); });
  for (int i = 0; i < 8; ++i) {
    absl::SleepFor(absl::Milliseconds(100));
    first->Extend(1);
    EXPECT_OK(first->Flush());
  }
  EXPECT_EQ(got, 0);
  // Only one of the two streams gets it then, which may be the first.
  std::thread same([&] {
    if (const int64_t again = NextMatch(*first)) got = again;
  });
  while (got == 0) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_EQ(got, 1);
  first->Cancel();
  second->Cancel();
  other.join();
  same.join();
}

TEST_F(SharedWatcherTest, CancelKeepsWhatIsInHandUntilTheEnd) {
  Add(3);
  auto watcher = Join();
  EXPECT_EQ(NextMatch(*watcher), 1);
  ASSERT_TRUE(watcher->has_next());
  watcher->Cancel();
  EXPECT_THAT(watcher->Next(), IsError(absl::StatusCode::kCancelled, ""));
  auto other = Join();
  // Everything is held still.
  EXPECT_TRUE(other->Next()->has_caught_up());
  watcher->Acknowledge(1);
  EXPECT_OK(watcher->Flush());
  watcher.reset();
  EXPECT_EQ(NextMatch(*other), 2);
  EXPECT_EQ(NextMatch(*other), 3);
}

TEST_F(SharedWatcherTest, AGroupThatIsDeletedEndsIt) {
  Add(1);
  auto watcher = Join();
  EXPECT_EQ(NextMatch(*watcher), 1);
  v1::DeleteShareGroupRequest remove;
  remove.set_name(kName);
  remove.set_share_group("workers");
  EXPECT_OK(client_.DeleteShareGroup(remove));
  EXPECT_THAT(client_.DeleteShareGroup(remove),
              HasReason("SHARE_GROUP_NOT_FOUND"));
  absl::StatusOr<v1::WatchResponse> event = watcher->Next();
  while (event.ok()) event = watcher->Next();
  EXPECT_THAT(event, HasReason("SHARE_GROUP_NOT_FOUND"));
  EXPECT_EQ(watcher->Next().status(), event.status());
}

}  // namespace
}  // namespace paperwire
