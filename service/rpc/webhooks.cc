#include "service/rpc/webhooks.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/base/token.h"
#include "service/rpc/convert.h"
#include "service/standing/subscription_tables.h"
#include "service/standing/subscriptions.h"
#include "service/store/writer.h"
#include "service/webhook/settings.h"
#include "service/webhook/step.h"
#include "service/webhook/tables.h"

namespace paperwire::rpc {
namespace {

constexpr char kListToken = 'h';

void SetDelivery(const webhook::DeliveryRow& row, v1::WebhookDelivery* proto) {
  proto->set_id(webhook::DeliveryId(row.number, row.last));
  proto->set_state(row.state);
  proto->set_first_sequence(row.first);
  proto->set_last_sequence(row.last);
  proto->set_match_count(row.matches);
  proto->set_attempt_count(row.attempts);
  SetTime(row.created, proto->mutable_create_time());
  if (row.attempted.has_value()) {
    SetTime(*row.attempted, proto->mutable_attempt_time());
    const int64_t micros = absl::ToInt64Microseconds(row.took);
    proto->mutable_attempt_duration()->set_seconds(micros / 1000000);
    proto->mutable_attempt_duration()->set_nanos(
        static_cast<int32_t>(micros % 1000000 * 1000));
  }
  proto->set_http_status(row.http_status);
  proto->set_error(row.error);
}

absl::StatusOr<webhook::DeliveryRow> NeedDelivery(journal::Database& db,
                                                  int64_t number,
                                                  std::string_view id) {
  const std::optional<int64_t> last = webhook::ParseDeliveryId(number, id);
  std::optional<webhook::DeliveryRow> row;
  if (last.has_value()) {
    ASSIGN_OR_RETURN(row, webhook::FindDelivery(db, number, *last));
  }
  if (row.has_value()) return *std::move(row);
  return WithReason(
      absl::NotFoundError(
          StrCat("The subscription has no delivery \"", id.substr(0, 100),
                 "\": it was never made, or is forgotten by now. "
                 "ListWebhookDeliveries tells which there are.")),
      "WEBHOOK_DELIVERY_NOT_FOUND");
}

// FAILED_PRECONDITION or OUT_OF_RANGE: it cannot be posted again.
absl::Status CheckRetry(store::Store& store, journal::Database& db,
                        const webhook::DeliveryRow& delivery) {
  if (delivery.state != v1::WebhookDelivery::STATE_DEAD) {
    return webhook::NotDead(delivery.number, delivery.last);
  }
  absl::StatusOr<std::vector<standing::Delivery>> matches =
      webhook::ReadMatchesOf(store, db, delivery);
  absl::Status status = matches.status();
  if (status.ok()) {
    std::vector<int64_t> sequences;
    for (const standing::Delivery& match : *matches) {
      sequences.push_back(match.sequence);
    }
    status = store.papers().Read(sequences, store::Papers::kBytes).status();
  }
  if (!absl::IsNotFound(status)) return status;
  return WithReason(
      absl::OutOfRangeError(
          "The journal no longer holds the papers of this delivery. Search for "
          "the query to find those that are still there."),
      "HISTORY_TOO_SHORT");
}

}  // namespace

absl::Status CheckNewWebhook(const v1::Subscription& subscription,
                             bool allow_private) {
  if (!subscription.has_webhook()) return absl::OkStatus();
  return PrefixField(
      "subscription.webhook",
      webhook::CheckWebhook(subscription.webhook(), allow_private));
}

absl::Status CheckWebhookChange(const v1::UpdateSubscriptionRequest& request,
                                bool allow_private) {
  const auto& paths = request.update_mask().paths();
  if (!paths.empty() &&
      std::find(paths.begin(), paths.end(), "webhook") == paths.end()) {
    return absl::OkStatus();
  }
  return CheckNewWebhook(request.subscription(), allow_private);
}

void HideSecret(v1::Subscription* subscription) {
  if (subscription->has_webhook()) {
    subscription->mutable_webhook()->clear_secret();
  }
}

absl::Status AddWebhookStatus(journal::Database& db, int64_t number,
                              v1::Subscription* subscription) {
  if (!subscription->has_webhook()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::optional<webhook::WebhookRow> row,
                   webhook::FindWebhook(db, number));
  if (!row.has_value()) return absl::OkStatus();  // removed meanwhile
  v1::WebhookStatus* status = subscription->mutable_webhook()->mutable_status();
  status->set_sequence(row->sequence);
  status->set_failed_attempts(row->failed_attempts);
  if (row->next_attempt.has_value()) {
    SetTime(*row->next_attempt, status->mutable_next_attempt_time());
  }
  if (row->last_success.has_value()) {
    SetTime(*row->last_success, status->mutable_last_success_time());
  }
  status->set_last_error(row->last_error);
  ASSIGN_OR_RETURN(int64_t dead, webhook::CountDead(db, number));
  status->set_dead_count(dead);
  return absl::OkStatus();
}

absl::Status ListWebhookDeliveries(
    store::Store& store, const v1::ListWebhookDeliveriesRequest& request,
    v1::ListWebhookDeliveriesResponse* response) {
  RETURN_IF_ERROR(standing::CheckSubscriptionName(request.name(), "name"));
  ASSIGN_OR_RETURN(int size, PageSize(request.page_size(), 50, 1000));
  if (!v1::WebhookDelivery::State_IsValid(request.state())) {
    return InvalidField(
        "state", StrCat("There is no state ", static_cast<int>(request.state()),
                        ". STATE_PENDING, STATE_DELIVERED and "
                        "STATE_DEAD are known."));
  }
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  ASSIGN_OR_RETURN(standing::SubscriptionRow row,
                   standing::NeedSubscription(*db, request.name()));
  const std::vector<uint64_t> list = {store.journal_id(),
                                      static_cast<uint64_t>(row.number),
                                      static_cast<uint64_t>(request.state())};
  int64_t before = std::numeric_limits<int64_t>::max();
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(
        std::vector<uint64_t> fields,
        OpenToken(kListToken, request.page_token(), 4, "page_token"));
    if (!std::equal(list.begin(), list.end(), fields.begin())) {
      return InvalidField("page_token",
                          "This token is of another list. Repeat the request "
                          "of the first page with the token added.");
    }
    before = static_cast<int64_t>(fields[3]);
  }
  ASSIGN_OR_RETURN(std::vector<webhook::DeliveryRow> rows,
                   webhook::ListDeliveries(*db, row.number, before,
                                           request.state(), size + 1));
  const bool more = rows.size() > static_cast<size_t>(size);
  if (more) rows.pop_back();
  for (const webhook::DeliveryRow& delivery : rows) {
    SetDelivery(delivery, response->add_deliveries());
  }
  if (more) {
    response->set_next_page_token(SealToken(
        kListToken,
        {list[0], list[1], list[2], static_cast<uint64_t>(rows.back().last)}));
  }
  return absl::OkStatus();
}

void RetryWebhookDelivery(
    store::Store& store, webhook::Deliverer& deliverer,
    const v1::RetryWebhookDeliveryRequest& request,
    std::function<void(absl::StatusOr<v1::WebhookDelivery>)> done) {
  const absl::StatusOr<webhook::DeliveryRow> row =
      [&]() -> absl::StatusOr<webhook::DeliveryRow> {
    RETURN_IF_ERROR(standing::CheckSubscriptionName(request.name(), "name"));
    ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
    ASSIGN_OR_RETURN(standing::SubscriptionRow subscription,
                     standing::NeedSubscription(*db, request.name()));
    ASSIGN_OR_RETURN(std::optional<webhook::WebhookRow> webhook,
                     webhook::FindWebhook(*db, subscription.number));
    if (!webhook.has_value()) {
      return absl::FailedPreconditionError(
          StrCat("The subscription ", request.name(),
                 " has no webhook to post to. Set one first."));
    }
    ASSIGN_OR_RETURN(
        webhook::DeliveryRow delivery,
        NeedDelivery(*db, subscription.number, request.delivery_id()));
    RETURN_IF_ERROR(CheckRetry(store, *db, delivery));
    return delivery;
  }();
  if (!row.ok()) {
    done(row.status());
    return;
  }
  store.Record(store::MakeJob<v1::WebhookDelivery>(
      [row =
           *row](store::Transaction& t) -> absl::StatusOr<v1::WebhookDelivery> {
        RETURN_IF_ERROR(webhook::PostOnceMore(t.db, row.number, row.last,
                                              t.appender.last_sequence()));
        v1::WebhookDelivery delivery;
        SetDelivery(row, &delivery);
        delivery.set_state(v1::WebhookDelivery::STATE_PENDING);
        return delivery;
      },
      [&deliverer, number = row->number,
       done = std::move(done)](absl::StatusOr<v1::WebhookDelivery> delivery) {
        if (delivery.ok()) deliverer.Wake(number);
        done(std::move(delivery));
      }));
}

}  // namespace paperwire::rpc
