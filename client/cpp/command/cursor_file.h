// A resume token in a file, so that a watch goes on where it was.
//
//     CursorFile cursor("/var/lib/x/cursor");
//     ASSIGN_OR_RETURN(std::string token, cursor.Read());  // empty: no file
//     RETURN_IF_ERROR(cursor.Write(token, CursorFile::Sync::kNow));
//
// The file is replaced as a whole: whoever reads it sees the token of before
// or the new one. Not thread-safe.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_CURSOR_FILE_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_CURSOR_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace paperwire::command {

class CursorFile {
 public:
  // When a token must have reached the disk. A token that has not is lost
  // with the power, and what it covered is delivered again.
  enum class Sync { kNow, kWithinASecond };

  explicit CursorFile(std::string path);

  // The token; empty when there is no such file. DATA_LOSS for a file that
  // holds anything but one line, UNAVAILABLE when it cannot be read.
  absl::StatusOr<std::string> Read() const;

  absl::Status Write(const std::string& token, Sync sync);

  const std::string& path() const { return path_; }

 private:
  const std::string path_;
  std::string written_;
  bool synced_ = true;
  absl::Time last_sync_ = absl::InfinitePast();
};

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_CURSOR_FILE_H_
