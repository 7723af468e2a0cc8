#include "service/http/server.h"

#include <utility>

#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/http/context.h"
#include "service/http/daily_papers.h"
#include "service/http/digest_pages.h"
#include "service/http/feeds.h"
#include "service/http/listener.h"
#include "service/http/pages.h"
#include "service/http/router.h"
#include "service/http/versions.h"

namespace paperwire::http {
namespace {

void AddRoutes(Router& router, const Context& context) {
  AddPages(router, context);
  AddFeeds(router, context);
  AddDailyPapers(router, context);
}

// "http://" and the address, with the port that it really is.
std::string LocalUrl(const std::string& listen, int port) {
  return StrCat("http://", listen.substr(0, listen.rfind(':')), ":", port);
}

}  // namespace

struct Server::Impl {
  Versions versions{Clock::Real()};
  Router router;
  std::unique_ptr<Connections> connections;  // last: it calls the router
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { Stop(); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(
    const ServerOptions& options, store::Store& store,
    digest::Digests& digests) {
  auto impl = std::make_unique<Impl>();
  ASSIGN_OR_RETURN(Listener listener, ListenOn(options.listen));
  AddRoutes(impl->router, {store, impl->versions,
                           options.public_url.empty()
                               ? LocalUrl(options.listen, listener.port)
                               : options.public_url});
  AddDigestPages(impl->router, digests);
  // What httplib tells clients of connections that it does not hold.
  impl->router.set_keep_alive_timeout(
      absl::ToInt64Seconds(options.connections.idle_timeout));
  impl->router.set_keep_alive_max_count(1000);
  impl->connections = std::make_unique<Connections>(
      std::move(listener), options.connections,
      [&router = impl->router](std::string request, bool last) {
        return router.Answer(request, last);
      },
      Router::Refuse);
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

int Server::port() const { return impl_->connections->port(); }

void Server::Stop() { impl_->connections->Stop(); }

}  // namespace paperwire::http
