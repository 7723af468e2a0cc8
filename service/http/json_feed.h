// Feeds as JSON: https://www.jsonfeed.org/version/1.1/.

#ifndef PAPERWIRE_SERVICE_HTTP_JSON_FEED_H_
#define PAPERWIRE_SERVICE_HTTP_JSON_FEED_H_

#include <string>

#include "service/http/feed.h"

namespace paperwire::http {

inline constexpr char kJsonFeedType[] = "application/feed+json; charset=utf-8";

// The same bytes for the same feed. What the format has no place for stands in
// `_paperwire` of an item: the paper's name, external ids and votes.
std::string WriteJsonFeed(const Feed& feed);

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_JSON_FEED_H_
