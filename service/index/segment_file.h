// A segment as a file (FORMAT.md).
//
//     RETURN_IF_ERROR(WriteSegment(files, folder, segment));
//     ASSIGN_OR_RETURN(std::shared_ptr<const Segment> s,
//                      MapSegment(files, folder, id));
//
// MapSegment verifies the checksum of the whole file, then that its sections
// fit together (segment_check.h): DATA_LOSS when not, NOT_FOUND when there is
// no such file, FAILED_PRECONDITION for a newer version.

#ifndef PAPERWIRE_SERVICE_INDEX_SEGMENT_FILE_H_
#define PAPERWIRE_SERVICE_INDEX_SEGMENT_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/index/files.h"
#include "service/index/segment.h"

namespace paperwire::index {

// Of segment files and manifests. Raise it when the bytes change, and when
// the rules of words or stems do: what is stored was made by them.
inline constexpr uint32_t kFormatVersion = 7;

std::string SegmentFileName(uint64_t id);

absl::Status WriteSegment(FileSystem& files, const std::string& folder,
                          const Segment& segment);

absl::StatusOr<std::shared_ptr<const Segment>> MapSegment(
    FileSystem& files, const std::string& folder, uint64_t id);

// The same of a file that is in memory already, at a multiple of 8 bytes;
// `path` is its name in messages.
absl::StatusOr<std::shared_ptr<const Segment>> ReadSegment(
    const MappedFile& file, const std::string& path);

// FAILED_PRECONDITION that names both versions.
absl::Status NewerVersion(const std::string& path, uint32_t version);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_SEGMENT_FILE_H_
