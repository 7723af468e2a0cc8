// The writing end of the journal: numbers entries and dates them.
//
//     Appender appender(db, clock);
//     db->Execute("BEGIN IMMEDIATE"); appender.Begin();
//     entry.sequence = appender.next_sequence();
//     entry.time = appender.Now();
//     RETURN_IF_ERROR(appender.Append(entry));
//     db->Execute("COMMIT");

#ifndef PAPERWIRE_SERVICE_JOURNAL_APPENDER_H_
#define PAPERWIRE_SERVICE_JOURNAL_APPENDER_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "service/base/clock.h"
#include "service/journal/database.h"
#include "service/journal/journal.h"

namespace paperwire::journal {

// One thread, that of the writer; shared by everything that writes there.
class Appender {
 public:
  // Both must outlive the appender.
  Appender(Database* db, Clock* clock) : db_(*db), clock_(*clock) {}

  // At the start of each transaction, and after a rollback to a savepoint.
  absl::Status Begin();

  // The sequence number of the newest entry.
  int64_t last_sequence() const { return last_sequence_; }

  // The number and the time that the next entry gets. The journal's time never
  // falls, whatever the machine's clock does.
  int64_t next_sequence() const { return last_sequence_ + 1; }
  absl::Time Now();

  // The time of the machine's clock: for what ends at a time. The journal's
  // would end it years early when the clock was once years ahead.
  absl::Time ClockTime() { return clock_.Now(); }

  // Appends an entry whose sequence and time are next_sequence() and Now().
  absl::Status Append(const Entry& entry);

 private:
  Database& db_;
  Clock& clock_;
  int64_t last_sequence_ = 0;
  absl::Time last_time_ = absl::InfinitePast();
};

// A time as entries keep it, in whole microseconds.
void SetTime(absl::Time time, google::protobuf::Timestamp* proto);

}  // namespace paperwire::journal

#endif  // PAPERWIRE_SERVICE_JOURNAL_APPENDER_H_
