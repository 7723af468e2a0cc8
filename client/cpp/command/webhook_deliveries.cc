#include "client/cpp/command/webhook_deliveries.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>

#include "absl/time/clock.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/subscription_text.h"
#include "client/cpp/command/table.h"
#include "client/cpp/command/times.h"
#include "client/cpp/command/webhook_text.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

constexpr int64_t kDefaultLimit = 20;
constexpr int64_t kMostInPage = 1000;
constexpr size_t kDateSize = sizeof("2026-07-10") - 1;

void PrintJson(Context& context, const v1::WebhookDelivery& delivery) {
  context.out.Write(StrCat(ToJson(delivery, Defaults::kWrite), "\n"));
}

// The newest deliveries in this state (unspecified: in any), `most` at most;
// `more` says whether there are others.
absl::StatusOr<std::vector<v1::WebhookDelivery>> List(
    Context& context, const std::string& name, v1::WebhookDelivery::State state,
    int64_t most, bool* more) {
  std::vector<v1::WebhookDelivery> all;
  v1::ListWebhookDeliveriesRequest request;
  request.set_name(name);
  request.set_state(state);
  do {
    request.set_page_size(static_cast<int32_t>(
        std::min(most - static_cast<int64_t>(all.size()), kMostInPage)));
    ASSIGN_OR_RETURN(v1::ListWebhookDeliveriesResponse page,
                     context.client().ListWebhookDeliveries(request));
    std::move(page.mutable_deliveries()->begin(),
              page.mutable_deliveries()->end(), std::back_inserter(all));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() &&
           static_cast<int64_t>(all.size()) < most);
  *more = !request.page_token().empty();
  return all;
}

void AddDelivery(const v1::WebhookDelivery& delivery, bool terminal,
                 Table* table) {
  const bool dead = delivery.state() == v1::WebhookDelivery::STATE_DEAD;
  const std::string posted = delivery.has_attempt_time()
                                 ? LocalTime(FromProto(delivery.attempt_time()))
                                 : "";
  const bool today = posted.substr(0, kDateSize) ==
                     LocalTime(absl::Now()).substr(0, kDateSize);
  table->AddRow(
      {{{Printable(delivery.id()), Style::kHeading}},
       {{DeliveryState(delivery.state()),
         dead ? Style::kError : Style::kPlain}},
       {{WithCommas(delivery.match_count())}},
       {{WithCommas(delivery.attempt_count())}},
       {{terminal && today ? posted.substr(kDateSize + 1) : posted,
         Style::kDim}},
       {{delivery.http_status() == 0 ? "" : StrCat(delivery.http_status())}},
       {{Printable(delivery.error())}}});
}

// The ids of all dead ones, oldest first.
absl::StatusOr<std::vector<std::string>> Dead(Context& context,
                                              const std::string& name) {
  bool more = false;
  ASSIGN_OR_RETURN(const std::vector<v1::WebhookDelivery> dead,
                   List(context, name, v1::WebhookDelivery::STATE_DEAD,
                        std::numeric_limits<int64_t>::max(), &more));
  std::vector<std::string> ids;
  for (auto it = dead.rbegin(); it != dead.rend(); ++it) {
    ids.push_back(it->id());
  }
  return ids;
}

}  // namespace

int ListDeliveries(Context& context, const std::vector<std::string>& words) {
  const int64_t most = context.args.Count("limit", kDefaultLimit);
  if (most == 0) {
    return context.Misused(
        absl::InvalidArgumentError("--limit wants 1 or more"));
  }
  const v1::WebhookDelivery::State state =
      context.args.Has("dead") ? v1::WebhookDelivery::STATE_DEAD
                               : v1::WebhookDelivery::STATE_UNSPECIFIED;
  bool more = false;
  const absl::StatusOr<std::vector<v1::WebhookDelivery>> deliveries =
      List(context, words[0], state, most, &more);
  if (!deliveries.ok()) return context.Fail(deliveries.status());
  Table table({{.heading = "DELIVERY"},
               {.heading = "STATE"},
               {.heading = "PAPERS", .right = true, .drop = 1},
               {.heading = "POSTED", .right = true},
               {.heading = "LAST", .drop = 2},
               {.heading = "HTTP", .drop = 3},
               {.heading = "ERROR", .stretch = true}});
  for (const v1::WebhookDelivery& delivery : *deliveries) {
    if (context.json()) {
      PrintJson(context, delivery);
    } else {
      AddDelivery(delivery, context.out.terminal(), &table);
    }
  }
  if (context.json()) return context.Done();
  if (!deliveries->empty()) table.Print(context.out);
  if (const int code = context.Done(); code != kOk) return code;
  const std::string id = ShownSubscription(words[0]);
  if (deliveries->empty()) {
    context.Say(state == v1::WebhookDelivery::STATE_DEAD
                    ? "no dead deliveries"
                    : "nothing was posted yet");
  } else if (more) {
    context.Say("there are more; give --limit N");
  }
  if (state == v1::WebhookDelivery::STATE_DEAD && !deliveries->empty()) {
    context.Say(StrCat("post them again with: paperwire webhook retry ", id,
                       " DELIVERY, or --all"));
  }
  return kOk;
}

int RetryDeliveries(Context& context, const std::vector<std::string>& words) {
  std::vector<std::string> ids(words.begin() + 1, words.end());
  if (ids.empty() != context.args.Has("all")) {
    return context.Misused(absl::InvalidArgumentError(
        "say which: the ids that paperwire webhook deliveries --dead shows, or "
        "--all for every dead one"));
  }
  if (ids.empty()) {
    absl::StatusOr<std::vector<std::string>> dead = Dead(context, words[0]);
    if (!dead.ok()) return context.Fail(dead.status());
    ids = *std::move(dead);
    if (ids.empty()) context.Say("no dead deliveries");
  }
  for (const std::string& id : ids) {
    v1::RetryWebhookDeliveryRequest request;
    request.set_name(words[0]);
    request.set_delivery_id(id);
    const absl::StatusOr<v1::WebhookDelivery> delivery =
        context.client().RetryWebhookDelivery(request);
    if (!delivery.ok()) return context.Fail(delivery.status());
    if (context.json()) {
      PrintJson(context, *delivery);
    } else {
      context.Say(StrCat(delivery->id(), " is posted once more"));
    }
  }
  return context.Done();
}

}  // namespace paperwire::command
