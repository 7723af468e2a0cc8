// Sends what is due.
//
//     Sender sender(&store, &composer, mailer.get());
//     sender.Start();
//     sender.Wake();                     // after a digest was changed
//     ...
//     sender.BeginStop(absl::Now() + drain);
//     sender.Stop();
//
// One thread. The path of a message, of which a digest has one at a time:
//
//     due ─► choose ─► take up ─► compose ─► hand over ─► note the outcome
//                      (writer)              (mailer)     (writer)
//            nothing to say ─► due the next time
//
// Taking up writes down which papers it has, under which Message-ID: the same
// are sent in every attempt. What was not taken is tried again (schedule.h);
// what is given up, or refused, comes with the next message.
//
// Should the process die between the mail server's answer and its being noted,
// the message is sent again when it is back. So it errs towards sending twice,
// with one Message-ID, and never towards not sending. At most kUnderWay
// messages can be in that moment, and each is for as long as one commit takes.
//
// A server that cannot be used holds everything: one message at a time asks
// whether it is back.

#ifndef PAPERWIRE_SERVICE_DIGEST_SENDER_H_
#define PAPERWIRE_SERVICE_DIGEST_SENDER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/base/mutex.h"
#include "service/digest/compose.h"
#include "service/digest/mailer.h"
#include "service/digest/tables.h"
#include "service/store/store.h"

namespace paperwire::digest {

class Sender {
 public:
  // Digests that are under way at once.
  static constexpr int kUnderWay = 32;

  // All must outlive this. The store must have DigestTables() among its side
  // tables.
  Sender(store::Store* store, const Composer* composer, Mailer* mailer,
         Clock* clock = Clock::Real());
  // Stops if that has not been done.
  ~Sender();

  void Start();

  // Begins nothing any more; what is under way has until `deadline`.
  void BeginStop(absl::Time deadline);
  // Waits for that, and lets the rest go.
  void Stop();

  // Something may be due earlier than it was. Any thread.
  void Wake();

  // One round, for tests that have no thread: starts what is due, waits for
  // answers for `time` at the most, and deals with them.
  void Turn(absl::Duration time);

 private:
  struct UnderWay {
    DigestRow row;
    IssueRow issue;
    bool handed = false;  // to the mailer
  };

  bool Ended();
  // Nothing is under way.
  bool idle() const { return under_way_.empty() && recording_ == 0; }
  // Starts what is due; when to look again.
  absl::Time StartDue(absl::Time now);
  absl::StatusOr<absl::Time> TryStartDue(absl::Time now);
  int Room() const;
  // Whether it can be started; it is under way then.
  bool Take(int64_t number, absl::Time now);
  void TakeUp(int64_t number, absl::Time now);
  absl::Status TryTakeUp(int64_t number, absl::Time now);
  // Of the message at hand.
  void Send(int64_t number);
  absl::Status TrySend(int64_t number);
  absl::Status HandOver(int64_t number, std::string_view token);
  void Answered(int64_t number, const MailAnswer& answer);
  void NoteServer(const MailAnswer& answer, absl::Time now);
  void DeleteExpired();
  void BringBack(absl::Time latest);
  // Hands a job to the writer that belongs to no message.
  void Keep(const char* what,
            std::function<absl::Status(store::Transaction&)> apply);
  // Hands a job to the writer; goes on when it is done.
  void Record(int64_t number,
              std::function<absl::Status(store::Transaction&)> apply,
              std::function<void()> then);
  // The store failed, or the digest cannot be read: tries again later.
  void PutOff(int64_t number, const absl::Status& status);

  store::Store& store_;
  const Composer& composer_;
  Mailer& mailer_;
  Clock& clock_;

  // The thread of Turn.
  absl::BitGen random_;
  absl::flat_hash_map<int64_t, UnderWay> under_way_;
  int handed_ = 0;     // of them, so many are with the mailer
  int recording_ = 0;  // jobs
  absl::Time held_until_ = absl::InfinitePast();
  int server_failures_ = 0;  // in a row
  // What the store or a digest did not let be sent, until then.
  absl::flat_hash_map<int64_t, absl::Time> put_off_;

  Mutex mutex_;
  std::vector<std::function<void()>> finished_ ABSL_GUARDED_BY(mutex_);
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time deadline_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  bool draining_ = false;  // stopping_, as Turn has seen it
  std::thread thread_;
};

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_SENDER_H_
