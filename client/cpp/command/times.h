// Days and times as people write them.
//
//     ASSIGN_OR_RETURN(Span span, ParseTime("2026-07", absl::Now()));
//     // span.start: 2026-07-01T00:00:00Z, span.end: 2026-08-01T00:00:00Z

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_TIMES_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_TIMES_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "paperwire/v1/paper.pb.h"

namespace paperwire::command {

// From start up to but without end, UTC. Equal when an instant was meant.
struct Span {
  absl::Time start;
  absl::Time end;
};

// "2026", "2026-07", "2026-07-10", "today", "yesterday", an RFC 3339 time
// ("2026-07-10T14:00:00Z"), or a length of time before now ("90m", "12h",
// "7d", "2w").
absl::StatusOr<Span> ParseTime(std::string_view text, absl::Time now);

// A length of time: "90m", "12h", "7d", "2w".
absl::StatusOr<absl::Duration> ParseLength(std::string_view text);

// A time to come: a length of time from now on ("12h", "30d", "8w"), or what
// ParseTime takes, the end of a day, month or year.
absl::StatusOr<absl::Time> ParseFuture(std::string_view text, absl::Time now);

google::protobuf::Timestamp ToProto(absl::Time time);
absl::Time FromProto(const google::protobuf::Timestamp& timestamp);
google::protobuf::Duration ToProto(absl::Duration duration);
absl::Duration FromProto(const google::protobuf::Duration& duration);

// "2026-07-10", or what is known of it; empty when there is none.
std::string PublishedDate(const v1::Paper& paper);

// "2026-07-10 14:03:22" in the zone of this machine.
std::string LocalTime(absl::Time time);

// "3 s", "12 min", "5 h", "3 days".
std::string RoughDuration(absl::Duration duration);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_TIMES_H_
