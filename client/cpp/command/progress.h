// One line at the foot of a terminal that says how far a long work is.
//
//     Progress progress(err, true);
//     progress.Update({.done = bytes, .all = size, .papers = count});
//     progress.Say("line 7: no title");  // above the bar
//     progress.Clear();
//
//     ███████░░░░░░░  52%  77,412 papers  11,902/s  0:06 left
//
// Draws at most ten times a second, and only on a terminal; elsewhere only
// Say writes. Thread-safe.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_PROGRESS_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_PROGRESS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/cpp/command/output.h"

namespace paperwire::command {

class Progress {
 public:
  struct State {
    // In any unit; the bar and the time left go by it.
    int64_t done = 0;
    // 0: not known; there is no bar then.
    int64_t all = 0;
    // For the count and the rate.
    int64_t papers = 0;
  };

  // `err` must outlive it. With `wanted` false, or without a terminal, nothing
  // is drawn.
  Progress(Output& err, bool wanted);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Update(const State& state);
  // Writes a line of printable text, and the bar again below it.
  void Say(std::string_view line);
  // Takes the bar away; the next Update brings it back.
  void Clear();

  // The line for `state` after `elapsed`, without colour.
  static std::string Describe(const State& state, absl::Duration elapsed,
                              int columns);

 private:
  void DrawLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ClearLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Output& err_;
  const bool draws_;
  const absl::Time start_ = absl::Now();
  absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_);
  absl::Time drawn_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  bool drawn_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_PROGRESS_H_
