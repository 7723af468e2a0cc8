#include "client/cpp/command/committer.h"

#include <utility>

#include "client/cpp/client/status.h"

namespace paperwire::command {

Committer::Committer(Client* client, std::string name)
    : client_(client), name_(std::move(name)) {}

absl::Status Committer::Commit() {
  if (!behind()) return absl::OkStatus();
  v1::CommitCursorRequest request;
  request.set_name(name_);
  request.set_resume_token(noted_);
  const absl::Status status = client_->CommitCursor(request).status();
  if (status.ok()) noted_.clear();
  if (IsTransient(status) || absl::IsDeadlineExceeded(status)) {
    return absl::OkStatus();
  }
  return status;
}

}  // namespace paperwire::command
