// Where a watch keeps how far it is, so that the next one goes on there.
//
//     std::unique_ptr<WatchPlace> place = PlaceInFile(&cursor_file);
//     ... print events, flush ...
//     RETURN_IF_ERROR(place->Keep({.token = token}));
//
// Nothing is kept before what it covers was written out and flushed.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_WATCH_PLACE_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_WATCH_PLACE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/cpp/client/client.h"
#include "client/cpp/command/cursor_file.h"

namespace paperwire::command {

// What got through to whoever reads.
struct Written {
  // Covers everything that the watch has handed out. Empty in a share group.
  std::string token = {};
  // Matches since the call before, by sequence number.
  std::vector<int64_t> matches = {};
  // Whether the watch ends with it.
  bool last = false;
};

// Not thread-safe.
class WatchPlace {
 public:
  virtual ~WatchPlace() = default;

  // An error is one that will not pass by itself. A server that is away for a
  // moment is none: the next call covers what this one did not.
  virtual absl::Status Keep(const Written& written) = 0;

  // Whether something that was to be kept is not kept yet.
  virtual bool behind() const { return false; }

  // The journal was put back: places in what it was mean nothing any more.
  virtual void Forget() {}

  // What to say of it at the end, behind "stopped after 3 matches".
  virtual std::string Remark() const = 0;
};

// Nowhere: the remark says with what flag to go on.
std::unique_ptr<WatchPlace> PlaceNowhere();

// In a file, which must outlive it.
std::unique_ptr<WatchPlace> PlaceInFile(CursorFile* file);

// In the cursor of a subscription. `client` must outlive it.
std::unique_ptr<WatchPlace> PlaceAtServer(Client* client, std::string name);

// In a share group: matches are acknowledged. `watcher` must outlive it.
std::unique_ptr<WatchPlace> PlaceInGroup(SharedWatcher* watcher);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_WATCH_PLACE_H_
