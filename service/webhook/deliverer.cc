#include "service/webhook/deliverer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/priority.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/webhook/payload.h"
#include "service/webhook/schedule.h"
#include "service/webhook/settings.h"
#include "service/webhook/signature.h"
#include "spdlog/spdlog.h"

namespace paperwire::webhook {
namespace {

using v1::WebhookDelivery;

// Slots that those have who failed.
constexpr int kSlowUnderWay = Deliverer::kUnderWay / 2;
// Subscriptions that are looked at before the posts under way go on.
constexpr int kLooksATurn = 32;
constexpr absl::Duration kLongestTurn = absl::Minutes(1);
constexpr int kGone = 410;

bool IsTaken(const PostAnswer& answer) {
  return answer.http_status >= 200 && answer.http_status < 300;
}

std::string ErrorOf(const PostAnswer& answer) {
  if (answer.http_status == 0) return answer.error;
  const std::string_view advice =
      answer.http_status == kGone ? " (Gone): the webhook is disabled."
      : answer.http_status >= 300 && answer.http_status < 400
          ? ". Redirects are not followed: give the new address as url."
          : ".";
  return StrCat("The answer was ", answer.http_status, advice);
}

// Unless the subscription is another one by now than the one that was read.
absl::Status Disable(store::Transaction& t, const v1::Subscription& read) {
  v1::UpdateSubscriptionRequest request;
  request.mutable_subscription()->set_name(read.name());
  request.mutable_subscription()->set_etag(read.etag());
  *request.mutable_subscription()->mutable_webhook() = read.webhook();
  request.mutable_subscription()->mutable_webhook()->set_disabled(true);
  request.mutable_update_mask()->add_paths("webhook");
  const absl::Status status =
      t.subscriptions.Update(request, t.changes).status();
  if (absl::IsAborted(status) || absl::IsNotFound(status) ||
      absl::IsInvalidArgument(status)) {
    return absl::OkStatus();
  }
  return status;
}

}  // namespace

Deliverer::Deliverer(store::Store* store, Poster* poster, Clock* clock)
    : store_(*store), poster_(*poster), clock_(*clock) {}

Deliverer::~Deliverer() { Stop(); }

absl::Status Deliverer::Load() {
  store_.OnSubscriptionChange([this](const journal::Change& change) {
    // What there is already listens for itself.
    if (change.subscription != nullptr && change.subscription->has_webhook()) {
      Wake(change.number);
    }
  });
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
  ASSIGN_OR_RETURN(std::vector<int64_t> numbers, ListWebhooks(*db));
  for (const int64_t number : numbers) Look(number);
  return absl::OkStatus();
}

absl::Status Deliverer::Start() {
  RETURN_IF_ERROR(Load());
  thread_ = std::thread([this] {
    StepBack(Priority::kTakeIn);
    while (!Ended()) Turn(kLongestTurn);
  });
  return absl::OkStatus();
}

void Deliverer::BeginStop(absl::Time deadline) {
  MutexLock lock(&mutex_);
  if (stopping_) return;
  stopping_ = true;
  deadline_ = deadline;
  poster_.Wake();
}

void Deliverer::Stop() {
  BeginStop(absl::InfinitePast());
  if (thread_.joinable()) thread_.join();
  // The writer still has to answer.
  while (recording_ > 0) Turn(absl::Milliseconds(10));
  poster_.Abandon();
  store_.OnSubscriptionChange(nullptr);
  targets_.clear();
}

bool Deliverer::Ended() {
  MutexLock lock(&mutex_);
  if (!draining_ || recording_ > 0 || !finished_.empty()) return false;
  return under_way_ == 0 || clock_.Now() >= deadline_;
}

void Deliverer::Wake(int64_t number) {
  MutexLock lock(&mutex_);
  woken_.insert(number);
  if (woken_.size() == 1) poster_.Wake();
}

void Deliverer::Turn(absl::Duration time) {
  absl::flat_hash_set<int64_t> woken;
  std::vector<std::function<void()>> finished;
  const absl::Time now = clock_.Now();
  {
    MutexLock lock(&mutex_);
    woken.swap(woken_);
    finished.swap(finished_);
    draining_ = stopping_;
    if (draining_) time = std::min(time, deadline_ - now);
  }
  for (const std::function<void()>& finish : finished) finish();
  for (const int64_t number : woken) Look(number);
  while (!due_.empty() && due_.begin()->first <= now) {
    Look(due_.begin()->second);
  }
  if (StartQueued() || (draining_ && under_way_ == 0)) {
    time = absl::ZeroDuration();
  }
  if (!due_.empty()) time = std::min(time, due_.begin()->first - now);
  for (const auto& [number, answer] :
       poster_.Wait(std::max(time, absl::ZeroDuration()))) {
    Answered(number, answer);
  }
}

void Deliverer::Look(int64_t number) {
  std::unique_ptr<Target>& target = targets_[number];
  if (target == nullptr) {
    target = std::make_unique<Target>();
    target->number = number;
  }
  SetDue(number, *target, absl::InfiniteFuture());
  target->again = true;
  if (target->under_way || target->queued) return;
  target->queued = true;
  (target->failing ? slow_queue_ : queue_).push_back(number);
}

bool Deliverer::StartQueued() {
  if (draining_) return false;
  for (int looks = 0; under_way_ < kUnderWay; ++looks) {
    const bool slow = !slow_queue_.empty() && slow_under_way_ < kSlowUnderWay;
    if (!slow && queue_.empty()) return false;
    if (looks == kLooksATurn) return true;
    std::deque<int64_t>& queue = slow ? slow_queue_ : queue_;
    const int64_t number = queue.front();
    queue.pop_front();
    Target& target = *targets_.at(number);
    target.queued = false;
    TakeSlot(target, slow);
    Proceed(number);
  }
  return false;
}

void Deliverer::TakeSlot(Target& target, bool slow) {
  if (!target.under_way) ++under_way_;
  target.under_way = true;
  if (slow && !target.slow_slot) ++slow_under_way_;
  target.slow_slot |= slow;
}

void Deliverer::Free(int64_t number) {
  Target& target = *targets_.at(number);
  target.under_way = false;
  --under_way_;
  if (target.slow_slot) --slow_under_way_;
  target.slow_slot = false;
  target.step.reset();
  if (target.again) Look(number);
}

void Deliverer::SetDue(int64_t number, Target& target, absl::Time due) {
  if (target.due != absl::InfiniteFuture()) due_.erase({target.due, number});
  target.due = due;
  if (target.due != absl::InfiniteFuture()) due_.insert({target.due, number});
}

void Deliverer::Proceed(int64_t number) {
  Target& target = *targets_.at(number);
  target.again = false;
  // Before it is read, so that nothing falls in between.
  if (target.listener == nullptr) {
    target.listener =
        store_.standing().ListenTo(number, [this, number] { Wake(number); });
  }
  absl::StatusOr<Step> step =
      FindStep(store_, number, target.looked, clock_.Now());
  if (!step.ok()) {
    PutOff(number, step.status());
    return;
  }
  target.step = std::make_unique<Step>(*std::move(step));
  target.looked = target.step->looked;
  target.failing = !target.step->webhook.last_error.empty();
  const DeliveryRow& delivery = target.step->delivery;
  switch (target.step->kind) {
    case Step::kGone:
      target.again = false;
      Free(number);
      targets_.erase(number);
      return;
    case Step::kNothing:
      Free(number);
      return;
    case Step::kWait:
      SetDue(number, target, target.step->time);
      Free(number);
      return;
    case Step::kNoteLost:
      Say(target, Trouble::kLost, delivery.error);
      Record(
          number,
          [delivery](store::Transaction& t) {
            return NoteLost(t.db, delivery);
          },
          [this, number] { Proceed(number); });
      return;
    case Step::kSetAside:
      SetAside(number, absl::NotFoundError(delivery.error));
      return;
    case Step::kTakeUp:
      Record(
          number,
          [delivery](store::Transaction& t) { return TakeUp(t.db, delivery); },
          [this, number] { Proceed(number); });
      return;
    case Step::kPost:
      if (draining_) {
        Free(number);
      } else if (target.failing && !target.slow_slot &&
                 slow_under_way_ == kSlowUnderWay) {
        target.again = true;  // in the other queue
        Free(number);
      } else {
        TakeSlot(target, target.failing);
        Post(number);
      }
      return;
  }
}

void Deliverer::Post(int64_t number) {
  Target& target = *targets_.at(number);
  const v1::Subscription& subscription = target.step->subscription;
  const DeliveryRow& delivery = target.step->delivery;
  const std::string id = DeliveryId(number, delivery.last);
  const absl::StatusOr<std::string> key =
      DecodeSecret(subscription.webhook().secret());
  absl::StatusOr<std::string> body =
      key.ok() ? MakePayload(store_.papers(), subscription, id,
                             delivery.attempts + 1, target.step->matches)
               : key.status();
  if (absl::IsNotFound(body.status()) || absl::IsInternal(body.status()) ||
      absl::IsInvalidArgument(body.status())) {
    SetAside(number, body.status());
    return;
  }
  if (!body.ok()) {
    PutOff(number, body.status());
    return;
  }
  target.began = clock_.Now();
  const int64_t timestamp = absl::ToUnixSeconds(target.began);
  PostRequest request;
  request.url = subscription.webhook().url();
  request.headers = {
      "Content-Type: application/json", StrCat("webhook-id: ", id),
      StrCat("webhook-timestamp: ", timestamp),
      StrCat("webhook-signature: ", Sign(*key, id, timestamp, *body))};
  request.body = *std::move(body);
  poster_.Post(number, std::move(request));
}

void Deliverer::Answered(int64_t number, const PostAnswer& answer) {
  Target& target = *targets_.at(number);
  Outcome outcome;
  outcome.time = target.began;
  outcome.took = answer.took;
  outcome.http_status = answer.http_status;
  if (IsTaken(answer)) {
    outcome.state = WebhookDelivery::STATE_DELIVERED;
    Say(target, Trouble::kNone, "");
  } else {
    Fail(answer, target, &outcome);
  }
  NoteOutcome(number, std::move(outcome), answer.http_status == kGone);
}

void Deliverer::Fail(const PostAnswer& answer, Target& target,
                     Outcome* outcome) {
  outcome->error = ErrorOf(answer);
  const WebhookRow& webhook = target.step->webhook;
  outcome->next_attempt = NextAttempt(
      {.now = clock_.Now(),
       .first_attempt = webhook.first_attempt.value_or(target.began),
       .failed_attempts = webhook.failed_attempts + 1,
       .give_up_after = GiveUpAfter(target.step->subscription.webhook()),
       .retry_after = answer.retry_after},
      absl::Uniform(random_, 0.0, 1.0));
  // Once more is once.
  const bool dead = !outcome->next_attempt.has_value() ||
                    target.step->delivery.once_more_after.has_value();
  outcome->state =
      dead ? WebhookDelivery::STATE_DEAD : WebhookDelivery::STATE_PENDING;
  const Trouble trouble = answer.http_status == kGone ? Trouble::kDisabled
                          : dead                      ? Trouble::kGivenUp
                                                      : Trouble::kFails;
  Say(target, trouble, outcome->error);
}

void Deliverer::SetAside(int64_t number, const absl::Status& reason) {
  Target& target = *targets_.at(number);
  Outcome outcome;
  outcome.state = WebhookDelivery::STATE_DEAD;
  outcome.posted = false;
  outcome.time = clock_.Now();
  outcome.error = std::string(reason.message());
  Say(target, Trouble::kLost, outcome.error);
  NoteOutcome(number, std::move(outcome), /*disable=*/false);
}

void Deliverer::NoteOutcome(int64_t number, Outcome outcome, bool disable) {
  const Step& step = *targets_.at(number)->step;
  Record(
      number,
      [number, last = step.delivery.last, target = step.webhook.target,
       subscription = disable ? step.subscription : v1::Subscription(),
       outcome = std::move(outcome), disable](store::Transaction& t) {
        if (disable) RETURN_IF_ERROR(Disable(t, subscription));
        return webhook::NoteOutcome(t.db, number, last, target, outcome);
      },
      [this, number] {
        // Back into the queue: others wait for the slot.
        targets_.at(number)->again = true;
        Free(number);
      });
}

void Deliverer::Record(int64_t number,
                       std::function<absl::Status(store::Transaction&)> apply,
                       std::function<void()> then) {
  ++recording_;
  store::Job job;
  job.apply = std::move(apply);
  job.done = [this, number, then = std::move(then)](absl::Status status) {
    MutexLock lock(&mutex_);
    finished_.push_back([this, number, then, status = std::move(status)] {
      --recording_;
      if (status.ok()) {
        then();
      } else {
        PutOff(number, status);
      }
    });
    poster_.Wake();
  };
  store_.Record(std::move(job));
}

void Deliverer::PutOff(int64_t number, const absl::Status& status) {
  Target& target = *targets_.at(number);
  Say(target, Trouble::kStore, ToStd(status.message()));
  target.again = false;
  Free(number);
  SetDue(number, target, clock_.Now() + kFirstDelay);
}

void Deliverer::Say(Target& target, Trouble trouble, std::string_view what) {
  if (trouble == target.trouble) return;
  const std::string name = target.step != nullptr
                               ? target.step->subscription.name()
                               : StrCat("subscription number ", target.number);
  const std::string text(what);
  switch (trouble) {
    case Trouble::kNone:
      spdlog::info("the webhook of {} takes deliveries again", name);
      break;
    case Trouble::kFails:
      spdlog::warn("the webhook of {} fails, and is tried again: {}", name,
                   text);
      break;
    case Trouble::kGivenUp:
      spdlog::warn("a delivery to the webhook of {} was given up: {}", name,
                   text);
      break;
    case Trouble::kLost:
      spdlog::warn("a delivery to the webhook of {} was set aside: {}", name,
                   text);
      break;
    case Trouble::kDisabled:
      spdlog::warn("the webhook of {} was disabled: {}", name, text);
      break;
    case Trouble::kStore:
      spdlog::error("cannot deliver to the webhook of {} for now: {}", name,
                    text);
      break;
  }
  target.trouble = trouble;
}

}  // namespace paperwire::webhook
