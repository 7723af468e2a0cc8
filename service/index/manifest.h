// Which segments make up a checkpoint (FORMAT.md).
//
// The manifest is written last; a checkpoint exists once its manifest does.

#ifndef PAPERWIRE_SERVICE_INDEX_MANIFEST_H_
#define PAPERWIRE_SERVICE_INDEX_MANIFEST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/index/files.h"
#include "service/index/snapshot.h"

namespace paperwire::index {

inline constexpr char kManifestName[] = "MANIFEST";

struct Manifest {
  // Complete up to here.
  int64_t sequence = 0;
  struct Entry {
    uint64_t segment = 0;
    uint32_t documents = 0;
    std::vector<uint64_t> deleted;  // empty: none
  };
  std::vector<Entry> segments;  // oldest first
};

Manifest ManifestOf(const Snapshot& snapshot);

absl::Status WriteManifest(FileSystem& files, const std::string& folder,
                           const Manifest& manifest);

// NOT_FOUND when there is none, DATA_LOSS when it is damaged, OUT_OF_RANGE for
// an older version, FAILED_PRECONDITION for a newer one.
absl::StatusOr<Manifest> ReadManifest(FileSystem& files,
                                      const std::string& folder);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_MANIFEST_H_
