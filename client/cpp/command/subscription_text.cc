#include "client/cpp/command/subscription_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/text_layout.h"
#include "client/cpp/command/times.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

constexpr size_t kMaxId = 63;
// pending_count goes no further.
constexpr int kMaxPending = 1000;

// A bound as --since and --until take it: a day, or else an instant. `before`
// goes from the end of a span to the last day in it.
std::string Bound(const google::protobuf::Timestamp& time, int before) {
  const absl::Time instant = FromProto(time);
  const absl::CivilDay day = absl::ToCivilDay(instant, absl::UTCTimeZone());
  if (absl::FromCivil(day, absl::UTCTimeZone()) != instant) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", instant,
                            absl::UTCTimeZone());
  }
  return absl::FormatCivilTime(day - before);
}

}  // namespace

const char kParent[] = "users/local";

bool IsId(std::string_view text) {
  return !text.empty() && text.size() <= kMaxId &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_islower(static_cast<unsigned char>(c)) ||
                  absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
                  c == '-';
         });
}

absl::StatusOr<std::string> ParseUserName(const std::string& word) {
  std::string_view id = word;
  ConsumePrefix(&id, "users/");
  if (IsId(id)) return StrCat("users/", id);
  return absl::InvalidArgumentError(
      StrCat("\"", word,
             "\" names no user; write an id of 1 to 63 lower-case letters, "
             "digits and hyphens, or users/ID"));
}

absl::StatusOr<std::string> ParseSubscriptionName(const std::string& word) {
  if (IsId(word)) return StrCat(kParent, "/subscriptions/", word);
  if (word.starts_with("users/")) return word;
  return absl::InvalidArgumentError(
      StrCat("\"", word,
             "\" names no subscription; write its id, which paperwire "
             "subscriptions shows, or users/USER/subscriptions/ID"));
}

std::string ShownSubscription(std::string_view name) {
  std::string_view id = name;
  return ConsumePrefix(&id, StrCat(kParent, "/subscriptions/"))
             ? Printable(id)
             : Printable(name);
}

std::string StateText(v1::Subscription::State state) {
  return state == v1::Subscription::STATE_PAUSED ? "paused" : "active";
}

std::string QueryText(const v1::Query& query) {
  std::string text = Printable(query.text());
  const auto add = [&text](const char* flag, const std::string& value) {
    StrAppend(&text, text.empty() ? "" : " ", flag, " ", Printable(value));
  };
  if (!query.categories().empty()) {
    add("--category", absl::StrJoin(query.categories(), ","));
  }
  if (!query.sources().empty()) {
    add("--source", absl::StrJoin(query.sources(), ","));
  }
  if (query.published().has_start_time()) {
    add("--since", Bound(query.published().start_time(), 0));
  }
  if (query.published().has_end_time()) {
    add("--until", Bound(query.published().end_time(), 1));
  }
  std::vector<std::string> links;
  for (const int kind : query.has_links()) {
    const std::string name =
        v1::Link::Kind_Name(static_cast<v1::Link::Kind>(kind));
    links.push_back(absl::AsciiStrToLower(
        name.substr(std::min(name.size(), sizeof("KIND_") - 1))));
  }
  if (!links.empty()) add("--has", absl::StrJoin(links, ","));
  if (query.min_vote_count() > 0) {
    add("--min-votes", StrCat(query.min_vote_count()));
  }
  return text;
}

std::string GroupNames(const v1::Subscription& subscription) {
  std::string names;
  for (const v1::ShareGroup& group : subscription.share_groups()) {
    StrAppend(&names, names.empty() ? "" : ", ", Printable(group.name()), " (",
              group.watcher_count(), ")");
  }
  return names;
}

std::string PendingText(const v1::Subscription& subscription) {
  const int count = subscription.pending_count();
  return StrCat(WithCommas(count), count >= kMaxPending ? " or more" : "");
}

}  // namespace paperwire::command
