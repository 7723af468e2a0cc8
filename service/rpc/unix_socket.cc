#include "service/rpc/unix_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>

#include "service/base/strings.h"

namespace paperwire::rpc {
namespace {

bool IsServed(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  const bool served = connect(fd, reinterpret_cast<const sockaddr*>(&address),
                              sizeof(address)) == 0;
  close(fd);
  return served;
}

}  // namespace

absl::Status CheckSocketPath(const std::string& path) {
  constexpr size_t kMost = sizeof(sockaddr_un::sun_path) - 1;
  if (path.size() > kMost) {
    return absl::InvalidArgumentError(
        StrCat("The path of a socket can have ", kMost, " bytes, and ", path,
               " has ", path.size(), ". Give a shorter one with --socket."));
  }
  struct stat there;
  if (lstat(path.c_str(), &there) == 0 && !S_ISSOCK(there.st_mode)) {
    return absl::InvalidArgumentError(
        StrCat("At ", path,
               " is a file that is no socket. Give another path with "
               "--socket, or remove it."));
  }
  if (IsServed(path)) {
    return absl::UnavailableError(
        StrCat("Another server listens at the socket ", path,
               ". Stop it, or give another path with --socket."));
  }
  return absl::OkStatus();
}

}  // namespace paperwire::rpc
