// Snapshots to files and back.
//
//     ASSIGN_OR_RETURN(OpenedCheckpoint c, OpenCheckpoint(files, folder));
//     // c.segments are complete up to c.sequence
//     Checkpointer checkpointer(&files, folder, ids of c.segments);
//     RETURN_IF_ERROR(checkpointer.Write(snapshot));

#ifndef PAPERWIRE_SERVICE_INDEX_CHECKPOINT_H_
#define PAPERWIRE_SERVICE_INDEX_CHECKPOINT_H_

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/index/files.h"
#include "service/index/snapshot.h"

namespace paperwire::index {

struct OpenedCheckpoint {
  std::vector<SegmentView> segments;
  int64_t sequence = 0;
  // What was damaged and set aside, or is passed over, for people.
  std::vector<std::string> warnings;
};

// Maps the last checkpoint of the folder, which is made when missing. When a
// segment is damaged or gone, it and all after it are left out: the segments
// before it are complete up to a sequence number of their own.
//
// FAILED_PRECONDITION for a newer version; what the system says when the
// folder cannot be made or read.
absl::StatusOr<OpenedCheckpoint> OpenCheckpoint(FileSystem& files,
                                                const std::string& folder);

// Not thread-safe.
class Checkpointer {
 public:
  // `files` must outlive this. `on_disk` are the ids of the segments that have
  // files.
  Checkpointer(FileSystem* files, std::string folder,
               std::set<uint64_t> on_disk)
      : files_(*files),
        folder_(std::move(folder)),
        on_disk_(std::move(on_disk)) {}

  // Writes what is not on disk yet, then the manifest; then removes files
  // that no manifest refers to.
  absl::Status Write(const Snapshot& snapshot);

 private:
  FileSystem& files_;
  const std::string folder_;
  std::set<uint64_t> on_disk_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_CHECKPOINT_H_
