#include "client/cpp/command/digest_text.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "client/cpp/command/subscription_text.h"
#include "client/cpp/command/times.h"
#include "client/cpp/command/trending_flags.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// By number, from 1 on.
constexpr const char* kDays[] = {"Mondays",   "Tuesdays", "Wednesdays",
                                 "Thursdays", "Fridays",  "Saturdays",
                                 "Sundays"};

// As ParseLength takes it, unless it is of odd seconds.
std::string LengthText(absl::Duration length) {
  const int64_t minutes = absl::ToInt64Minutes(length);
  if (absl::Minutes(minutes) != length) return absl::FormatDuration(length);
  if (minutes % (24 * 60) == 0) return StrCat(minutes / (24 * 60), "d");
  if (minutes % 60 == 0) return StrCat(minutes / 60, "h");
  return StrCat(minutes, "m");
}

// The name of a value without its prefix, in lower case.
std::string Word(const std::string& name, std::string_view prefix) {
  std::string_view word = name;
  if (!ConsumePrefix(&word, prefix) || word == "UNSPECIFIED") return "unknown";
  return absl::AsciiStrToLower(ToAbsl(word));
}

}  // namespace

absl::StatusOr<std::string> ParseDigestName(const std::string& word,
                                            const std::string& parent) {
  if (IsId(word)) return StrCat(parent, "/digests/", word);
  if (word.starts_with("users/")) return word;
  return absl::InvalidArgumentError(
      StrCat("\"", word,
             "\" names no digest; write its id, which paperwire digest shows, "
             "or users/USER/digests/ID"));
}

std::string ShownDigest(std::string_view name) {
  std::string_view id = name;
  return ConsumePrefix(&id, StrCat(kParent, "/digests/")) ? Printable(id)
                                                          : Printable(name);
}

Piece DigestState(v1::Digest::State state) {
  Style style = Style::kPlain;
  if (state == v1::Digest::STATE_UNCONFIRMED ||
      state == v1::Digest::STATE_PAUSED) {
    style = Style::kDim;
  } else if (state != v1::Digest::STATE_ACTIVE) {
    style = Style::kError;
  }
  return {Word(v1::Digest::State_Name(state), "STATE_"), style};
}

std::string ScheduleText(const v1::DigestSchedule& schedule) {
  std::string text = "daily";
  if (schedule.frequency() == v1::DigestSchedule::FREQUENCY_WEEKDAYS) {
    text = "Monday to Friday";
  } else if (schedule.frequency() == v1::DigestSchedule::FREQUENCY_WEEKLY) {
    const int day =
        std::clamp(schedule.weekday(), 1, static_cast<int>(std::size(kDays)));
    text = kDays[day - 1];
  }
  return StrCat(
      text, " at ",
      schedule.time_of_day().empty() ? "08:00"
                                     : Printable(schedule.time_of_day()),
      " ",
      schedule.time_zone().empty() ? "UTC" : Printable(schedule.time_zone()));
}

std::string BoardText(const v1::DigestBoard& board) {
  std::string text = StrCat("--trending ", WindowName(board.window()));
  if (board.formula() != v1::TRENDING_FORMULA_UNSPECIFIED &&
      board.formula() != v1::TRENDING_FORMULA_VOTES) {
    StrAppend(&text, " --formula ", FormulaName(board.formula()));
  }
  if (board.has_half_life()) {
    StrAppend(&text, " --half-life ", LengthText(FromProto(board.half_life())));
  }
  const std::string query = QueryText(board.query());
  if (!query.empty()) StrAppend(&text, " --trending-query '", query, "'");
  return text;
}

std::string ContentText(const v1::Digest& digest) {
  std::string text;
  if (digest.has_query()) {
    text = QueryText(digest.query());
    if (text.empty()) text = "''";
  }
  if (digest.has_board()) {
    StrAppend(&text, text.empty() ? "" : " ", BoardText(digest.board()));
  }
  return text;
}

std::string TokenOf(const std::string& word) {
  // A token that happens to hold "t=" is none the less one.
  size_t at = word.find("?t=");
  if (at == word.npos) at = word.find("&t=");
  if (at == word.npos) return word;
  const size_t start = at + 3;
  return word.substr(start, word.find_first_of("&# >", start) - start);
}

Piece IssueState(v1::DigestIssue::State state) {
  const bool bad = state == v1::DigestIssue::STATE_FAILED ||
                   state == v1::DigestIssue::STATE_BOUNCED;
  return {Word(v1::DigestIssue::State_Name(state), "STATE_"),
          bad ? Style::kError : Style::kPlain};
}

std::string IssueKind(v1::DigestIssue::Kind kind) {
  return Word(v1::DigestIssue::Kind_Name(kind), "KIND_");
}

std::string SuppressionReason(v1::Suppression::Reason reason) {
  return Word(v1::Suppression::Reason_Name(reason), "REASON_");
}

}  // namespace paperwire::command
