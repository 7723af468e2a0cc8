#include "service/store/store.h"

#include <deque>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "service/base/error_details.h"
#include "service/base/mutex.h"
#include "service/base/priority.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/catalogue/tables.h"
#include "service/index/index.h"
#include "service/journal/journal.h"
#include "service/standing/batch.h"
#include "service/store/data_folder.h"
#include "service/store/requests.h"
#include "service/store/writer.h"
#include "spdlog/spdlog.h"

namespace paperwire::store {
namespace {

using catalogue::Catalogue;
using journal::Change;
using journal::Database;

constexpr int kMaxBatchPapers = 10000;
// Groups that may wait for the follower before the writer does.
constexpr size_t kMaxFollowing = 2;
constexpr int kReplayEntries = 1000;

index::Change ToIndexChange(int64_t number, int64_t sequence,
                            const v1::Paper* paper) {
  index::Change change;
  change.number = number;
  if (paper != nullptr) {
    change.document = index::MakeDocument(*paper, number, sequence);
  }
  return change;
}

// Brings the index up to the journal's end.
absl::Status Replay(Database& db, index::Index& index) {
  while (true) {
    ASSIGN_OR_RETURN(
        std::vector<journal::Entry> entries,
        journal::ReadAfter(db, index.sequence(), kReplayEntries));
    if (entries.empty()) return absl::OkStatus();
    std::vector<index::Change> changes;
    for (const journal::Entry& entry : entries) {
      const v1::Paper& paper = entry.payload.paper();
      const bool searched = entry.payload.has_paper() &&
                            paper.state() != v1::Paper::STATE_WITHDRAWN;
      changes.push_back(ToIndexChange(entry.number, entry.sequence,
                                      searched ? &paper : nullptr));
    }
    index.Apply(std::move(changes), entries.back().sequence);
  }
}

absl::StatusOr<std::unique_ptr<index::Index>> OpenIndex(
    Database& db, const std::string& folder, bool rebuild) {
  std::error_code ignored;
  if (rebuild) std::filesystem::remove_all(folder, ignored);
  index::IndexOptions options;
  options.folder = folder;
  ASSIGN_OR_RETURN(std::unique_ptr<index::Index> index,
                   index::Index::Open(options));
  ASSIGN_OR_RETURN(int64_t last, journal::LastSequence(db));
  if (index->sequence() > last) {
    // The journal was put back to an older state, the index was not.
    spdlog::warn(
        "the index is ahead of the journal ({} > {}): making it again",
        index->sequence(), last);
    index.reset();
    std::filesystem::remove_all(folder, ignored);
    ASSIGN_OR_RETURN(index, index::Index::Open(options));
  }
  if (last - index->sequence() > 0) {
    spdlog::info("indexing journal entries {} to {}", index->sequence() + 1,
                 last);
  }
  RETURN_IF_ERROR(Replay(db, *index));
  return index;
}

}  // namespace

struct Store::Impl {
  StoreOptions options;
  Clock* clock = nullptr;
  std::unique_ptr<DataFolder> folder;
  std::unique_ptr<Database> db;  // the writer's
  uint64_t journal_id = 0;
  std::unique_ptr<journal::Connections> connections;
  std::unique_ptr<Papers> papers;
  std::unique_ptr<index::Index> index;
  std::unique_ptr<standing::Feed> feed;

  Mutex mutex;
  std::deque<Group> following ABSL_GUARDED_BY(mutex);
  bool stopping ABSL_GUARDED_BY(mutex) = false;
  std::thread follower;
  std::unique_ptr<Writer> writer;
  int64_t checkpointed = 0;  // the follower's

  ~Impl() {
    writer.reset();  // finishes the jobs, which still pass the follower
    {
      MutexLock lock(&mutex);
      stopping = true;
      lock.Changed();
    }
    if (follower.joinable()) follower.join();
    if (index != nullptr) Checkpoint();
  }

  void Start() {
    follower = std::thread([this] { FollowAll(); });
    writer = std::make_unique<Writer>(db.get(), clock, options.group_papers,
                                      [this](Group group) {
                                        Hand(std::move(group));
                                      });
  }

  // On the writer's thread.
  void Hand(Group group) {
    MutexLock lock(&mutex);
    lock.Await([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
      return following.size() < kMaxFollowing;
    });
    following.push_back(std::move(group));
    lock.Changed();
  }

  // On the follower's thread.
  void FollowAll() {
    StepBack(Priority::kTakeIn);
    while (true) {
      Group group;
      {
        MutexLock lock(&mutex);
        lock.Await([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
          return stopping || !following.empty();
        });
        if (following.empty()) return;
        group = std::move(following.front());
        following.pop_front();
        lock.Changed();
      }
      Follow(std::move(group.changes));
      for (const std::function<void()>& done : group.done) done();
      if (index->sequence() - checkpointed >= options.checkpoint_entries) {
        Checkpoint();
      }
    }
  }

  void Follow(std::vector<Change> changes) {
    for (std::vector<Change>& run : standing::SplitRuns(std::move(changes))) {
      std::vector<index::Change> index_changes;
      for (const Change& change : run) {
        index_changes.push_back(
            ToIndexChange(change.number, change.sequence, change.after.get()));
      }
      const int64_t last = run.back().sequence;
      std::shared_ptr<const index::Segment> segment =
          index->Apply(std::move(index_changes), last);
      feed->Publish(standing::MakeBatch(std::move(run), feed->head(), last,
                                        std::move(segment)));
    }
  }

  void Checkpoint() {
    absl::StatusOr<int64_t> sequence = index->Checkpoint();
    if (!sequence.ok()) {
      // The journal has everything; the next start only takes longer.
      spdlog::error("could not write a checkpoint of the index: {}",
                    sequence.status().ToString());
    }
    checkpointed = index->sequence();
  }
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const StoreOptions& options,
                                                   Clock* clock) {
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  impl->clock = clock;
  ASSIGN_OR_RETURN(impl->folder, DataFolder::Open(options.folder));
  const std::string path = impl->folder->journal_path();
  ASSIGN_OR_RETURN(impl->db, Database::Open(path, Database::Mode::kWrite));
  RETURN_IF_ERROR(journal::Prepare(*impl->db));
  RETURN_IF_ERROR(options.rebuild ? catalogue::RebuildTables(*impl->db)
                                  : catalogue::PrepareTables(*impl->db));
  RETURN_IF_ERROR(PrepareRequests(*impl->db));
  ASSIGN_OR_RETURN(journal::Identity identity,
                   journal::ReadIdentity(*impl->db));
  impl->journal_id = identity.id;
  ASSIGN_OR_RETURN(impl->index,
                   OpenIndex(*impl->db, impl->folder->index_path(identity.id),
                             options.rebuild));
  impl->checkpointed = impl->index->sequence();
  impl->connections = std::make_unique<journal::Connections>(path);
  impl->papers = std::make_unique<Papers>(impl->connections.get());
  ASSIGN_OR_RETURN(int64_t head, journal::LastSequence(*impl->db));
  impl->feed =
      std::make_unique<standing::Feed>(impl->connections.get(), head);
  impl->Start();
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

void Store::Import(v1::ImportPapersRequest request,
                   Done<v1::ImportPapersResponse> done) {
  struct State {
    v1::ImportPapersRequest request;
    v1::ImportPapersResponse response;
  };
  auto state = std::make_shared<State>();
  state->request = std::move(request);
  Job job;
  job.papers = state->request.items_size();
  job.apply = [this, state](Database& db, Catalogue& catalogue,
                            std::vector<Change>* changes) -> absl::Status {
    v1::ImportPapersRequest& request = state->request;
    const std::string& request_id = request.request_id();
    RETURN_IF_ERROR(CheckRequestId(request_id));
    if (request.items_size() > kMaxBatchPapers) {
      return InvalidField("items", StrCat("The batch has ",
                                          request.items_size(),
                                          " papers; at most ", kMaxBatchPapers,
                                          " are taken. Send 100 to 1,000."));
    }
    if (!request_id.empty()) {
      ASSIGN_OR_RETURN(std::optional<v1::ImportPapersResponse> answer,
                       FindAnswer(db, request_id));
      if (answer.has_value()) {
        state->response = *std::move(answer);
        return absl::OkStatus();
      }
    }
    for (v1::ImportItem& item : *request.mutable_items()) {
      ASSIGN_OR_RETURN(*state->response.add_verdicts(),
                       catalogue.Import(std::move(*item.mutable_paper()),
                                        request.source(), changes));
      state->response.mutable_verdicts()->rbegin()->set_line(item.line());
    }
    state->response.set_request_id(request_id);
    state->response.set_sequence(catalogue.last_sequence());
    if (request_id.empty()) return absl::OkStatus();
    const absl::Time now = impl_->clock->Now();
    return KeepAnswer(db, state->response, now,
                      now - impl_->options.request_id_lifetime);
  };
  job.done = [state, done = std::move(done)](absl::Status status) {
    if (!status.ok()) {
      done(std::move(status));
    } else {
      done(std::move(state->response));
    }
  };
  impl_->writer->Submit(std::move(job));
}

void Store::Delete(v1::DeletePaperRequest request, Done<bool> done) {
  Job job;
  job.apply = [request = std::move(request)](
                  Database&, Catalogue& catalogue,
                  std::vector<Change>* changes) {
    absl::Status status =
        catalogue.Delete(request.name(), request.etag(), changes);
    return absl::IsNotFound(status) && request.allow_missing()
               ? absl::OkStatus()
               : status;
  };
  job.done = [done = std::move(done)](absl::Status status) {
    if (!status.ok()) {
      done(std::move(status));
    } else {
      done(true);
    }
  };
  impl_->writer->Submit(std::move(job));
}

void Store::Split(v1::SplitPaperRequest request,
                  Done<v1::SplitPaperResponse> done) {
  auto response = std::make_shared<v1::SplitPaperResponse>();
  Job job;
  job.apply = [request = std::move(request), response](
                  Database&, Catalogue& catalogue,
                  std::vector<Change>* changes) -> absl::Status {
    ASSIGN_OR_RETURN(
        *response, catalogue.Split(request.name(), request.sequence(), changes));
    return absl::OkStatus();
  };
  job.done = [response, done = std::move(done)](absl::Status status) {
    if (!status.ok()) {
      done(std::move(status));
    } else {
      done(std::move(*response));
    }
  };
  impl_->writer->Submit(std::move(job));
}

std::shared_ptr<const index::Snapshot> Store::snapshot() const {
  return impl_->index->snapshot();
}

journal::Connections& Store::journal() { return *impl_->connections; }

Papers& Store::papers() { return *impl_->papers; }

standing::Feed& Store::feed() { return *impl_->feed; }

uint64_t Store::journal_id() const { return impl_->journal_id; }

int64_t Store::JournalBytes() const {
  int64_t bytes = 0;
  for (const char* suffix : {"", "-wal"}) {
    std::error_code error;
    const uintmax_t size = std::filesystem::file_size(
        impl_->folder->journal_path() + suffix, error);
    if (!error) bytes += static_cast<int64_t>(size);
  }
  return bytes;
}

}  // namespace paperwire::store
