// Files that are whole or not there.
//
// WriteDurably writes to a temporary name, syncs, renames, and syncs the
// folder: after it returns OK the file survives a power cut, and before that
// the old one, if any, does. Errors name the file and what the system said.

#ifndef PAPERWIRE_SERVICE_INDEX_FILES_H_
#define PAPERWIRE_SERVICE_INDEX_FILES_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace paperwire::index {

using Bytes = std::span<const uint8_t>;

// The parts follow each other in the file. RESOURCE_EXHAUSTED when the disk
// is full, PERMISSION_DENIED, else INTERNAL.
absl::Status WriteDurably(const std::string& folder, const std::string& name,
                          const std::vector<Bytes>& parts);

// A file in memory, as it is on disk.
struct MappedFile {
  Bytes bytes;
  std::shared_ptr<const void> owner;  // unmaps
};
// NOT_FOUND when there is none.
absl::StatusOr<MappedFile> MapFile(const std::string& path);

// CRC-32 (zlib's) of `bytes`, going on from `crc`.
uint32_t Checksum(Bytes bytes, uint32_t crc = 0);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_FILES_H_
