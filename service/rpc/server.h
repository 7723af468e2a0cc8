// The server: a store, and the gRPC services over it.
//
//     ServerOptions options;
//     options.store.folder = "data";
//     ASSIGN_OR_RETURN(std::unique_ptr<Server> server, Server::Start(options));
//     ... // until a signal comes
//     server->Stop();

#ifndef PAPERWIRE_SERVICE_RPC_SERVER_H_
#define PAPERWIRE_SERVICE_RPC_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/digest/digests.h"
#include "service/store/store.h"

namespace paperwire::rpc {

struct ServerOptions {
  store::StoreOptions store;
  // Where to listen; port 0 takes a free one. The default is this machine
  // alone, because calls are not authenticated.
  std::string listen = "127.0.0.1:7227";
  // A path to listen at as well, for programs on this machine (unix_socket.h).
  // Empty: nowhere. Whoever may write to the socket may call.
  std::string socket;
  // Threads that serve calls. 0: one for each core, at least two.
  int threads = 0;
  // How often a watch says how far it is when nothing matches; at most 15 s.
  absl::Duration heartbeat = absl::Seconds(10);
  // How long Stop waits for calls that are under way.
  absl::Duration drain = absl::Seconds(10);
  // Post to webhooks in private networks and on this machine, and by http.
  bool allow_private_webhooks = false;
  // How digests are sent; by default they are not.
  digest::MailOptions mail;
};

class Server {
 public:
  // Opens the store and serves. The errors of Store::Open and CheckSocketPath;
  // UNAVAILABLE when the address is taken or no address.
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const ServerOptions& options);

  // Stops if that has not been done.
  ~Server();

  // What it serves from; until Stop.
  digest::Digests& digests();

  // The port that it listens on.
  int port() const;

  // What is served, for other servers over the same store; until Stop.
  store::Store& store();

  // Turns health to NOT_SERVING, ends the streams (each with a last token),
  // lets calls finish for up to `drain`, and closes the store.
  void Stop();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_SERVER_H_
