// Where rejected records are told: the first on the error output, all of them
// into a file of JSON lines if one is wanted.
//
//     {"file":"a.jsonl","line":17,"number":17,"by":"importer",
//      "reason":"no title","excerpt":"{\"abstract\":..."}

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_REJECT_LOG_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_REJECT_LOG_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cpp/command/output.h"
#include "client/cpp/command/progress.h"

namespace paperwire::command {

struct RejectedRecord {
  std::string file;
  int64_t line = 0;
  int64_t number = 0;  // 0: not known
  std::string by;      // "importer" or "server"
  std::string reason;
  std::string excerpt;
};

// Not thread-safe.
class RejectLog {
 public:
  // Rejects told on the error output.
  static constexpr int kShown = 20;

  // Replaces the file at `path`; no file when it is empty. `progress` must
  // outlive the log.
  static absl::StatusOr<std::unique_ptr<RejectLog>> Open(
      const std::string& path, Progress& progress);
  ~RejectLog();

  void Add(const RejectedRecord& record);

  // Says how many were not shown and where to find them, and whether the file
  // got all of them.
  absl::Status Finish();

 private:
  RejectLog(std::string path, int fd, Progress& progress);

  const std::string path_;
  const int fd_;
  Progress& progress_;
  std::unique_ptr<Output> file_;
  int64_t count_ = 0;
};

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_REJECT_LOG_H_
