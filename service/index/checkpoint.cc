#include "service/index/checkpoint.h"

#include <algorithm>
#include <memory>
#include <string_view>

#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/index/manifest.h"
#include "service/index/segment_file.h"

namespace paperwire::index {
namespace {

// Renames a file so that nobody reads it again.
void SetAside(FileSystem& files, const std::string& path) {
  // It is in the way of nothing if it stays.
  files.Rename(path, path + ".damaged").IgnoreError();
}

// A view with the deletions of the manifest; DATA_LOSS when they do not fit.
absl::StatusOr<SegmentView> ViewOf(std::shared_ptr<const Segment> segment,
                                   const Manifest::Entry& entry) {
  SegmentView view = SegmentView::Of(std::move(segment));
  const Segment& s = *view.segment;
  if (s.meta().id != entry.segment || s.documents() != entry.documents) {
    return absl::DataLossError(
        StrCat("The index file ", SegmentFileName(entry.segment),
               " is not the one that the manifest means"));
  }
  if (entry.deleted.empty()) return view;
  if (entry.deleted.size() != (size_t{s.documents()} + 63) / 64) {
    return absl::DataLossError(StrCat("The deletions of the index file ",
                                      SegmentFileName(entry.segment),
                                      " do not fit it"));
  }
  view.deleted = std::make_shared<const std::vector<uint64_t>>(entry.deleted);
  view.deleted_counts = std::make_shared<DeletedCounts>();
  for (uint32_t d = 0; d < s.documents(); ++d) {
    if (view.IsLive(d)) continue;
    ++view.deleted_count;
    for (size_t f = 0; f < view.total_lengths.size(); ++f) {
      view.total_lengths[f] -= s.lengths(d)[f];
    }
  }
  return view;
}

}  // namespace

absl::StatusOr<OpenedCheckpoint> OpenCheckpoint(FileSystem& files,
                                                const std::string& folder) {
  RETURN_IF_ERROR(files.MakeFolder(folder));
  OpenedCheckpoint opened;
  absl::StatusOr<Manifest> manifest = ReadManifest(files, folder);
  if (absl::IsNotFound(manifest.status())) return opened;
  const bool older = absl::IsOutOfRange(manifest.status());
  if (older || absl::IsDataLoss(manifest.status())) {
    opened.warnings.emplace_back(StrCat(
        manifest.status().message(), "; the index is rebuilt from its start"));
    // An older one is whole, and the next checkpoint's takes its place.
    if (!older) SetAside(files, folder + "/" + kManifestName);
    return opened;
  }
  if (!manifest.ok()) return manifest.status();

  opened.sequence = manifest->sequence;
  for (const Manifest::Entry& entry : manifest->segments) {
    absl::StatusOr<std::shared_ptr<const Segment>> segment =
        MapSegment(files, folder, entry.segment);
    absl::StatusOr<SegmentView> view =
        segment.ok() ? ViewOf(*std::move(segment), entry)
                     : absl::StatusOr<SegmentView>(segment.status());
    if (view.ok()) {
      opened.segments.push_back(*std::move(view));
      continue;
    }
    if (!absl::IsDataLoss(view.status()) && !absl::IsNotFound(view.status())) {
      return view.status();
    }
    opened.sequence =
        opened.segments.empty()
            ? 0
            : opened.segments.back().segment->meta().complete_sequence;
    opened.warnings.emplace_back(StrCat(
        view.status().message(), "; the index is rebuilt from sequence number ",
        opened.sequence + 1));
    SetAside(files, folder + "/" + SegmentFileName(entry.segment));
    break;
  }
  return opened;
}

absl::Status Checkpointer::Write(const Snapshot& snapshot) {
  std::set<uint64_t> wanted;
  for (const SegmentView& view : snapshot.segments()) {
    const uint64_t id = view.segment->meta().id;
    wanted.insert(id);
    if (on_disk_.contains(id)) continue;
    RETURN_IF_ERROR(WriteSegment(files_, folder_, *view.segment));
    on_disk_.insert(id);
  }
  RETURN_IF_ERROR(WriteManifest(files_, folder_, ManifestOf(snapshot)));
  on_disk_ = wanted;
  std::set<std::string> names = {kManifestName};
  for (const uint64_t id : wanted) names.insert(SegmentFileName(id));
  // What cannot be removed now is removed next time.
  const absl::StatusOr<std::vector<std::string>> there = files_.List(folder_);
  if (!there.ok()) return absl::OkStatus();
  for (const std::string& name : *there) {
    const bool ours = name.ends_with(".pwx") || name.ends_with(".tmp");
    if (ours && !names.contains(name)) {
      files_.Remove(folder_ + "/" + name).IgnoreError();
    }
  }
  return absl::OkStatus();
}

}  // namespace paperwire::index
