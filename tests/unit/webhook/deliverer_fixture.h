// What tests of deliveries stand on: a clock that stands, a receiver that
// answers what it is told, and a real store.

#ifndef PAPERWIRE_TESTS_UNIT_WEBHOOK_DELIVERER_FIXTURE_H_
#define PAPERWIRE_TESTS_UNIT_WEBHOOK_DELIVERER_FIXTURE_H_

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "service/base/strings.h"
#include "service/webhook/deliverer.h"
#include "service/webhook/tables.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::webhook {

inline constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

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
                           v1::WebhookDelivery::STATE_UNSPECIFIED, 10000);
  }

  TempFolder folder_;
  ManualClock clock_{absl::FromUnixSeconds(1700000000)};
  store::StoreOptions options_;
  int copies_ = 0;
  FakePoster poster_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Deliverer> deliverer_;
};

}  // namespace paperwire::webhook

#endif  // PAPERWIRE_TESTS_UNIT_WEBHOOK_DELIVERER_FIXTURE_H_
