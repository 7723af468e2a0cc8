#include "tests/unit/index/segment_bytes.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "service/index/files.h"
#include "service/index/segment_file.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::index {
namespace {

// The header, as FORMAT.md has it.
constexpr size_t kFileSize = 16;
constexpr size_t kChecksum = 24;
constexpr size_t kAfterChecksum = kChecksum + sizeof(uint32_t);
constexpr size_t kExtents = 32;

}  // namespace

std::vector<uint8_t> BytesOf(const Segment& segment) {
  TempFolder folder;
  if (!WriteSegment(*FileSystem::Real(), folder.path(), segment).ok()) return {};
  std::ifstream in(
      std::filesystem::path(folder.path()) / SegmentFileName(segment.meta().id),
      std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Extent SectionOf(const std::vector<uint8_t>& bytes, Section section) {
  Extent extent;
  std::memcpy(
      &extent,
      bytes.data() + kExtents + static_cast<size_t>(section) * sizeof(extent),
      sizeof(extent));
  return extent;
}

void Seal(std::vector<uint8_t>* bytes) {
  if (bytes->size() < kExtents) return;
  const uint64_t size = bytes->size();
  std::memcpy(bytes->data() + kFileSize, &size, sizeof(size));
  const Bytes all = *bytes;
  const uint32_t checksum =
      Checksum(all.subspan(kAfterChecksum), Checksum(all.first(kChecksum)));
  std::memcpy(bytes->data() + kChecksum, &checksum, sizeof(checksum));
}

absl::StatusOr<std::shared_ptr<const Segment>> ReadBytes(
    const std::vector<uint8_t>& bytes) {
  const auto copy = std::make_shared<const std::vector<uint8_t>>(bytes);
  return ReadSegment({*copy, copy}, "bytes");
}

}  // namespace paperwire::index
