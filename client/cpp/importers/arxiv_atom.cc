#include "client/cpp/importers/arxiv_atom.h"

#include <string>
#include <utility>

#include "client/cpp/importers/arxiv_record.h"
#include "client/cpp/importers/dates.h"
#include "client/cpp/importers/paper_builder.h"
#include "client/cpp/importers/xml_importer.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::importers {
namespace {

// Subjects of arXiv, the primary one first, and the codes of other systems
// (ACM, MSC) that share the element.
void AddCategories(const XmlElement& entry, v1::Paper* paper) {
  if (const XmlElement* primary = entry.Child("primary_category")) {
    AddCategory(primary->Attribute("term"), paper);
  }
  for (const XmlElement* category : entry.Children("category")) {
    const std::string_view term = category->Attribute("term");
    if (IsArxivCategory(term)) {
      AddCategory(term, paper);
    } else {
      AddClassCodes(term, paper);
    }
  }
}

// The number at the end of "http://arxiv.org/abs/2410.01131v2"; 0 if none.
int VersionOf(std::string_view id) {
  const size_t v = id.rfind('v');
  return v == id.npos ? 0 : ParseVersion(id.substr(v));
}

absl::StatusOr<XmlFormat::Result> Convert(const XmlRecord& record,
                                          v1::Paper* paper) {
  const XmlElement& entry = *record.root;
  const std::string id = OneLine(TextOf(entry, "id"));
  // The title is no sign: real papers are titled "Error".
  if (id.find("arxiv.org/api/errors") != id.npos) {
    return absl::InvalidArgumentError(StrCat(
        "arXiv answered with an error: ", OneLine(TextOf(entry, "summary"))));
  }
  RETURN_IF_ERROR(SetArxivId(id, paper));
  SetTitle(TextOf(entry, "title"), paper);
  SetAbstract(TextOf(entry, "summary"), paper);
  for (const XmlElement* element : entry.Children("author")) {
    v1::Author* author = AddAuthor(TextOf(*element, "name"), paper);
    if (author == nullptr) continue;
    for (const std::string& text : TextsOf(*element, "affiliation")) {
      AddAffiliation(text, author);
    }
  }
  AddCategories(entry, paper);
  AddDois(TextOf(entry, "doi"), paper);
  paper->set_journal_ref(OneLine(TextOf(entry, "journal_ref")));
  SetArxivComment(TextOf(entry, "comment"), paper);

  // `updated` is the date of the version that the id names.
  const std::optional<Date> published = ParseDate(TextOf(entry, "published"));
  const std::optional<Date> updated = ParseDate(TextOf(entry, "updated"));
  SetPublished(published, paper);
  SetRevised(updated, paper);
  const int version = VersionOf(id);
  if (published.has_value()) AddVersion(1, published, paper);
  if (version > 1) AddVersion(version, updated, paper);
  FinishVersions(paper);
  return XmlFormat::Result::kPaper;
}

}  // namespace

std::unique_ptr<Importer> MakeArxivAtomImporter(
    std::unique_ptr<ByteSource> source, const ImportOptions& options) {
  return MakeXmlImporter(std::move(source),
                         {.names = {"entry"}, .convert = Convert}, options);
}

}  // namespace paperwire::importers
