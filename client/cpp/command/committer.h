// Tells the server how far a subscription was dealt with.
//
//     Committer committer(&context.client(), "users/local/subscriptions/x");
//     committer.Note(token);                // written out and flushed
//     RETURN_IF_ERROR(committer.Commit());  // and now the server knows
//
// A server that is away for a moment costs nothing: what was noted stays so,
// and the next Commit covers it. Not thread-safe.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_COMMITTER_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_COMMITTER_H_

#include <string>

#include "absl/status/status.h"
#include "client/cpp/client/client.h"

namespace paperwire::command {

class Committer {
 public:
  // `client` must outlive it.
  Committer(Client* client, std::string name);

  // Everything that `token` covers has been dealt with.
  void Note(const std::string& token) { noted_ = token; }
  // The place that was noted is gone from the server.
  void Forget() { noted_.clear(); }
  // Whether something noted is not committed yet.
  bool behind() const { return !noted_.empty(); }

  // Commits what was noted, if anything was. An error is one that will not
  // pass by itself, such as a subscription that was deleted.
  absl::Status Commit();

 private:
  Client* const client_;
  const std::string name_;
  std::string noted_;
};

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_COMMITTER_H_
