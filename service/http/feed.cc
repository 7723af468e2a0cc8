#include "service/http/feed.h"

#include <algorithm>

#include "service/base/strings.h"
#include "service/http/parameters.h"

namespace paperwire::http {
namespace {

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds());
}

}  // namespace

std::string Feed::Address(std::string_view format) const {
  return StrCat(public_url, path, ".", format, query);
}

std::string Feed::Id() const {
  return StrCat(urn, ":", PercentEncode(StrCat(path.substr(1), query)));
}

std::string Feed::IdOf(const v1::Paper& paper) const {
  return StrCat(urn, ":", paper.name());
}

absl::Time Feed::Updated() const {
  absl::Time updated = absl::UnixEpoch();
  for (const v1::Paper& paper : papers) {
    updated = std::max(updated, UpdatedTime(paper));
  }
  return updated;
}

std::optional<absl::Time> PublishedTime(const v1::Paper& paper) {
  if (!paper.has_published_time()) return std::nullopt;
  return TimeOf(paper.published_time());
}

absl::Time UpdatedTime(const v1::Paper& paper) {
  if (paper.has_revised_time()) return TimeOf(paper.revised_time());
  if (paper.has_published_time()) return TimeOf(paper.published_time());
  return TimeOf(paper.create_time());
}

std::string LinkOf(const v1::Paper& paper, v1::Link::Kind kind) {
  for (const v1::Link& link : paper.links()) {
    if (link.kind() == kind) return link.uri();
  }
  return "";
}

std::string PageOf(const v1::Paper& paper) {
  if (std::string page = LinkOf(paper, v1::Link::KIND_ABSTRACT_PAGE);
      !page.empty()) {
    return page;
  }
  for (const v1::ExternalId& id : paper.external_ids()) {
    if (id.scheme() != "doi") continue;
    // A DOI's slash is its own; the rest may hold anything.
    const size_t slash = id.value().find('/');
    if (slash == std::string::npos) continue;
    return StrCat("https://doi.org/", id.value().substr(0, slash), "/",
                  PercentEncode(id.value().substr(slash + 1)));
  }
  if (std::string pdf = LinkOf(paper, v1::Link::KIND_PDF); !pdf.empty()) {
    return pdf;
  }
  return paper.links().empty() ? "" : paper.links(0).uri();
}

std::string FeedTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

}  // namespace paperwire::http
