// What a harvester needs of the world, as interfaces that tests can make
// lie: requests over HTTP, the clock, sleep and chance.

#ifndef PAPERWIRE_CLIENT_CPP_HARVEST_WORLD_H_
#define PAPERWIRE_CLIENT_CPP_HARVEST_WORLD_H_

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace paperwire::harvest {

// By name.
using Headers = std::map<std::string, std::string>;

struct HttpResponse {
  int status = 0;
  // Names in lower case; of a repeated header, the last.
  Headers headers = {};
  // Complete: a body that was cut off is an error instead.
  std::string body = "";
};

struct HttpOptions {
  // "paperwire/VERSION" is put before it: name and address of whom a source
  // can ask about the traffic ("mailto:ops@example.org").
  std::string contact = "";
  absl::Duration connect_timeout = absl::Seconds(20);
  // Of a whole request.
  absl::Duration timeout = absl::Minutes(5);
  // Ends a request that moves less than 1 byte/s for so long.
  absl::Duration stall_timeout = absl::Seconds(60);
  size_t max_body_bytes = size_t{256} << 20;
  int max_redirects = 5;
  // Setting it ends a request with CANCELLED. May be null.
  const std::atomic<bool>* stop = nullptr;
};

// GET over HTTP. Thread-safe.
class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // Any answer of the server is OK, whatever its status code. `headers` can
  // hold secrets: after a redirect to another origin (scheme, host or port)
  // they are not sent any more. Fails with
  //   UNAVAILABLE         no connection, or the body was cut off,
  //   DEADLINE_EXCEEDED   a timeout,
  //   RESOURCE_EXHAUSTED  the body is larger than max_body_bytes,
  //   INVALID_ARGUMENT    an address that is not allowed, or a header that
  //                       holds a line end,
  //   CANCELLED           stopped while waiting.
  virtual absl::StatusOr<HttpResponse> Get(const std::string& url,
                                           const Headers& headers) = 0;
};

// Whether `url` is one that nobody on the way can read: of HTTPS, or of this
// machine.
bool IsPrivate(const std::string& url);

// Speaks HTTPS, and plain HTTP to this machine (localhost, 127.0.0.0/8, ::1)
// and to the host of `plain_http_base` if that is an http address. Redirects
// are held to the same rule.
std::unique_ptr<HttpClient> MakeCurlClient(
    const HttpOptions& options, const std::string& plain_http_base = "");

// Time and chance. Thread-safe.
class World {
 public:
  virtual ~World() = default;
  virtual absl::Time Now() = 0;
  // Returns early when stopped; false then.
  virtual bool Sleep(absl::Duration duration) = 0;
  // Evenly from [0, 1).
  virtual double Random() = 0;
};

// The real one. `stop` may be null; it must outlive the world, and setting it
// (from a signal handler, too) ends Sleep within 100 ms.
std::unique_ptr<World> MakeWorld(const std::atomic<bool>* stop);

}  // namespace paperwire::harvest

#endif  // PAPERWIRE_CLIENT_CPP_HARVEST_WORLD_H_
