#include "service/http/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <memory>

#include "absl/strings/numbers.h"
#include "service/base/strings.h"

namespace paperwire::http {
namespace {

constexpr int kBacklog = 128;

int PortOf(int socket) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
    return 0;
  }
  if (bound.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(bound).sin6_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in&>(bound).sin_port);
}

Descriptor Open(const addrinfo& address) {
  Descriptor socket(::socket(address.ai_family,
                             address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                             address.ai_protocol));
  const int on = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(socket.get(), address.ai_addr, address.ai_addrlen) != 0 ||
      listen(socket.get(), kBacklog) != 0) {
    socket.Close();
  }
  return socket;
}

}  // namespace

void Descriptor::Close() {
  if (number_ >= 0) close(number_);
  number_ = -1;
}

absl::StatusOr<Listener> ListenOn(const std::string& address) {
  const size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  int port = -1;
  if (colon == std::string::npos || host.empty() ||
      !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 0 ||
      port > 65535) {
    return absl::InvalidArgumentError(
        StrCat("\"", address, "\" is not HOST:PORT, like 127.0.0.1:7228."));
  }
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(),
                                    &hints, &found);
      error != 0) {
    return absl::UnavailableError(
        StrCat("Cannot listen on ", address, ": ", gai_strerror(error), "."));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found,
                                                             freeaddrinfo);
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    Listener listener{Open(*each), 0};
    if (listener.socket.get() < 0) continue;
    listener.port = PortOf(listener.socket.get());
    return listener;
  }
  return absl::UnavailableError(
      StrCat("Cannot listen on ", address,
             ": it is no address of this machine, or another program has the "
             "port. Give another one."));
}

}  // namespace paperwire::http
