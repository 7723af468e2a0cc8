// What is not taken: tried again, given up, disabled, repeated after a crash.

#include <map>

#include "service/journal/compaction.h"
#include "service/standing/forget.h"
#include "tests/unit/webhook/deliverer_fixture.h"

namespace paperwire::webhook {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using v1::WebhookDelivery;

TEST_F(DelivererTest, TriesAgainAndLetsNobodyOvertake) {
  const int64_t number = Subscribe("a", Hook());
  Import({"pigeon 1"});
  const Posted first = Take(500);
  Import({"pigeon 2"});
  Settle();
  EXPECT_THAT(poster_.waiting, IsEmpty());
  EXPECT_EQ(Row(number).failed_attempts, 1);
  EXPECT_EQ(Row(number).last_error, "The answer was 500.");
  EXPECT_EQ(Row(number).sequence, 1);  // where it was added

  clock_.Advance(absl::Seconds(3));
  Settle();
  EXPECT_THAT(poster_.waiting, IsEmpty());
  clock_.Advance(absl::Seconds(2));
  const Posted second =
      Take({.http_status = 0, .error = "No answer within 15s."});
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.json["attempt"], 2);
  EXPECT_EQ(second.timestamp, "1700000005");
  EXPECT_EQ(second.json["matches"], first.json["matches"]);
  EXPECT_EQ(Row(number).last_error, "No answer within 15s.");
  EXPECT_EQ(Row(number).failed_attempts, 2);

  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(Take(200).titles(), ElementsAre("pigeon 1"));
  EXPECT_EQ(Row(number).failed_attempts, 0);
  EXPECT_EQ(Row(number).last_error, "");
  EXPECT_THAT(Take(200).titles(), ElementsAre("pigeon 2"));
  EXPECT_EQ(History(number)[1].attempts, 3);
}

TEST_F(DelivererTest, HeedsRetryAfter) {
  const int64_t number = Subscribe("a", Hook());
  Import({"pigeon"});
  Take({.http_status = 429, .retry_after = absl::Seconds(90)});
  EXPECT_EQ(Row(number).next_attempt, clock_.Now() + absl::Seconds(90));
}

TEST_F(DelivererTest, RedirectsAreFailures) {
  const int64_t number = Subscribe("a", Hook());
  Import({"pigeon"});
  Take(308);
  EXPECT_EQ(Row(number).last_error,
            "The answer was 308. Redirects are not followed: give the new "
            "address as url.");
}

TEST_F(DelivererTest, GivesUpAndGoesOn) {
  v1::Webhook hook = Hook();
  hook.mutable_give_up_after()->set_seconds(60);
  const int64_t number = Subscribe("a", hook);
  Import({"pigeon 1"});
  int attempts = 0;
  while (History(number).empty() ||
         History(number)[0].state == WebhookDelivery::STATE_PENDING) {
    ASSERT_LT(attempts, 10);
    EXPECT_EQ(Take(503).json["attempt"], ++attempts);
    clock_.Advance(absl::Seconds(20));
  }
  EXPECT_EQ(attempts, 4);  // after 0, 20, 40 and 60 seconds
  const auto db = store_->journal().Take();
  EXPECT_EQ(*CountDead(**db, number), 1);
  EXPECT_EQ(Row(number).sequence, History(number)[0].last);
  Import({"pigeon 2"});
  EXPECT_THAT(Take(200).titles(), ElementsAre("pigeon 2"));
  EXPECT_EQ(History(number)[1].state, WebhookDelivery::STATE_DEAD);
  EXPECT_EQ(History(number)[1].http_status, 503);
}

TEST_F(DelivererTest, GoneDisables) {
  const int64_t number = Subscribe("a", Hook());
  Import({"pigeon 1"});
  const Posted first = Take(410);
  EXPECT_TRUE(Read("a").webhook().disabled());
  EXPECT_EQ(Read("a").webhook().secret(), kSecret);
  EXPECT_FALSE(Row(number).next_attempt.has_value());
  EXPECT_THAT(Row(number).last_error, HasSubstr("disabled"));
  Import({"pigeon 2"});
  clock_.Advance(absl::Hours(100));
  Settle();
  EXPECT_THAT(poster_.waiting, IsEmpty());
  // Taken back: the same delivery, and its time begins anew.
  const v1::Webhook hook = Hook();
  ASSERT_OK(Update("a", &hook));
  EXPECT_EQ(Take(500).id, first.id);
  EXPECT_EQ(Row(number).failed_attempts, 2);
  clock_.Advance(absl::Seconds(10));
  EXPECT_EQ(Take(200).id, first.id);
  EXPECT_THAT(Take(200).titles(), ElementsAre("pigeon 2"));
}

TEST_F(DelivererTest, ACrashRepeatsTheSameDelivery) {
  const int64_t number = Subscribe("a", Hook());
  Import({"pigeon 1", "pigeon 2", "pigeon 3"});
  ASSERT_TRUE(UntilPosted());
  const Posted first = poster_.waiting[0];
  v1::Webhook hook = Hook();
  hook.set_max_batch_size(1);  // of later ones
  ASSERT_OK(Update("a", &hook));
  Import({"pigeon 4", "pigeon 5"});
  Crash();
  const Posted second = Take(500);
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.json["matches"], first.json["matches"]);
  const absl::Time next = *Row(number).next_attempt;
  Crash();
  EXPECT_EQ(Row(number).next_attempt, next);
  Settle();
  EXPECT_THAT(poster_.waiting, IsEmpty());
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(Take(200).json["matches"], first.json["matches"]);
  Crash();
  EXPECT_THAT(Take(200).titles(), ElementsAre("pigeon 4"));
  EXPECT_THAT(Take(200).titles(), ElementsAre("pigeon 5"));
  Settle();
  EXPECT_THAT(poster_.waiting, IsEmpty());
}

TEST_F(DelivererTest, OnceMoreComesAfterWhatWaits) {
  v1::Webhook hook = Hook();
  hook.mutable_give_up_after()->set_seconds(60);
  hook.set_max_batch_size(1);
  const int64_t number = Subscribe("a", hook);
  Import({"pigeon 1"});
  Take(500);
  clock_.Advance(absl::Minutes(2));
  const Posted dead = Take(500);
  Import({"pigeon 2", "pigeon 3"});
  ASSERT_TRUE(UntilPosted());
  const int64_t last = History(number).back().last;
  Record([&](store::Transaction& t) {
    return PostOnceMore(t.db, number, last, t.appender.last_sequence());
  });
  deliverer_->Wake(number);
  Import({"pigeon 4"});
  EXPECT_THAT(Take(200).titles(), ElementsAre("pigeon 2"));
  EXPECT_THAT(Take(200).titles(), ElementsAre("pigeon 3"));
  Posted again = Take(500);
  EXPECT_EQ(again.id, dead.id);
  EXPECT_EQ(again.json["attempt"], 3);
  // Once more is once.
  EXPECT_EQ(History(number).back().state, WebhookDelivery::STATE_DEAD);
  EXPECT_THAT(Take(200).titles(), ElementsAre("pigeon 4"));
  // With nothing else to do, at once; a crash does not lose it.
  Record([&](store::Transaction& t) {
    return PostOnceMore(t.db, number, last, t.appender.last_sequence());
  });
  Crash();
  EXPECT_EQ(Take(200).id, dead.id);
  EXPECT_EQ(History(number).back().state, WebhookDelivery::STATE_DELIVERED);
  const auto db = store_->journal().Take();
  EXPECT_EQ(*CountDead(**db, number), 0);
  EXPECT_EQ(Row(number).sequence, History(number).front().last);
  Settle();
  EXPECT_THAT(poster_.waiting, IsEmpty());
}

// Forgets entries as the journal's compaction does.
TEST_F(DelivererTest, WhatTheJournalLostIsNotedAndPassedOver) {
  v1::Webhook hook = Hook();
  hook.set_max_batch_size(2);
  hook.set_disabled(true);
  const int64_t number = Subscribe("a", hook);
  const int64_t first = Import({"pigeon 1"});
  Import({"pigeon 2", "pigeon 3"});
  Close();
  Open();  // everything is noted
  Record([&](store::Transaction& t) {
    const std::vector<journal::Superseded::Old> old = {
        {.sequence = first, .kind = journal::Kind::kCreated, .number = 1}};
    return standing::ForgetMatches(t.db, old);
  });
  hook.set_disabled(false);
  ASSERT_OK(Update("a", &hook));
  const Posted posted = Take(500);
  EXPECT_THAT(posted.titles(), ElementsAre("pigeon 2", "pigeon 3"));
  std::vector<DeliveryRow> history = History(number);
  ASSERT_EQ(history.size(), 2);
  EXPECT_EQ(history[1].state, WebhookDelivery::STATE_DEAD);
  EXPECT_EQ(history[1].last, first);
  EXPECT_THAT(history[1].error, HasSubstr("compacted"));

  // One at hand.
  Record([&](store::Transaction& t) {
    const std::vector<journal::Superseded::Old> old = {
        {.sequence = first + 2, .kind = journal::Kind::kCreated, .number = 3}};
    return standing::ForgetMatches(t.db, old);
  });
  clock_.Advance(absl::Seconds(10));
  Import({"pigeon 4"});
  EXPECT_THAT(Take(200).titles(), ElementsAre("pigeon 4"));
  history = History(number);
  ASSERT_EQ(history.size(), 3);
  EXPECT_EQ(history[1].state, WebhookDelivery::STATE_DEAD);
  EXPECT_EQ(history[1].attempts, 1);
  EXPECT_THAT(history[1].error, HasSubstr("compacted"));
}

TEST_F(DelivererTest, ManyAtOnceButThoseThatFailGetHalf) {
  constexpr int kHooks = 100;
  for (int i = 0; i < kHooks; ++i) Subscribe(StrCat("s", i), Hook());
  Import({"pigeon 1"});
  ASSERT_TRUE(
      Until([&] { return poster_.waiting.size() == Deliverer::kUnderWay; }));
  Settle();
  EXPECT_EQ(poster_.waiting.size(), Deliverer::kUnderWay);
  // The first 60 fail, the others take it.
  std::map<int64_t, int> taken;
  for (int i = 0; i < kHooks; ++i) {
    ASSERT_TRUE(UntilPosted());
    const Posted posted = poster_.waiting[0];
    ++taken[posted.key];
    poster_.Answer({.http_status = i < 60 ? 500 : 200});
    Settle();
    EXPECT_LE(poster_.waiting.size(), Deliverer::kUnderWay);
  }
  EXPECT_EQ(taken.size(), kHooks);
  clock_.Advance(absl::Seconds(6));
  Settle();
  EXPECT_EQ(poster_.waiting.size(), Deliverer::kUnderWay / 2);
  // They do not answer; the others go on.
  Import({"pigeon 2"});
  EXPECT_TRUE(
      Until([&] { return poster_.waiting.size() == Deliverer::kUnderWay; }));
  for (const Posted& posted : poster_.waiting) {
    EXPECT_EQ(posted.titles().size(), 1);
  }
}

}  // namespace
}  // namespace paperwire::webhook
