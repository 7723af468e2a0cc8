// Tells the reader of a command that waits how its connection is.
//
//     Outage outage(&context);
//     options.on_retry = [&](const absl::Status& why, absl::Duration wait) {
//       outage.Began(why, wait);
//     };
//     ... an event came ...
//     outage.Ended();

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_OUTAGE_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_OUTAGE_H_

#include <atomic>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/cpp/command/context.h"

namespace paperwire::command {

// Says that the connection is lost, and when it is back. Thread-safe: a shared
// watcher tells of it on a thread of its own, and may outlive the loop over it.
class Outage {
 public:
  explicit Outage(Context* context) : context_(*context) {}

  void Began(const absl::Status& why, absl::Duration wait);
  void Ended();

 private:
  Context& context_;
  std::atomic<bool> lost_ = false;
};

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_OUTAGE_H_
