// Deliveries with a clock that stands and a receiver that answers what it is
// told; the store is a real one.

#include "service/webhook/deliverer.h"

#include <algorithm>
#include <filesystem>
#include <future>
#include <map>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "service/base/strings.h"
#include "service/journal/compaction.h"
#include "service/standing/forget.h"
#include "service/webhook/signature.h"
#include "service/webhook/tables.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::webhook {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using v1::WebhookDelivery;

constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

struct Posted {
  int64_t key = 0;
  std::string url;
  std::string id;
  std::string timestamp;
  std::string signature;
  std::string body;
  nlohmann::json json;

  std::vector<std::string> titles() const {
    std::vector<std::string> titles;
    for (const auto& match : json["matches"]) {
      titles.push_back(match["paper"]["title"]);
    }
    return titles;
  }
};

// Keeps what was posted until it is told the answer.
class FakePoster : public Poster {
 public:
  void Post(int64_t key, PostRequest request) override {
    Posted posted;
    posted.key = key;
    posted.url = request.url;
    for (const std::string& header : request.headers) {
      const size_t colon = header.find(": ");
      const std::string name = header.substr(0, colon);
      const std::string value = header.substr(colon + 2);
      if (name == "webhook-id") posted.id = value;
      if (name == "webhook-timestamp") posted.timestamp = value;
      if (name == "webhook-signature") posted.signature = value;
    }
    posted.body = request.body;
    posted.json = nlohmann::json::parse(request.body);
    waiting.push_back(std::move(posted));
  }

  std::vector<std::pair<int64_t, PostAnswer>> Wait(
      absl::Duration time) override {
    std::vector<std::pair<int64_t, PostAnswer>> answers;
    answers.swap(answers_);
    if (!answers.empty()) return answers;
    MutexLock lock(&mutex_);
    lock.AwaitFor(std::chrono::milliseconds(std::clamp<int64_t>(
                      absl::ToInt64Milliseconds(time), 0, 1)),
                  [this]()
                      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return woken_; });
    woken_ = false;
    return answers;
  }

  void Wake() override {
    MutexLock lock(&mutex_);
    woken_ = true;
    lock.Changed();
  }

  void Abandon() override { waiting.clear(); }

  // Answers the oldest post that waits.
  Posted Answer(PostAnswer answer) {
    Posted posted = std::move(waiting.front());
    waiting.erase(waiting.begin());
    answers_.emplace_back(posted.key, std::move(answer));
    return posted;
  }

  std::vector<Posted> waiting;

 private:
  std::vector<std::pair<int64_t, PostAnswer>> answers_;
  Mutex mutex_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
};

class DelivererTest : public testing::Test {
 protected:
  DelivererTest() {
    options_.folder = folder_.path() + "/0";
    options_.side_tables.push_back(WebhookTables());
    Open();
  }

  void Open() {
    absl::StatusOr<std::unique_ptr<store::Store>> store =
        store::Store::Open(options_, &clock_);
    EXPECT_OK(store);
    store_ = *std::move(store);
    deliverer_ = std::make_unique<Deliverer>(store_.get(), &poster_, &clock_);
    EXPECT_OK(deliverer_->Load());
  }

  void Close() {
    deliverer_.reset();
    store_.reset();
    poster_.waiting.clear();
  }

  // Goes on as a process does that was killed.
  void Crash() {
    const std::string copy = folder_.path() + "/" + StrCat(++copies_);
    std::filesystem::copy(options_.folder, copy,
                          std::filesystem::copy_options::recursive);
    Close();
    options_.folder = copy;
    Open();
  }

  template <typename T, typename F>
  absl::StatusOr<T> Await(F start) {
    std::promise<absl::StatusOr<T>> answer;
    start(
        [&](absl::StatusOr<T> result) { answer.set_value(std::move(result)); });
    return answer.get_future().get();
  }

  static v1::Webhook Hook() {
    v1::Webhook webhook;
    webhook.set_url("https://example.org/hook");
    webhook.set_secret(kSecret);
    return webhook;
  }

  int64_t Subscribe(const std::string& id, const v1::Webhook& webhook,
                    const std::string& text = "pigeon") {
    v1::CreateSubscriptionRequest request;
    request.set_parent("users/local");
    request.set_subscription_id(id);
    request.mutable_subscription()->mutable_query()->set_text(text);
    *request.mutable_subscription()->mutable_webhook() = webhook;
    EXPECT_OK(Await<v1::Subscription>([&](auto done) {
      store_->CreateSubscription(request, std::move(done));
    }));
    const auto db = store_->journal().Take();
    return standing::NeedSubscription(**db, Name(id))->number;
  }

  static std::string Name(const std::string& id) {
    return "users/local/subscriptions/" + id;
  }

  absl::Status Update(const std::string& id, const v1::Webhook* webhook) {
    v1::UpdateSubscriptionRequest request;
    request.mutable_subscription()->set_name(Name(id));
    if (webhook != nullptr) {
      *request.mutable_subscription()->mutable_webhook() = *webhook;
    }
    request.mutable_update_mask()->add_paths("webhook");
    return Await<v1::Subscription>([&](auto done) {
             store_->UpdateSubscription(request, std::move(done));
           })
        .status();
  }

  void SetState(const std::string& id, v1::Subscription::State state) {
    EXPECT_OK(Await<v1::Subscription>([&](auto done) {
      store_->SetSubscriptionState(Name(id), "", state, std::move(done));
    }));
  }

  v1::Subscription Read(const std::string& id) {
    const auto db = store_->journal().Take();
    const auto row = standing::NeedSubscription(**db, Name(id));
    return *standing::ReadSubscription(**db, *row, row->sequence);
  }

  // The last sequence number of the import.
  int64_t Import(const std::vector<std::string>& titles) {
    v1::ImportPapersRequest request;
    for (const std::string& title : titles) {
      request.add_items()->mutable_paper()->set_title(title);
    }
    const auto response = Await<v1::ImportPapersResponse>(
        [&](auto done) { store_->Import(request, std::move(done)); });
    EXPECT_OK(response);
    return response->sequence();
  }

  void Record(std::function<absl::Status(store::Transaction&)> apply) {
    EXPECT_OK(Await<bool>([&](auto done) {
      store_->Record(store::MakeJob<bool>(
          [&](store::Transaction& t) -> absl::StatusOr<bool> {
            const absl::Status status = apply(t);
            if (!status.ok()) return status;
            return true;
          },
          std::move(done)));
    }));
  }

  bool Until(const std::function<bool()>& condition) {
    for (int i = 0; i < 10000; ++i) {
      if (condition()) return true;
      deliverer_->Turn(absl::Milliseconds(1));
    }
    return false;
  }

  // Lets everything happen that is going to.
  void Settle() {
    for (int i = 0; i < 3; ++i) {
      Record([](store::Transaction&) { return absl::OkStatus(); });
      for (int j = 0; j < 5; ++j) deliverer_->Turn(absl::ZeroDuration());
    }
  }

  bool UntilPosted() {
    return Until([&] { return !poster_.waiting.empty(); });
  }

  // Waits for a post, answers it, and waits until that is noted.
  Posted Take(const PostAnswer& answer) {
    EXPECT_TRUE(UntilPosted());
    Posted posted = poster_.Answer(answer);
    Settle();
    return posted;
  }
  Posted Take(int http_status) { return Take({.http_status = http_status}); }

  WebhookRow Row(int64_t number) {
    const auto db = store_->journal().Take();
    const auto row = FindWebhook(**db, number);
    EXPECT_TRUE(row.ok() && row->has_value());
    return **row;
  }

  std::vector<DeliveryRow> History(int64_t number) {
    const auto db = store_->journal().Take();
    return *ListDeliveries(**db, number, INT64_MAX,
                           WebhookDelivery::STATE_UNSPECIFIED, 10000);
  }

  TempFolder folder_;
  ManualClock clock_{absl::FromUnixSeconds(1700000000)};
  store::StoreOptions options_;
  int copies_ = 0;
  FakePoster poster_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Deliverer> deliverer_;
};

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
