#include "service/store/store.h"

#include <chrono>
#include <deque>
#include <filesystem>
#include <optional>
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
#include "service/catalogue/cast_votes.h"
#include "service/catalogue/sources.h"
#include "service/catalogue/tables.h"
#include "service/catalogue/votes.h"
#include "service/index/index.h"
#include "service/journal/journal.h"
#include "service/query/parser.h"
#include "service/standing/batch.h"
#include "service/standing/frequency.h"
#include "service/store/data_folder.h"
#include "service/store/housekeeping.h"
#include "service/store/import.h"
#include "service/store/indexing.h"
#include "service/store/requests.h"
#include "service/store/writer.h"
#include "spdlog/spdlog.h"

namespace paperwire::store {
namespace {

using journal::Change;
using journal::Database;

// Groups that may wait for the follower before the writer does.
constexpr size_t kMaxFollowing = 2;
// How often the following thread looks around when there is nothing to follow.
constexpr std::chrono::milliseconds kIdleTurn(5000);

}  // namespace

struct Store::Impl {
  StoreOptions options;
  Clock* clock = nullptr;
  std::unique_ptr<DataFolder> folder;
  std::unique_ptr<Database> db;  // the writer's
  uint64_t journal_id = 0;
  std::unique_ptr<journal::Connections> connections;
  std::unique_ptr<Papers> papers;
  std::unique_ptr<Freshness> freshness;
  std::unique_ptr<index::Index> index;
  std::unique_ptr<standing::Follower> follower;
  trending::Boards boards;
  std::unique_ptr<Sharing> sharing;

  Mutex mutex;
  std::deque<Group> following ABSL_GUARDED_BY(mutex);
  bool closing ABSL_GUARDED_BY(mutex) = false;   // no job of our own any more
  bool stopping ABSL_GUARDED_BY(mutex) = false;  // nothing more to follow
  // Held during the calls.
  Mutex told_mutex;
  std::function<void(const Change&)> told ABSL_GUARDED_BY(told_mutex);
  Listeners paper_listeners;
  std::thread following_thread;
  std::unique_ptr<Writer> writer;
  // Of the following thread.
  int64_t checkpointed = 0;
  std::unique_ptr<Housekeeper> house;

  ~Impl() {
    if (writer != nullptr) {
      MutexLock lock(&mutex);
      closing = true;
    }
    writer.reset();  // finishes the jobs, which still pass the follower
    {
      MutexLock lock(&mutex);
      stopping = true;
      lock.Changed();
    }
    if (!following_thread.joinable()) return;
    following_thread.join();
    NoteTheRest();
    Checkpoint();
  }

  void Start() {
    following_thread = std::thread([this] { FollowAll(); });
    std::vector<Committer::ApplySide> sides;
    for (const SideTables& side : options.side_tables) {
      sides.push_back(side.apply);
    }
    writer = std::make_unique<Writer>(
        db.get(), clock, options.group_papers, std::move(sides),
        [this](Group group) { Hand(std::move(group)); });
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
        lock.AwaitFor(kIdleTurn, [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
          return stopping || !following.empty();
        });
        if (following.empty() && stopping) return;
        if (!following.empty()) {
          group = std::move(following.front());
          following.pop_front();
          lock.Changed();
        }
      }
      Follow(std::move(group.changes));
      for (const std::function<void()>& done : group.done) done();
      house->Turn();
      if (index->sequence() - checkpointed >= options.checkpoint_entries) {
        Checkpoint();
      }
    }
  }

  void Follow(std::vector<Change> changes) {
    for (std::vector<Change>& run : standing::SplitRuns(std::move(changes))) {
      const int64_t last = run.back().sequence;
      std::shared_ptr<const index::Segment> segment = IndexRun(run, *index);
      for (const Change& change : run) CountVotes(change);
      const bool of_papers = journal::IsOfPaper(run[0].kind);
      std::vector<Change> subscriptions;
      if (!of_papers) subscriptions = run;
      follower->Follow(std::move(run), last, std::move(segment));
      if (of_papers) paper_listeners.Wake();
      Tell(subscriptions);
    }
  }

  void CountVotes(const Change& change) {
    if (!journal::IsOfPaper(change.kind)) return;
    if (change.after == nullptr) return boards.Remove(change.number);
    boards.Set(change.number, catalogue::VoteStepsOf(*change.after));
    const absl::Status counted = CountCastVotes(change);
    if (!counted.ok()) {
      spdlog::error("could not count the votes of journal entry {}: {}",
                    change.sequence, counted.ToString());
    }
  }

  // The table may be ahead of the change; what it says is told again then.
  absl::Status CountCastVotes(const Change& change) {
    if (change.kind == journal::Kind::kVoted && change.before != nullptr) {
      ASSIGN_OR_RETURN(journal::Connections::Lease reader, connections->Take());
      ASSIGN_OR_RETURN(
          int64_t votes,
          catalogue::CountCastVotesAt(*reader, change.number,
                                      change.vote_time));
      boards.SetCastAt(change.number, change.vote_time, votes);
      return absl::OkStatus();
    }
    std::vector<catalogue::VoteStep> cast;
    if (change.after->cast_vote_count() > 0) {
      ASSIGN_OR_RETURN(journal::Connections::Lease reader, connections->Take());
      ASSIGN_OR_RETURN(cast, catalogue::CastVoteSteps(*reader, change.number));
    }
    boards.SetCast(change.number, std::move(cast));
    return absl::OkStatus();
  }

  void Tell(const std::vector<Change>& subscriptions) {
    MutexLock lock(&told_mutex);
    if (!told) return;
    for (const Change& change : subscriptions) told(change);
  }

  // Any thread. What comes when the writer is gone is let go.
  void Submit(Job job) {
    MutexLock lock(&mutex);
    if (!closing) writer->Submit(std::move(job));
  }

  // When there is no writer any more.
  void NoteTheRest() {
    const standing::Unnoted& rest = follower->unnoted();
    absl::Status status = db->Execute("BEGIN IMMEDIATE");
    if (status.ok()) {
      status = standing::NoteMatches(*db, rest.matches, rest.position);
    }
    if (status.ok()) status = db->Execute("COMMIT");
    if (!status.ok()) {
      // The next start matches these entries again.
      spdlog::error("could not note matches: {}", status.ToString());
    }
  }

  // Room for the query of a subscription, as long as `room` holds it.
  absl::Status Reserve(const v1::Subscription& subscription,
                       std::shared_ptr<const void>* room) {
    const absl::StatusOr<query::Query> query =
        query::Parse(subscription.query());
    if (!query.ok()) return PrefixField("subscription.query", query.status());
    ASSIGN_OR_RETURN(*room, follower->Reserve(*query));
    return absl::OkStatus();
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
  RETURN_IF_ERROR(options.rebuild
                      ? standing::RebuildSubscriptionTables(*impl->db)
                      : standing::PrepareSubscriptionTables(*impl->db));
  RETURN_IF_ERROR(catalogue::PrepareSources(*impl->db));
  RETURN_IF_ERROR(PrepareRequests(*impl->db));
  for (const SideTables& side : options.side_tables) {
    RETURN_IF_ERROR(side.prepare(*impl->db));
  }
  ASSIGN_OR_RETURN(journal::Identity identity,
                   journal::ReadIdentity(*impl->db));
  impl->journal_id = identity.id;
  index::IndexOptions index_options;
  index_options.folder = impl->folder->index_path(identity.id);
  index_options.files = options.index_files;
  ASSIGN_OR_RETURN(impl->index,
                   OpenIndex(*impl->db, index_options, options.rebuild));
  impl->checkpointed = impl->index->sequence();
  RETURN_IF_ERROR(catalogue::ForEachVoted(
      *impl->db,
      [&](int64_t number, std::vector<catalogue::VoteStep> steps) {
        impl->boards.Set(number, std::move(steps));
      }));
  RETURN_IF_ERROR(catalogue::ForEachCastVoted(
      *impl->db,
      [&](int64_t number, std::vector<catalogue::VoteStep> steps) {
        impl->boards.SetCast(number, std::move(steps));
      }));
  impl->connections = std::make_unique<journal::Connections>(path);
  impl->papers = std::make_unique<Papers>(impl->connections.get());
  impl->freshness =
      std::make_unique<Freshness>(impl->connections.get(), clock);
  ASSIGN_OR_RETURN(int64_t head, journal::LastSequence(*impl->db));
  impl->follower =
      std::make_unique<standing::Follower>(impl->connections.get(), head);
  RETURN_IF_ERROR(impl->follower->Load(
      *impl->db, standing::FrequencyIn([index = impl->index.get()] {
        return index->snapshot();
      })));
  const auto submit = [impl = impl.get()](Job job) {
    impl->Submit(std::move(job));
  };
  // Who shares has gone when the store goes.
  impl->sharing = std::make_unique<Sharing>(
      impl->connections.get(), impl->follower.get(),
      [impl = impl.get()](Job job) { impl->writer->Submit(std::move(job)); });
  impl->house = std::make_unique<Housekeeper>(
      options.retention, clock, impl->follower.get(), submit);
  impl->Start();
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

void Store::Import(v1::ImportPapersRequest request,
                   Done<v1::ImportPapersResponse> done) {
  const int papers = request.items_size();
  auto shared = std::make_shared<v1::ImportPapersRequest>(std::move(request));
  Job job = MakeJob<v1::ImportPapersResponse>(
      [this, shared](Transaction& t) {
        const absl::Time now = impl_->clock->Now();
        return ImportBatch(shared.get(), now,
                           now - impl_->options.request_id_lifetime, t);
      },
      std::move(done));
  job.papers = papers;
  impl_->writer->Submit(std::move(job));
}

void Store::Delete(v1::DeletePaperRequest request, Done<bool> done) {
  impl_->writer->Submit(MakeJob<bool>(
      [request = std::move(request)](Transaction& t) -> absl::StatusOr<bool> {
        const absl::Status status =
            t.catalogue.Delete(request.name(), request.etag(), t.changes);
        if (absl::IsNotFound(status) && request.allow_missing()) return false;
        if (!status.ok()) return status;
        return true;
      },
      std::move(done)));
}

void Store::Split(v1::SplitPaperRequest request,
                  Done<v1::SplitPaperResponse> done) {
  impl_->writer->Submit(MakeJob<v1::SplitPaperResponse>(
      [request = std::move(request)](Transaction& t) {
        return t.catalogue.Split(request.name(), request.sequence(), t.changes);
      },
      std::move(done)));
}

void Store::Vote(v1::VotePaperRequest request,
                 Done<v1::VotePaperResponse> done) {
  impl_->writer->Submit(MakeJob<v1::VotePaperResponse>(
      [request = std::move(request)](Transaction& t) {
        return t.catalogue.Vote(request, t.changes);
      },
      std::move(done)));
}

namespace {

// Holds the room that a job reserved until its change was followed.
Store::Done<v1::Subscription> HoldingRoom(
    std::shared_ptr<std::shared_ptr<const void>> room,
    Store::Done<v1::Subscription> done) {
  return [room = std::move(room),
          done = std::move(done)](absl::StatusOr<v1::Subscription> result) {
    room->reset();
    done(std::move(result));
  };
}

}  // namespace

void Store::CreateSubscription(v1::CreateSubscriptionRequest request,
                               Done<v1::Subscription> done) {
  auto room = std::make_shared<std::shared_ptr<const void>>();
  impl_->writer->Submit(MakeJob<v1::Subscription>(
      [this, room, request = std::move(request)](
          Transaction& t) -> absl::StatusOr<v1::Subscription> {
        RETURN_IF_ERROR(impl_->Reserve(request.subscription(), room.get()));
        return t.subscriptions.Create(request, t.changes);
      },
      HoldingRoom(room, std::move(done))));
}

void Store::UpdateSubscription(v1::UpdateSubscriptionRequest request,
                               Done<v1::Subscription> done) {
  auto room = std::make_shared<std::shared_ptr<const void>>();
  impl_->writer->Submit(MakeJob<v1::Subscription>(
      [this, room, request = std::move(request)](
          Transaction& t) -> absl::StatusOr<v1::Subscription> {
        if (request.subscription().has_query()) {
          RETURN_IF_ERROR(impl_->Reserve(request.subscription(), room.get()));
        }
        return t.subscriptions.Update(request, t.changes);
      },
      HoldingRoom(room, std::move(done))));
}

void Store::SetSubscriptionState(std::string name, std::string etag,
                                 v1::Subscription::State state,
                                 Done<v1::Subscription> done) {
  impl_->writer->Submit(MakeJob<v1::Subscription>(
      [name = std::move(name), etag = std::move(etag), state](Transaction& t) {
        return t.subscriptions.SetState(name, etag, state, t.changes);
      },
      std::move(done)));
}

void Store::DeleteSubscription(v1::DeleteSubscriptionRequest request,
                               Done<bool> done) {
  impl_->writer->Submit(MakeJob<bool>(
      [request = std::move(request)](Transaction& t) -> absl::StatusOr<bool> {
        const absl::Status status =
            t.subscriptions.Delete(request.name(), request.etag(), t.changes);
        if (absl::IsNotFound(status) && request.allow_missing()) return false;
        if (!status.ok()) return status;
        return true;
      },
      std::move(done)));
}

void Store::CommitCursor(std::string name, int64_t number, int64_t sequence,
                         Done<standing::CursorRow> done) {
  impl_->writer->Submit(MakeJob<standing::CursorRow>(
      [name = std::move(name), number, sequence](Transaction& t) {
        return t.subscriptions.Commit(name, number, sequence);
      },
      std::move(done)));
}

void Store::Record(Job job) { impl_->writer->Submit(std::move(job)); }

void Store::OnSubscriptionChange(std::function<void(const Change&)> told) {
  MutexLock lock(&impl_->told_mutex);
  impl_->told = std::move(told);
}

std::unique_ptr<Listeners::Listener> Store::ListenToPapers(
    std::function<void()> wake) {
  return impl_->paper_listeners.Add(std::move(wake));
}

std::shared_ptr<const index::Snapshot> Store::snapshot() const {
  return impl_->index->snapshot();
}

journal::Connections& Store::journal() { return *impl_->connections; }

Papers& Store::papers() { return *impl_->papers; }

Sharing& Store::sharing() { return *impl_->sharing; }

Freshness& Store::freshness() { return *impl_->freshness; }

const trending::Boards& Store::boards() const { return impl_->boards; }

standing::Feed& Store::feed() { return impl_->follower->feed(); }

standing::Follower& Store::standing() { return *impl_->follower; }

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
