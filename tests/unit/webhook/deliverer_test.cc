// What is posted, and when it is held back.

#include "service/webhook/signature.h"
#include "tests/unit/webhook/deliverer_fixture.h"

namespace paperwire::webhook {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using v1::WebhookDelivery;

TEST_F(DelivererTest, PostsWhatIsNews) {
  Import({"An old pigeon"});
  const int64_t number = Subscribe("a", Hook());
  const int64_t last = Import({"A pigeon", "A sparrow", "A pigeon again"});
  const Posted posted = Take(200);
  EXPECT_EQ(posted.url, "https://example.org/hook");
  EXPECT_EQ(posted.id, StrCat("dl-", number, "-", last));
  EXPECT_EQ(posted.timestamp, "1700000000");
  EXPECT_EQ(posted.signature,
            Sign(*DecodeSecret(kSecret), posted.id, 1700000000, posted.body));
  EXPECT_EQ(posted.json["id"], posted.id);
  EXPECT_EQ(posted.json["subscription"], Name("a"));
  EXPECT_EQ(posted.json["attempt"], 1);
  EXPECT_THAT(posted.titles(), ElementsAre("A pigeon", "A pigeon again"));
  const auto& match = posted.json["matches"][1];
  EXPECT_EQ(match["sequence"], StrCat(last));
  EXPECT_EQ(match["created"], true);
  EXPECT_EQ(match["highlights"][0]["field"], "title");
  EXPECT_EQ(match["store_time"], "2023-11-14T22:13:20Z");
  EXPECT_FALSE(match.contains("resume_token"));

  EXPECT_EQ(Row(number).sequence, last);
  EXPECT_EQ(Row(number).last_success, clock_.Now());
  const std::vector<DeliveryRow> history = History(number);
  ASSERT_EQ(history.size(), 1);
  EXPECT_EQ(history[0].state, WebhookDelivery::STATE_DELIVERED);
  EXPECT_EQ(history[0].first, last - 2);
  EXPECT_EQ(history[0].matches, 2);
  EXPECT_EQ(history[0].attempts, 1);
  EXPECT_EQ(history[0].http_status, 200);
  Settle();
  EXPECT_THAT(poster_.waiting, IsEmpty());
}

TEST_F(DelivererTest, ReducesPapersToTheMask) {
  v1::Webhook hook = Hook();
  hook.mutable_read_mask()->add_paths("name");
  Subscribe("a", hook);
  Import({"A pigeon"});
  const Posted posted = Take(204);
  EXPECT_EQ(posted.json["matches"][0]["paper"].size(), 1);
  EXPECT_TRUE(posted.json["matches"][0]["paper"].contains("name"));
}

TEST_F(DelivererTest, NoMoreThanTheBatchAndInOrder) {
  v1::Webhook hook = Hook();
  hook.set_max_batch_size(2);
  const int64_t number = Subscribe("a", hook);
  Import({"pigeon 1", "pigeon 2", "pigeon 3", "pigeon 4", "pigeon 5"});
  EXPECT_THAT(Take(200).titles(), ElementsAre("pigeon 1", "pigeon 2"));
  EXPECT_THAT(Take(299).titles(), ElementsAre("pigeon 3", "pigeon 4"));
  EXPECT_THAT(Take(200).titles(), ElementsAre("pigeon 5"));
  EXPECT_EQ(History(number).size(), 3);
}

TEST_F(DelivererTest, HeldBackAndMadeUpFor) {
  const int64_t number = Subscribe("a", Hook());
  SetState("a", v1::Subscription::STATE_PAUSED);
  Import({"pigeon 1"});
  Settle();
  EXPECT_THAT(poster_.waiting, IsEmpty());
  EXPECT_THAT(History(number), IsEmpty());
  SetState("a", v1::Subscription::STATE_ACTIVE);
  EXPECT_THAT(Take(200).titles(), ElementsAre("pigeon 1"));

  v1::Webhook hook = Hook();
  hook.set_disabled(true);
  ASSERT_OK(Update("a", &hook));
  Import({"pigeon 2"});
  Import({"pigeon 3"});
  Settle();
  EXPECT_THAT(poster_.waiting, IsEmpty());
  hook.set_disabled(false);
  hook.clear_secret();
  ASSERT_OK(Update("a", &hook));
  const Posted posted = Take(200);
  EXPECT_THAT(posted.titles(), ElementsAre("pigeon 2", "pigeon 3"));
  EXPECT_EQ(posted.signature,
            Sign(*DecodeSecret(kSecret), posted.id, 1700000000, posted.body));
}

TEST_F(DelivererTest, ALaterWebhookBeginsWhereItWasAdded) {
  v1::CreateSubscriptionRequest request;
  request.set_parent("users/local");
  request.set_subscription_id("a");
  request.mutable_subscription()->mutable_query()->set_text("pigeon");
  ASSERT_OK(Await<v1::Subscription>([&](auto done) {
    store_->CreateSubscription(request, std::move(done));
  }));
  Import({"pigeon 1"});
  v1::Webhook hook = Hook();
  hook.clear_secret();
  EXPECT_THAT(Update("a", &hook),
              IsError(absl::StatusCode::kInvalidArgument, "needs a secret"));
  hook = Hook();
  ASSERT_OK(Update("a", &hook));
  Import({"pigeon 2"});
  EXPECT_THAT(Take(200).titles(), ElementsAre("pigeon 2"));
  // Without it there are no rows; another one begins anew.
  ASSERT_OK(Update("a", nullptr));
  Import({"pigeon 3"});
  EXPECT_THAT(History(1), IsEmpty());
  ASSERT_OK(Update("a", &hook));
  Import({"pigeon 4"});
  EXPECT_THAT(Take(200).titles(), ElementsAre("pigeon 4"));
}

TEST_F(DelivererTest, AChangedUrlKeepsThePlaceAndIsTriedAtOnce) {
  Subscribe("a", Hook());
  Import({"pigeon 1"});
  const Posted first = Take(500);
  v1::Webhook hook = Hook();
  hook.set_url("https://example.com/");
  ASSERT_OK(Update("a", &hook));
  const Posted second = Take(200);
  EXPECT_EQ(second.url, "https://example.com/");
  EXPECT_EQ(second.id, first.id);

  // Changed while a post is under way: what fails was the old one.
  Import({"pigeon 2"});
  ASSERT_TRUE(UntilPosted());
  hook.set_url("https://example.net/");
  ASSERT_OK(Update("a", &hook));
  poster_.Answer({.http_status = 500});
  EXPECT_EQ(Take(200).url, "https://example.net/");
}

TEST_F(DelivererTest, DeletedWhileItIsUnderWay) {
  const int64_t number = Subscribe("a", Hook());
  Import({"pigeon 1"});
  ASSERT_TRUE(UntilPosted());
  v1::DeleteSubscriptionRequest request;
  request.set_name(Name("a"));
  ASSERT_OK(Await<bool>([&](auto done) {
    store_->DeleteSubscription(request, std::move(done));
  }));
  poster_.Answer({.http_status = 500});
  Settle();
  EXPECT_THAT(History(number), IsEmpty());
  const auto db = store_->journal().Take();
  EXPECT_THAT(*ListWebhooks(**db), IsEmpty());
  clock_.Advance(absl::Hours(1));
  Import({"pigeon 2"});
  Settle();
  EXPECT_THAT(poster_.waiting, IsEmpty());
}

TEST_F(DelivererTest, TheHistoryIsCutShort) {
  v1::Webhook hook = Hook();
  hook.set_max_batch_size(1);
  hook.mutable_give_up_after()->set_seconds(60);
  const int64_t number = Subscribe("a", hook);
  std::vector<std::string> titles;
  for (int i = 0; i < 1250; ++i) titles.push_back(StrCat("pigeon ", i));
  Import(titles);
  Take(500);
  clock_.Advance(absl::Minutes(2));
  Take(500);
  for (int i = 1; i < 1250; ++i) {
    ASSERT_TRUE(UntilPosted());
    poster_.Answer({.http_status = 200});
  }
  Settle();
  std::vector<DeliveryRow> history = History(number);
  EXPECT_GE(history.size(), 1000u);
  EXPECT_LE(history.size(), 1100u + 1);
  EXPECT_EQ(history.back().state, WebhookDelivery::STATE_DEAD);
  // For thirty days.
  clock_.Advance(absl::Hours(24 * 31));
  for (int i = 0; i < 150; ++i) {
    Import({StrCat("later pigeon ", i)});
    ASSERT_TRUE(UntilPosted());
    poster_.Answer({.http_status = 200});
    ASSERT_TRUE(Until([&] { return Row(number).at_hand == 0; }));
  }
  EXPECT_EQ(History(number).back().state, WebhookDelivery::STATE_DELIVERED);
}

TEST_F(DelivererTest, StopsWithoutBeginningAnything) {
  deliverer_.reset();
  deliverer_ = std::make_unique<Deliverer>(store_.get(), &poster_, &clock_);
  const int64_t number = Subscribe("a", Hook());
  const int64_t last = Import({"pigeon 1"});
  deliverer_->BeginStop(absl::InfiniteFuture());
  ASSERT_OK(deliverer_->Load());
  Settle();
  EXPECT_THAT(poster_.waiting, IsEmpty());
  deliverer_->Stop();
  deliverer_ = std::make_unique<Deliverer>(store_.get(), &poster_, &clock_);
  ASSERT_OK(deliverer_->Load());
  ASSERT_TRUE(UntilPosted());
  Import({"pigeon 2"});
  // What is under way is noted, and nothing follows it.
  deliverer_->BeginStop(absl::InfiniteFuture());
  Take(200);
  EXPECT_EQ(Row(number).sequence, last);
  EXPECT_THAT(poster_.waiting, IsEmpty());
  EXPECT_EQ(History(number).size(), 1);
}

TEST_F(DelivererTest, ItsThreadEndsInTime) {
  deliverer_.reset();
  Subscribe("a", Hook());
  Import({"pigeon 1"});
  Deliverer real(store_.get(), &poster_, Clock::Real());
  ASSERT_OK(real.Start());
  Import({"pigeon 2"});
  absl::Time begin = absl::Now();
  real.BeginStop(begin + absl::Milliseconds(50));
  real.Stop();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(10));
  // With nothing under way, at once.
  Deliverer idle(store_.get(), &poster_, Clock::Real());
  SetState("a", v1::Subscription::STATE_PAUSED);
  ASSERT_OK(idle.Start());
  absl::SleepFor(absl::Milliseconds(20));
  begin = absl::Now();
  idle.BeginStop(begin + absl::Minutes(1));
  idle.Stop();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(10));
}

}  // namespace
}  // namespace paperwire::webhook
