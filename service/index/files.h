// Files that are whole or not there.
//
// WriteDurably writes to a temporary name, syncs, renames, and syncs the
// folder: after it returns OK the file survives a power cut, and before that
// the old one, if any, does. Errors name the file and what the system said.
//
// Everything that the index does to files goes through a FileSystem, which
// IndexOptions may replace: tests inject one that fails at a given call, or
// forgets what was not synced (tests/torture/disk.h), as LevelDB's do with
// its Env. One call here is one call of the system, so that each can fail.

#ifndef PAPERWIRE_SERVICE_INDEX_FILES_H_
#define PAPERWIRE_SERVICE_INDEX_FILES_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace paperwire::index {

using Bytes = std::span<const uint8_t>;

// A file in memory, as it is on disk.
struct MappedFile {
  Bytes bytes;
  std::shared_ptr<const void> owner;  // unmaps
};

// Thread-safe, as are all its implementations. Errors are those of FileError.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // That of the machine; lives for ever.
  static FileSystem* Real();

  // A file that is being written, from its beginning on. One thread.
  class NewFile {
   public:
    virtual ~NewFile() = default;  // closes it
    virtual absl::Status Write(Bytes bytes) = 0;
    virtual absl::Status Sync() = 0;
  };

  // Makes the file, or empties it.
  virtual absl::StatusOr<std::unique_ptr<NewFile>> Create(
      const std::string& path) = 0;
  // NOT_FOUND when there is none.
  virtual absl::StatusOr<MappedFile> Map(const std::string& path) = 0;
  // Puts it in the place of the file `to`, if there is one.
  virtual absl::Status Rename(const std::string& from,
                              const std::string& to) = 0;
  virtual absl::Status Remove(const std::string& path) = 0;

  // With all folders above it; OK when it is there.
  virtual absl::Status MakeFolder(const std::string& path) = 0;
  // Makes durable which files are in it.
  virtual absl::Status SyncFolder(const std::string& path) = 0;
  // The names of its files.
  virtual absl::StatusOr<std::vector<std::string>> List(
      const std::string& path) = 0;
  // With all that is in it; OK when there is none.
  virtual absl::Status RemoveFolder(const std::string& path) = 0;
};

// The parts follow each other in the file.
absl::Status WriteDurably(FileSystem& files, const std::string& folder,
                          const std::string& name,
                          const std::vector<Bytes>& parts);

// What the system's error number means: RESOURCE_EXHAUSTED when the disk is
// full, PERMISSION_DENIED, NOT_FOUND, else INTERNAL. "Cannot write /a/b: ..."
absl::Status FileError(std::string_view what, const std::string& path,
                       int error);

// CRC-32 (zlib's) of `bytes`, going on from `crc`.
uint32_t Checksum(Bytes bytes, uint32_t crc = 0);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_FILES_H_
