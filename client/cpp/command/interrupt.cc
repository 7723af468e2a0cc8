#include "client/cpp/command/interrupt.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/time/clock.h"
#include "client/cpp/command/context.h"

namespace paperwire::command {

Interrupt::Interrupt(const Options& options) {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    // What is ignored stays so: nohup(1) and shells rely on it.
    struct sigaction action = {};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_IGN) sigaddset(&signals, signal);
  }
  pthread_sigmask(SIG_BLOCK, &signals, &before_);
  signal_fd_ = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  stop_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  thread_ = std::thread([this, options] { Wait(options); });
}

Interrupt::~Interrupt() {
  eventfd_write(stop_fd_, 1);
  thread_.join();
  close(signal_fd_);
  close(stop_fd_);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Interrupt::Then(std::function<void()> action) {
  bool now;
  {
    absl::MutexLock lock(&mutex_);
    action_ = action;
    now = cause_.has_value();
  }
  if (now) action();
}

std::optional<Interrupt::Cause> Interrupt::cause() const {
  absl::MutexLock lock(&mutex_);
  return cause_;
}

void Interrupt::Wait(Options options) {
  absl::Time deadline = absl::Now() + options.after;
  while (true) {
    // A pipe without readers reports an error, whatever is asked for.
    pollfd fds[] = {{stop_fd_, POLLIN, 0},
                    {signal_fd_, POLLIN, 0},
                    {options.reader_fd, 0, 0}};
    const absl::Duration left = std::clamp(
        deadline - absl::Now(), absl::ZeroDuration(), absl::Hours(1));
    // Rounded up, so as not to spin through the last millisecond.
    poll(fds, 3, static_cast<int>(absl::ToInt64Milliseconds(left)) + 1);
    if (fds[0].revents != 0) return;
    signalfd_siginfo info;
    if (fds[1].revents != 0 &&
        read(signal_fd_, &info, sizeof info) == sizeof info) {
      // Whoever asks twice does not want to wait for a clean end.
      if (cause() == Cause::kSignal) std::_Exit(kInterrupted);
      Happen(Cause::kSignal);
    }
    if ((fds[2].revents & (POLLERR | POLLNVAL)) != 0) {
      options.reader_fd = -1;
      Happen(Cause::kReaderGone);
    }
    if (absl::Now() >= deadline) {
      deadline = absl::InfiniteFuture();
      Happen(Cause::kTimeUp);
    }
  }
}

void Interrupt::Happen(Cause cause) {
  std::function<void()> action;
  {
    absl::MutexLock lock(&mutex_);
    if (cause_.has_value() && cause != Cause::kSignal) return;
    cause_ = cause;
    action = action_;
  }
  if (action) action();
}

}  // namespace paperwire::command
