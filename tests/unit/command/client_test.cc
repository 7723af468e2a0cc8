// The client library against a server that breaks off.

#include "client/cpp/client/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "client/cpp/client/backoff.h"
#include "client/cpp/client/uuid.h"
#include "service/base/error_details.h"
#include "tests/unit/command/fake_server.h"
#include "tests/unit/command/run_command.h"
#include "tests/unit/status_matchers.h"

namespace paperwire {
namespace {

using command::MakePaper;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

v1::ImportPapersRequest MakeBatch(int first, int count) {
  v1::ImportPapersRequest batch;
  for (int i = first; i < first + count; ++i) {
    v1::ImportItem* item = batch.add_items();
    item->set_line(i);
    *item->mutable_paper() =
        MakePaper("paper " + std::to_string(i), "2501." + std::to_string(i));
  }
  return batch;
}

std::vector<std::string> Titles(FakeServer& server) {
  std::lock_guard<std::mutex> lock(server.mutex);
  std::vector<std::string> titles;
  for (const v1::Paper& paper : server.papers) titles.push_back(paper.title());
  return titles;
}

TEST(ClientTest, ErrorsKeepMessageFieldAndReason) {
  FakeServer server;
  Client client({.address = server.address()});
  v1::SearchRequest request;
  request.mutable_query()->set_text("\"open");
  const absl::Status bad = client.Search(request).status();
  EXPECT_THAT(bad, IsError(absl::StatusCode::kInvalidArgument,
                           "Unclosed quote at character 1"));
  EXPECT_EQ(FieldOf(bad), "query.text");
  EXPECT_THAT(bad, HasReason("INVALID_QUERY"));

  v1::GetPaperRequest get;
  get.set_name("papers/none");
  const absl::Status missing = client.GetPaper(get).status();
  EXPECT_THAT(missing, IsError(absl::StatusCode::kNotFound, "papers/none"));
  EXPECT_EQ(FieldOf(missing), std::nullopt);
  ASSERT_THAT(missing, HasReason("PAPER_NOT_FOUND"));
  EXPECT_EQ(ReasonOf(missing)->facts.at("name"), "papers/none");
}

TEST(ClientTest, NoServerIsUnavailable) {
  Client client({.address = "localhost:1"});
  EXPECT_THAT(client.GetServerInfo(),
              IsError(absl::StatusCode::kUnavailable, "refused"));
}

TEST(ClientTest, CallsEndWithTheirTimeout) {
  FakeServer server;
  server.delay_info_ms = 300;
  Client client(
      {.address = server.address(), .timeout = absl::Milliseconds(20)});
  EXPECT_THAT(client.GetServerInfo(),
              IsError(absl::StatusCode::kDeadlineExceeded, ""));
}

TEST(ClientTest, ExportsEndWithTheErrorOfTheSink) {
  FakeServer server;
  for (int i = 0; i < 50; ++i) server.Add(MakePaper("x", std::to_string(i)));
  Client client({.address = server.address()});
  int parts = 0;
  const absl::Status status =
      client.ExportPapers({}, [&](v1::ExportPapersResponse) {
        return ++parts == 3 ? absl::AbortedError("enough") : absl::OkStatus();
      });
  EXPECT_THAT(status, IsError(absl::StatusCode::kAborted, "enough"));
  EXPECT_EQ(parts, 3);
}

TEST(ClientTest, SubscriptionsAreCreatedChangedAndDeleted) {
  FakeServer server;
  Client client({.address = server.address()});
  v1::CreateSubscriptionRequest create;
  create.set_parent("users/local");
  create.set_subscription_id("robots");
  create.mutable_subscription()->mutable_query()->set_text("robot");
  const absl::StatusOr<v1::Subscription> made =
      client.CreateSubscription(create);
  ASSERT_OK(made);
  EXPECT_EQ(made->name(), "users/local/subscriptions/robots");
  EXPECT_THAT(client.CreateSubscription(create),
              HasReason("SUBSCRIPTION_EXISTS"));

  v1::UpdateSubscriptionRequest update;
  update.mutable_subscription()->set_name(made->name());
  update.mutable_subscription()->set_display_name("Robots");
  update.mutable_update_mask()->add_paths("display_name");
  const absl::StatusOr<v1::Subscription> updated =
      client.UpdateSubscription(update);
  ASSERT_OK(updated);
  EXPECT_EQ(updated->display_name(), "Robots");
  EXPECT_EQ(updated->query().text(), "robot");

  v1::PauseSubscriptionRequest pause;
  pause.set_name(made->name());
  pause.set_etag(made->etag());
  EXPECT_THAT(client.PauseSubscription(pause), HasReason("ETAG_MISMATCH"));
  pause.set_etag(updated->etag());
  EXPECT_EQ(client.PauseSubscription(pause)->state(),
            v1::Subscription::STATE_PAUSED);
  v1::ResumeSubscriptionRequest resume;
  resume.set_name(made->name());
  EXPECT_EQ(client.ResumeSubscription(resume)->state(),
            v1::Subscription::STATE_ACTIVE);

  v1::DeleteSubscriptionRequest remove;
  remove.set_name(made->name());
  EXPECT_OK(client.DeleteSubscription(remove));
  v1::GetSubscriptionRequest get;
  get.set_name(made->name());
  EXPECT_THAT(client.GetSubscription(get), HasReason("SUBSCRIPTION_NOT_FOUND"));
}

TEST(ClientTest, SubscriptionsAreListedPageByPage) {
  FakeServer server;
  Client client({.address = server.address()});
  EXPECT_TRUE(client.ListSubscriptions({})->empty());
  v1::CreateSubscriptionRequest create;
  create.set_parent("users/local");
  for (int i = 0; i < 7; ++i) {
    (*create.mutable_subscription()->mutable_labels())["odd"] =
        i % 2 == 1 ? "yes" : "no";
    ASSERT_OK(client.CreateSubscription(create));
  }
  server.most_in_page = 2;
  v1::ListSubscriptionsRequest list;
  list.set_parent("users/local");
  EXPECT_EQ(client.ListSubscriptions(list)->size(), 7u);
  EXPECT_EQ(server.subscription_lists.size(), 5u);
  (*list.mutable_labels())["odd"] = "yes";
  EXPECT_EQ(client.ListSubscriptions(list)->size(), 3u);
}

TEST(ClientTest, PreviewsSayWhatWouldHaveCome) {
  FakeServer server;
  server.preview_response.set_total_match_count(12);
  Client client({.address = server.address()});
  v1::PreviewSubscriptionRequest preview;
  preview.mutable_query()->set_text("robot");
  EXPECT_EQ(client.PreviewSubscription(preview)->total_match_count(), 12);
  server.history_too_short = true;
  EXPECT_THAT(client.PreviewSubscription(preview),
              HasReason("HISTORY_TOO_SHORT"));
}

TEST(ImportStreamTest, AcknowledgesInOrder) {
  FakeServer server;
  Client client({.address = server.address()});
  std::vector<int64_t> lines;
  auto stream = client.ImportPapers(
      {.window = 2,
       .on_acknowledged = [&](const v1::ImportPapersRequest& batch,
                              const v1::ImportPapersResponse& answer) {
         EXPECT_EQ(batch.request_id(), answer.request_id());
         for (const auto& verdict : answer.verdicts()) {
           lines.push_back(verdict.line());
         }
       }});
  for (int i = 0; i < 10; ++i) ASSERT_OK(stream->Send(MakeBatch(i * 2, 2)));
  ASSERT_OK(stream->Finish());
  EXPECT_OK(stream->Finish());
  ASSERT_EQ(lines.size(), 20u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(lines[static_cast<size_t>(i)], i);
  EXPECT_EQ(server.import_streams, 1);
}

TEST(ImportStreamTest, AnEmptyImportIsFine) {
  FakeServer server;
  Client client({.address = server.address()});
  EXPECT_OK(client.ImportPapers()->Finish());
}

// The connection breaks with batches on their way, before or after the server
// applied the one at the break: each is applied once.
TEST(ImportStreamTest, SendsAgainWhatWasNotAcknowledged) {
  for (const bool before_answer : {false, true}) {
    for (int after = 0; after < 6; ++after) {
      SCOPED_TRACE(after);
      FakeServer server;
      server.break_import_after = after;
      server.break_before_answer = before_answer;
      Client client({.address = server.address()});
      int64_t verdicts = 0;
      std::atomic<int> retries = 0;
      auto stream =
          client.ImportPapers({.window = 3,
                               .first_wait = absl::Milliseconds(1),
                               .on_acknowledged =
                                   [&](const v1::ImportPapersRequest&,
                                       const v1::ImportPapersResponse& answer) {
                                     verdicts += answer.verdicts_size();
                                   },
                               .on_retry = [&](const absl::Status&,
                                               absl::Duration) { ++retries; }});
      for (int i = 0; i < 6; ++i) ASSERT_OK(stream->Send(MakeBatch(i, 1)));
      ASSERT_OK(stream->Finish());
      EXPECT_EQ(verdicts, 6);
      EXPECT_EQ(retries, 1);
      EXPECT_EQ(server.import_streams, 2);
      EXPECT_THAT(Titles(server), ElementsAre("paper 0", "paper 1", "paper 2",
                                              "paper 3", "paper 4", "paper 5"));
      std::set<std::string> distinct(server.batch_ids.begin(),
                                     server.batch_ids.end());
      EXPECT_EQ(distinct.size(), 6u);
      EXPECT_EQ(server.batch_ids.size(), before_answer ? 7u : 6u);
    }
  }
}

TEST(ImportStreamTest, SurvivesAServerThatIsGoneForAWhile) {
  FakeServer server;
  Client client({.address = server.address()});
  auto stream = client.ImportPapers({.first_wait = absl::Milliseconds(5),
                                     .longest_wait = absl::Milliseconds(20)});
  ASSERT_OK(stream->Send(MakeBatch(0, 1)));
  server.Stop();
  ASSERT_OK(stream->Send(MakeBatch(1, 1)));
  absl::SleepFor(absl::Milliseconds(50));
  server.Start();
  ASSERT_OK(stream->Finish());
  EXPECT_THAT(Titles(server), ElementsAre("paper 0", "paper 1"));
}

TEST(ImportStreamTest, GivesUpInTheEnd) {
  FakeServer server;
  Client client({.address = server.address()});
  server.Stop();
  auto stream = client.ImportPapers({.give_up_after = absl::Milliseconds(50),
                                     .first_wait = absl::Milliseconds(5)});
  stream->Send(MakeBatch(0, 1)).IgnoreError();
  EXPECT_THAT(stream->Finish(), IsError(absl::StatusCode::kUnavailable, ""));
}

TEST(ImportStreamTest, WhatTheServerRefusesIsFinal) {
  FakeServer server;
  server.refuse_imports = true;
  Client client({.address = server.address()});
  auto stream = client.ImportPapers({.window = 1});
  absl::Status status;
  while (status.ok()) status = stream->Send(MakeBatch(0, 1));
  EXPECT_THAT(status,
              IsError(absl::StatusCode::kFailedPrecondition, "read-only"));
  EXPECT_THAT(status, HasReason("READ_ONLY"));
  EXPECT_EQ(stream->Finish(), status);
  EXPECT_EQ(server.import_streams, 1);
}

TEST(ImportStreamTest, CancelEndsASendThatWaits) {
  FakeServer server;
  Client client({.address = server.address()});
  server.Stop();
  auto stream = client.ImportPapers({.window = 1});
  ASSERT_OK(stream->Send(MakeBatch(0, 1)));
  std::thread sender([&] {
    EXPECT_THAT(stream->Send(MakeBatch(1, 1)),
                IsError(absl::StatusCode::kCancelled, ""));
  });
  stream->Cancel();
  sender.join();
}

TEST(WatcherTest, ResumesByItselfAndMissesNothing) {
  FakeServer server;
  server.most_in_batch = 1;
  for (int i = 1; i <= 20; ++i) {
    server.Add(MakePaper("x" + std::to_string(i), std::to_string(i)));
  }
  server.break_watch_after = 3;
  Client client({.address = server.address()});
  v1::WatchRequest request;
  request.set_position(v1::WatchRequest::POSITION_BEGINNING);
  int retries = 0;
  auto watcher = client.Watch(
      request,
      {.first_wait = absl::Milliseconds(1),
       .on_retry = [&](const absl::Status&, absl::Duration) { ++retries; }});
  std::vector<int64_t> sequences;
  while (true) {
    const absl::StatusOr<v1::WatchResponse> event = watcher->Next();
    ASSERT_OK(event);
    if (event->has_caught_up()) break;
    sequences.push_back(event->match().sequence());
    EXPECT_EQ(watcher->resume_token(),
              "token-" + std::to_string(sequences.back()));
  }
  ASSERT_EQ(sequences.size(), 20u);
  for (size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(sequences[i], static_cast<int64_t>(i + 1));
  }
  EXPECT_EQ(retries, 6);
  ASSERT_EQ(server.watches.size(), 7u);
  EXPECT_TRUE(server.watches[0].has_position());
  EXPECT_EQ(server.watches[1].resume_token(), "token-3");
  EXPECT_EQ(server.watches[6].resume_token(), "token-18");
}

// Batches are taken apart: each match comes alone, with its own token, and a
// connection that breaks between two batches loses and doubles nothing.
TEST(WatcherTest, HandsOutBatchesOneByOne) {
  FakeServer server;
  for (int i = 1; i <= 20; ++i) {
    server.Add(MakePaper("x" + std::to_string(i), std::to_string(i)));
  }
  server.most_in_batch = 7;
  server.break_watch_after = 1;
  Client client({.address = server.address()});
  v1::WatchRequest request;
  request.set_position(v1::WatchRequest::POSITION_BEGINNING);
  auto watcher = client.Watch(request, {.first_wait = absl::Milliseconds(1)});
  EXPECT_FALSE(watcher->has_next());
  std::vector<int64_t> ends;
  for (int64_t i = 1; i <= 20; ++i) {
    const absl::StatusOr<v1::WatchResponse> event = watcher->Next();
    ASSERT_OK(event);
    EXPECT_EQ(event->match().sequence(), i);
    EXPECT_EQ(watcher->resume_token(), "token-" + std::to_string(i));
    if (!watcher->has_next()) ends.push_back(i);
  }
  EXPECT_THAT(ends, ElementsAre(7, 14, 20));
  EXPECT_TRUE(watcher->Next()->has_caught_up());
  EXPECT_EQ(server.watches[0].max_batch_size(), 100);
  EXPECT_EQ(server.watches[1].resume_token(), "token-7");
}

TEST(WatcherTest, AsksForTheBatchesThatItIsToldTo) {
  FakeServer server;
  Client client({.address = server.address()});
  EXPECT_TRUE(client.Watch({}, {.batch_size = 5})->Next()->has_caught_up());
  v1::WatchRequest request;
  request.set_max_batch_size(3);
  EXPECT_TRUE(client.Watch(request)->Next()->has_caught_up());
  EXPECT_EQ(server.watches[0].max_batch_size(), 5);
  EXPECT_EQ(server.watches[1].max_batch_size(), 3);
}

TEST(WatcherTest, CancelDropsTheRestOfABatch) {
  FakeServer server;
  for (int i = 1; i <= 5; ++i) server.Add(MakePaper("x", std::to_string(i)));
  Client client({.address = server.address()});
  v1::WatchRequest request;
  request.set_position(v1::WatchRequest::POSITION_BEGINNING);
  auto watcher = client.Watch(request);
  ASSERT_TRUE(watcher->Next()->has_match());
  ASSERT_TRUE(watcher->has_next());
  watcher->Cancel();
  EXPECT_THAT(watcher->Next(), IsError(absl::StatusCode::kCancelled, ""));
  EXPECT_FALSE(watcher->has_next());
  EXPECT_EQ(watcher->resume_token(), "token-1");
}

TEST(WatcherTest, FollowsASubscriptionFromItsCursor) {
  FakeServer server;
  server.Add(MakePaper("robot one", "1"));
  Client client({.address = server.address()});
  v1::CreateSubscriptionRequest create;
  create.set_parent("users/local");
  create.mutable_subscription()->mutable_query()->set_text("robot");
  const absl::StatusOr<v1::Subscription> made =
      client.CreateSubscription(create);
  ASSERT_OK(made);
  for (const char* title : {"robot two", "other", "robot three"}) {
    server.Add(MakePaper(title, title));
  }
  v1::WatchRequest request;
  request.set_subscription(made->name());
  auto watcher = client.Watch(request);
  EXPECT_EQ(watcher->Next()->match().paper().title(), "robot two");
  v1::CommitCursorRequest commit;
  commit.set_name(made->name());
  commit.set_resume_token(watcher->resume_token());
  EXPECT_EQ(client.CommitCursor(commit)->cursor().sequence(), 2);
  // Reading moved nothing; the commit did.
  EXPECT_EQ(client.Watch(request)->Next()->match().paper().title(),
            "robot three");
  {
    std::lock_guard<std::mutex> lock(server.mutex);
    server.subscriptions.clear();
  }
  EXPECT_THAT(client.Watch(request)->Next(),
              IsError(absl::StatusCode::kNotFound, made->name()));
}

TEST(WatcherTest, FindsAServerThatRestarts) {
  FakeServer server;
  server.Add(MakePaper("one", "1"));
  Client client({.address = server.address()});
  v1::WatchRequest request;
  request.set_position(v1::WatchRequest::POSITION_BEGINNING);
  auto watcher =
      client.Watch(request, {.first_wait = absl::Milliseconds(5),
                             .longest_wait = absl::Milliseconds(20)});
  ASSERT_TRUE(watcher->Next()->has_match());
  ASSERT_TRUE(watcher->Next()->has_caught_up());
  server.Stop();
  server.Add(MakePaper("two", "2"));
  server.Start();
  const absl::StatusOr<v1::WatchResponse> event = watcher->Next();
  ASSERT_OK(event);
  EXPECT_EQ(event->match().paper().title(), "two");
}

TEST(WatcherTest, ErrorsThatWillNotPassAreFinal) {
  FakeServer server;
  Client client({.address = server.address()});
  v1::WatchRequest request;
  request.set_resume_token("nonsense");
  auto watcher = client.Watch(request);
  const absl::Status status = watcher->Next().status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kInvalidArgument, "malformed"));
  EXPECT_EQ(FieldOf(status), "resume_token");
  EXPECT_EQ(watcher->Next().status(), status);
  EXPECT_EQ(server.watches.size(), 1u);
}

TEST(WatcherTest, CancelEndsANextThatWaits) {
  FakeServer server;
  Client client({.address = server.address()});
  // While it listens.
  auto listening = client.Watch({});
  ASSERT_TRUE(listening->Next()->has_caught_up());
  std::thread first([&] {
    EXPECT_THAT(listening->Next(),
                IsError(absl::StatusCode::kCancelled, "cancelled"));
  });
  absl::SleepFor(absl::Milliseconds(20));
  listening->Cancel();
  first.join();
  // While it waits for a server.
  server.Stop();
  absl::Notification waits;
  auto waiting =
      client.Watch({}, {.first_wait = absl::Minutes(5),
                        .longest_wait = absl::Minutes(5),
                        .on_retry = [&](const absl::Status&, absl::Duration) {
                          waits.Notify();
                        }});
  std::thread second([&] {
    EXPECT_THAT(waiting->Next(), IsError(absl::StatusCode::kCancelled, ""));
  });
  waits.WaitForNotification();
  waiting->Cancel();
  second.join();
}

TEST(WatcherTest, GivesUpWhenToldTo) {
  FakeServer server;
  Client client({.address = server.address()});
  server.Stop();
  auto watcher = client.Watch({}, {.give_up_after = absl::Milliseconds(30),
                                   .first_wait = absl::Milliseconds(5)});
  EXPECT_THAT(watcher->Next(), IsError(absl::StatusCode::kUnavailable, ""));
}

TEST(BackoffTest, DoublesUpToTheLongest) {
  Backoff backoff(absl::Milliseconds(100), absl::Milliseconds(400));
  for (const int64_t milliseconds : {100, 200, 400, 400}) {
    const absl::Duration wait = backoff.Next();
    EXPECT_GE(wait, absl::Milliseconds(milliseconds) * 0.75);
    EXPECT_LE(wait, absl::Milliseconds(milliseconds) * 1.25);
  }
  backoff.Reset();
  EXPECT_LE(backoff.Next(), absl::Milliseconds(125));
}

TEST(UuidTest, IsARandomUuid) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string uuid = RandomUuid();
    EXPECT_THAT(uuid, MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-"
                                   "[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    EXPECT_TRUE(seen.insert(uuid).second);
  }
}

}  // namespace
}  // namespace paperwire
