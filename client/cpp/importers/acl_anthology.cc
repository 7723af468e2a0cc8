#include "client/cpp/importers/acl_anthology.h"

#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "client/cpp/importers/dates.h"
#include "client/cpp/importers/excerpt.h"
#include "client/cpp/importers/paper_builder.h"
#include "client/cpp/importers/xml_importer.h"
#include "service/base/strings.h"

namespace paperwire::importers {
namespace {

constexpr std::string_view kSite = "https://aclanthology.org/";

// What the papers of a volume share.
struct Volume {
  std::string key;  // collection and volume
  std::string venue;
  std::string year;
  std::string month;
};

// The text with <fixed-case>, <b>, <i>, <url> flattened and <tex-math> put
// back between dollars, where it came from.
void Flatten(const XmlElement& element, std::string* text) {
  const bool math = element.name == "tex-math";
  if (math) *text += '$';
  for (const auto& part : element.content) {
    if (const auto* piece = std::get_if<std::string>(&part)) {
      *text += *piece;
    } else {
      Flatten(*std::get<std::unique_ptr<XmlElement>>(part), text);
    }
  }
  if (math) *text += '$';
}

std::string FlatText(const XmlElement& element, std::string_view child) {
  std::string text;
  if (const XmlElement* found = element.Child(child)) Flatten(*found, &text);
  return OneLine(text);
}

std::string_view Around(const XmlRecord& record, std::string_view name) {
  for (const XmlTag& element : record.around) {
    if (element.name == name) return element.Attribute("id");
  }
  return "";
}

std::string VolumeKey(const XmlRecord& record) {
  return StrCat(Around(record, "collection"), "/", Around(record, "volume"));
}

void AddAuthors(const XmlElement& paper_element, v1::Paper* paper) {
  for (const XmlElement* each : paper_element.Children("author")) {
    v1::Author* author = AddAuthor(
        StrCat(TextOf(*each, "first"), " ", TextOf(*each, "last")), paper);
    if (author == nullptr) continue;
    if (const std::string_view orcid = each->Attribute("orcid");
        !orcid.empty()) {
      author->set_orcid(std::string(orcid));
    }
    for (const std::string& text : TextsOf(*each, "affiliation")) {
      AddAffiliation(text, author);
    }
  }
}

// ISO 639-3 as the Anthology writes it, in BCP 47.
std::string_view LanguageCode(std::string_view iso639) {
  constexpr std::pair<std::string_view, std::string_view> kCodes[] = {
      {"eng", "en"}, {"fra", "fr"}, {"zho", "zh"}, {"por", "pt"},
      {"spa", "es"}, {"deu", "de"}, {"rus", "ru"}, {"isl", "is"},
      {"nno", "nn"}, {"nob", "nb"}, {"nor", "no"}, {"swe", "sv"},
      {"dan", "da"}, {"ita", "it"}, {"jpn", "ja"}, {"kor", "ko"},
  };
  for (const auto& [code, tag] : kCodes) {
    if (code == iso639) return tag;
  }
  return iso639;
}

// <revision id="2" date="2020-06-17"> is the second version.
void AddRevisions(const XmlElement& element, v1::Paper* paper) {
  for (const XmlElement* revision : element.Children("revision")) {
    AddVersion(ParseVersion(revision->Attribute("id")),
               ParseDate(revision->Attribute("date")), paper);
  }
  if (paper->versions().empty()) return;
  const auto published = paper->published_time();
  const auto precision = paper->published_precision();
  FinishVersions(paper);
  // The first revision has the date of its upload, not of the conference.
  if (published.seconds() != 0) {
    *paper->mutable_published_time() = published;
    paper->set_published_precision(precision);
  }
}

void AddLinks(const XmlElement& element, std::string_view url,
              std::string_view id, v1::Paper* paper) {
  AddLink(v1::Link::KIND_ABSTRACT_PAGE, StrCat(kSite, id), paper);
  if (url.find("://") != url.npos) {
    AddLink(v1::Link::KIND_PDF, url, paper);
  } else if (!url.empty()) {
    AddLink(v1::Link::KIND_PDF, StrCat(kSite, id, ".pdf"), paper);
  }
  if (const XmlElement* code = element.Child("pwccode")) {
    AddLink(v1::Link::KIND_CODE, code->Attribute("url"), paper);
  }
  for (const XmlElement* data : element.Children("pwcdataset")) {
    AddLink(v1::Link::KIND_DATA, data->Attribute("url"), paper);
  }
  for (const XmlElement* video : element.Children("video")) {
    const std::string_view href = video->Attribute("href");
    if (href.empty()) continue;
    AddLink(
        v1::Link::KIND_MEDIA,
        href.find("://") != href.npos ? std::string(href) : StrCat(kSite, href),
        paper);
  }
}

absl::StatusOr<XmlFormat::Result> ConvertPaper(const XmlRecord& record,
                                               const Volume& volume,
                                               v1::Paper* paper) {
  const XmlElement& element = *record.root;
  const std::string_view number = element.Attribute("id");
  // Paper 0 is the front matter of old volumes.
  if (number == "0") return XmlFormat::Result::kNothing;

  // The URL is an id, unless it is the address of a copy elsewhere.
  const std::string url = OneLine(TextOf(element, "url"));
  std::string id = url;
  if (id.empty() || id.find('/') != id.npos) {
    id = AclId(Around(record, "collection"), Around(record, "volume"), number);
  }
  if (id.empty() || !AddExternalId("acl", id, paper)) {
    return absl::InvalidArgumentError(
        StrCat("no id of the Anthology can be made of collection \"",
               MakeExcerpt(Around(record, "collection")), "\", volume \"",
               MakeExcerpt(Around(record, "volume")), "\" and paper \"",
               MakeExcerpt(number), "\""));
  }
  SetTitle(FlatText(element, "title"), paper);
  SetAbstract(FlatText(element, "abstract"), paper);
  AddAuthors(element, paper);
  AddSource("acl", paper);
  AddDois(TextOf(element, "doi"), paper);

  const bool in_volume = volume.key == VolumeKey(record);
  std::string venue = FlatText(element, "booktitle");
  if (venue.empty() && in_volume) venue = volume.venue;
  SetVenue(venue, paper);
  std::string year = OneLine(TextOf(element, "year"));
  if (year.empty() && in_volume) year = volume.year;
  std::string month = OneLine(TextOf(element, "month"));
  if (month.empty() && in_volume) month = volume.month;
  int year_number = 0;
  if (absl::SimpleAtoi(year, &year_number)) {
    SetPublished(MakeDate(year_number, ParseMonth(month), 0), paper);
  }
  AddRevisions(element, paper);
  AddLinks(element, url, id, paper);
  paper->set_language_code(
      std::string(LanguageCode(OneLine(TextOf(element, "language")))));
  if (element.Child("retracted") != nullptr ||
      element.Child("removed") != nullptr) {
    paper->set_state(v1::Paper::STATE_WITHDRAWN);
  }
  return XmlFormat::Result::kPaper;
}

// <meta> of a volume comes before its papers.
Volume ReadMeta(const XmlRecord& record) {
  const XmlElement& meta = *record.root;
  Volume volume;
  volume.key = VolumeKey(record);
  volume.venue = FlatText(meta, "booktitle");
  if (volume.venue.empty()) volume.venue = FlatText(meta, "journal-title");
  volume.year = OneLine(TextOf(meta, "year"));
  volume.month = OneLine(TextOf(meta, "month"));
  return volume;
}

}  // namespace

std::string AclId(std::string_view collection, std::string_view volume,
                  std::string_view paper) {
  if (collection.empty() || volume.empty() || paper.empty()) return "";
  if (collection.find('.') != collection.npos) {
    return StrCat(collection, "-", volume, ".", paper);
  }
  int volume_number = 0;
  int paper_number = 0;
  if (!absl::SimpleAtoi(ToAbsl(volume), &volume_number) ||
      !absl::SimpleAtoi(ToAbsl(paper), &paper_number)) {
    return "";
  }
  // Workshops had more volumes and fewer papers.
  const bool workshop = collection.starts_with("W") || collection == "C69" ||
                        (collection == "D19" && volume_number >= 5);
  return StrCat(collection, "-",
                workshop
                    ? absl::StrFormat("%02d%02d", volume_number, paper_number)
                    : absl::StrFormat("%d%03d", volume_number, paper_number));
}

std::unique_ptr<Importer> MakeAclImporter(std::unique_ptr<ByteSource> source,
                                          const ImportOptions& options) {
  auto volume = std::make_shared<Volume>();
  const auto convert =
      [volume](const XmlRecord& record,
               v1::Paper* paper) -> absl::StatusOr<XmlFormat::Result> {
    if (record.root->name == "paper") {
      return ConvertPaper(record, *volume, paper);
    }
    // Events have a <meta>, too.
    if (!record.around.empty() && record.around.back().name == "volume") {
      *volume = ReadMeta(record);
    }
    return XmlFormat::Result::kNothing;
  };
  return MakeXmlImporter(std::move(source),
                         {.names = {"paper", "meta"}, .convert = convert},
                         options);
}

}  // namespace paperwire::importers
