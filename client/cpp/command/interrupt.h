// Ends long work when somebody wants it to end.
//
//     Interrupt interrupt({.reader_fd = out.fd(), .after = timeout});
//     ... make the client and the watcher ...
//     interrupt.Then([watcher] { watcher->Cancel(); });
//
// Somebody wants it when SIGINT, SIGTERM or SIGHUP comes, when a time is up,
// or when the reader of a pipe goes away. A second signal ends the process at
// once. Must be made before other threads start, because it blocks those
// signals for them too; gone, it gives them back. Thread-safe.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_INTERRUPT_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_INTERRUPT_H_

#include <csignal>
#include <functional>
#include <optional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace paperwire::command {

class Interrupt {
 public:
  enum class Cause { kSignal, kTimeUp, kReaderGone };

  struct Options {
    // Watched for a reader that goes away. -1: none.
    int reader_fd = -1;
    absl::Duration after = absl::InfiniteDuration();
  };

  explicit Interrupt(const Options& options);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // What to do then, on a thread of its own; at once if it has happened
  // already. What it uses must live as long as this does.
  void Then(std::function<void()> action);

  // Why, if it has happened.
  std::optional<Cause> cause() const;

 private:
  void Wait(Options options);
  void Happen(Cause cause);

  sigset_t before_;
  int signal_fd_ = -1;
  int stop_fd_ = -1;
  mutable absl::Mutex mutex_;
  std::function<void()> action_ ABSL_GUARDED_BY(mutex_);
  std::optional<Cause> cause_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_INTERRUPT_H_
