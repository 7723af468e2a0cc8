// A socket that listens.

#ifndef PAPERWIRE_SERVICE_HTTP_LISTENER_H_
#define PAPERWIRE_SERVICE_HTTP_LISTENER_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace paperwire::http {

// A file descriptor that is closed when it goes.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { Close(); }
  Descriptor(Descriptor&& other) noexcept
      : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    Close();
    number_ = std::exchange(other.number_, -1);
    return *this;
  }

  int get() const { return number_; }
  void Close();

 private:
  int number_ = -1;
};

struct Listener {
  Descriptor socket;  // does not block
  int port = 0;
};

// `address` is HOST:PORT ("127.0.0.1:7228", "[::1]:0"); port 0 takes a free
// one. INVALID_ARGUMENT: it is none. UNAVAILABLE: another program has it, or it
// is not of this machine.
absl::StatusOr<Listener> ListenOn(const std::string& address);

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_LISTENER_H_
