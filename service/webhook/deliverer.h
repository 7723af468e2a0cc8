// Posts what subscriptions with webhooks have to deliver.
//
//     Deliverer deliverer(&store, poster.get());
//     RETURN_IF_ERROR(deliverer.Start());
//     ...
//     deliverer.BeginStop(absl::Now() + drain);
//     deliverer.Stop();
//
// One thread. The path of a delivery, of which a subscription has one at a
// time:
//
//     news ─► take up ─► post ─► note the outcome ─► the next one
//             (writer)           (writer)      └──► the same, later
//
// A subscription that has something to do waits for one of kUnderWay slots,
// and holds it along this path. Those whose last attempt failed get only half
// of the slots, so that receivers that do not answer keep nobody else waiting.
// Without something to do it costs a listener and some 200 bytes: what wakes it
// is news, a change, or its next attempt.

#ifndef PAPERWIRE_SERVICE_WEBHOOK_DELIVERER_H_
#define PAPERWIRE_SERVICE_WEBHOOK_DELIVERER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/base/mutex.h"
#include "service/standing/follower.h"
#include "service/store/store.h"
#include "service/store/committer.h"
#include "service/webhook/poster.h"
#include "service/webhook/step.h"

namespace paperwire::webhook {

class Deliverer {
 public:
  // Deliveries that are under way at once.
  static constexpr int kUnderWay = 32;

  // All must outlive this. The store must have WebhookTables() among its side
  // tables.
  Deliverer(store::Store* store, Poster* poster, Clock* clock = Clock::Real());
  // Stops if that has not been done.
  ~Deliverer();

  // Finds all webhooks, and goes on where they were.
  absl::Status Start();

  // Begins no delivery any more; those under way have until `deadline`.
  // Whatever is not noted by then is posted again after the next start.
  void BeginStop(absl::Time deadline);
  // Waits for that.
  void Stop();

  // Looks at a subscription: there may be something to do. Any thread.
  void Wake(int64_t number);

  // What Start's thread does; for tests, which call them instead. Turn does
  // what is to be done now, and waits up to `time` for something more.
  absl::Status Load();
  void Turn(absl::Duration time);

 private:
  // What was logged of a webhook last, so that only a change is.
  enum class Trouble { kNone, kFails, kGivenUp, kLost, kDisabled, kStore };

  struct Target {
    int64_t number = 0;
    std::unique_ptr<standing::Listener> listener;
    int64_t looked = 0;
    bool queued = false;
    bool under_way = false;
    bool again = false;      // woken while it is under way
    bool failing = false;    // its last attempt failed
    bool slow_slot = false;  // it holds one of those for failing ones
    Trouble trouble = Trouble::kNone;
    absl::Time due = absl::InfiniteFuture();
    // While it is under way: what it does, and when its post began.
    std::unique_ptr<Step> step;
    absl::Time began;
  };

  bool Ended();
  void Look(int64_t number);
  // Whether there is more than was started.
  bool StartQueued();
  // With a slot: does what is next.
  void Proceed(int64_t number);
  void Post(int64_t number);
  void Answered(int64_t number, const PostAnswer& answer);
  // What becomes of the delivery after this failure.
  void Fail(const PostAnswer& answer, Target& target, Outcome* outcome);
  void SetAside(int64_t number, const absl::Status& reason);
  void NoteOutcome(int64_t number, Outcome outcome, bool disable);
  // Hands a job to the writer; goes on when it is done.
  void Record(int64_t number,
              std::function<absl::Status(store::Transaction&)> apply,
              std::function<void()> then);
  // The store failed: tries again a little later.
  void PutOff(int64_t number, const absl::Status& status);
  void TakeSlot(Target& target, bool slow);
  void Free(int64_t number);
  void SetDue(int64_t number, Target& target, absl::Time due);
  void Say(Target& target, Trouble trouble, std::string_view what);

  store::Store& store_;
  Poster& poster_;
  Clock& clock_;

  // The thread of Turn.
  absl::BitGen random_;
  absl::flat_hash_map<int64_t, std::unique_ptr<Target>> targets_;
  std::set<std::pair<absl::Time, int64_t>> due_;
  std::deque<int64_t> queue_;       // of those that want a slot
  std::deque<int64_t> slow_queue_;  // the same, of those that fail
  int under_way_ = 0;
  int slow_under_way_ = 0;
  int recording_ = 0;

  // Taken while the follower's is held: nothing of the store is called with it.
  Mutex mutex_;
  absl::flat_hash_set<int64_t> woken_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::function<void()>> finished_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time deadline_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  bool draining_ = false;  // stopping_, as Turn has seen it
  std::thread thread_;
};

}  // namespace paperwire::webhook

#endif  // PAPERWIRE_SERVICE_WEBHOOK_DELIVERER_H_
