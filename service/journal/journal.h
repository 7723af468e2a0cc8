// The ordered durable log: every change of every paper and of every
// subscription, numbered 1, 2, 3 ...
//
// The journal is the truth; catalogue, index and feeds are views that can be
// made again from it. It lies in the table `entry` of the SQLite file:
//
//     sequence  the place in the order, without gaps from CompleteFrom on
//     time      microseconds since the epoch, UTC; never falls
//     kind      Kind below
//     number    the paper, or the subscription; each kind counts for itself
//     previous  the sequence of its change before, 0 for none
//     payload   EntryPayload (entry.proto)
//
// Entries are appended inside a transaction of the caller, who owns the
// connection and commits it together with the views in the same file.

#ifndef PAPERWIRE_SERVICE_JOURNAL_JOURNAL_H_
#define PAPERWIRE_SERVICE_JOURNAL_JOURNAL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "service/journal/database.h"
#include "service/journal/entry.pb.h"

namespace paperwire::journal {

// Stored; never renumber.
enum class Kind : int {
  kCreated = 1,       // a new paper
  kUpdated = 2,       // its source said something new
  kMerged = 3,        // another report or paper was joined to it
  kAbsorbed = 4,      // it was joined to another one; it is no paper any more
  kSplit = 5,         // a merge was undone; this is one of the two papers
  kDeleted = 6,       // it is gone
  kSubscribed = 7,    // a subscription, new or changed
  kUnsubscribed = 8,  // it is gone
  kVoted = 9,         // somebody voted for a paper, or took that back
};

// Whether an entry of this kind is about a paper; else about a subscription.
constexpr bool IsOfPaper(Kind kind) {
  return kind != Kind::kSubscribed && kind != Kind::kUnsubscribed;
}

struct Entry {
  int64_t sequence = 0;
  absl::Time time;
  Kind kind = Kind::kCreated;
  int64_t number = 0;
  int64_t previous = 0;
  EntryPayload payload;
};

// What a journal is, whoever reads it.
struct Identity {
  // Random, given when the file was made. Tokens are bound to it.
  uint64_t id = 0;
};

// The version of the data folder that this program writes: 2, since there
// are subscriptions; 3, since the past can be forgotten; 4, since votes are kept
// by time and cast. A folder of an older one is brought up to date; a newer one is
// refused.
inline constexpr int kDataVersion = 4;

// Makes the tables of the journal when they are missing and checks the
// version. FAILED_PRECONDITION: the file is of a newer version or belongs to
// another program.
absl::Status Prepare(Database& db);

absl::StatusOr<Identity> ReadIdentity(Database& db);

// Appends entries that carry their sequence numbers, which must go on from
// LastSequence without a gap. Inside the caller's transaction.
absl::Status Append(Database& db, absl::Span<const Entry> entries);

// 0: the journal is empty.
absl::StatusOr<int64_t> LastSequence(Database& db);
// From here on the journal holds every entry. What is older was compacted
// (compaction.h), if it is more than 1: only the newest entries of their
// papers and subscriptions are left.
absl::StatusOr<int64_t> CompleteFrom(Database& db);

// Up to `limit` entries after `sequence`, in order.
absl::StatusOr<std::vector<Entry>> ReadAfter(Database& db, int64_t sequence,
                                             int limit);

// One entry. NOT_FOUND: there is none of this number (any more).
absl::StatusOr<Entry> ReadOne(Database& db, int64_t sequence);

// The paper or subscription that an entry is of, without the rest. NOT_FOUND.
absl::StatusOr<int64_t> NumberAt(Database& db, int64_t sequence);

// The last sequence number of entries written before `time`; 0 for none.
absl::StatusOr<int64_t> LastBefore(Database& db, absl::Time time);

}  // namespace paperwire::journal

#endif  // PAPERWIRE_SERVICE_JOURNAL_JOURNAL_H_
