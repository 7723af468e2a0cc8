#include "client/cpp/command/webhook_text.h"

#include <string_view>

#include "client/cpp/command/hits.h"
#include "client/cpp/command/times.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// What is meant where nothing is said.
constexpr int kDefaultBatch = 100;
constexpr absl::Duration kDefaultGiveUp = absl::Hours(24);

std::string Failures(const v1::WebhookStatus& status, absl::Time now) {
  std::string text = StrCat(
      WithCommas(status.failed_attempts()),
      status.failed_attempts() == 1 ? " attempt" : " attempts", " failed");
  if (!status.last_error().empty()) {
    std::string_view error = status.last_error();
    ConsumeSuffix(&error, ".");
    StrAppend(&text, ", the last one with: ", error);
  }
  if (status.has_next_attempt_time()) {
    const absl::Time next = FromProto(status.next_attempt_time());
    StrAppend(&text, "; tried again ",
              next <= now ? std::string("now")
                          : StrCat("in ", RoughDuration(next - now)));
  }
  return text;
}

}  // namespace

Piece WebhookState(const v1::Webhook& webhook) {
  if (webhook.url().empty()) return {};
  const v1::WebhookStatus& status = webhook.status();
  Piece piece = {"ok", Style::kPlain};
  if (status.failed_attempts() > 0) piece = {"failing", Style::kError};
  if (webhook.disabled()) piece = {"disabled", Style::kDim};
  if (status.dead_count() > 0) {
    StrAppend(&piece.text, ", ", WithCommas(status.dead_count()), " dead");
    piece.style = Style::kError;
  }
  return piece;
}

void PrintWebhook(const v1::Webhook& webhook, const std::string& id,
                  absl::Time now, Page* page) {
  const v1::WebhookStatus& status = webhook.status();
  page->Row("Webhook", webhook.url(), Style::kLink);
  const int batch = webhook.max_batch_size();
  page->Row("Deliveries",
            StrCat("up to ", WithCommas(batch == 0 ? kDefaultBatch : batch),
                   " papers each, given up after ",
                   RoughDuration(webhook.has_give_up_after()
                                     ? FromProto(webhook.give_up_after())
                                     : kDefaultGiveUp)));
  if (webhook.disabled()) {
    page->Row("Disabled",
              StrCat("held back until paperwire webhook enable ", id));
  }
  page->Row(
      "Taken",
      status.has_last_success_time()
          ? StrCat("last ", LocalTime(FromProto(status.last_success_time())),
                   ", up to sequence ", WithCommas(status.sequence()))
          : std::string("nothing yet"));
  if (status.failed_attempts() > 0) {
    page->Row("Failing", Failures(status, now), Style::kError);
  } else if (webhook.disabled()) {
    page->Row("Last error", status.last_error());
  }
  if (status.dead_count() > 0) {
    page->Row(
        "Dead",
        StrCat(WithCommas(status.dead_count()),
               " given up; see paperwire webhook deliveries ", id, " --dead"),
        Style::kError);
  }
}

std::string DeliveryState(v1::WebhookDelivery::State state) {
  switch (state) {
    case v1::WebhookDelivery::STATE_PENDING:
      return "pending";
    case v1::WebhookDelivery::STATE_DELIVERED:
      return "delivered";
    case v1::WebhookDelivery::STATE_DEAD:
      return "dead";
    default:
      return "unknown";
  }
}

}  // namespace paperwire::command
