// From the bytes of a request to those of its answer: httplib's parser, routes
// and writer, without its sockets.
//
//     Router router;
//     AddFeeds(router, context);
//     Reply reply = router.Answer("GET /healthz HTTP/1.1\r\n\r\n", false);
//
// Every answer carries the headers that keep a browser from making more of it
// than it is: no scripts, no frames, no guessed types, no referrers.

#ifndef PAPERWIRE_SERVICE_HTTP_ROUTER_H_
#define PAPERWIRE_SERVICE_HTTP_ROUTER_H_

#include <string>
#include <string_view>

#include "httplib.h"
#include "service/http/connections.h"

namespace paperwire::http {

// Routes are added before the first Answer; from then on it is thread-safe.
class Router : public httplib::Server {
 public:
  Router();

  // The answer to one whole request, which passed FrameOf. `last`: the
  // connection ends with it. Nothing is thrown.
  Reply Answer(std::string_view request, bool last);

  // The answer to what was refused before it was parsed.
  static std::string Refuse(int status, std::string_view why);
};

// Whether the client of this request takes gzip. Router takes Accept-Encoding
// away from requests, as httplib would compress texts by Brotli's slowest.
bool TakesGzip(const httplib::Request& request);

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_ROUTER_H_
