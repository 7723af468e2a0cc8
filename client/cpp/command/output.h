// Where a command writes: a file descriptor, or a string in tests.
//
//     Output out = Output::ToFd(STDOUT_FILENO);
//     out.Write("one line\n");
//     if (out.closed()) return;  // nobody reads any more
//
// Knows whether it is a terminal, how wide, and whether to use colour.
// Thread-safe. Writes in blocks; a terminal gets each line at once.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_OUTPUT_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_OUTPUT_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace paperwire::command {

class Output {
 public:
  // Standard output or error. `before` (may be null) is flushed before
  // anything is written here, so that the two come out in order.
  static std::unique_ptr<Output> ToFd(int fd, Output* before = nullptr);
  // Appends to `text`. `columns` > 0 makes it a terminal so wide.
  static std::unique_ptr<Output> ToString(std::string* text, int columns = 0);

  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void Write(std::string_view text);
  // Hands on what is held back, and says whether everything written so far
  // got through: UNAVAILABLE names the error of the operating system. A
  // reader that went away is no error.
  absl::Status Flush();

  // Whether the reader went away, or writing failed for another reason.
  bool closed() const;

  bool terminal() const { return terminal_; }
  // The width of the terminal now, at least 20.
  int columns() const;
  bool color() const { return color_; }
  void set_color(bool color) { color_ = color; }
  int fd() const { return fd_; }

 private:
  Output(int fd, std::string* text, int columns, Output* before);

  void FlushLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int fd_;  // -1: to a string
  std::string* const text_;
  const int columns_;
  Output* const before_;
  const bool terminal_;
  bool color_ = false;
  mutable absl::Mutex mutex_;
  std::string held_ ABSL_GUARDED_BY(mutex_);
  int error_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_OUTPUT_H_
