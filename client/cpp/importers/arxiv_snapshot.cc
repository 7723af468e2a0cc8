#include "client/cpp/importers/arxiv_snapshot.h"

#include <string>

#include "client/cpp/importers/arxiv_record.h"
#include "client/cpp/importers/dates.h"
#include "client/cpp/importers/paper_builder.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::importers {
namespace {

// [["Doe", "Jane", "Jr."], ...]: last name, first names, suffix, and at times
// an affiliation.
void AddParsedAuthors(const JsonValue& record, v1::Paper* paper) {
  for (const JsonValue* parts : ElementsOf(record, "authors_parsed")) {
    if (!parts->IsArray()) continue;
    std::string_view part[4];
    for (rapidjson::SizeType i = 0; i < parts->Size() && i < 4; ++i) {
      part[i] = Text((*parts)[i]);
    }
    v1::Author* author =
        AddAuthor(StrCat(part[1], " ", part[0], " ", part[2]), paper);
    if (author != nullptr) AddAffiliation(part[3], author);
  }
}

absl::Status Convert(const JsonValue& record, v1::Paper* paper) {
  RETURN_IF_ERROR(SetArxivId(TextOf(record, "id"), paper));
  SetTitle(TextOf(record, "title"), paper);
  SetAbstract(TextOf(record, "abstract"), paper);
  AddParsedAuthors(record, paper);
  if (paper->authors().empty()) {
    AddArxivAuthors(TextOf(record, "authors"), paper);
  }
  paper->set_submitter(OneLine(TextOf(record, "submitter")));
  SetArxivComment(TextOf(record, "comments"), paper);
  paper->set_journal_ref(OneLine(TextOf(record, "journal-ref")));
  paper->set_license(OneLine(TextOf(record, "license")));
  AddDois(TextOf(record, "doi"), paper);
  AddArxivCategories(TextOf(record, "categories"), paper);
  for (const JsonValue* version : ElementsOf(record, "versions")) {
    AddVersion(ParseVersion(TextOf(*version, "version")),
               ParseDate(TextOf(*version, "created")), paper);
  }
  // The day on which the record was touched: never the date of the paper.
  SetRevised(ParseDate(TextOf(record, "update_date")), paper);
  FinishVersions(paper);
  return absl::OkStatus();
}

}  // namespace

JsonFormat ArxivSnapshotJson() {
  return {.convert = [](const JsonValue& record, std::string_view,
                        v1::Paper* paper) { return Convert(record, paper); },
          .wrappers = {}};
}

}  // namespace paperwire::importers
