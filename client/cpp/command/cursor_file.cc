#include "client/cpp/command/cursor_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/time/clock.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// A token has some hundred bytes.
constexpr size_t kMostBytes = 64 << 10;

absl::Status Failed(const char* what, const std::string& path) {
  return absl::UnavailableError(StrCat("cannot ", what, " the cursor file ",
                                       path, ": ", std::strerror(errno)));
}

}  // namespace

CursorFile::CursorFile(std::string path) : path_(std::move(path)) {}

absl::StatusOr<std::string> CursorFile::Read() const {
  const int fd = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return std::string();
  if (fd < 0) return Failed("open", path_);
  std::string text(kMostBytes, '\0');
  const ssize_t size = read(fd, text.data(), text.size());
  const int error = errno;
  close(fd);
  errno = error;
  if (size < 0) return Failed("read", path_);
  text.resize(static_cast<size_t>(size));
  absl::StripAsciiWhitespace(&text);
  bool printable = !text.empty() && text.size() < kMostBytes;
  for (char c : text) printable = printable && c > ' ' && c < 0x7F;
  if (!printable) {
    return absl::DataLossError(
        StrCat("the cursor file ", path_,
               " holds no resume token; remove it to begin anew"));
  }
  return text;
}

absl::Status CursorFile::Write(const std::string& token, Sync sync) {
  const bool due =
      sync == Sync::kNow || absl::Now() - last_sync_ > absl::Seconds(1);
  if (token == written_ && (synced_ || !due)) return absl::OkStatus();
  const std::string scratch = path_ + ".new";
  const int fd =
      open(scratch.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return Failed("write", scratch);
  const std::string text = token + "\n";
  bool ok =
      write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ok = ok && (!due || fsync(fd) == 0);
  const int error = errno;
  ok = close(fd) == 0 && ok;
  if (!ok) {
    errno = error;
    return Failed("write", scratch);
  }
  if (std::rename(scratch.c_str(), path_.c_str()) != 0) {
    return Failed("replace", path_);
  }
  written_ = token;
  synced_ = due;
  if (due) last_sync_ = absl::Now();
  return absl::OkStatus();
}

}  // namespace paperwire::command
