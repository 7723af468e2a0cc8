// What all calls share: messages as bytes, the end of a call, and the drain.

#ifndef PAPERWIRE_SERVICE_RPC_CALL_H_
#define PAPERWIRE_SERVICE_RPC_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message_lite.h"
#include "service/base/mutex.h"
#include "service/rpc/loop.h"

namespace paperwire::rpc {

// Messages are read as bytes and parsed here, because gRPC would report one
// that cannot be parsed as an internal error, or on a stream as its end.
// INVALID_ARGUMENT: it is no such message, or holds text that is not UTF-8.
absl::Status ParseMessage(grpc::ByteBuffer* bytes,
                          google::protobuf::MessageLite* message);
grpc::ByteBuffer SerializeMessage(const google::protobuf::MessageLite& message);

// DEADLINE_EXCEEDED once the caller's deadline has passed.
absl::Status CheckDeadline(const grpc::ServerContext& context);

// Streams that are open, so that they can be told that the server is about to
// stop. Thread-safe.
class Drain {
 public:
  // Registers a stream while it lives: its event is notified when the drain
  // begins.
  class Member {
   public:
    Member(Drain* drain, Event* event);
    ~Member();
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

   private:
    Drain& drain_;
    Event* const event_;
  };

  void Begin();
  bool begun() const;
  int members() const;

 private:
  mutable Mutex mutex_;
  bool begun_ ABSL_GUARDED_BY(mutex_) = false;
  std::multiset<Event*> members_ ABSL_GUARDED_BY(mutex_);
};

// UNAVAILABLE, with what to do, for streams that a drain ends.
absl::Status DrainStatus();

// Learns when a call is over: finished, cancelled, or its connection lost.
// Give it to AsyncNotifyWhenDone before the call is asked for; a call that
// began must wait for `finished` before it ends.
class DoneTag : public Tag {
 public:
  explicit DoneTag(Event* event) : event_(*event) {}
  void Complete(bool) override {
    done_ = true;
    event_.Notify();
  }
  bool done() const { return done_; }

 private:
  Event& event_;
  std::atomic<bool> done_ = false;
};

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_CALL_H_
