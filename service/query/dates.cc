#include "service/query/dates.h"

#include <functional>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/query/error.h"

namespace paperwire::query {
namespace {

// A closed range of a value that stands for many: a month's seconds.
struct Span {
  int64_t first = 0;
  int64_t last = 0;
};

using ParseValue = std::function<absl::StatusOr<Span>(std::string_view)>;

bool ConsumeDigits(int count, std::string_view* text, int* value) {
  if (text->size() < static_cast<size_t>(count)) return false;
  *value = 0;
  for (int i = 0; i < count; ++i) {
    const char c = (*text)[i];
    if (c < '0' || c > '9') return false;
    *value = *value * 10 + (c - '0');
  }
  text->remove_prefix(count);
  return true;
}

int64_t Seconds(absl::CivilSecond civil) {
  return absl::ToUnixSeconds(absl::FromCivil(civil, absl::UTCTimeZone()));
}

absl::Status BadDate(std::string_view text) {
  return absl::InvalidArgumentError(
      StrCat(Quoted(text),
             " is not a date; write it like 2024, 2024-03 or "
             "2024-03-01"));
}

absl::StatusOr<Span> ParseDate(std::string_view text) {
  std::string_view rest = text;
  int year = 0;
  int month = 1;
  int day = 1;
  if (!ConsumeDigits(4, &rest, &year) || year < 1) return BadDate(text);
  if (rest.empty()) {
    return Span{Seconds(absl::CivilSecond(year)),
                Seconds(absl::CivilSecond(year + 1)) - 1};
  }
  if (!ConsumePrefix(&rest, "-") || !ConsumeDigits(2, &rest, &month) ||
      month < 1 || month > 12) {
    return BadDate(text);
  }
  if (rest.empty()) {
    return Span{Seconds(absl::CivilSecond(year, month)),
                Seconds(absl::CivilSecond(year, month + 1)) - 1};
  }
  if (!ConsumePrefix(&rest, "-") || !ConsumeDigits(2, &rest, &day)) {
    return BadDate(text);
  }
  const absl::CivilDay date(year, month, day);
  if (date.month() != month || date.day() != day) {
    return absl::InvalidArgumentError(
        StrCat(Quoted(text),
               " is not a day of the calendar; write another "
               "day, or the month alone"));
  }
  if (rest.empty()) {
    const int64_t first = Seconds(absl::CivilSecond(date));
    return Span{first, first + 86399};
  }
  int hour = 0;
  int minute = 0;
  int second = 0;
  const bool time =
      ConsumePrefix(&rest, "T") && ConsumeDigits(2, &rest, &hour) &&
      ConsumePrefix(&rest, ":") && ConsumeDigits(2, &rest, &minute) &&
      ConsumePrefix(&rest, ":") && ConsumeDigits(2, &rest, &second) &&
      (rest.empty() || rest == "Z") && hour < 24 && minute < 60 && second < 60;
  if (!time) return BadDate(text);
  const int64_t at =
      Seconds(absl::CivilSecond(year, month, day, hour, minute, second));
  return Span{at, at};
}

absl::StatusOr<Span> ParseOneYear(std::string_view text) {
  std::string_view rest = text;
  int year = 0;
  if (!ConsumeDigits(4, &rest, &year) || !rest.empty() || year < 1) {
    return absl::InvalidArgumentError(
        StrCat(Quoted(text),
               " is not a year; write four digits, like 2024; "
               "for days and months use published:2024-03-01"));
  }
  return ParseDate(text);
}

absl::StatusOr<Span> ParseCount(std::string_view text) {
  int64_t count = 0;
  if (text.empty() || text[0] < '0' || text[0] > '9' ||
      !absl::SimpleAtoi(ToAbsl(text), &count)) {
    return absl::InvalidArgumentError(
        StrCat(Quoted(text),
               " is not a count of votes; write a number, "
               "like >=10"));
  }
  return Span{count, count};
}

// value, a..b, a.., ..b, or a comparison before a value.
absl::StatusOr<Range> ParseRange(std::string_view text, Range::Column column,
                                 const ParseValue& parse) {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  Range range;
  range.column = column;
  if (const size_t dots = text.find(".."); dots != text.npos) {
    const std::string_view from = text.substr(0, dots);
    const std::string_view to = text.substr(dots + 2);
    if (from.empty() && to.empty()) {
      return absl::InvalidArgumentError(
          "\"..\" has no end; write a value before it, behind it, or both");
    }
    if (!from.empty()) {
      ASSIGN_OR_RETURN(Span span, parse(from));
      range.min = span.first;
    }
    if (!to.empty()) {
      ASSIGN_OR_RETURN(Span span, parse(to));
      range.max = span.last;
    }
    if (range.min > range.max) {
      return absl::InvalidArgumentError(StrCat(Quoted(text),
                                               " ends before it begins; write ",
                                               to, "..", from, " instead"));
    }
    return range;
  }
  std::string_view rest = text;
  if (ConsumePrefix(&rest, ">=")) {
    ASSIGN_OR_RETURN(Span span, parse(rest));
    range.min = span.first;
  } else if (ConsumePrefix(&rest, "<=")) {
    ASSIGN_OR_RETURN(Span span, parse(rest));
    range.max = span.last;
  } else if (ConsumePrefix(&rest, ">")) {
    ASSIGN_OR_RETURN(Span span, parse(rest));
    if (span.last == kMax)
      return absl::InvalidArgumentError(
          StrCat("Nothing is more than ", rest, "; write a smaller number"));
    range.min = span.last + 1;
  } else if (ConsumePrefix(&rest, "<")) {
    ASSIGN_OR_RETURN(Span span, parse(rest));
    if (span.first == kMin)
      return absl::InvalidArgumentError(
          StrCat("Nothing is less than ", rest, "; write a larger number"));
    range.max = span.first - 1;
  } else {
    ConsumePrefix(&rest, "=");
    ASSIGN_OR_RETURN(Span span, parse(rest));
    range.min = span.first;
    range.max = span.last;
  }
  return range;
}

}  // namespace

absl::StatusOr<Range> ParsePublished(std::string_view value) {
  return ParseRange(value, Range::Column::kPublished, ParseDate);
}

absl::StatusOr<Range> ParseYear(std::string_view value) {
  return ParseRange(value, Range::Column::kPublished, ParseOneYear);
}

absl::StatusOr<Range> ParseVotes(std::string_view value) {
  return ParseRange(value, Range::Column::kVotes, ParseCount);
}

std::string FormatSecond(int64_t seconds) {
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%SZ",
                          absl::FromUnixSeconds(seconds), absl::UTCTimeZone());
}

}  // namespace paperwire::query
