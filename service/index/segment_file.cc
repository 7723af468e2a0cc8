#include "service/index/segment_file.h"

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/index/files.h"
#include "service/index/segment_check.h"

namespace paperwire::index {
namespace {

constexpr char kMagic[8] = {'p', 'w', 's', 'e', 'g', 'm', 'n', 't'};
constexpr size_t kAlignment = 8;

struct Header {
  char magic[8];
  uint32_t version;
  uint32_t sections;
  uint64_t file_size;
  uint32_t checksum;
  uint32_t reserved;
  struct Extent {
    uint64_t begin;
    uint64_t size;
  } extents[kSections];
};
static_assert(sizeof(Header) % kAlignment == 0);

// Of the header but for the field itself, then of all that follows.
uint32_t HeaderChecksum(const Header& header) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(&header);
  constexpr size_t kBefore = offsetof(Header, checksum);
  constexpr size_t kAfter = kBefore + sizeof(header.checksum);
  return Checksum({bytes + kAfter, sizeof(Header) - kAfter},
                  Checksum({bytes, kBefore}));
}

size_t Padding(size_t size) {
  return (kAlignment - size % kAlignment) % kAlignment;
}

absl::Status Damaged(const std::string& path, std::string_view what) {
  return absl::DataLossError(
      StrCat("The index file ", path, " is damaged: ", what));
}

}  // namespace

std::string SegmentFileName(uint64_t id) {
  std::array<char, 40> name;
  std::snprintf(name.data(), name.size(), "segment-%016llx.pwx",
                static_cast<unsigned long long>(id));
  return name.data();
}

absl::Status NewerVersion(const std::string& path, uint32_t version) {
  return absl::FailedPreconditionError(
      StrCat(path, " has version ", version, " of the index format; this ",
             "program reads up to version ", kFormatVersion,
             ". Upgrade Paperwire, or point it at another data folder."));
}

absl::Status WriteSegment(FileSystem& files, const std::string& folder,
                          const Segment& segment) {
  constexpr std::array<uint8_t, kAlignment> kZeros{};
  Header header = {};
  std::memcpy(header.magic, kMagic, sizeof(kMagic));
  header.version = kFormatVersion;
  header.sections = kSections;
  std::vector<Bytes> parts;
  parts.emplace_back(reinterpret_cast<const uint8_t*>(&header), sizeof(header));
  uint64_t at = sizeof(Header);
  for (size_t i = 0; i < kSections; ++i) {
    const Bytes bytes = segment.section(static_cast<Section>(i));
    header.extents[i] = {at, bytes.size()};
    parts.push_back(bytes);
    parts.emplace_back(kZeros.data(), Padding(bytes.size()));
    at += bytes.size() + Padding(bytes.size());
  }
  header.file_size = at;
  header.checksum = HeaderChecksum(header);
  for (size_t i = 1; i < parts.size(); ++i) {
    header.checksum = Checksum(parts[i], header.checksum);
  }
  return WriteDurably(files, folder, SegmentFileName(segment.meta().id), parts);
}

absl::StatusOr<std::shared_ptr<const Segment>> MapSegment(
    FileSystem& files, const std::string& folder, uint64_t id) {
  const std::string path = folder + "/" + SegmentFileName(id);
  ASSIGN_OR_RETURN(const MappedFile file, files.Map(path));
  return ReadSegment(file, path);
}

absl::StatusOr<std::shared_ptr<const Segment>> ReadSegment(
    const MappedFile& file, const std::string& path) {
  Header header;
  if (file.bytes.size() < sizeof(header)) {
    return Damaged(path, "it is cut off");
  }
  std::memcpy(&header, file.bytes.data(), sizeof(header));
  if (std::memcmp(header.magic, kMagic, sizeof(kMagic)) != 0) {
    return Damaged(path, "it is not a segment");
  }
  if (header.file_size != file.bytes.size()) {
    return Damaged(path, "it is cut off");
  }
  if (Checksum(file.bytes.subspan(sizeof(header)), HeaderChecksum(header)) !=
      header.checksum) {
    return Damaged(path, "its checksum is wrong");
  }
  if (header.version > kFormatVersion) {
    return NewerVersion(path, header.version);
  }
  if (header.version != kFormatVersion || header.sections != kSections) {
    return Damaged(path, "its header contradicts itself");
  }
  std::array<Bytes, kSections> sections;
  uint64_t at = sizeof(Header);
  for (size_t i = 0; i < kSections; ++i) {
    const auto [begin, size] = header.extents[i];
    if (begin != at || size > file.bytes.size() - at) {
      return Damaged(path, "a section is not where it must be");
    }
    sections[i] = file.bytes.subspan(begin, size);
    at += size + Padding(size);
    if (at > file.bytes.size()) return Damaged(path, "it is cut off");
  }
  if (at != file.bytes.size()) return Damaged(path, "it has too many bytes");
  const std::string_view contradiction = FindContradiction(sections);
  if (!contradiction.empty()) return Damaged(path, contradiction);
  return std::make_shared<const Segment>(sections, file.owner);
}

}  // namespace paperwire::index
