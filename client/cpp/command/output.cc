#include "client/cpp/command/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/strings/numbers.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

constexpr size_t kBlock = 64 << 10;
constexpr int kLeastColumns = 20;
constexpr int kUsualColumns = 80;

}  // namespace

std::unique_ptr<Output> Output::ToFd(int fd, Output* before) {
  return std::unique_ptr<Output>(new Output(fd, nullptr, 0, before));
}

std::unique_ptr<Output> Output::ToString(std::string* text, int columns) {
  return std::unique_ptr<Output>(new Output(-1, text, columns, nullptr));
}

Output::Output(int fd, std::string* text, int columns, Output* before)
    : fd_(fd),
      text_(text),
      columns_(columns),
      before_(before),
      terminal_(fd >= 0 ? isatty(fd) == 1 : columns > 0) {}

Output::~Output() { Flush().IgnoreError(); }

void Output::Write(std::string_view text) {
  if (before_ != nullptr) before_->Flush().IgnoreError();
  absl::MutexLock lock(&mutex_);
  if (error_ != 0) return;
  if (text_ != nullptr) {
    text_->append(text);
    return;
  }
  held_.append(text);
  // Messages are wanted at once, and so is everything on a terminal.
  if (terminal_ || before_ != nullptr || held_.size() >= kBlock) FlushLocked();
}

absl::Status Output::Flush() {
  absl::MutexLock lock(&mutex_);
  FlushLocked();
  if (error_ == 0 || error_ == EPIPE) return absl::OkStatus();
  return absl::UnavailableError(
      StrCat("cannot write the output: ", std::strerror(error_)));
}

void Output::FlushLocked() {
  size_t done = 0;
  while (error_ == 0 && done < held_.size()) {
    const ssize_t written =
        ::write(fd_, held_.data() + done, held_.size() - done);
    if (written >= 0) {
      done += static_cast<size_t>(written);
    } else if (errno != EINTR && errno != EAGAIN) {
      error_ = errno;
    }
  }
  held_.clear();
}

bool Output::closed() const {
  absl::MutexLock lock(&mutex_);
  return error_ != 0;
}

int Output::columns() const {
  if (columns_ > 0) return std::max(columns_, kLeastColumns);
  winsize size = {};
  if (fd_ >= 0 && ioctl(fd_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return std::max<int>(size.ws_col, kLeastColumns);
  }
  int columns = 0;
  const char* set = std::getenv("COLUMNS");
  if (set != nullptr && absl::SimpleAtoi(set, &columns)) {
    return std::clamp(columns, kLeastColumns, 10'000);
  }
  return kUsualColumns;
}

}  // namespace paperwire::command
