#include "client/cpp/importers/openalex.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "client/cpp/importers/dates.h"
#include "client/cpp/importers/paper_builder.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::importers {
namespace {

// The contract stores 65,536 bytes of abstract; a position is at least two.
constexpr int64_t kMaxPosition = 32768;
constexpr size_t kMaxTextBytes = size_t{1} << 20;

const JsonValue* Path(const JsonValue& value, std::string_view a,
                      std::string_view b) {
  const JsonValue* inner = Find(value, a);
  return inner == nullptr ? nullptr : Find(*inner, b);
}

std::string_view PathText(const JsonValue& value, std::string_view a,
                          std::string_view b) {
  const JsonValue* inner = Path(value, a, b);
  return inner == nullptr ? "" : Text(*inner);
}

// "https://orcid.org/0000-0002-1825-0097" -> "0000-0002-1825-0097".
std::string_view LastPart(std::string_view address) {
  return address.substr(address.rfind('/') + 1);
}

void AddIds(const JsonValue& work, v1::Paper* paper) {
  AddExternalId("doi", TextOf(work, "doi"), paper);
  AddExternalId("openalex", TextOf(work, "id"), paper);
  const JsonValue* ids = Find(work, "ids");
  if (ids == nullptr) return;
  constexpr std::pair<std::string_view, std::string_view> kSchemes[] = {
      {"openalex", "openalex"}, {"doi", "doi"}, {"pmid", "pubmed"},
      {"pmcid", "pmc"},         {"mag", "mag"},
  };
  for (const auto& [key, scheme] : kSchemes) {
    const JsonValue* id = Find(*ids, key);
    if (id == nullptr) continue;
    AddExternalId(
        scheme, id->IsInt64() ? StrCat(id->GetInt64()) : std::string(Text(*id)),
        paper);
  }
}

void AddAuthors(const JsonValue& work, v1::Paper* paper) {
  for (const JsonValue* authorship : ElementsOf(work, "authorships")) {
    std::string_view name = PathText(*authorship, "author", "display_name");
    if (name.empty()) name = TextOf(*authorship, "raw_author_name");
    v1::Author* author = AddAuthor(name, paper);
    if (author == nullptr) continue;
    author->set_orcid(
        std::string(LastPart(PathText(*authorship, "author", "orcid"))));
    for (const JsonValue* place : ElementsOf(*authorship, "institutions")) {
      AddAffiliation(TextOf(*place, "display_name"), author);
    }
    if (!author->affiliations().empty()) continue;
    for (std::string_view text :
         TextsOf(*authorship, "raw_affiliation_strings")) {
      AddAffiliation(text, author);
    }
  }
}

void AddLocation(const JsonValue& location, v1::Paper* paper) {
  const std::string_view page = TextOf(location, "landing_page_url");
  const std::string_view pdf = TextOf(location, "pdf_url");
  for (std::string_view address : {page, pdf}) {
    if (address.find("arxiv.org/") != address.npos &&
        AddExternalId("arxiv", address, paper)) {
      AddArxivLinks(*FindExternalId(*paper, "arxiv"), paper);
      return;
    }
  }
  AddLink(v1::Link::KIND_ABSTRACT_PAGE, page, paper);
  AddLink(v1::Link::KIND_PDF, pdf, paper);
}

void AddLocations(const JsonValue& work, v1::Paper* paper) {
  if (const JsonValue* location = Find(work, "primary_location")) {
    AddLocation(*location, paper);
    // Repositories keep papers; they do not publish them.
    if (PathText(*location, "source", "type") != "repository") {
      SetVenue(PathText(*location, "source", "display_name"), paper);
    }
    paper->set_license(OneLine(TextOf(*location, "license")));
  }
  for (const JsonValue* location : ElementsOf(work, "locations")) {
    AddLocation(*location, paper);
  }
  const std::string_view open = PathText(work, "open_access", "oa_url");
  AddLink(
      open.ends_with(".pdf") ? v1::Link::KIND_PDF : v1::Link::KIND_UNSPECIFIED,
      open, paper);
}

absl::Status Convert(const JsonValue& work, v1::Paper* paper) {
  std::string_view title = TextOf(work, "title");
  if (title.empty()) title = TextOf(work, "display_name");
  SetTitle(WithoutInlineHtml(title), paper);
  if (const JsonValue* index = Find(work, "abstract_inverted_index")) {
    ASSIGN_OR_RETURN(const std::string text, TextOfInvertedIndex(*index));
    SetAbstract(WithoutInlineHtml(text), paper);
  }
  AddIds(work, paper);
  AddSource("openalex", paper);
  AddAuthors(work, paper);
  AddLocations(work, paper);
  paper->set_language_code(OneLine(TextOf(work, "language")));

  std::optional<Date> date = ParseDate(TextOf(work, "publication_date"));
  if (!date.has_value()) {
    if (const std::optional<int64_t> year = CountOf(work, "publication_year");
        year.has_value() && *year <= 9999) {
      date = MakeDate(static_cast<int>(*year), 0, 0);
    }
  }
  SetPublished(date, paper);

  for (const JsonValue* topic : ElementsOf(work, "topics")) {
    AddCategory(TextOf(*topic, "display_name"), paper);
  }
  for (const JsonValue* keyword : ElementsOf(work, "keywords")) {
    AddKeyword(
        keyword->IsString() ? Text(*keyword) : TextOf(*keyword, "display_name"),
        paper);
  }
  if (const std::optional<int64_t> cited = CountOf(work, "cited_by_count")) {
    AddSignal("citations", static_cast<double>(*cited), paper);
  }
  if (IsTrue(work, "is_retracted")) {
    paper->set_state(v1::Paper::STATE_WITHDRAWN);
  }
  return absl::OkStatus();
}

bool IsInlineTag(std::string_view name) {
  constexpr std::array<std::string_view, 16> kTags = {
      "i",  "b", "em",   "strong", "sub", "sup",   "scp",    "sc",
      "tt", "u", "span", "p",      "br",  "title", "italic", "bold"};
  ConsumePrefix(&name, "jats:");
  return name.starts_with("mml:") ||
         std::find(kTags.begin(), kTags.end(), name) != kTags.end();
}

// The length of an inline tag at the beginning of `text`, or 0.
size_t TagLength(std::string_view text) {
  const size_t end = text.substr(0, 200).find('>');
  if (end == text.npos) return 0;
  std::string_view inside = text.substr(1, end - 1);
  ConsumePrefix(&inside, "/");
  size_t n = 0;
  while (n < inside.size() &&
         (absl::ascii_isalnum(inside[n]) || inside[n] == ':')) {
    ++n;
  }
  if (n < inside.size() && inside[n] != ' ' && inside[n] != '/') return 0;
  const std::string name = absl::AsciiStrToLower(ToAbsl(inside.substr(0, n)));
  return IsInlineTag(name) ? end + 1 : 0;
}

}  // namespace

absl::StatusOr<std::string> TextOfInvertedIndex(const JsonValue& index) {
  if (!index.IsObject()) {
    return absl::InvalidArgumentError(
        "its abstract_inverted_index is no object");
  }
  std::vector<std::pair<int64_t, std::string_view>> words;
  size_t bytes = 0;
  for (const auto& member : index.GetObject()) {
    const std::string_view word = Text(member.name);
    if (!member.value.IsArray()) continue;
    for (const JsonValue& position : member.value.GetArray()) {
      if (!position.IsInt64()) continue;
      const int64_t at = position.GetInt64();
      if (at < 0 || at > kMaxPosition) {
        return absl::InvalidArgumentError(
            StrCat("its abstract_inverted_index has a word at position ", at,
                   "; no abstract has more than ", kMaxPosition, " words"));
      }
      bytes += word.size() + 1;
      if (bytes > kMaxTextBytes || words.size() > 2 * kMaxPosition) {
        return absl::InvalidArgumentError(
            StrCat("its abstract_inverted_index makes a text of more than ",
                   kMaxTextBytes, " bytes"));
      }
      words.emplace_back(at, word);
    }
  }
  std::stable_sort(
      words.begin(), words.end(),
      [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text;
  text.reserve(bytes);
  for (const auto& [at, word] : words) StrAppend(&text, word, " ");
  if (!text.empty()) text.pop_back();
  return text;
}

std::string WithoutInlineHtml(std::string_view text) {
  constexpr std::pair<std::string_view, char> kEntities[] = {
      {"&amp;", '&'},  {"&lt;", '<'},   {"&gt;", '>'},
      {"&quot;", '"'}, {"&#39;", '\''},
  };
  std::string result;
  result.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (rest.front() == '<') {
      if (const size_t tag = TagLength(rest); tag > 0) {
        at += tag;
        continue;
      }
    }
    bool decoded = false;
    if (rest.front() == '&') {
      for (const auto& [entity, character] : kEntities) {
        if (!rest.starts_with(entity)) continue;
        result.push_back(character);
        at += entity.size();
        decoded = true;
        break;
      }
    }
    if (!decoded) {
      result.push_back(rest.front());
      ++at;
    }
  }
  return result;
}

JsonFormat OpenAlexJson() {
  return {.convert = [](const JsonValue& record, std::string_view,
                        v1::Paper* paper) { return Convert(record, paper); },
          .wrappers = {"results"}};
}

}  // namespace paperwire::importers
