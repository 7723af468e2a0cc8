// Feeds of any query, any board and any day:
//
//     /feeds/search.atom?q=has:code+kites&order=votes
//     /feeds/trending.json?window=month&formula=hacker-news
//     /feeds/days/2024-W40.atom

#ifndef PAPERWIRE_SERVICE_HTTP_FEEDS_H_
#define PAPERWIRE_SERVICE_HTTP_FEEDS_H_

#include "httplib.h"
#include "service/http/context.h"

namespace paperwire::http {

void AddFeeds(httplib::Server& server, const Context& context);

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_FEEDS_H_
