#include "service/standing/subscriptions.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "google/protobuf/util/message_differencer.h"
#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/query/parser.h"

namespace paperwire::standing {
namespace {

using journal::Change;
using journal::Entry;
using journal::Kind;
using journal::SetTime;

constexpr size_t kMaxId = 63;
constexpr size_t kMaxDisplayName = 256;
constexpr int kMaxLabels = 64;
constexpr size_t kMaxLabelBytes = 63;
constexpr size_t kMaxRequestId = 64;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxId &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return IsLower(c) || IsDigit(c) || c == '-';
         });
}

bool IsLabelKey(std::string_view key) {
  return !key.empty() && key.size() <= kMaxLabelBytes &&
         std::all_of(key.begin(), key.end(), [](char c) {
           return IsLower(c) || IsDigit(c) || c == '-' || c == '_';
         });
}

absl::Status CheckLabels(const v1::Subscription& subscription) {
  if (subscription.labels_size() > kMaxLabels) {
    return InvalidField("subscription.labels",
                        StrCat("There are ", subscription.labels_size(),
                               " labels; at most ", kMaxLabels, " are kept."));
  }
  for (const auto& [key, value] : subscription.labels()) {
    if (!IsLabelKey(key) || value.size() > kMaxLabelBytes) {
      return InvalidField(
          "subscription.labels",
          StrCat("The label \"", key.substr(0, 100),
                 "\" does not fit: a key is of 1 to 63 lower-case letters, "
                 "digits, \"_\" and \"-\", a value of at most 63 bytes."));
    }
  }
  return absl::OkStatus();
}

// Everything that a caller may set.
absl::Status Check(const v1::Subscription& subscription, absl::Time now) {
  const absl::StatusOr<query::Query> query = query::Parse(subscription.query());
  if (!query.ok()) return PrefixField("subscription.query", query.status());
  if (subscription.display_name().size() > kMaxDisplayName) {
    return InvalidField(
        "subscription.display_name",
        StrCat("It has ", subscription.display_name().size(),
               " bytes; at most ", kMaxDisplayName, " are kept."));
  }
  if (!v1::News_IsValid(subscription.news())) {
    return InvalidField("subscription.news",
                        StrCat("There is no kind of news ",
                               static_cast<int>(subscription.news()),
                               ". NEWS_PAPERS and NEWS_VERSIONS are known."));
  }
  if (subscription.has_expire_time() &&
      subscription.expire_time().seconds() <= absl::ToUnixSeconds(now)) {
    return InvalidField("subscription.expire_time",
                        "It is over already. Give a time in the future, or "
                        "none.");
  }
  if (subscription.has_webhook() && subscription.webhook().secret().empty()) {
    return InvalidField("subscription.webhook.secret",
                        "A new webhook needs a secret that its deliveries are "
                        "signed with: \"whsec_\" and the base64 of 24 to 64 "
                        "random bytes. Only a later update may leave it out.");
  }
  return CheckLabels(subscription);
}

// An empty secret stands for the stored one, which nobody is told.
void ApplyWebhook(const v1::Subscription& from, v1::Subscription* stored) {
  const std::string secret = stored->webhook().secret();
  stored->clear_webhook();
  if (!from.has_webhook()) return;
  *stored->mutable_webhook() = from.webhook();
  stored->mutable_webhook()->clear_status();
  if (from.webhook().secret().empty()) {
    stored->mutable_webhook()->set_secret(secret);
  }
}

absl::Status ApplyUpdate(const v1::UpdateSubscriptionRequest& request,
                         v1::Subscription* stored) {
  const v1::Subscription& from = request.subscription();
  std::vector<std::string> paths(request.update_mask().paths().begin(),
                                 request.update_mask().paths().end());
  if (paths.empty()) {
    if (!from.display_name().empty()) paths.emplace_back("display_name");
    if (from.has_query()) paths.emplace_back("query");
    if (from.news() != v1::NEWS_UNSPECIFIED) paths.emplace_back("news");
    if (!from.labels().empty()) paths.emplace_back("labels");
    if (from.has_expire_time()) paths.emplace_back("expire_time");
    if (from.has_webhook()) paths.emplace_back("webhook");
  }
  for (const std::string& path : paths) {
    if (path == "display_name") {
      stored->set_display_name(from.display_name());
    } else if (path == "query") {
      *stored->mutable_query() = from.query();
    } else if (path == "news") {
      stored->set_news(from.news());
    } else if (path == "labels") {
      *stored->mutable_labels() = from.labels();
    } else if (path == "expire_time") {
      stored->clear_expire_time();
      if (from.has_expire_time()) {
        *stored->mutable_expire_time() = from.expire_time();
      }
    } else if (path == "webhook") {
      ApplyWebhook(from, stored);
    } else {
      return InvalidField(
          "update_mask",
          StrCat("\"", path.substr(0, 100),
                 "\" cannot be changed. display_name, query, news, labels, "
                 "expire_time and webhook can; PauseSubscription and "
                 "ResumeSubscription change the state."));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckParent(std::string_view parent, std::string_view field) {
  constexpr std::string_view kUsers = "users/";
  if (absl::StartsWith(ToAbsl(parent), ToAbsl(kUsers)) &&
      IsId(parent.substr(kUsers.size()))) {
    return absl::OkStatus();
  }
  return InvalidField(field, StrCat("\"", parent.substr(0, 100),
                                    "\" names no user. Write "
                                    "\"users/local\", or \"users/\" and an id "
                                    "of 1 to 63 lower-case letters, digits "
                                    "and hyphens."));
}

absl::Status CheckSubscriptionName(std::string_view name,
                                   std::string_view field) {
  constexpr std::string_view kMiddle = "/subscriptions/";
  const size_t at = name.find(kMiddle);
  if (at != std::string_view::npos &&
      CheckParent(name.substr(0, at), field).ok() &&
      IsId(name.substr(at + kMiddle.size()))) {
    return absl::OkStatus();
  }
  return InvalidField(
      field, StrCat("\"", name.substr(0, 200),
                    "\" is no name of a subscription. Write "
                    "\"users/local/subscriptions/{id}\", where the id is of 1 "
                    "to 63 lower-case letters, digits and hyphens."));
}

absl::Status CheckShareName(std::string_view name, std::string_view field) {
  if (IsId(name)) return absl::OkStatus();
  return InvalidField(field, StrCat("\"", name.substr(0, 100),
                                    "\" is no name of a share group: it is of "
                                    "1 to 63 lower-case letters, digits and "
                                    "hyphens."));
}

absl::Status Subscriptions::Begin() {
  ASSIGN_OR_RETURN(last_number_, LastSubscriptionNumber(db_));
  return absl::OkStatus();
}

absl::StatusOr<Subscriptions::Found> Subscriptions::Find(
    std::string_view name, std::string_view etag) {
  Found found;
  ASSIGN_OR_RETURN(found.row, NeedSubscription(db_, name));
  ASSIGN_OR_RETURN(found.subscription,
                   ReadSubscription(db_, found.row, found.row.sequence));
  if (!etag.empty() && etag != found.subscription.etag()) {
    return WithReason(
        absl::AbortedError(
            StrCat("The subscription ", name, " has changed: its etag is ",
                   found.subscription.etag(), ", not ", etag.substr(0, 64),
                   ". Read it again and decide anew.")),
        "ETAG_MISMATCH", {{"etag", found.subscription.etag()}});
  }
  return found;
}

absl::StatusOr<std::string> Subscriptions::NewName(std::string_view parent,
                                                   std::string_view id) {
  const auto name_of = [&](std::string_view i) {
    return StrCat(parent, "/subscriptions/", i);
  };
  if (!id.empty()) {
    RETURN_IF_ERROR(CheckSubscriptionName(name_of(id), "subscription_id"));
    ASSIGN_OR_RETURN(std::optional<SubscriptionRow> there,
                     FindSubscription(db_, name_of(id)));
    if (!there.has_value()) return name_of(id);
    return WithReason(absl::AlreadyExistsError(StrCat(
                          "There is a subscription ", name_of(id),
                          " already. Give another id, or change that one with "
                          "UpdateSubscription.")),
                      "SUBSCRIPTION_EXISTS", {{"name", name_of(id)}});
  }
  for (int64_t number = last_number_ + 1;; ++number) {
    const std::string name = name_of(StrCat("s", number));
    ASSIGN_OR_RETURN(std::optional<SubscriptionRow> there,
                     FindSubscription(db_, name));
    if (!there.has_value()) return name;
  }
}

absl::StatusOr<v1::Subscription> Subscriptions::Create(
    const v1::CreateSubscriptionRequest& request,
    std::vector<Change>* changes) {
  RETURN_IF_ERROR(CheckParent(request.parent(), "parent"));
  const std::string& request_id = request.request_id();
  if (request_id.size() > kMaxRequestId ||
      std::any_of(request_id.begin(), request_id.end(),
                  [](char c) { return c < ' ' || c > '~'; })) {
    return InvalidField("request_id",
                        "A request_id is of at most 64 printable ASCII "
                        "characters. A random UUID does well.");
  }
  if (!request_id.empty()) {
    ASSIGN_OR_RETURN(std::optional<SubscriptionRow> row,
                     FindRequest(db_, request.parent(), request_id));
    if (row.has_value()) return ReadSubscription(db_, *row, row->sequence);
  }
  RETURN_IF_ERROR(Check(request.subscription(), appender_.ClockTime()));
  v1::Subscription subscription = request.subscription();
  ASSIGN_OR_RETURN(*subscription.mutable_name(),
                   NewName(request.parent(), request.subscription_id()));
  subscription.clear_create_time();
  subscription.set_state(v1::Subscription::STATE_ACTIVE);
  const int64_t number = last_number_ + 1;
  ASSIGN_OR_RETURN(subscription,
                   Write(number, 0, std::move(subscription), changes));
  last_number_ = number;
  if (!request_id.empty()) {
    RETURN_IF_ERROR(NoteRequest(db_, number, request.parent(), request_id));
  }
  return subscription;
}

absl::StatusOr<v1::Subscription> Subscriptions::Update(
    const v1::UpdateSubscriptionRequest& request,
    std::vector<Change>* changes) {
  const v1::Subscription& from = request.subscription();
  RETURN_IF_ERROR(CheckSubscriptionName(from.name(), "subscription.name"));
  ASSIGN_OR_RETURN(Found found, Find(from.name(), from.etag()));
  v1::Subscription changed = found.subscription;
  RETURN_IF_ERROR(ApplyUpdate(request, &changed));
  RETURN_IF_ERROR(Check(changed, appender_.ClockTime()));
  if (google::protobuf::util::MessageDifferencer::Equals(changed,
                                                         found.subscription)) {
    return found.subscription;
  }
  return Write(found.row.number, found.row.sequence, std::move(changed),
               changes);
}

absl::StatusOr<v1::Subscription> Subscriptions::SetState(
    std::string_view name, std::string_view etag, v1::Subscription::State state,
    std::vector<Change>* changes) {
  RETURN_IF_ERROR(CheckSubscriptionName(name, "name"));
  ASSIGN_OR_RETURN(Found found, Find(name, etag));
  if (found.subscription.state() == state) return found.subscription;
  found.subscription.set_state(state);
  return Write(found.row.number, found.row.sequence,
               std::move(found.subscription), changes);
}

absl::Status Subscriptions::Delete(std::string_view name, std::string_view etag,
                                   std::vector<Change>* changes) {
  RETURN_IF_ERROR(CheckSubscriptionName(name, "name"));
  ASSIGN_OR_RETURN(Found found, Find(name, etag));
  return WriteGone(found.row, changes);
}

absl::StatusOr<int64_t> Subscriptions::PutFor(std::string_view name,
                                              const v1::Query& query,
                                              std::vector<Change>* changes) {
  ASSIGN_OR_RETURN(std::optional<SubscriptionRow> row,
                   FindSubscription(db_, name));
  v1::Subscription subscription;
  if (row.has_value()) {
    ASSIGN_OR_RETURN(subscription, ReadSubscription(db_, *row, row->sequence));
    if (google::protobuf::util::MessageDifferencer::Equals(subscription.query(),
                                                           query)) {
      return row->number;
    }
  }
  subscription.set_name(std::string(name));
  subscription.set_state(v1::Subscription::STATE_ACTIVE);
  *subscription.mutable_query() = query;
  const int64_t number = row.has_value() ? row->number : last_number_ + 1;
  RETURN_IF_ERROR(Write(number, row.has_value() ? row->sequence : 0,
                        std::move(subscription), changes)
                      .status());
  last_number_ = std::max(last_number_, number);
  return number;
}

absl::Status Subscriptions::EndFor(std::string_view name,
                                   std::vector<Change>* changes) {
  ASSIGN_OR_RETURN(std::optional<SubscriptionRow> row,
                   FindSubscription(db_, name));
  return row.has_value() ? WriteGone(*row, changes) : absl::OkStatus();
}

absl::StatusOr<int> Subscriptions::DeleteExpired(int limit,
                                                 std::vector<Change>* changes) {
  ASSIGN_OR_RETURN(std::vector<std::string> names,
                   ListExpired(db_, appender_.ClockTime(), limit));
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(SubscriptionRow row, NeedSubscription(db_, name));
    RETURN_IF_ERROR(WriteGone(row, changes));
  }
  return static_cast<int>(names.size());
}

absl::StatusOr<CursorRow> Subscriptions::Commit(std::string_view name,
                                                int64_t number,
                                                int64_t sequence) {
  ASSIGN_OR_RETURN(SubscriptionRow row, NeedSubscription(db_, name));
  if (row.number != number) {
    return InvalidField(
        "resume_token",
        StrCat("This token is of another subscription than ", name,
               ", or of one of that name that was "
               "deleted. Commit what a Watch of it gave."));
  }
  ASSIGN_OR_RETURN(CursorRow cursor, ReadCursor(db_, row));
  if (sequence <= cursor.sequence && cursor.time.has_value()) return cursor;
  cursor.sequence = std::max(cursor.sequence, sequence);
  cursor.time = appender_.Now();
  RETURN_IF_ERROR(WriteCursor(db_, row.number, cursor));
  return cursor;
}

absl::StatusOr<v1::Subscription> Subscriptions::Write(
    int64_t number, int64_t previous, v1::Subscription subscription,
    std::vector<Change>* changes) {
  Entry entry;
  entry.sequence = appender_.next_sequence();
  entry.time = appender_.Now();
  entry.kind = Kind::kSubscribed;
  entry.number = number;
  entry.previous = previous;
  if (subscription.news() == v1::NEWS_UNSPECIFIED) {
    subscription.set_news(v1::NEWS_PAPERS);
  }
  subscription.clear_cursor();
  subscription.clear_pending_count();
  if (subscription.has_webhook()) {
    subscription.mutable_webhook()->clear_status();
  }
  subscription.set_etag(StrCat("e", entry.sequence));
  SetTime(entry.time, subscription.mutable_update_time());
  if (!subscription.has_create_time()) {
    SetTime(entry.time, subscription.mutable_create_time());
  }
  *entry.payload.mutable_subscription() = subscription;
  RETURN_IF_ERROR(appender_.Append(entry));
  RETURN_IF_ERROR(ApplySubscription(db_, entry));
  Change change;
  change.sequence = entry.sequence;
  change.time = entry.time;
  change.kind = entry.kind;
  change.number = number;
  change.subscription = std::make_shared<const v1::Subscription>(subscription);
  changes->push_back(std::move(change));
  return subscription;
}

absl::Status Subscriptions::WriteGone(const SubscriptionRow& row,
                                      std::vector<Change>* changes) {
  Entry entry;
  entry.sequence = appender_.next_sequence();
  entry.time = appender_.Now();
  entry.kind = Kind::kUnsubscribed;
  entry.number = row.number;
  entry.previous = row.sequence;
  entry.payload.mutable_subscription()->set_name(row.name);
  RETURN_IF_ERROR(appender_.Append(entry));
  RETURN_IF_ERROR(ApplySubscription(db_, entry));
  Change change;
  change.sequence = entry.sequence;
  change.time = entry.time;
  change.kind = entry.kind;
  change.number = row.number;
  changes->push_back(std::move(change));
  return absl::OkStatus();
}

}  // namespace paperwire::standing
