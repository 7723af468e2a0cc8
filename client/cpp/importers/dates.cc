#include "client/cpp/importers/dates.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "service/base/strings.h"

namespace paperwire::importers {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "jan", "feb", "mar", "apr", "may", "jun",
    "jul", "aug", "sep", "oct", "nov", "dec"};

// Reads a text from left to right.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }

  bool Skip(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void SkipBlanks() {
    while (Skip(' ')) {
    }
  }

  // A number of `min` to `max` digits; -1 when there is none.
  int Digits(size_t min, size_t max) {
    size_t n = 0;
    int value = 0;
    while (n < max && n < rest_.size() && absl::ascii_isdigit(rest_[n])) {
      value = value * 10 + (rest_[n] - '0');
      ++n;
    }
    if (n < min) return -1;
    rest_.remove_prefix(n);
    return value;
  }

  std::string_view Letters() {
    size_t n = 0;
    while (n < rest_.size() && absl::ascii_isalpha(rest_[n])) ++n;
    const std::string_view letters = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return letters;
  }

  // The fraction of a second, in nanoseconds.
  int32_t Fraction() {
    int32_t nanos = 0;
    int32_t unit = 100000000;
    while (!rest_.empty() && absl::ascii_isdigit(rest_.front())) {
      nanos += (rest_.front() - '0') * unit;
      unit /= 10;
      rest_.remove_prefix(1);
    }
    return nanos;
  }

 private:
  std::string_view rest_;
};

struct TimeOfDay {
  int hour = 0;
  int minute = 0;
  int second = 0;
  int32_t nanos = 0;
};

// "19:18:42.5", of which the seconds may be missing.
bool ReadTime(Scanner& scanner, TimeOfDay* time) {
  time->hour = scanner.Digits(1, 2);
  if (time->hour < 0 || time->hour > 23 || !scanner.Skip(':')) return false;
  time->minute = scanner.Digits(2, 2);
  if (time->minute < 0 || time->minute > 59) return false;
  if (!scanner.Skip(':')) return true;
  time->second = scanner.Digits(2, 2);
  // 60 is a leap second.
  if (time->second < 0 || time->second > 60) return false;
  if (scanner.Skip('.') || scanner.Skip(',')) time->nanos = scanner.Fraction();
  return true;
}

// Seconds east of Greenwich: "Z", "GMT", "+02:00", "-0400", "EST", nothing.
std::optional<int> ReadZone(Scanner& scanner) {
  scanner.SkipBlanks();
  if (scanner.done()) return 0;
  int sign = 0;
  if (scanner.Skip('+')) {
    sign = 1;
  } else if (scanner.Skip('-')) {
    sign = -1;
  }
  if (sign == 0) {
    const std::string_view name = scanner.Letters();
    if (!scanner.done()) return std::nullopt;
    if (name == "Z" || name == "z" || name == "GMT" || name == "UTC" ||
        name == "UT") {
      return 0;
    }
    // The zones that RFC 822 names.
    constexpr std::string_view kZones = "ECMP";
    const size_t zone = name.size() == 3 ? kZones.find(name[0]) : kZones.npos;
    if (zone == kZones.npos || name[2] != 'T') return std::nullopt;
    if (name[1] == 'S') return -3600 * (5 + static_cast<int>(zone));
    if (name[1] == 'D') return -3600 * (4 + static_cast<int>(zone));
    return std::nullopt;
  }
  const int hours = scanner.Digits(2, 2);
  scanner.Skip(':');
  const int minutes = scanner.done() ? 0 : scanner.Digits(2, 2);
  if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59 ||
      !scanner.done()) {
    return std::nullopt;
  }
  return sign * (hours * 3600 + minutes * 60);
}

std::optional<Date> Compose(int year, int month, int day, TimeOfDay time,
                            int zone) {
  const absl::CivilDay civil(year, month, day);
  if (year < 1000 || year > 9999 || civil.month() != month ||
      civil.day() != day) {
    return std::nullopt;
  }
  Date date;
  date.seconds = (civil - absl::CivilDay(1970, 1, 1)) * 86400 +
                 time.hour * 3600 + time.minute * 60 +
                 std::min(time.second, 59) - zone;
  date.nanos = time.nanos;
  return date;
}

// "Mon, 2 Apr 2007 19:18:42 GMT"; the day of the week may be missing.
std::optional<Date> ParseRfc822(std::string_view text) {
  Scanner scanner(text);
  if (!scanner.Letters().empty()) {
    scanner.Skip(',');
    scanner.SkipBlanks();
  }
  const int day = scanner.Digits(1, 2);
  scanner.SkipBlanks();
  const int month = ParseMonth(scanner.Letters());
  scanner.SkipBlanks();
  const int year = scanner.Digits(4, 4);
  if (day < 1 || month < 1 || year < 0) return std::nullopt;
  scanner.SkipBlanks();
  TimeOfDay time;
  if (scanner.done()) return Compose(year, month, day, time, 0);
  if (!ReadTime(scanner, &time)) return std::nullopt;
  const std::optional<int> zone = ReadZone(scanner);
  if (!zone.has_value()) return std::nullopt;
  return Compose(year, month, day, time, *zone);
}

}  // namespace

std::optional<Date> ParseDate(std::string_view text) {
  text = ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
  if (text.empty() || text.size() > 64) return std::nullopt;
  Scanner scanner(text);
  const int year = scanner.Digits(4, 4);
  if (year < 0) return ParseRfc822(text);
  if (scanner.done()) return MakeDate(year, 0, 0);
  if (!scanner.Skip('-') && !scanner.Skip('/')) return std::nullopt;
  const int month = scanner.Digits(1, 2);
  if (month < 1 || month > 12) return std::nullopt;
  if (scanner.done()) return MakeDate(year, month, 0);
  if (!scanner.Skip('-') && !scanner.Skip('/')) return std::nullopt;
  const int day = scanner.Digits(1, 2);
  if (day < 1) return std::nullopt;
  if (scanner.done()) return MakeDate(year, month, day);
  if (!scanner.Skip('T') && !scanner.Skip('t') && !scanner.Skip(' ')) {
    return std::nullopt;
  }
  TimeOfDay time;
  if (!ReadTime(scanner, &time)) return std::nullopt;
  const std::optional<int> zone = ReadZone(scanner);
  if (!zone.has_value()) return std::nullopt;
  return Compose(year, month, day, time, *zone);
}

std::optional<Date> MakeDate(int year, int month, int day) {
  if (month < 1 || month > 12) {
    month = day = 0;
  }
  std::optional<Date> date =
      Compose(year, month == 0 ? 1 : month, day == 0 ? 1 : day, {}, 0);
  if (!date.has_value()) return std::nullopt;
  date->precision = month == 0 ? v1::DATE_PRECISION_YEAR
                    : day == 0 ? v1::DATE_PRECISION_MONTH
                               : v1::DATE_PRECISION_DAY;
  return date;
}

int ParseMonth(std::string_view text) {
  text = ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
  if (text.empty()) return 0;
  if (absl::ascii_isdigit(text.front())) {
    const int month = Scanner(text).Digits(1, 2);
    return month >= 1 && month <= 12 ? month : 0;
  }
  for (size_t i = 0; i < kMonths.size(); ++i) {
    if (absl::StartsWithIgnoreCase(ToAbsl(text), ToAbsl(kMonths[i]))) {
      return static_cast<int>(i) + 1;
    }
  }
  return 0;
}

std::string DayOf(const Date& date) {
  return absl::FormatTime("%Y-%m-%d", absl::FromUnixSeconds(date.seconds),
                          absl::UTCTimeZone());
}

}  // namespace paperwire::importers
