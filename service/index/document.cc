#include "service/index/document.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "service/base/strings.h"
#include "service/text/external_id.h"

namespace paperwire::index {
namespace {

std::string& Field(Document* document, query::TextField field) {
  return document->text[static_cast<size_t>(field)];
}

// One value: its line breaks are spaces.
std::string OneValue(std::string_view text) {
  std::string value(text);
  std::replace(value.begin(), value.end(), '\n', ' ');
  return value;
}

void AddValue(std::string_view value, std::string* field) {
  if (!field->empty()) field->push_back('\n');
  field->append(OneValue(value));
}

}  // namespace

Document MakeDocument(const v1::Paper& paper, int64_t number,
                      int64_t sequence) {
  Document d;
  d.number = number;
  d.sequence = sequence;
  Field(&d, query::TextField::kTitle) = OneValue(paper.title());
  Field(&d, query::TextField::kAbstract) = OneValue(paper.abstract());
  Field(&d, query::TextField::kVenue) = OneValue(paper.venue());
  for (const v1::Author& author : paper.authors()) {
    AddValue(author.name(), &Field(&d, query::TextField::kAuthor));
  }
  for (const std::string& category : paper.categories()) {
    AddValue(category, &Field(&d, query::TextField::kCategory));
    d.categories.push_back(category);
  }
  if (paper.has_published_time()) {
    d.published = paper.published_time().seconds();
  }
  if (paper.has_vote_count() || paper.cast_vote_count() > 0) {
    d.votes = paper.vote_count() + paper.cast_vote_count();
  }
  d.venue = paper.venue();
  d.sources.assign(paper.sources().begin(), paper.sources().end());
  for (const v1::Link& link : paper.links()) {
    if (link.kind() >= 0 && link.kind() < 32) {
      d.link_kinds |= 1u << link.kind();
    }
  }
  for (const v1::ExternalId& id : paper.external_ids()) {
    d.ids.push_back(text::ExternalIdKey(id.scheme(), id.value()));
  }
  std::string_view name = paper.name();
  ConsumePrefix(&name, "papers/");
  if (!name.empty()) d.ids.push_back(absl::AsciiStrToLower(ToAbsl(name)));
  return d;
}

}  // namespace paperwire::index
