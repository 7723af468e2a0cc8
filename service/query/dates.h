// Spans of time and of numbers as the query language writes them.
//
//     ParsePublished(">=2024-03");         // from the first second of March
//     ParsePublished("2020..2024-06-30");  // both ends inclusive
//     ParseYear("2020..");
//
// A date is a year, a month, a day or a second (2024-03-01T12:00:00Z), UTC,
// and stands for all of its length. Failures are INVALID_ARGUMENT with a
// message that says what to write, without position.

#ifndef PAPERWIRE_SERVICE_QUERY_DATES_H_
#define PAPERWIRE_SERVICE_QUERY_DATES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "service/query/query.h"

namespace paperwire::query {

absl::StatusOr<Range> ParsePublished(std::string_view value);
absl::StatusOr<Range> ParseYear(std::string_view value);
absl::StatusOr<Range> ParseVotes(std::string_view value);

// The seconds of 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
inline constexpr int64_t kFirstSecond = -62135596800;
inline constexpr int64_t kLastSecond = 253402300799;

// "2024-03-01T12:00:00Z"; `seconds` must be in [kFirstSecond, kLastSecond].
std::string FormatSecond(int64_t seconds);

}  // namespace paperwire::query

#endif  // PAPERWIRE_SERVICE_QUERY_DATES_H_
