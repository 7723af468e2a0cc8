#include "client/cpp/command/errors.h"

#include <algorithm>
#include <optional>

#include "absl/strings/numbers.h"
#include "client/cpp/command/text_layout.h"
#include "service/base/error_details.h"
#include "service/base/strings.h"
#include "service/text/utf8.h"

namespace paperwire::command {
namespace {

// Of digests; empty for other reasons.
std::string MailAdvice(const std::string& reason, std::string_view message) {
  if (reason == "MAIL_NOT_CONFIGURED") {
    // A server that says so itself knows best.
    if (message.find("--smtp") != message.npos) return "";
    return "The server has to be told how to send mail: start paperwired with "
           "--smtp, --mail-from, --public-url and --http.";
  }
  if (reason == "ADDRESS_SUPPRESSED") {
    return "Why: paperwire digest suppressions. If it is right again: "
           "paperwire digest suppressions remove ADDRESS";
  }
  if (reason == "TOO_MANY_CONFIRMATIONS") {
    return "Open the link in one of the mails that were sent (look among the "
           "unwanted ones, too), or try again tomorrow.";
  }
  if (reason == "DIGEST_NOT_ACTIVE") {
    return "Only its reader can begin: paperwire digest ask-again sends the "
           "link once more; one that was stopped is made anew with paperwire "
           "digest create.";
  }
  if (reason == "DIGEST_CONFIRMED") {
    return "How it stands: paperwire digest show";
  }
  if (reason == "DIGEST_NOT_FOUND") {
    return "Those that there are: paperwire digest";
  }
  if (reason == "DIGEST_EXISTS") {
    return "Give another --id, or change that one: paperwire digest update";
  }
  if (reason == "SUPPRESSION_NOT_FOUND") {
    return "Those that there are: paperwire digest suppressions";
  }
  return "";
}

// What to do about errors that a message cannot help with, because whoever
// wrote it does not know about this command. Empty: nothing to add.
std::string Advice(const absl::Status& status) {
  const std::optional<ErrorReason> reason = ReasonOf(status);
  if (reason.has_value() && reason->reason == "PAGE_TOKEN_EXPIRED") {
    return "Search again without --page-token.";
  }
  if (reason.has_value() && reason->facts.contains("oldest_token")) {
    return StrCat("The oldest place to resume from is --from ",
                  reason->facts.at("oldest_token"));
  }
  if (reason.has_value() && reason->reason == "SUBSCRIPTION_NOT_FOUND") {
    return "Those that there are: paperwire subscriptions";
  }
  if (reason.has_value() && reason->reason == "SUBSCRIPTION_EXISTS") {
    return "Give another --id, or change that one: paperwire subscriptions "
           "edit";
  }
  if (reason.has_value() && reason->reason == "SHARE_GROUP_NOT_FOUND") {
    return "Those that there are: paperwire subscriptions show";
  }
  if (reason.has_value() && reason->reason == "WEBHOOK_DELIVERY_NOT_FOUND") {
    return "Those that there are: paperwire webhook deliveries";
  }
  if (reason.has_value()) {
    const std::string advice =
        MailAdvice(reason->reason, ToStd(status.message()));
    if (!advice.empty()) return advice;
  }
  if (reason.has_value() && reason->facts.contains("oldest_time")) {
    return StrCat("Begin there with --from ", reason->facts.at("oldest_time"));
  }
  switch (status.code()) {
    case absl::StatusCode::kDeadlineExceeded:
      return "Give it longer with --timeout SECONDS.";
    case absl::StatusCode::kUnimplemented:
      return "Is something else listening there, or an older paperwired? See "
             "paperwire status.";
    default:
      return "";
  }
}

// "give_up_after: " where the message says no more than "It is 10s; ...".
std::string Subject(const absl::Status& status) {
  if (!ToStd(status.message()).starts_with("It ")) return "";
  const std::string field = FieldOf(status).value_or("");
  // Without a dot, from the beginning.
  const std::string name = field.substr(field.rfind('.') + 1);
  return name.empty() ? "" : StrCat(Printable(name), ": ");
}

}  // namespace

std::string ShortCause(std::string_view message) {
  const std::string_view intro = "failed to connect to all addresses";
  if (message.substr(0, intro.size()) != intro) return std::string(message);
  const size_t colon = message.rfind(": ");
  return std::string(colon == message.npos ? message
                                           : message.substr(colon + 2));
}

std::string ErrorText(const absl::Status& status, const std::string& address,
                      bool color) {
  const std::string message(ToStd(status.message()));
  std::string text =
      Render({{"paperwire:", Style::kError}, {" ", Style::kPlain}}, color);
  const std::optional<ErrorReason> reason = ReasonOf(status);
  if (absl::IsUnavailable(status) && !reason.has_value() &&
      !message.starts_with("cannot ")) {
    StrAppend(&text, "cannot reach the server at ", Printable(address), ": ",
              Printable(ShortCause(message)),
              "\n  Is paperwired running? Start one with deploy/quickstart, or "
              "say where it is\n  with --server HOST:PORT or "
              "PAPERWIRE_ADDRESS.\n");
    return text;
  }
  StrAppend(&text, Subject(status));
  StrAppend(&text, message.empty() ? absl::StatusCodeToString(status.code())
                                   : Printable(message));
  StrAppend(&text, "\n");
  if (const std::string advice = Advice(status); !advice.empty()) {
    StrAppend(&text, "  ", Printable(advice), "\n");
  }
  return text;
}

std::string PointAtError(const absl::Status& status, std::string_view query,
                         int columns) {
  const std::optional<ErrorReason> reason = ReasonOf(status);
  int position = 0;
  if (!reason.has_value() || !reason->facts.contains("position") ||
      !absl::SimpleAtoi(reason->facts.at("position"), &position) ||
      position < 1) {
    return "";
  }
  // The server counts code points from 1.
  size_t at = 0;
  for (int i = 1; i < position && at < query.size(); ++i) {
    at += paperwire::text::DecodeAt(query, at).size;
  }
  std::string before = Printable(query.substr(0, at));
  std::string behind = Printable(query.substr(at));
  const int room = std::max(columns - 4, 16);
  // Of a long query, what is near the place.
  while (Width(before) > room / 2) {
    before.erase(0, paperwire::text::DecodeAt(before, 0).size);
  }
  const std::string shown =
      Render(Fit({{StrCat(before, behind)}}, room, Pad::kNone), false);
  return StrCat("  ", shown, "\n  ",
                std::string(static_cast<size_t>(Width(before)), ' '), "^\n");
}

}  // namespace paperwire::command
