#include "client/cpp/command/times.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

Span DaysFrom(absl::CivilDay first, absl::CivilDay after) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  return {absl::FromCivil(first, utc), absl::FromCivil(after, utc)};
}

bool HasShape(std::string_view text, std::string_view shape) {
  if (text.size() != shape.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == '0' ? !digit : text[i] != shape[i]) return false;
  }
  return true;
}

int NumberAt(std::string_view text, size_t at, size_t size) {
  int value = 0;
  return absl::SimpleAtoi(ToAbsl(text.substr(at, size)), &value) ? value : 0;
}

// Zero when it is something else.
absl::Duration LengthOf(std::string_view text) {
  if (text.size() < 2) return absl::ZeroDuration();
  int64_t number = 0;
  const std::string_view digits = text.substr(0, text.size() - 1);
  if (digits.find_first_not_of("0123456789") != digits.npos ||
      !absl::SimpleAtoi(ToAbsl(digits), &number) || number > 1'000'000) {
    return absl::ZeroDuration();
  }
  switch (text.back()) {
    case 'm':
      return absl::Minutes(number);
    case 'h':
      return absl::Hours(number);
    case 'd':
      return absl::Hours(24 * number);
    case 'w':
      return absl::Hours(7 * 24 * number);
    default:
      return absl::ZeroDuration();
  }
}

}  // namespace

absl::StatusOr<Span> ParseTime(std::string_view text, absl::Time now) {
  const absl::CivilDay today = absl::ToCivilDay(now, absl::UTCTimeZone());
  if (text == "today") return DaysFrom(today, today + 1);
  if (text == "yesterday") return DaysFrom(today - 1, today);
  if (const absl::Duration ago = LengthOf(text); ago > absl::ZeroDuration()) {
    return Span{now - ago, now - ago};
  }
  const int year = NumberAt(text, 0, std::min<size_t>(text.size(), 4));
  if (HasShape(text, "0000") && year >= 1000) {
    return DaysFrom(absl::CivilDay(year), absl::CivilDay(year + 1));
  }
  if (HasShape(text, "0000-00") && year >= 1000) {
    const int month = NumberAt(text, 5, 2);
    if (month >= 1 && month <= 12) {
      return DaysFrom(absl::CivilDay(year, month),
                      absl::CivilDay(year, month + 1));
    }
  }
  if (HasShape(text, "0000-00-00") && year >= 1000) {
    const int month = NumberAt(text, 5, 2), day = NumberAt(text, 8, 2);
    const absl::CivilDay date(year, month, day);
    if (date.month() == month && date.day() == day) {  // no 30th of February
      return DaysFrom(date, date + 1);
    }
  }
  absl::Time time;
  // Abseil would take "infinite-future" too.
  if (HasShape(text.substr(0, 10), "0000-00-00") && text.size() > 10 &&
      absl::ParseTime(absl::RFC3339_full, ToAbsl(text), &time, nullptr)) {
    return Span{time, time};
  }
  return absl::InvalidArgumentError(
      StrCat("\"", text,
             "\" is no day or time; write 2026, 2026-07, 2026-07-10, "
             "2026-07-10T14:00:00Z, today, yesterday, or 12h, 7d or 2w for so "
             "long ago"));
}

absl::StatusOr<absl::Duration> ParseLength(std::string_view text) {
  const absl::Duration length = LengthOf(text);
  if (length > absl::ZeroDuration()) return length;
  return absl::InvalidArgumentError(StrCat(
      "\"", text, "\" is no length of time; write 90m, 12h, 30d or 8w"));
}

absl::StatusOr<absl::Time> ParseFuture(std::string_view text, absl::Time now) {
  if (const absl::Duration length = LengthOf(text);
      length > absl::ZeroDuration()) {
    return now + length;
  }
  const absl::StatusOr<Span> span = ParseTime(text, now);
  if (!span.ok()) {
    return absl::InvalidArgumentError(
        StrCat("\"", text,
               "\" is no time to come; write 12h, 30d or 8w for so long from "
               "now, 2026-12-31, or 2026-12-31T14:00:00Z"));
  }
  if (span->end <= now) {
    return absl::InvalidArgumentError(StrCat("\"", text, "\" is over already"));
  }
  return span->end;
}

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp result;
  const int64_t seconds = absl::ToUnixSeconds(time);
  result.set_seconds(seconds);
  result.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return result;
}

absl::Time FromProto(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) +
         absl::Nanoseconds(timestamp.nanos());
}

google::protobuf::Duration ToProto(absl::Duration duration) {
  google::protobuf::Duration result;
  const int64_t seconds = absl::ToInt64Seconds(duration);
  result.set_seconds(seconds);
  result.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(duration - absl::Seconds(seconds))));
  return result;
}

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) +
         absl::Nanoseconds(duration.nanos());
}

std::string PublishedDate(const v1::Paper& paper) {
  if (!paper.has_published_time()) return "";
  const char* format = "%Y-%m-%d";
  if (paper.published_precision() == v1::DATE_PRECISION_MONTH) {
    format = "%Y-%m";
  } else if (paper.published_precision() == v1::DATE_PRECISION_YEAR) {
    format = "%Y";
  }
  return absl::FormatTime(format, FromProto(paper.published_time()),
                          absl::UTCTimeZone());
}

std::string LocalTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", time, absl::LocalTimeZone());
}

std::string RoughDuration(absl::Duration duration) {
  const int64_t seconds = std::max<int64_t>(0, absl::ToInt64Seconds(duration));
  if (seconds < 120) return StrCat(seconds, " s");
  if (seconds < 2 * 3600) return StrCat(seconds / 60, " min");
  if (seconds < 48 * 3600) return StrCat(seconds / 3600, " h");
  return StrCat(seconds / (24 * 3600), " days");
}

}  // namespace paperwire::command
