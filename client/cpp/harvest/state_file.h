// What a harvest remembers from run to run: words by name, in a small JSON
// file that is replaced atomically.
//
//     StateFile file("cs.json", {{"harvest", "arxiv"}, {"set", "cs"}});
//     ASSIGN_OR_RETURN(State state, file.Load());    // empty the first time
//     state["token"] = token;
//     RETURN_IF_ERROR(file.Save(state));

#ifndef PAPERWIRE_CLIENT_CPP_HARVEST_STATE_FILE_H_
#define PAPERWIRE_CLIENT_CPP_HARVEST_STATE_FILE_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace paperwire::harvest {

using State = std::map<std::string, std::string>;

// Not thread-safe.
class StateFile {
 public:
  // `identity` says which harvest it is, and stands in the file, too. Without
  // a path, nothing is remembered.
  StateFile(std::string path, State identity)
      : path_(std::move(path)), identity_(std::move(identity)) {}

  // Empty when there is no file yet. DATA_LOSS when it cannot be understood,
  // FAILED_PRECONDITION when it belongs to another harvest, UNAVAILABLE when
  // it cannot be read.
  absl::StatusOr<State> Load() const;

  // On disk when it returns OK; the old file stands otherwise.
  absl::Status Save(const State& state) const;

 private:
  const std::string path_;
  const State identity_;
};

}  // namespace paperwire::harvest

#endif  // PAPERWIRE_CLIENT_CPP_HARVEST_STATE_FILE_H_
