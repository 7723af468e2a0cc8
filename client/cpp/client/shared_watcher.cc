#include "client/cpp/client/shared_watcher.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/cpp/client/backoff.h"
#include "client/cpp/client/call.h"
#include "client/cpp/client/connection.h"
#include "client/cpp/client/leases.h"
#include "client/cpp/client/status.h"

namespace paperwire {
namespace {

// What the contract says of a request without lease_duration.
constexpr absl::Duration kDefaultLease = absl::Seconds(60);
// How much, and for how long, is noted while there is other work to do.
constexpr int kTellAtOnce = 100;
constexpr absl::Duration kTellAfter = absl::Seconds(1);

absl::Duration LeaseOf(const v1::WatchRequest& request) {
  if (!request.has_lease_duration()) return kDefaultLease;
  return absl::Seconds(request.lease_duration().seconds()) +
         absl::Nanoseconds(request.lease_duration().nanos());
}

// The clock of leases, which nobody sets back.
absl::Time SteadyNow() {
  return absl::UnixEpoch() +
         absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace

class SharedWatcher::Impl {
 public:
  Impl(std::shared_ptr<Connection> connection, v1::WatchRequest request,
       WatcherOptions options, absl::Duration timeout)
      : timeout_(timeout),
        name_(request.subscription()),
        share_group_(request.share_group()),
        connection_(connection),
        leases_(LeaseOf(request)),
        backoff_(options.first_wait, options.longest_wait),
        watcher_(std::move(connection), std::move(request),
                 Listening(std::move(options))),
        receiver_([this] { Receive(); }) {}

  ~Impl() {
    watcher_.Cancel();
    receiver_.join();
  }

  absl::StatusOr<v1::WatchResponse> Next();
  bool has_next() const {
    absl::MutexLock lock(&mutex_);
    return leases_.has_next(SteadyNow());
  }
  void Note(int64_t sequence, void (*note)(Leases& leases, int64_t sequence));
  absl::Status Flush();
  void Cancel() { End(absl::CancelledError("The watch was cancelled")); }

 private:
  // `options` with word of broken connections for us, too.
  WatcherOptions Listening(WatcherOptions options);
  // What receiver_ does: takes in events until the stream ends for good.
  void Receive();
  // The first reason counts.
  void End(absl::Status why);
  // When Next has to tell something; never, when there is nothing.
  absl::Time TellTime() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasNews() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !end_.ok() || leases_.has_next(SteadyNow()) ||
           TellTime() <= SteadyNow();
  }

  const absl::Duration timeout_;
  const std::string name_;
  const std::string share_group_;
  const std::shared_ptr<Connection> connection_;

  absl::Mutex telling_;  // one call at a time; before mutex_
  mutable absl::Mutex mutex_;
  mutable Leases leases_ ABSL_GUARDED_BY(mutex_);
  // When the oldest of what is noted was.
  absl::Time noted_since_ ABSL_GUARDED_BY(mutex_);
  // After a call that failed.
  Backoff backoff_ ABSL_GUARDED_BY(mutex_);
  absl::Time not_before_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Status end_ ABSL_GUARDED_BY(mutex_);

  // Used by receiver_ only, but for Cancel.
  Watcher watcher_;
  std::thread receiver_;
};

absl::StatusOr<v1::WatchResponse> SharedWatcher::Impl::Next() {
  while (true) {
    bool tell = false;
    {
      absl::MutexLock lock(&mutex_);
      if (!end_.ok()) return end_;
      tell = TellTime() <= SteadyNow();
      if (!tell) {
        std::optional<v1::WatchResponse> event = leases_.Take(SteadyNow());
        if (event.has_value()) return *std::move(event);
        mutex_.AwaitWithTimeout(absl::Condition(this, &Impl::HasNews),
                                TellTime() - SteadyNow());
      }
    }
    if (!tell) continue;
    absl::Status told = Flush();
    if (!told.ok() && !IsTransient(told) && !absl::IsDeadlineExceeded(told)) {
      End(std::move(told));
    }
  }
}

absl::Time SharedWatcher::Impl::TellTime() const {
  if (leases_.noted() == 0) return absl::InfiniteFuture();
  const bool busy =
      leases_.noted() < kTellAtOnce && leases_.has_next(SteadyNow());
  return std::max(not_before_, busy ? noted_since_ + kTellAfter : noted_since_);
}

void SharedWatcher::Impl::Note(int64_t sequence,
                               void (*note)(Leases&, int64_t)) {
  absl::MutexLock lock(&mutex_);
  if (leases_.noted() == 0) noted_since_ = SteadyNow();
  note(leases_, sequence);
}

absl::Status SharedWatcher::Impl::Flush() {
  absl::MutexLock telling(&telling_);
  v1::AcknowledgeMatchesRequest request;
  {
    absl::MutexLock lock(&mutex_);
    if (!leases_.BeginTelling(&request)) return absl::OkStatus();
  }
  request.set_name(name_);
  request.set_share_group(share_group_);
  const absl::StatusOr<v1::AcknowledgeMatchesResponse> response =
      Call<v1::AcknowledgeMatchesResponse>(
          connection_->subscriptions,
          &v1::SubscriptionService::Stub::AcknowledgeMatches, request,
          timeout_);
  absl::MutexLock lock(&mutex_);
  if (response.ok()) {
    leases_.Told(response->share_group().sequence());
    backoff_.Reset();
    not_before_ = absl::InfinitePast();
  } else {
    leases_.NotTold();
    not_before_ = SteadyNow() + backoff_.Next();
  }
  return response.status();
}

WatcherOptions SharedWatcher::Impl::Listening(WatcherOptions options) {
  options.on_retry = [this, tell = std::move(options.on_retry)](
                         const absl::Status& why, absl::Duration wait) {
    {
      absl::MutexLock lock(&mutex_);
      leases_.Disconnect();
    }
    if (tell) tell(why, wait);
  };
  return options;
}

void SharedWatcher::Impl::Receive() {
  std::vector<v1::WatchResponse> batch;
  while (true) {
    absl::StatusOr<v1::WatchResponse> event = watcher_.Next();
    if (!event.ok()) return End(event.status());
    batch.push_back(*std::move(event));
    // As one, so that what becomes of it is told by one call.
    if (watcher_.has_next()) continue;
    absl::MutexLock lock(&mutex_);
    for (v1::WatchResponse& one : batch) {
      leases_.Arrive(std::move(one), SteadyNow());
    }
    batch.clear();
  }
}

void SharedWatcher::Impl::End(absl::Status why) {
  absl::MutexLock lock(&mutex_);
  if (end_.ok()) end_ = std::move(why);
}

SharedWatcher::SharedWatcher(std::shared_ptr<Connection> connection,
                             v1::WatchRequest request, WatcherOptions options,
                             absl::Duration timeout)
    : impl_(std::make_unique<Impl>(std::move(connection), std::move(request),
                                   std::move(options), timeout)) {}

SharedWatcher::~SharedWatcher() = default;

absl::StatusOr<v1::WatchResponse> SharedWatcher::Next() {
  return impl_->Next();
}

bool SharedWatcher::has_next() const { return impl_->has_next(); }

void SharedWatcher::Acknowledge(int64_t sequence) {
  impl_->Note(sequence,
              [](Leases& leases, int64_t s) { leases.Acknowledge(s); });
}

void SharedWatcher::Release(int64_t sequence) {
  impl_->Note(sequence, [](Leases& leases, int64_t s) {
    leases.Release(s, SteadyNow());
  });
}

void SharedWatcher::Extend(int64_t sequence) {
  impl_->Note(sequence,
              [](Leases& leases, int64_t s) { leases.Extend(s, SteadyNow()); });
}

absl::Status SharedWatcher::Flush() { return impl_->Flush(); }

void SharedWatcher::Cancel() { impl_->Cancel(); }

}  // namespace paperwire
