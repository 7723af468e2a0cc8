// A list of papers as a feed reader wants it, before it is Atom or JSON.

#ifndef PAPERWIRE_SERVICE_HTTP_FEED_H_
#define PAPERWIRE_SERVICE_HTTP_FEED_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "paperwire/v1/paper.pb.h"

namespace paperwire::http {

struct Feed {
  // "urn:paperwire:{journal}", which begins all ids: they name the journal and
  // not the host, and so stay when the server moves or the paper changes.
  std::string urn;
  std::string title;
  std::string subtitle;  // may be empty
  // Where the server is found, without a slash at the end.
  std::string public_url;
  // The feed there, without its format: "/feeds/search" and "?q=kites".
  std::string path;
  std::string query;
  std::vector<v1::Paper> papers;

  // The address of the feed as "atom" or "json".
  std::string Address(std::string_view format) const;
  std::string Id() const;
  std::string IdOf(const v1::Paper& paper) const;
  // The newest UpdatedTime of its papers; of none, a moment that stands.
  absl::Time Updated() const;
};

// When its first version appeared, if anybody knows.
std::optional<absl::Time> PublishedTime(const v1::Paper& paper);

// When its newest version appeared, or else its first, or else when it was
// stored. Votes do not touch it: a reader would show the paper as unread again.
absl::Time UpdatedTime(const v1::Paper& paper);

// The address of its first link of this kind, or "".
std::string LinkOf(const v1::Paper& paper, v1::Link::Kind kind);

// The page that presents it, or else what is next to that; "" for none.
std::string PageOf(const v1::Paper& paper);

// RFC 3339, in UTC.
std::string FeedTime(absl::Time time);

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_FEED_H_
