#include "client/cpp/command/paper_text.h"

#include <iterator>
#include <string_view>

#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/text/external_id.h"
#include "service/text/utf8.h"

namespace paperwire::command {
namespace {

// Longer ids would take the room of the title.
constexpr int kMostIdColumns = 24;

// `text` with the characters of `spans` marked; `start` is where it begins in
// the field that the spans count from.
Line Marked(std::string_view text, int start,
            const google::protobuf::RepeatedPtrField<v1::Span>& spans) {
  Line line;
  int span = 0;
  int character = start;
  std::string piece;
  bool marked = false;
  const auto end_piece = [&] {
    if (piece.empty()) return;
    line.push_back({Printable(piece), marked ? Style::kMatch : Style::kPlain});
    piece.clear();
  };
  for (size_t at = 0; at < text.size(); ++character) {
    while (span < spans.size() && character >= spans[span].end()) ++span;
    const bool now = span < spans.size() && character >= spans[span].start();
    if (now != marked) end_piece();
    marked = now;
    const size_t size = paperwire::text::DecodeAt(text, at).size;
    piece.append(text.substr(at, size));
    at += size;
  }
  end_piece();
  return line;
}

const v1::Highlight* Find(
    const google::protobuf::RepeatedPtrField<v1::Highlight>& highlights,
    std::string_view field) {
  for (const v1::Highlight& highlight : highlights) {
    if (highlight.field() == field) return &highlight;
  }
  return nullptr;
}

}  // namespace

const char* const kTableFields[] = {
    "name",       "external_ids",    "title",
    "authors",    "published_time",  "published_precision",
    "vote_count", "cast_vote_count", "venue"};
const int kTableFieldCount = std::size(kTableFields);

std::string ShortAuthors(const v1::Paper& paper) {
  const int count = paper.authors_size();
  if (count == 0) return "";
  const std::string first = Printable(paper.authors(0).name());
  if (count == 1) return first;
  if (count == 2)
    return StrCat(first, ", ", Printable(paper.authors(1).name()));
  return StrCat(first, " +", count - 1);
}

std::string ShownId(const v1::Paper& paper) {
  std::string other;
  for (const v1::ExternalId& id : paper.external_ids()) {
    if (id.scheme() == "arxiv") return Printable(id.value());
    const std::string shown = Printable(StrCat(id.scheme(), ":", id.value()));
    if (other.empty() && Width(shown) <= kMostIdColumns) other = shown;
  }
  return other.empty() ? Printable(paper.name()) : other;
}

std::string Votes(const v1::Paper& paper) {
  if (!paper.has_vote_count() && paper.cast_vote_count() == 0) return "";
  return StrCat(paper.vote_count() + paper.cast_vote_count());
}

Line TitleLine(
    const v1::Paper& paper,
    const google::protobuf::RepeatedPtrField<v1::Highlight>& highlights) {
  const v1::Highlight* highlight = Find(highlights, "title");
  if (highlight == nullptr) {
    return {{Printable(paper.title()), Style::kPlain}};
  }
  return Marked(paper.title(), 0, highlight->spans());
}

Line SnippetLine(
    const google::protobuf::RepeatedPtrField<v1::Highlight>& highlights) {
  const v1::Highlight* highlight = Find(highlights, "abstract");
  if (highlight == nullptr) return {};
  return Marked(highlight->snippet(), highlight->snippet_start(),
                highlight->spans());
}

absl::StatusOr<std::string> ParsePaperName(const std::string& word) {
  if (word.starts_with("papers/")) return word;
  absl::StatusOr<text::ExternalIdPair> id = text::ParseExternalId(word);
  if (!id.ok()) {
    return absl::InvalidArgumentError(
        StrCat("\"", word, "\" names no paper (", ToStd(id.status().message()),
               "); write papers/ID, arxiv:2410.01131, doi:10.1103/x or the "
               "address of its page"));
  }
  const auto& [scheme, value] = *id;
  if (!scheme.empty()) return StrCat("papers/", scheme, ":", value);
  // A bare word: an own id, unless it has the shape of somebody else's.
  for (const char* guess : {"arxiv", "doi"}) {
    absl::StatusOr<text::ExternalIdPair> as =
        text::NormalizeExternalId(guess, value);
    if (as.ok()) return StrCat("papers/", as->first, ":", as->second);
  }
  return StrCat("papers/", value);
}

}  // namespace paperwire::command
