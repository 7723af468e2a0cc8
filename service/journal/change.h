// What one journal entry did to one paper, as the views that follow it see
// it: the paper before and after.

#ifndef PAPERWIRE_SERVICE_JOURNAL_CHANGE_H_
#define PAPERWIRE_SERVICE_JOURNAL_CHANGE_H_

#include <cstdint>
#include <memory>

#include "paperwire/v1/paper.pb.h"

namespace paperwire::journal {

// A paper that is not searched (withdrawn, absorbed, deleted, not there yet)
// is null.
struct Change {
  int64_t sequence = 0;
  int64_t number = 0;
  // The paper was stored for the first time.
  bool created = false;
  std::shared_ptr<const v1::Paper> before;
  std::shared_ptr<const v1::Paper> after;
};

}  // namespace paperwire::journal

#endif  // PAPERWIRE_SERVICE_JOURNAL_CHANGE_H_
