#include "service/http/atom.h"

#include <optional>

#include "service/base/strings.h"
#include "service/http/xml.h"

namespace paperwire::http {
namespace {

std::string_view TitleOf(v1::Link::Kind kind) {
  switch (kind) {
    case v1::Link::KIND_ABSTRACT_PAGE:
      return "page";
    case v1::Link::KIND_PDF:
      return "PDF";
    case v1::Link::KIND_CODE:
      return "code";
    case v1::Link::KIND_PROJECT:
      return "project";
    case v1::Link::KIND_DATA:
      return "data";
    case v1::Link::KIND_MODEL:
      return "model";
    case v1::Link::KIND_DEMO:
      return "demo";
    case v1::Link::KIND_MEDIA:
      return "media";
    default:
      return "link";
  }
}

void WriteLinks(const v1::Paper& paper, XmlWriter* xml) {
  const std::string page = PageOf(paper);
  if (!page.empty()) xml->Empty("link", {{"rel", "alternate"}, {"href", page}});
  for (const v1::Link& link : paper.links()) {
    if (link.uri() == page) continue;
    // Not "enclosure": readers download those unasked.
    if (link.kind() == v1::Link::KIND_PDF) {
      xml->Empty("link", {{"rel", "related"},
                          {"type", "application/pdf"},
                          {"title", "PDF"},
                          {"href", link.uri()}});
    } else {
      xml->Empty("link", {{"rel", "related"},
                          {"title", TitleOf(link.kind())},
                          {"href", link.uri()}});
    }
  }
}

void WriteAuthors(const v1::Paper& paper, XmlWriter* xml) {
  for (const v1::Author& author : paper.authors()) {
    xml->Open("author");
    xml->Text("name", author.name());
    if (!author.orcid().empty()) {
      xml->Text("uri", StrCat("https://orcid.org/", author.orcid()));
    }
    xml->Close();
  }
}

void WriteEntry(const Feed& feed, const v1::Paper& paper, XmlWriter* xml) {
  xml->Open("entry");
  xml->Text("id", feed.IdOf(paper));
  xml->Text("title", paper.title(), {{"type", "text"}});
  xml->Text("updated", FeedTime(UpdatedTime(paper)));
  if (const std::optional<absl::Time> time = PublishedTime(paper)) {
    xml->Text("published", FeedTime(*time));
  }
  WriteAuthors(paper, xml);
  for (const std::string& category : paper.categories()) {
    xml->Empty("category", {{"term", category}});
  }
  WriteLinks(paper, xml);
  if (!paper.tldr().empty()) {
    xml->Text("summary", paper.tldr(), {{"type", "text"}});
  }
  // Always: an entry without content must have an alternate link, and not each
  // paper has a page.
  xml->Text("content", paper.abstract(), {{"type", "text"}});
  xml->Close();
}

}  // namespace

std::string WriteAtom(const Feed& feed) {
  XmlWriter xml;
  xml.Open("feed", {{"xmlns", "http://www.w3.org/2005/Atom"}});
  xml.Text("id", feed.Id());
  xml.Text("title", feed.title, {{"type", "text"}});
  if (!feed.subtitle.empty()) {
    xml.Text("subtitle", feed.subtitle, {{"type", "text"}});
  }
  xml.Text("updated", FeedTime(feed.Updated()));
  xml.Empty("link", {{"rel", "self"},
                     {"type", "application/atom+xml"},
                     {"href", feed.Address("atom")}});
  xml.Empty("link", {{"rel", "alternate"},
                     {"type", "application/feed+json"},
                     {"href", feed.Address("json")}});
  // Of papers whose authors nobody knows.
  xml.Open("author");
  xml.Text("name", "Paperwire");
  xml.Close();
  xml.Text("generator", "Paperwire");
  for (const v1::Paper& paper : feed.papers) WriteEntry(feed, paper, &xml);
  xml.Close();
  return xml.Take();
}

}  // namespace paperwire::http
