#include "service/webhook/step.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/standing/forget.h"
#include "service/webhook/settings.h"

namespace paperwire::webhook {
namespace {

using journal::Database;
using v1::WebhookDelivery;

constexpr char kGoneError[] =
    "The journal no longer holds what was to be delivered: it was compacted.";

// The subscription of this number as it is now; nothing: it is gone.
absl::StatusOr<std::optional<v1::Subscription>> ReadByNumber(Database& db,
                                                             int64_t number) {
  ASSIGN_OR_RETURN(std::vector<standing::SubscriptionRow> rows,
                   standing::ListAll(db, number - 1, 1));
  if (rows.empty() || rows[0].number != number) return std::nullopt;
  ASSIGN_OR_RETURN(v1::Subscription subscription,
                   standing::ReadSubscription(db, rows[0], rows[0].sequence));
  if (!subscription.has_webhook()) return std::nullopt;
  return subscription;
}

// News after a place, and what is left of it before matches that the journal
// has lost: Follower::Next refuses to pass these over.
absl::StatusOr<standing::Deliveries> ReadNews(store::Store& store, Database& db,
                                              int64_t number, int64_t place,
                                              int limit) {
  absl::StatusOr<standing::Deliveries> next =
      store.standing().Next(number, place, limit);
  if (!absl::IsOutOfRange(next.status())) return next;
  // Whatever can be lost was noted long ago.
  ASSIGN_OR_RETURN(std::vector<standing::MatchRow> rows,
                   standing::ReadMatches(db, number, place, limit));
  if (rows.empty()) {
    ASSIGN_OR_RETURN(int64_t lost, standing::LastLost(db, number));
    return store.standing().Next(number, lost, limit);
  }
  standing::Deliveries left;
  for (const standing::MatchRow& row : rows) {
    left.news.push_back({.sequence = row.sequence,
                         .time = row.time,
                         .created = row.created,
                         .new_version = row.new_version});
  }
  left.place = rows.back().sequence;
  return left;
}

// With a delivery at hand.
absl::StatusOr<Step> StepAtHand(store::Store& store, Database& db,
                                absl::Time now, Step step) {
  if (step.webhook.next_attempt.value_or(now) > now) {
    step.kind = Step::kWait;
    step.time = *step.webhook.next_attempt;
    return step;
  }
  ASSIGN_OR_RETURN(std::optional<DeliveryRow> delivery,
                   FindDelivery(db, step.webhook.number, step.webhook.at_hand));
  if (!delivery.has_value()) {
    return absl::DataLossError(StrCat(
        "the delivery ", DeliveryId(step.webhook.number, step.webhook.at_hand),
        " is at hand and not in its table"));
  }
  step.delivery = *std::move(delivery);
  absl::StatusOr<std::vector<standing::Delivery>> matches =
      ReadMatchesOf(store, db, step.delivery);
  if (absl::IsNotFound(matches.status())) {
    step.kind = Step::kSetAside;
    step.delivery.error = std::string(matches.status().message());
    return step;
  }
  if (!matches.ok()) return matches.status();
  step.kind = Step::kPost;
  step.matches = *std::move(matches);
  return step;
}

// Without.
absl::StatusOr<Step> StepToNext(store::Store& store, Database& db,
                                absl::Time now, Step step) {
  const int64_t number = step.webhook.number;
  const int64_t place = std::max(step.webhook.sequence, step.looked);
  const int size = BatchSize(step.subscription.webhook());
  ASSIGN_OR_RETURN(standing::Deliveries next,
                   ReadNews(store, db, number, place, size));
  // Asked afterwards: what was there may go, what is lost does not come back.
  ASSIGN_OR_RETURN(int64_t lost, standing::LastLost(db, number));
  step.delivery.number = number;
  step.delivery.created = now;
  if (lost > std::max(step.webhook.sequence, step.webhook.lost)) {
    step.kind = Step::kNoteLost;
    step.delivery.first = step.webhook.sequence + 1;
    step.delivery.last = lost;
    step.delivery.state = WebhookDelivery::STATE_DEAD;
    step.delivery.error = kGoneError;
    return step;
  }
  ASSIGN_OR_RETURN(std::optional<DeliveryRow> once_more,
                   FindOnceMore(db, number));
  if (once_more.has_value() &&
      (next.news.empty() ||
       next.news[0].sequence > *once_more->once_more_after)) {
    step.kind = Step::kTakeUp;
    step.delivery = *std::move(once_more);
    return step;
  }
  if (next.news.empty()) {
    step.kind = Step::kNothing;
    step.looked = next.place;
    return step;
  }
  const size_t matches = std::min(next.news.size(), static_cast<size_t>(size));
  step.kind = Step::kTakeUp;
  step.delivery.first = next.news[0].sequence;
  step.delivery.last = next.news[matches - 1].sequence;
  step.delivery.matches = static_cast<int>(matches);
  return step;
}

}  // namespace

absl::StatusOr<Step> FindStep(store::Store& store, int64_t number,
                              int64_t looked, absl::Time now) {
  Step step;
  step.looked = looked;
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  ASSIGN_OR_RETURN(std::optional<WebhookRow> webhook, FindWebhook(*db, number));
  ASSIGN_OR_RETURN(std::optional<v1::Subscription> subscription,
                   ReadByNumber(*db, number));
  if (!webhook.has_value() || !subscription.has_value()) {
    step.kind = Step::kGone;
    return step;
  }
  step.webhook = *std::move(webhook);
  step.subscription = *std::move(subscription);
  if (step.subscription.webhook().disabled() ||
      step.subscription.state() == v1::Subscription::STATE_PAUSED) {
    step.kind = Step::kNothing;
    return step;
  }
  return step.webhook.at_hand != 0
             ? StepAtHand(store, *db, now, std::move(step))
             : StepToNext(store, *db, now, std::move(step));
}

absl::StatusOr<std::vector<standing::Delivery>> ReadMatchesOf(
    store::Store& store, journal::Database& db, const DeliveryRow& delivery) {
  ASSIGN_OR_RETURN(standing::Deliveries found,
                   ReadNews(store, db, delivery.number, delivery.first - 1,
                            std::max(1, delivery.matches)));
  std::erase_if(found.news, [&](const standing::Delivery& match) {
    return match.sequence > delivery.last;
  });
  if (found.news.empty() ||
      found.news.size() != static_cast<size_t>(delivery.matches)) {
    return absl::NotFoundError(kGoneError);
  }
  return std::move(found.news);
}

}  // namespace paperwire::webhook
