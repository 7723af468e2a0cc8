#include "client/cpp/command/reject_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "client/cpp/command/hits.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/text_layout.h"
#include "service/base/strings.h"

namespace paperwire::command {

absl::StatusOr<std::unique_ptr<RejectLog>> RejectLog::Open(
    const std::string& path, Progress& progress) {
  int fd = -1;
  if (!path.empty()) {
    fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
      return absl::UnavailableError(StrCat("cannot write the rejects to ", path,
                                           ": ", std::strerror(errno)));
    }
  }
  return std::unique_ptr<RejectLog>(new RejectLog(path, fd, progress));
}

RejectLog::RejectLog(std::string path, int fd, Progress& progress)
    : path_(std::move(path)), fd_(fd), progress_(progress) {
  if (fd_ >= 0) file_ = Output::ToFd(fd_);
}

RejectLog::~RejectLog() {
  file_.reset();
  if (fd_ >= 0) close(fd_);
}

void RejectLog::Add(const RejectedRecord& record) {
  if (++count_ <= kShown) {
    progress_.Say(
        Printable(StrCat(record.file, ":", record.line, ": ", record.reason)));
  }
  if (file_ == nullptr) return;
  std::string line =
      StrCat("{\"file\":", JsonString(record.file), ",\"line\":", record.line);
  if (record.number > 0) StrAppend(&line, ",\"number\":", record.number);
  StrAppend(&line, ",\"by\":", JsonString(record.by),
            ",\"reason\":", JsonString(record.reason));
  if (!record.excerpt.empty()) {
    StrAppend(&line, ",\"excerpt\":", JsonString(record.excerpt));
  }
  file_->Write(StrCat(line, "}\n"));
}

absl::Status RejectLog::Finish() {
  if (count_ > kShown) {
    progress_.Say(StrCat(
        "... and ", WithCommas(count_ - kShown), " more rejects",
        path_.empty() ? "; --rejects FILE writes all of them to a file" : ""));
  }
  if (file_ == nullptr) return absl::OkStatus();
  const absl::Status status = file_->Flush();
  if (!status.ok()) {
    return absl::UnavailableError(
        StrCat(ToStd(status.message()), " (", path_, ")"));
  }
  if (count_ > 0) progress_.Say(Printable(StrCat("rejects are in ", path_)));
  return absl::OkStatus();
}

}  // namespace paperwire::command
