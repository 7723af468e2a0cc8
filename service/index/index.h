// The index: a view of the journal that answers queries.
//
//     ASSIGN_OR_RETURN(std::unique_ptr<Index> index, Index::Open(options));
//     // Replay what came after the last checkpoint, then follow.
//     for (...) index->Apply(changes, sequence);
//     std::shared_ptr<const Snapshot> now = index->snapshot();
//     ASSIGN_OR_RETURN(SearchResult result, Search(*now, query, {.limit =
//     10}));
//
// Papers live in immutable segments. Apply turns each batch into a small
// segment and publishes a new Snapshot with it; neighbouring segments are
// merged in the background, a few of like size into one of the next tier. A
// reader holds a Snapshot and takes no lock. Deleting marks a bit in a copy
// of the segment's bitmap; merging drops what is marked.
//
// Checkpoint writes the segments that are not on disk yet, then a manifest
// that says which belong together and up to which sequence number they are
// complete. After a crash at any byte Open finds the last whole checkpoint;
// the caller replays the journal from sequence() + 1. A file that fails its
// checksum is reported and set aside, and everything is replayed.

#ifndef PAPERWIRE_SERVICE_INDEX_INDEX_H_
#define PAPERWIRE_SERVICE_INDEX_INDEX_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/index/document.h"
#include "service/index/files.h"
#include "service/index/segment.h"
#include "service/index/snapshot.h"

namespace paperwire::index {

struct IndexOptions {
  // The folder of the segments; made when missing. Empty: nothing is read or
  // written, Checkpoint does nothing (for tests).
  std::string folder;
  // Where that folder is; must outlive the index.
  FileSystem* files = FileSystem::Real();
  // A merge takes this many neighbouring segments of one tier.
  int merge_factor = 8;
  // After so long without a change merges take two at a time, so that few
  // segments remain. In milliseconds.
  int quiet_ms = 1000;
};

// A change of one paper: the document replaces what the index holds under its
// number, or, without a document, the paper leaves the index.
struct Change {
  int64_t number = 0;
  std::optional<Document> document;
};

// Any thread. Apply calls go one after the other, and so do Checkpoints; an
// Apply need not wait for a Checkpoint, and readers wait for neither.
class Index {
 public:
  // Maps the last checkpoint; an empty or missing folder is an empty index.
  // FAILED_PRECONDITION when the folder is of a newer version.
  // What is damaged is set aside, said in the log and left out; the sequence
  // number then is that of the leading segments that are whole.
  static absl::StatusOr<std::unique_ptr<Index>> Open(
      const IndexOptions& options);
  ~Index();  // Waits for a merge that is under way.

  // Applies the changes in order (the last one of a number counts) and
  // publishes a snapshot that is complete up to `sequence`. Returns the
  // segment that holds the new documents, for whoever wants to match queries
  // against just these; null when there are none.
  std::shared_ptr<const Segment> Apply(std::vector<Change> changes,
                                       int64_t sequence);

  // Makes everything up to some recent sequence number durable, and says up
  // to which. Old files that nothing refers to are removed.
  absl::StatusOr<int64_t> Checkpoint();

  std::shared_ptr<const Snapshot> snapshot() const;

  // The sequence number up to which the index is complete.
  int64_t sequence() const;

  // Merges all segments into one, in the background, and waits for it: worth
  // it after a large import, or to compare. Deleted documents are gone then.
  void MergeAll();

  // Waits until the background has nothing to merge (tests, measurements).
  void WaitForMerges();

 private:
  struct Impl;
  explicit Index(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_INDEX_H_
