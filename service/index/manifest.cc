#include "service/index/manifest.h"

#include <cstring>

#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/index/files.h"
#include "service/index/segment_file.h"

namespace paperwire::index {
namespace {

constexpr char kMagic[8] = {'p', 'w', 'm', 'a', 'n', 'i', 'f', 's'};

class Writer {
 public:
  template <typename T>
  void Put(const T& value) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(&value);
    bytes_.insert(bytes_.end(), bytes, bytes + sizeof(value));
  }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
};

// Reads past the end give zeros, and `ok` tells.
class Reader {
 public:
  explicit Reader(Bytes bytes) : left_(bytes) {}
  template <typename T>
  T Get() {
    T value{};
    if (left_.size() < sizeof(T)) {
      ok_ = false;
      left_ = {};
    } else {
      std::memcpy(&value, left_.data(), sizeof(T));
      left_ = left_.subspan(sizeof(T));
    }
    return value;
  }
  bool ok() const { return ok_; }
  size_t left() const { return left_.size(); }

 private:
  Bytes left_;
  bool ok_ = true;
};

}  // namespace

Manifest ManifestOf(const Snapshot& snapshot) {
  Manifest manifest;
  manifest.sequence = snapshot.sequence();
  for (const SegmentView& view : snapshot.segments()) {
    Manifest::Entry& entry = manifest.segments.emplace_back();
    entry.segment = view.segment->meta().id;
    entry.documents = view.segment->documents();
    if (view.deleted != nullptr) entry.deleted = *view.deleted;
  }
  return manifest;
}

absl::Status WriteManifest(FileSystem& files, const std::string& folder,
                           const Manifest& manifest) {
  Writer w;
  w.Put(kMagic);
  w.Put(kFormatVersion);
  w.Put(static_cast<uint32_t>(manifest.segments.size()));
  w.Put(manifest.sequence);
  for (const Manifest::Entry& entry : manifest.segments) {
    w.Put(entry.segment);
    w.Put(entry.documents);
    w.Put(static_cast<uint32_t>(entry.deleted.size()));
    for (const uint64_t word : entry.deleted) w.Put(word);
  }
  const uint32_t checksum = Checksum(w.bytes());
  w.Put(checksum);
  return WriteDurably(files, folder, kManifestName, {Bytes(w.bytes())});
}

absl::StatusOr<Manifest> ReadManifest(FileSystem& files,
                                      const std::string& folder) {
  const std::string path = folder + "/" + kManifestName;
  ASSIGN_OR_RETURN(const MappedFile file, files.Map(path));
  const auto damaged = [&](std::string_view what) {
    return absl::DataLossError(
        StrCat("The index file ", path, " is damaged: ", what));
  };
  constexpr size_t kLeast = sizeof(kMagic) + 20;
  if (file.bytes.size() < kLeast) return damaged("it is cut off");
  if (std::memcmp(file.bytes.data(), kMagic, sizeof(kMagic)) != 0) {
    return damaged("it is not a manifest");
  }
  const size_t summed = file.bytes.size() - sizeof(uint32_t);
  uint32_t checksum;
  std::memcpy(&checksum, file.bytes.data() + summed, sizeof(checksum));
  if (Checksum(file.bytes.first(summed)) != checksum) {
    return damaged("its checksum is wrong");
  }
  Reader r(file.bytes.first(summed).subspan(sizeof(kMagic)));
  const auto version = r.Get<uint32_t>();
  if (version > kFormatVersion) return NewerVersion(path, version);
  if (version < kFormatVersion) {
    return absl::OutOfRangeError(StrCat(
        "The index in ", folder, " has version ", version,
        " of its format, and this program writes version ", kFormatVersion));
  }
  Manifest manifest;
  const auto segments = r.Get<uint32_t>();
  manifest.sequence = r.Get<int64_t>();
  for (uint32_t i = 0; i < segments && r.ok(); ++i) {
    Manifest::Entry& entry = manifest.segments.emplace_back();
    entry.segment = r.Get<uint64_t>();
    entry.documents = r.Get<uint32_t>();
    const auto words = r.Get<uint32_t>();
    if (words > r.left() / sizeof(uint64_t)) {
      return damaged("a bitmap is cut off");
    }
    for (uint32_t w = 0; w < words; ++w) {
      entry.deleted.push_back(r.Get<uint64_t>());
    }
  }
  if (!r.ok() || r.left() != 0) return damaged("its length is wrong");
  return manifest;
}

}  // namespace paperwire::index
