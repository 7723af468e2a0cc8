#include "service/index/segment_file.h"

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <vector>

#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/index/files.h"

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

// Whether the sections are as long as the numbers in kMeta say. What is
// inside them is covered by the checksum.
bool SizesFit(const std::array<Bytes, kSections>& sections) {
  const auto size = [&](Section s) {
    return sections[static_cast<size_t>(s)].size();
  };
  if (size(Section::kMeta) != sizeof(SegmentMeta)) return false;
  SegmentMeta meta;
  std::memcpy(&meta, sections[static_cast<size_t>(Section::kMeta)].data(),
              sizeof(meta));
  const size_t n = meta.documents;
  const size_t begins = (n + 1) * sizeof(uint32_t);
  return size(Section::kNumbers) == n * 8 &&
         size(Section::kSequences) == n * 8 &&
         size(Section::kPublished) == n * 8 && size(Section::kVotes) == n * 8 &&
         size(Section::kFlags) == n && size(Section::kLinks) == n * 4 &&
         size(Section::kLengths) == n * 4 * query::kTextFields &&
         size(Section::kClasses) == n && size(Section::kByNumber) == n * 4 &&
         size(Section::kTerms) == (meta.terms + size_t{1}) * sizeof(TermInfo) &&
         size(Section::kForms) == meta.forms * sizeof(FormInfo) &&
         size(Section::kTermForms) == meta.forms * sizeof(uint32_t) &&
         size(Section::kKeywordBegins) ==
             (meta.keywords + size_t{1}) * sizeof(uint32_t) &&
         size(Section::kCategoryBegins) == begins &&
         size(Section::kSourceBegins) == begins &&
         size(Section::kVenueBegins) == begins;
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

absl::Status WriteSegment(const std::string& folder, const Segment& segment) {
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
  return WriteDurably(folder, SegmentFileName(segment.meta().id), parts);
}

absl::StatusOr<std::shared_ptr<const Segment>> MapSegment(
    const std::string& folder, uint64_t id) {
  const std::string path = folder + "/" + SegmentFileName(id);
  ASSIGN_OR_RETURN(const MappedFile file, MapFile(path));
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
  for (size_t i = 0; i < kSections; ++i) {
    const auto [begin, size] = header.extents[i];
    if (begin % kAlignment != 0 || begin > file.bytes.size() ||
        size > file.bytes.size() - begin) {
      return Damaged(path, "a section lies outside of it");
    }
    sections[i] = file.bytes.subspan(begin, size);
  }
  if (!SizesFit(sections)) {
    return Damaged(path, "its sections do not fit together");
  }
  return std::make_shared<const Segment>(sections, file.owner);
}

}  // namespace paperwire::index
