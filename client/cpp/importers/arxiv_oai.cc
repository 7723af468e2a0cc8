#include "client/cpp/importers/arxiv_oai.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "client/cpp/importers/arxiv_record.h"
#include "client/cpp/importers/dates.h"
#include "client/cpp/importers/paper_builder.h"
#include "client/cpp/importers/xml_importer.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::importers {
namespace {

// What arXiv and arXivRaw have in common.
absl::Status ConvertCommon(const XmlElement& meta, v1::Paper* paper) {
  RETURN_IF_ERROR(SetArxivId(OneLine(TextOf(meta, "id")), paper));
  SetTitle(TextOf(meta, "title"), paper);
  SetAbstract(TextOf(meta, "abstract"), paper);
  AddArxivCategories(TextOf(meta, "categories"), paper);
  SetArxivComment(TextOf(meta, "comments"), paper);
  paper->set_journal_ref(OneLine(TextOf(meta, "journal-ref")));
  paper->set_license(OneLine(TextOf(meta, "license")));
  AddDois(TextOf(meta, "doi"), paper);
  AddClassCodes(TextOf(meta, "acm-class"), paper);
  AddClassCodes(TextOf(meta, "msc-class"), paper);
  return absl::OkStatus();
}

absl::Status ConvertArxiv(const XmlElement& meta, v1::Paper* paper) {
  RETURN_IF_ERROR(ConvertCommon(meta, paper));
  if (const XmlElement* authors = meta.Child("authors")) {
    for (const XmlElement* each : authors->Children("author")) {
      v1::Author* author = AddAuthor(
          StrCat(TextOf(*each, "forenames"), " ", TextOf(*each, "keyname"), " ",
                 TextOf(*each, "suffix")),
          paper);
      if (author == nullptr) continue;
      for (const std::string& text : TextsOf(*each, "affiliation")) {
        AddAffiliation(text, author);
      }
    }
  }
  const std::optional<Date> created = ParseDate(TextOf(meta, "created"));
  const std::optional<Date> updated = ParseDate(TextOf(meta, "updated"));
  SetPublished(created, paper);
  SetRevised(updated.has_value() ? updated : created, paper);
  return absl::OkStatus();
}

absl::Status ConvertArxivRaw(const XmlElement& meta, v1::Paper* paper) {
  RETURN_IF_ERROR(ConvertCommon(meta, paper));
  AddArxivAuthors(TextOf(meta, "authors"), paper);
  paper->set_submitter(OneLine(TextOf(meta, "submitter")));
  int newest = 0;
  std::string newest_size;
  for (const XmlElement* version : meta.Children("version")) {
    const int number = ParseVersion(version->Attribute("version"));
    AddVersion(number, ParseDate(TextOf(*version, "date")), paper);
    if (number > newest) {
      newest = number;
      newest_size = OneLine(TextOf(*version, "size"));
    }
  }
  FinishVersions(paper);
  // Withdrawing adds a version without content.
  if (newest_size == "0kb") paper->set_state(v1::Paper::STATE_WITHDRAWN);
  return absl::OkStatus();
}

// "Doe, Jane, Jr." -> "Jane Doe Jr.".
std::string NaturalName(std::string_view name) {
  const size_t comma = name.find(',');
  if (comma == name.npos) return std::string(name);
  const std::string_view last = name.substr(0, comma);
  std::string_view first = name.substr(comma + 1);
  std::string_view suffix;
  if (const size_t second = first.find(','); second != first.npos) {
    suffix = first.substr(second + 1);
    first = first.substr(0, second);
  }
  return StrCat(first, " ", last, " ", suffix);
}

// Dublin Core as arXiv fills it: the first description is the abstract, the
// second the comment; the earliest date is that of the first version.
absl::Status ConvertDc(const XmlElement& dc, std::string_view oai_id,
                       v1::Paper* paper) {
  std::string id(oai_id);
  for (const std::string& identifier : TextsOf(dc, "identifier")) {
    const std::string line = OneLine(identifier);
    if (line.find("arxiv.org/abs/") != line.npos) {
      if (id.empty()) id = line;
    } else if (line.starts_with("doi:") || line.starts_with("10.") ||
               line.find("doi.org/") != line.npos) {
      AddDois(line, paper);
    } else if (line.find("://") == line.npos) {
      paper->set_journal_ref(line);
    }
  }
  RETURN_IF_ERROR(SetArxivId(id, paper));
  SetTitle(TextOf(dc, "title"), paper);
  for (const std::string& creator : TextsOf(dc, "creator")) {
    AddAuthor(NaturalName(creator), paper);
  }
  for (const std::string& subject : TextsOf(dc, "subject")) {
    AddCategory(subject, paper);
  }
  std::string comment;
  for (const std::string& description : TextsOf(dc, "description")) {
    const std::string line = OneLine(description);
    std::string_view rest = line;
    if (ConsumePrefix(&rest, "Comment: ")) {
      comment = std::string(rest);
    } else if (paper->abstract().empty()) {
      SetAbstract(line, paper);
    }
  }
  SetArxivComment(comment, paper);
  std::optional<Date> first;
  std::optional<Date> last;
  for (const std::string& text : TextsOf(dc, "date")) {
    const std::optional<Date> date = ParseDate(text);
    if (!date.has_value()) continue;
    first = first.has_value() ? std::min(*first, *date) : *date;
    last = last.has_value() ? std::max(*last, *date) : *date;
  }
  SetPublished(first, paper);
  SetRevised(last, paper);
  return absl::OkStatus();
}

absl::StatusOr<XmlFormat::Result> Convert(const XmlRecord& record,
                                          v1::Paper* paper) {
  const XmlElement& root = *record.root;
  if (root.name == "error") {
    const std::string_view code = root.Attribute("code");
    if (code == "noRecordsMatch") return XmlFormat::Result::kNothing;
    return absl::InvalidArgumentError(
        StrCat("the archive answered with the error ", code, ": ",
               OneLine(root.Text())));
  }
  RETURN_IF_ERROR(ConvertOaiRecord(root, paper));
  return XmlFormat::Result::kPaper;
}

}  // namespace

absl::Status ConvertOaiRecord(const XmlElement& record, v1::Paper* paper) {
  if (record.name == "arXivRaw") return ConvertArxivRaw(record, paper);
  if (record.name == "arXiv") return ConvertArxiv(record, paper);
  if (record.name == "dc") return ConvertDc(record, "", paper);

  const XmlElement* header = record.Child("header");
  const std::string id =
      header == nullptr ? "" : OneLine(TextOf(*header, "identifier"));
  if (header != nullptr && header->Attribute("status") == "deleted") {
    RETURN_IF_ERROR(SetArxivId(id, paper));
    paper->clear_links();
    paper->set_state(v1::Paper::STATE_WITHDRAWN);
    return absl::OkStatus();
  }
  const XmlElement* metadata = record.Child("metadata");
  if (metadata == nullptr) {
    return absl::InvalidArgumentError(
        "it has neither metadata nor the mark of a deleted record");
  }
  if (const XmlElement* raw = metadata->Child("arXivRaw")) {
    return ConvertArxivRaw(*raw, paper);
  }
  if (const XmlElement* arxiv = metadata->Child("arXiv")) {
    return ConvertArxiv(*arxiv, paper);
  }
  if (const XmlElement* dc = metadata->Child("dc")) {
    return ConvertDc(*dc, id, paper);
  }
  return absl::InvalidArgumentError(
      "its metadata is neither arXivRaw nor arXiv nor oai_dc");
}

std::unique_ptr<Importer> MakeArxivOaiImporter(
    std::unique_ptr<ByteSource> source, const ImportOptions& options) {
  return MakeXmlImporter(
      std::move(source),
      {.names = {"record", "arXiv", "arXivRaw", "error"}, .convert = Convert},
      options);
}

}  // namespace paperwire::importers
