#include "service/catalogue/days.h"

#include <algorithm>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::catalogue {
namespace {

using journal::Statement;

// Behind every day there can be.
constexpr std::string_view kEnd = ":";

std::string TextOf(absl::CivilDay day) { return absl::FormatCivilTime(day); }

// The papers of one span, while its days are read.
class Counter {
 public:
  void Add(int64_t number, int64_t votes) {
    int64_t& highest = votes_[number];
    highest = std::max(highest, votes);
  }

  // What came together; begins anew.
  FeaturedSpan Take(const Span& span) {
    FeaturedSpan result{span, static_cast<int32_t>(votes_.size()), 0};
    for (const auto& [number, votes] : votes_) result.votes += votes;
    votes_.clear();
    return result;
  }

 private:
  absl::flat_hash_map<int64_t, int64_t> votes_;  // by paper
};

}  // namespace

Span SpanOf(absl::CivilDay day, v1::ListDaysRequest::Unit unit) {
  switch (unit) {
    case v1::ListDaysRequest::UNIT_WEEK: {
      const absl::CivilDay monday =
          absl::PrevWeekday(day + 1, absl::Weekday::monday);
      // A week belongs to the year that its Thursday lies in.
      const absl::CivilDay thursday = monday + 3;
      return {absl::StrFormat("%d-W%02d", thursday.year(),
                              (absl::GetYearDay(thursday) - 1) / 7 + 1),
              monday, monday + 6};
    }
    case v1::ListDaysRequest::UNIT_MONTH: {
      const absl::CivilMonth month(day);
      return {absl::FormatCivilTime(month), absl::CivilDay(month),
              absl::CivilDay(month + 1) - 1};
    }
    default:
      return {TextOf(day), day, day};
  }
}

absl::StatusOr<Span> ParseSpan(std::string_view label) {
  const auto number = [label](size_t at, size_t size) {
    int value = -1;
    const std::string_view digits = label.substr(at, size);
    if (digits.find_first_not_of("0123456789") != std::string_view::npos ||
        !absl::SimpleAtoi(ToAbsl(digits), &value)) {
      return -1;
    }
    return value;
  };
  std::optional<Span> span;
  if (label.size() == 8 && label.substr(4, 2) == "-W") {
    // The 4th of January lies in the first week of its year.
    span = SpanOf(absl::CivilDay(number(0, 4), 1, 4) + 7 * (number(6, 2) - 1),
                  v1::ListDaysRequest::UNIT_WEEK);
  } else if (label.size() == 7) {
    span = SpanOf(absl::CivilDay(number(0, 4), number(5, 2), 1),
                  v1::ListDaysRequest::UNIT_MONTH);
  } else if (label.size() == 10) {
    span = SpanOf(absl::CivilDay(number(0, 4), number(5, 2), number(8, 2)),
                  v1::ListDaysRequest::UNIT_DAY);
  }
  // What is none ("2026-02-30", "2026-W54") has become another one.
  if (!span.has_value() || span->label != label) {
    return absl::InvalidArgumentError(
        StrCat("\"", label.substr(0, 40),
               "\" is no day, ISO week or month. Write it like 2026-07-10, "
               "2026-W28 or 2026-07."));
  }
  return *span;
}

absl::StatusOr<FeaturedSpans> ListDays(journal::Database& db,
                                       v1::ListDaysRequest::Unit unit,
                                       std::optional<absl::CivilDay> before,
                                       int limit) {
  const std::string end =
      before.has_value() ? TextOf(*before) : std::string(kEnd);
  Statement& rows = db.Get(
                          "SELECT f.day, f.votes, f.number FROM feature f "
                          "JOIN paper p ON p.number = f.number AND p.state = 1 "
                          "WHERE f.day < ?1 ORDER BY f.day DESC")
                        .BindText(1, end);
  FeaturedSpans result;
  Counter counter;
  std::optional<Span> span;
  while (true) {
    ASSIGN_OR_RETURN(bool found, rows.Step());
    if (!found) break;
    absl::CivilDay day;
    if (!absl::ParseCivilTime(ToAbsl(rows.Bytes(0)), &day)) continue;
    if (span.has_value() && day < span->first) {
      result.spans.push_back(counter.Take(*span));
      span.reset();
      if (static_cast<int>(result.spans.size()) == limit) {
        rows.Reset();
        result.more = true;
        return result;
      }
    }
    if (!span.has_value()) span = SpanOf(day, unit);
    counter.Add(rows.Int(2), rows.Int(1));
  }
  if (span.has_value()) result.spans.push_back(counter.Take(*span));
  return result;
}

}  // namespace paperwire::catalogue
