// GET / says what there is, GET /healthz that it serves.

#ifndef PAPERWIRE_SERVICE_HTTP_PAGES_H_
#define PAPERWIRE_SERVICE_HTTP_PAGES_H_

#include "httplib.h"
#include "service/http/context.h"

namespace paperwire::http {

void AddPages(httplib::Server& server, const Context& context);

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_PAGES_H_
