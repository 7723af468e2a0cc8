#include "client/cpp/command/subscription_page.h"

#include <map>
#include <string>

#include "client/cpp/command/hits.h"
#include "client/cpp/command/page.h"
#include "client/cpp/command/subscription_text.h"
#include "client/cpp/command/times.h"
#include "client/cpp/command/webhook_text.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

std::string Ago(const google::protobuf::Timestamp& time, absl::Time now) {
  return StrCat(LocalTime(FromProto(time)), ", ",
                RoughDuration(now - FromProto(time)), " ago");
}

std::string Labels(const v1::Subscription& subscription) {
  const std::map<std::string, std::string> sorted(subscription.labels().begin(),
                                                  subscription.labels().end());
  std::string text;
  for (const auto& [key, value] : sorted) {
    StrAppend(&text, text.empty() ? "" : ", ", key, "=", value);
  }
  return text;
}

std::string GroupText(const v1::ShareGroup& group) {
  return StrCat(group.name(), ": ", group.watcher_count(), " watching, ",
                WithCommas(group.leased_count()),
                " in work, all done up to sequence ",
                WithCommas(group.sequence()));
}

}  // namespace

void PrintSubscription(const v1::Subscription& subscription, absl::Time now,
                       Output& out) {
  Page page(out);
  page.Text(subscription.display_name().empty()
                ? ShownSubscription(subscription.name())
                : subscription.display_name(),
            Style::kBold);
  page.Gap();
  page.Row("Name", subscription.name());
  const std::string query = QueryText(subscription.query());
  page.Row("Query", query.empty() ? "every paper" : query);
  page.Row("News", subscription.news() == v1::NEWS_VERSIONS
                       ? "papers and their new versions"
                       : "papers, each once");
  page.Row("State", subscription.state() == v1::Subscription::STATE_PAUSED
                        ? "paused: matches are noted and held back"
                        : StateText(subscription.state()));
  page.Row("Labels", Labels(subscription));
  page.Row("Pending", StrCat(PendingText(subscription), ", after sequence ",
                             WithCommas(subscription.cursor().sequence())));
  page.Row("Committed", subscription.cursor().has_commit_time()
                            ? Ago(subscription.cursor().commit_time(), now)
                            : "never");
  for (const v1::ShareGroup& group : subscription.share_groups()) {
    page.Row("Shared by", GroupText(group));
  }
  if (subscription.has_webhook()) {
    PrintWebhook(subscription.webhook(), ShownSubscription(subscription.name()),
                 now, &page);
  }
  page.Row("Created", Ago(subscription.create_time(), now));
  page.Row("Changed", Ago(subscription.update_time(), now));
  if (subscription.has_expire_time()) {
    const absl::Time expiry = FromProto(subscription.expire_time());
    page.Row("Expires",
             StrCat(LocalTime(expiry), ", in ", RoughDuration(expiry - now)));
  }
  page.Row("Etag", subscription.etag());
}

}  // namespace paperwire::command
