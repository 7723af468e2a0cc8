#include "client/cpp/importers/semantic_scholar.h"

#include <string>

#include "absl/strings/ascii.h"
#include "client/cpp/importers/dates.h"
#include "client/cpp/importers/paper_builder.h"
#include "service/base/strings.h"

namespace paperwire::importers {
namespace {

// The API writes "citationCount", the data sets "citationcount".
const JsonValue* Member(const JsonValue& value, std::string_view key) {
  const JsonValue* member = Find(value, key);
  if (member != nullptr) return member;
  return Find(value, absl::AsciiStrToLower(ToAbsl(key)));
}

std::string_view MemberText(const JsonValue& value, std::string_view key) {
  const JsonValue* member = Member(value, key);
  return member == nullptr ? "" : Text(*member);
}

// Ids are texts or numbers.
std::string IdText(const JsonValue& value) {
  if (value.IsInt64()) return StrCat(value.GetInt64());
  return std::string(Text(value));
}

void AddIds(const JsonValue& record, v1::Paper* paper) {
  constexpr std::pair<std::string_view, std::string_view> kSchemes[] = {
      {"ArXiv", "arxiv"},   {"DOI", "doi"},
      {"ACL", "acl"},       {"DBLP", "dblp"},
      {"PubMed", "pubmed"}, {"PubMedCentral", "pmc"},
      {"MAG", "mag"},       {"CorpusId", "s2-corpus"},
  };
  if (const JsonValue* ids = Member(record, "externalIds")) {
    for (const auto& [key, scheme] : kSchemes) {
      if (const JsonValue* id = Find(*ids, key)) {
        AddExternalId(scheme, IdText(*id), paper);
      }
    }
  }
  if (const JsonValue* id = Member(record, "corpusId")) {
    AddExternalId("s2-corpus", IdText(*id), paper);
  }
  AddExternalId("s2", TextOf(record, "paperId"), paper);
}

std::string_view VenueOf(const JsonValue& record) {
  if (const JsonValue* venue = Member(record, "publicationVenue")) {
    if (const std::string_view name = TextOf(*venue, "name"); !name.empty()) {
      return name;
    }
  }
  if (const std::string_view venue = TextOf(record, "venue"); !venue.empty()) {
    return venue;
  }
  const JsonValue* journal = Find(record, "journal");
  return journal == nullptr ? "" : TextOf(*journal, "name");
}

// "Nature, vol. 12, pp. 3-9".
std::string JournalRef(const JsonValue& record) {
  const JsonValue* journal = Find(record, "journal");
  if (journal == nullptr) return "";
  const std::string_view volume = TextOf(*journal, "volume");
  const std::string_view pages = TextOf(*journal, "pages");
  if (volume.empty() && pages.empty()) return "";
  std::string text = OneLine(TextOf(*journal, "name"));
  if (text.empty()) return "";
  if (!volume.empty()) StrAppend(&text, ", vol. ", OneLine(volume));
  if (!pages.empty()) StrAppend(&text, ", pp. ", OneLine(pages));
  return text;
}

void AddFields(const JsonValue& record, v1::Paper* paper) {
  for (std::string_view field : TextsOf(record, "fieldsOfStudy")) {
    AddCategory(field, paper);
  }
  const JsonValue* fields = Member(record, "s2FieldsOfStudy");
  if (fields == nullptr || !fields->IsArray()) return;
  for (const JsonValue& field : fields->GetArray()) {
    AddCategory(TextOf(field, "category"), paper);
  }
}

void AddCount(const JsonValue& record, std::string_view key,
              std::string_view kind, v1::Paper* paper) {
  std::optional<int64_t> count = CountOf(record, key);
  if (!count.has_value()) {
    count = CountOf(record, absl::AsciiStrToLower(ToAbsl(key)));
  }
  if (count.has_value()) AddSignal(kind, static_cast<double>(*count), paper);
}

absl::Status Convert(const JsonValue& record, v1::Paper* paper) {
  SetTitle(TextOf(record, "title"), paper);
  SetAbstract(TextOf(record, "abstract"), paper);
  AddIds(record, paper);
  AddSource("s2", paper);
  for (const JsonValue* author : ElementsOf(record, "authors")) {
    v1::Author* added = AddAuthor(TextOf(*author, "name"), paper);
    if (added == nullptr) continue;
    for (std::string_view affiliation : TextsOf(*author, "affiliations")) {
      AddAffiliation(affiliation, added);
    }
  }
  SetVenue(VenueOf(record), paper);
  paper->set_journal_ref(JournalRef(record));
  AddFields(record, paper);

  std::optional<Date> date = ParseDate(MemberText(record, "publicationDate"));
  if (!date.has_value()) {
    if (const std::optional<int64_t> year = CountOf(record, "year");
        year.has_value() && *year <= 9999) {
      date = MakeDate(static_cast<int>(*year), 0, 0);
    }
  }
  SetPublished(date, paper);

  if (const std::string* arxiv = FindExternalId(*paper, "arxiv")) {
    AddArxivLinks(*arxiv, paper);
  }
  AddLink(v1::Link::KIND_ABSTRACT_PAGE, TextOf(record, "url"), paper);
  if (const JsonValue* pdf = Member(record, "openAccessPdf")) {
    AddLink(v1::Link::KIND_PDF, TextOf(*pdf, "url"), paper);
    paper->set_license(OneLine(TextOf(*pdf, "license")));
  }
  if (const JsonValue* tldr = Find(record, "tldr")) {
    paper->set_tldr(OneLine(TextOf(*tldr, "text")));
  }
  AddCount(record, "citationCount", "citations", paper);
  AddCount(record, "influentialCitationCount", "influential-citations", paper);
  return absl::OkStatus();
}

}  // namespace

JsonFormat SemanticScholarJson() {
  return {.convert = [](const JsonValue& record, std::string_view,
                        v1::Paper* paper) { return Convert(record, paper); },
          .wrappers = {"data", "recommendedPapers"}};
}

}  // namespace paperwire::importers
