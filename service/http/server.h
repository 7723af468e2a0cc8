// The server for feed readers and browsers, beside that of gRPC.
//
//     ServerOptions options;
//     options.listen = "127.0.0.1:7228";
//     ASSIGN_OR_RETURN(std::unique_ptr<Server> server,
//                      Server::Start(options, store, digests));
//     ... // until a signal comes
//     server->Stop();
//
// A route is a function in a file of its own that adds itself to the Router;
// AddRoutes in server.cc is the list of them. GET changes nothing.

#ifndef PAPERWIRE_SERVICE_HTTP_SERVER_H_
#define PAPERWIRE_SERVICE_HTTP_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "service/digest/digests.h"
#include "service/http/connections.h"
#include "service/store/store.h"

namespace paperwire::http {

struct ServerOptions {
  // Where to listen, HOST:PORT; port 0 takes a free one.
  std::string listen;
  // What addresses begin with that are handed out; see CheckPublicUrl. Empty:
  // "http://" and where it listens.
  std::string public_url;
  ConnectionOptions connections;
};

class Server {
 public:
  // Serves from `store` and `digests`, which must outlive it. INVALID_ARGUMENT: `listen` is
  // no address. UNAVAILABLE: it is taken.
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const ServerOptions& options, store::Store& store,
      digest::Digests& digests);

  // Stops if that has not been done.
  ~Server();

  // The port that it listens on.
  int port() const;

  // Takes no new requests and finishes those that are under way. Afterwards the
  // store is not used.
  void Stop();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_SERVER_H_
