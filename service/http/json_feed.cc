#include "service/http/json_feed.h"

#include <optional>
#include <utility>

#include "nlohmann/json.hpp"
#include "service/base/strings.h"
#include "service/http/xml.h"

namespace paperwire::http {
namespace {

using Json = nlohmann::ordered_json;

Json Authors(const v1::Paper& paper) {
  Json authors = Json::array();
  for (const v1::Author& author : paper.authors()) {
    Json one = {{"name", Clean(author.name())}};
    if (!author.orcid().empty()) {
      one["url"] = StrCat("https://orcid.org/", Clean(author.orcid()));
    }
    authors.push_back(std::move(one));
  }
  return authors;
}

Json Ours(const v1::Paper& paper) {
  Json ids = Json::array();
  for (const v1::ExternalId& id : paper.external_ids()) {
    ids.push_back(StrCat(Clean(id.scheme()), ":", Clean(id.value())));
  }
  return {{"name", paper.name()},
          {"external_ids", std::move(ids)},
          {"votes", paper.vote_count() + paper.cast_vote_count()}};
}

Json Item(const Feed& feed, const v1::Paper& paper) {
  Json item = {{"id", feed.IdOf(paper)}};
  if (const std::string page = PageOf(paper); !page.empty()) {
    item["url"] = Clean(page);
  }
  item["title"] = Clean(paper.title());
  item["content_text"] = Clean(paper.abstract());
  if (!paper.tldr().empty()) item["summary"] = Clean(paper.tldr());
  if (const std::optional<absl::Time> time = PublishedTime(paper)) {
    item["date_published"] = FeedTime(*time);
  }
  item["date_modified"] = FeedTime(UpdatedTime(paper));
  if (!paper.authors().empty()) item["authors"] = Authors(paper);
  for (const std::string& category : paper.categories()) {
    item["tags"].push_back(Clean(category));
  }
  if (!paper.language_code().empty()) {
    item["language"] = Clean(paper.language_code());
  }
  if (const std::string pdf = LinkOf(paper, v1::Link::KIND_PDF); !pdf.empty()) {
    item["attachments"] =
        Json::array({{{"url", Clean(pdf)}, {"mime_type", "application/pdf"}}});
  }
  item["_paperwire"] = Ours(paper);
  return item;
}

}  // namespace

std::string WriteJsonFeed(const Feed& feed) {
  Json json = {{"version", "https://jsonfeed.org/version/1.1"},
               {"title", Clean(feed.title)},
               {"home_page_url", StrCat(feed.public_url, "/")},
               {"feed_url", feed.Address("json")}};
  if (!feed.subtitle.empty()) json["description"] = Clean(feed.subtitle);
  json["items"] = Json::array();
  for (const v1::Paper& paper : feed.papers) {
    json["items"].push_back(Item(feed, paper));
  }
  return json.dump(1) + "\n";
}

}  // namespace paperwire::http
