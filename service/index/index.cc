#include "service/index/index.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <thread>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "service/base/mutex.h"
#include "service/base/priority.h"
#include "service/base/status_macros.h"
#include "service/index/checkpoint.h"
#include "service/index/merge_policy.h"
#include "service/index/segment_builder.h"
#include "service/index/segment_list.h"
#include "service/index/segment_merger.h"
#include "service/text/analyzer.h"
#include "spdlog/spdlog.h"

namespace paperwire::index {
namespace {

// With so many segments Apply waits for the merges to catch up.
constexpr size_t kMaxSegments = 128;

}  // namespace

// Lock order: apply_mutex or checkpoint_mutex, then mutex, then
// published_mutex. Segments are built, merged and written without `mutex`, but
// papers are looked up under it, by threads that step back for others. Readers
// therefore have a lock of their own, under which a pointer is copied and
// nothing else.
//
// What the first query of a snapshot would have to make is made before it is
// published.
struct Index::Impl {
  Impl(const IndexOptions& o, OpenedCheckpoint opened)
      : options(o),
        checkpointer(o.files, o.folder, Ids(opened.segments)),
        current(std::make_shared<const Snapshot>(std::move(opened.segments),
                                                 opened.sequence)) {
    for (const uint64_t id : Ids(current->segments())) {
      next_id = std::max(next_id.load(), id + 1);
    }
  }

  static std::set<uint64_t> Ids(const std::vector<SegmentView>& segments) {
    std::set<uint64_t> ids;
    for (const SegmentView& s : segments) ids.insert(s.segment->meta().id);
    return ids;
  }

  std::shared_ptr<const Segment> Build(const std::vector<Change>& changes,
                                       int64_t sequence)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(apply_mutex);
  void MergeLoop();
  MergeChoice Choose() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  // Makes these segments the current ones. Returns the snapshot before, to be
  // let go without a lock.
  std::shared_ptr<const Snapshot> Publish(std::vector<SegmentView> segments,
                                          int64_t sequence)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

  const IndexOptions options;
  std::atomic<uint64_t> next_id{1};

  Mutex apply_mutex;
  text::Analyzer analyzer ABSL_GUARDED_BY(apply_mutex);

  Mutex checkpoint_mutex;
  Checkpointer checkpointer ABSL_GUARDED_BY(checkpoint_mutex);

  Mutex mutex;
  std::shared_ptr<const Snapshot> current ABSL_GUARDED_BY(mutex);
  bool stop ABSL_GUARDED_BY(mutex) = false;
  bool idle ABSL_GUARDED_BY(mutex) = false;   // nothing to merge
  bool quiet ABSL_GUARDED_BY(mutex) = false;  // no change for some time
  uint64_t news ABSL_GUARDED_BY(mutex) = 0;   // for the merger
  bool merge_all ABSL_GUARDED_BY(mutex) = false;

  Mutex published_mutex;
  std::shared_ptr<const Snapshot> published ABSL_GUARDED_BY(published_mutex) =
      current;
  std::thread merger;
};

std::shared_ptr<const Snapshot> Index::Impl::Publish(
    std::vector<SegmentView> segments, int64_t sequence) {
  auto made = std::make_shared<const Snapshot>(std::move(segments), sequence);
  made->norms();
  {
    MutexLock lock(&published_mutex);
    published = made;
  }
  return std::exchange(current, std::move(made));
}

std::shared_ptr<const Segment> Index::Impl::Build(
    const std::vector<Change>& changes, int64_t sequence) {
  // The last change of a number counts.
  absl::flat_hash_map<int64_t, size_t> last;
  for (size_t i = 0; i < changes.size(); ++i) last[changes[i].number] = i;
  SegmentBuilder builder(&analyzer);
  size_t text_bytes = 0;
  for (const Change& change : changes) {
    if (!change.document.has_value()) continue;
    for (const std::string& text : change.document->text) {
      text_bytes += text.size();
    }
  }
  builder.Reserve(text_bytes);
  bool any = false;
  for (size_t i = 0; i < changes.size(); ++i) {
    const Change& change = changes[i];
    if (!change.document.has_value() || last[change.number] != i) continue;
    builder.Add(*change.document);
    any = true;
  }
  if (!any) return nullptr;
  std::shared_ptr<const Segment> built = builder.Finish(next_id++, sequence);
  built->PrepareToFind();
  return built;
}

MergeChoice Index::Impl::Choose() {
  const std::vector<SegmentView>& segments = current->segments();
  if (merge_all) {
    merge_all = false;
    const bool many = segments.size() > 1;
    const bool deleted = !segments.empty() && segments[0].deleted_count > 0;
    if (many || deleted) return {0, segments.size()};
  }
  return ChooseMerge(segments, quiet ? 2 : options.merge_factor);
}

void Index::Impl::MergeLoop() {
  StepBack(Priority::kBackground);
  while (true) {
    std::vector<SegmentView> chosen;
    {
      MutexLock lock(&mutex);
      MergeChoice choice;
      const auto found = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
        choice = Choose();
        const bool nothing = choice.begin == choice.end;
        if (nothing && !idle) lock.Changed();  // somebody may wait for this
        idle = nothing;
        return stop || !nothing;
      };
      while (!found()) {
        const auto changed =
            [this, seen = news]()
                ABSL_NO_THREAD_SAFETY_ANALYSIS { return stop || news != seen; };
        const std::chrono::milliseconds patience(options.quiet_ms);
        if (quiet) {
          lock.Await(changed);
        } else if (!lock.AwaitFor(patience, changed)) {
          quiet = true;
        }
      }
      if (stop) return;
      chosen.assign(
          current->segments().begin() + static_cast<ptrdiff_t>(choice.begin),
          current->segments().begin() + static_cast<ptrdiff_t>(choice.end));
    }
    const MergedSegment merged = MergeSegments(chosen, next_id++);
    merged.segment->PrepareToFind();
    std::shared_ptr<const Snapshot> old;  // goes when the lock is gone
    MutexLock lock(&mutex);
    std::vector<SegmentView> segments = current->segments();
    // Only this thread moves segments about; Apply adds at the end, and can
    // take away those that became empty.
    size_t at = 0;
    const auto is_chosen = [&](const SegmentView& v) {
      return std::any_of(chosen.begin(), chosen.end(),
                         [&](const SegmentView& c) {
                           return c.segment.get() == v.segment.get();
                         });
    };
    while (at < segments.size() && !is_chosen(segments[at])) ++at;
    ReplaceMerged(chosen, merged, at, &segments);
    old = Publish(std::move(segments), current->sequence());
    lock.Changed();
  }
}

Index::Index(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  impl_->merger = std::thread([this] { impl_->MergeLoop(); });
}

Index::~Index() {
  {
    MutexLock lock(&impl_->mutex);
    impl_->stop = true;
    lock.Changed();
  }
  impl_->merger.join();
}

absl::StatusOr<std::unique_ptr<Index>> Index::Open(
    const IndexOptions& options) {
  OpenedCheckpoint opened;
  if (!options.folder.empty()) {
    ASSIGN_OR_RETURN(opened, OpenCheckpoint(*options.files, options.folder));
    for (const std::string& w : opened.warnings) spdlog::warn("{}", w);
  }
  return std::unique_ptr<Index>(
      new Index(std::make_unique<Impl>(options, std::move(opened))));
}

std::shared_ptr<const Segment> Index::Apply(std::vector<Change> changes,
                                            int64_t sequence) {
  MutexLock apply_lock(&impl_->apply_mutex);
  std::vector<int64_t> numbers;
  for (Change& change : changes) {
    if (change.document.has_value()) change.document->number = change.number;
    numbers.push_back(change.number);
  }
  std::shared_ptr<const Segment> added = impl_->Build(changes, sequence);

  std::shared_ptr<const Snapshot> old;  // goes when the lock is gone
  MutexLock lock(&impl_->mutex);
  lock.Await([&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return impl_->idle || impl_->current->segments().size() < kMaxSegments;
  });
  std::vector<SegmentView> segments = impl_->current->segments();
  DeleteNumbers(numbers, &segments);
  if (added != nullptr) segments.push_back(SegmentView::Of(added));
  old = impl_->Publish(std::move(segments),
                       std::max(sequence, impl_->current->sequence()));
  impl_->idle = impl_->quiet = false;
  ++impl_->news;
  lock.Changed();
  return added;
}

absl::StatusOr<int64_t> Index::Checkpoint() {
  MutexLock lock(&impl_->checkpoint_mutex);
  const std::shared_ptr<const Snapshot> now = snapshot();
  if (!impl_->options.folder.empty()) {
    RETURN_IF_ERROR(impl_->checkpointer.Write(*now));
  }
  return now->sequence();
}

std::shared_ptr<const Snapshot> Index::snapshot() const {
  MutexLock lock(&impl_->published_mutex);
  return impl_->published;
}

int64_t Index::sequence() const { return snapshot()->sequence(); }

void Index::MergeAll() {
  WaitForMerges();
  {
    MutexLock lock(&impl_->mutex);
    impl_->merge_all = true;
    impl_->idle = false;
    ++impl_->news;
    lock.Changed();
  }
  WaitForMerges();
}

void Index::WaitForMerges() {
  MutexLock lock(&impl_->mutex);
  lock.Await([&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return impl_->idle; });
}

}  // namespace paperwire::index
