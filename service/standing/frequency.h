// How frequent words and keywords are in an index.

#ifndef PAPERWIRE_SERVICE_STANDING_FREQUENCY_H_
#define PAPERWIRE_SERVICE_STANDING_FREQUENCY_H_

#include <functional>
#include <memory>

#include "service/index/snapshot.h"
#include "service/standing/anchors.h"

namespace paperwire::standing {

// Counts the papers of the snapshot of that moment; deleted ones count until
// their segment is merged.
Frequency FrequencyIn(
    std::function<std::shared_ptr<const index::Snapshot>()> snapshot);

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_FREQUENCY_H_
