#include "service/journal/appender.h"

#include <algorithm>

#include "absl/types/span.h"
#include "service/base/status_macros.h"

namespace paperwire::journal {

absl::Status Appender::Begin() {
  ASSIGN_OR_RETURN(last_sequence_, LastSequence(db_));
  if (last_sequence_ > 0) {
    ASSIGN_OR_RETURN(Entry last, ReadOne(db_, last_sequence_));
    last_time_ = last.time;
  }
  return absl::OkStatus();
}

absl::Time Appender::Now() { return std::max(clock_.Now(), last_time_); }

absl::Status Appender::Append(const Entry& entry) {
  RETURN_IF_ERROR(journal::Append(db_, absl::MakeConstSpan(&entry, 1)));
  last_sequence_ = entry.sequence;
  last_time_ = entry.time;
  return absl::OkStatus();
}

void SetTime(absl::Time time, google::protobuf::Timestamp* proto) {
  const int64_t micros = absl::ToUnixMicros(time);
  proto->set_seconds(micros / 1000000);
  proto->set_nanos(static_cast<int32_t>(micros % 1000000 * 1000));
}

}  // namespace paperwire::journal
