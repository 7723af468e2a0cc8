// What the links of digests lead to (service/digest):
//
//     /digests/confirm?t=      gives consent
//     /digests/manage?t=       when it comes, how much; pause, resume
//     /digests/unsubscribe?t=  stops it
//     /digests/found?t=        all papers that a message found
//     /digests/reports         takes what came back: POST of a whole message
//
// GET shows a page with a button and changes nothing, since mail scanners open
// links; POST does it. The POST of a mail client's own button (RFC 8058) is
// that of the page. Whoever has a link may do what it is for: it is signed, and
// was sent to one address.

#ifndef PAPERWIRE_SERVICE_HTTP_DIGEST_PAGES_H_
#define PAPERWIRE_SERVICE_HTTP_DIGEST_PAGES_H_

#include "httplib.h"
#include "service/digest/digests.h"

namespace paperwire::http {

// `digests` must outlive the routes.
void AddDigestPages(httplib::Server& server, digest::Digests& digests);

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_DIGEST_PAGES_H_
