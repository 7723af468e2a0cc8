// The connections: one thread waits for all of them, and a few workers answer
// the requests that are there as a whole.
//
//     ASSIGN_OR_RETURN(Listener listener, ListenOn("127.0.0.1:7228"));
//     Connections connections(std::move(listener), {}, handler, refusal);
//     ... // until a signal comes
//     connections.Stop();
//
//     accept ─► receiving ─► queued ─► [worker: handler] ─► sending ─► close
//                   ▲                                          │
//                   └─────────────── kept alive ───────────────┘
//
// httplib's own listener gives a thread to each connection that waits, and
// gives its clients time with every byte: four slow ones would stall everybody.
// Here a slow client costs a descriptor and its buffer, and its whole request
// and its whole answer have a deadline each.

#ifndef PAPERWIRE_SERVICE_HTTP_CONNECTIONS_H_
#define PAPERWIRE_SERVICE_HTTP_CONNECTIONS_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "service/http/listener.h"

namespace paperwire::http {

struct ConnectionOptions {
  int workers = 4;
  // More than these push out those that have waited longest with no request.
  size_t max_connections = 512;
  // Of answers that their clients have not read yet. More than these push out
  // those that have been read for longest.
  size_t max_unsent_bytes = 64 << 20;
  // For a whole request, from its first byte or the connection's begin on.
  absl::Duration receive_timeout = absl::Seconds(10);
  // Between two requests.
  absl::Duration idle_timeout = absl::Seconds(30);
  // For a whole answer.
  absl::Duration send_timeout = absl::Seconds(60);
  // How long Stop waits for requests that are under way.
  absl::Duration drain = absl::Seconds(10);
};

struct Reply {
  std::string bytes;
  // Whether another request may follow on the connection.
  bool keep = false;
};

class Connections {
 public:
  // Answers a whole request, as bytes; on a worker's thread, many at a time.
  // `last`: no other will be taken from its connection.
  using Handler = std::function<Reply(std::string request, bool last)>;
  // The answer to what cannot be a request: a status of HTTP, and a sentence.
  using Refusal = std::function<std::string(int status, std::string_view why)>;

  // Takes connections from now on.
  Connections(Listener listener, const ConnectionOptions& options,
              Handler handler, Refusal refusal);

  // Stops if that has not been done.
  ~Connections();

  int port() const;

  // Takes no new connection, closes those without a request, lets requests that
  // are there be answered for up to `drain`. Afterwards no handler runs.
  void Stop();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_CONNECTIONS_H_
