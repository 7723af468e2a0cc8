// An HTTP server that answers what a test tells it to, to the byte: also
// bodies that are cut off, which no library would send.

#ifndef PAPERWIRE_TESTS_UNIT_HARVEST_FAKE_SERVER_H_
#define PAPERWIRE_TESTS_UNIT_HARVEST_FAKE_SERVER_H_

#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"

namespace paperwire::harvest {

struct FakeRequest {
  // "/oai?verb=ListRecords", percent-encoding undone.
  std::string target;
  // The whole head.
  std::string head;
};

// Whole answers, as they go over the wire.
std::string Respond(int status, std::string_view body,
                    std::string_view headers = "");
// Promises `body` and sends the first `n` bytes of it.
std::string CutOff(std::string_view body, size_t n);

// Runs on a free port of this machine until it is destroyed. The handler is
// called on the server's thread, for one request after the other.
class FakeServer {
 public:
  using Handler = std::function<std::string(const FakeRequest&)>;

  explicit FakeServer(Handler handler);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  // "http://127.0.0.1:12345"
  std::string url() const;
  // The targets of all requests so far.
  std::vector<std::string> targets() const;

 private:
  void Run();
  void Serve(int connection);

  const Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  mutable absl::Mutex mutex_;
  std::vector<std::string> targets_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace paperwire::harvest

#endif  // PAPERWIRE_TESTS_UNIT_HARVEST_FAKE_SERVER_H_
