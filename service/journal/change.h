// What one journal entry did, as the views that follow it see it: a paper
// before and after, or a subscription after.

#ifndef PAPERWIRE_SERVICE_JOURNAL_CHANGE_H_
#define PAPERWIRE_SERVICE_JOURNAL_CHANGE_H_

#include <cstdint>
#include <memory>

#include "absl/time/time.h"
#include "paperwire/v1/paper.pb.h"
#include "paperwire/v1/subscription.pb.h"
#include "service/journal/journal.h"

namespace paperwire::journal {

// A paper that is not searched (withdrawn, absorbed, deleted, not there yet)
// is null.
struct Change {
  int64_t sequence = 0;
  absl::Time time;
  Kind kind = Kind::kCreated;
  int64_t number = 0;  // of the paper or the subscription
  // The paper was stored for the first time.
  bool created = false;
  std::shared_ptr<const v1::Paper> before;
  std::shared_ptr<const v1::Paper> after;
  // kVoted: when the vote was cast that came or went, seconds since the epoch.
  int64_t vote_time = 0;
  // kSubscribed.
  std::shared_ptr<const v1::Subscription> subscription;
};

}  // namespace paperwire::journal

#endif  // PAPERWIRE_SERVICE_JOURNAL_CHANGE_H_
