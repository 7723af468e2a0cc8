#include "client/cpp/importers/paper_builder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "service/base/strings.h"
#include "service/text/analyzer.h"
#include "service/text/external_id.h"

namespace paperwire::importers {
namespace {

// Limits of paper.proto beyond which a value is left out.
constexpr int kMaxAuthors = 10000;
constexpr int kMaxAffiliations = 64;
constexpr size_t kMaxAffiliationBytes = 1024;
constexpr int kMaxExternalIds = 64;
constexpr int kMaxLinks = 256;
constexpr size_t kMaxLinkBytes = 2048;
constexpr int kMaxCategories = 64;
constexpr int kMaxKeywords = 256;
constexpr size_t kMaxWordBytes = 256;
constexpr int kMaxSources = 32;
constexpr size_t kMaxSourceBytes = 64;
constexpr int kMaxVersions = 1000;

std::string_view Trim(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

bool IsBlank(char c) {
  return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
}

// Adds a word to a list unless it is there.
void AddOnce(std::string word, int max,
             google::protobuf::RepeatedPtrField<std::string>* list) {
  if (word.empty() || list->size() >= max) return;
  if (std::find(list->begin(), list->end(), word) != list->end()) return;
  list->Add(std::move(word));
}

google::protobuf::Timestamp ToTimestamp(const Date& date) {
  google::protobuf::Timestamp time;
  time.set_seconds(date.seconds);
  time.set_nanos(date.nanos);
  return time;
}

}  // namespace

std::string OneLine(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (char c : text) {
    if (!IsBlank(c)) {
      line.push_back(c);
    } else if (!line.empty() && line.back() != ' ') {
      line.push_back(' ');
    }
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

void SetTitle(std::string_view text, v1::Paper* paper) {
  paper->set_title(OneLine(text));
}

void SetAbstract(std::string_view text, v1::Paper* paper) {
  paper->set_abstract(OneLine(text));
}

void SetVenue(std::string_view text, v1::Paper* paper) {
  std::string venue = OneLine(text);
  if (absl::EqualsIgnoreCase(venue, "arxiv") ||
      absl::EqualsIgnoreCase(venue, "arxiv.org")) {
    return;
  }
  paper->set_venue(std::move(venue));
}

v1::Author* AddAuthor(std::string_view name, v1::Paper* paper) {
  if (paper->authors_size() >= kMaxAuthors) return nullptr;
  std::string line = name.find_first_of("\\{}~$") == std::string_view::npos
                         ? OneLine(name)
                         : OneLine(text::TexToUnicode(name));
  if (line.empty()) return nullptr;
  v1::Author* author = paper->add_authors();
  author->set_name(std::move(line));
  return author;
}

void AddAffiliation(std::string_view text, v1::Author* author) {
  std::string line = OneLine(text);
  if (line.size() > kMaxAffiliationBytes) return;
  AddOnce(std::move(line), kMaxAffiliations, author->mutable_affiliations());
}

bool AddExternalId(std::string_view scheme, std::string_view value,
                   v1::Paper* paper) {
  absl::StatusOr<text::ExternalIdPair> id =
      text::NormalizeExternalId(scheme, value);
  if (!id.ok()) return false;
  for (const v1::ExternalId& known : paper->external_ids()) {
    if (known.scheme() == id->first && known.value() == id->second) return true;
  }
  if (paper->external_ids_size() >= kMaxExternalIds) return true;
  v1::ExternalId* added = paper->add_external_ids();
  added->set_scheme(std::move(id->first));
  added->set_value(std::move(id->second));
  return true;
}

void AddDois(std::string_view field, v1::Paper* paper) {
  constexpr std::string_view kSeparators = " \t\r\n,;";
  const auto begins_doi = [](std::string_view text) {
    return text.starts_with("10.") ||
           absl::StartsWithIgnoreCase(ToAbsl(text), "doi:") ||
           absl::StartsWithIgnoreCase(ToAbsl(text), "http");
  };
  size_t begin = 0;
  for (size_t at = 0; at <= field.size(); ++at) {
    const bool separator =
        at < field.size() && kSeparators.find(field[at]) != kSeparators.npos;
    if (at < field.size() && !(separator && begins_doi(field.substr(at + 1)))) {
      continue;
    }
    std::string_view doi = field.substr(begin, at - begin);
    while (!doi.empty() && kSeparators.find(doi.back()) != kSeparators.npos) {
      doi.remove_suffix(1);
    }
    if (!doi.empty()) AddExternalId("doi", doi, paper);
    begin = at + 1;
  }
}

const std::string* FindExternalId(const v1::Paper& paper,
                                  std::string_view scheme) {
  for (const v1::ExternalId& id : paper.external_ids()) {
    if (id.scheme() == scheme) return &id.value();
  }
  return nullptr;
}

void AddLink(v1::Link::Kind kind, std::string_view uri, v1::Paper* paper) {
  uri = Trim(uri);
  if (!absl::StartsWithIgnoreCase(ToAbsl(uri), "https://") &&
      !absl::StartsWithIgnoreCase(ToAbsl(uri), "http://")) {
    return;
  }
  if (uri.size() > kMaxLinkBytes || paper->links_size() >= kMaxLinks ||
      std::any_of(uri.begin(), uri.end(), IsBlank)) {
    return;
  }
  std::string address(uri);
  const size_t colon = address.find(':');
  std::transform(address.begin(), address.begin() + colon, address.begin(),
                 absl::ascii_tolower);
  for (const v1::Link& link : paper->links()) {
    if (link.uri() == address) return;
  }
  v1::Link* link = paper->add_links();
  link->set_kind(kind);
  link->set_uri(std::move(address));
}

void AddArxivLinks(std::string_view arxiv_id, v1::Paper* paper) {
  AddLink(v1::Link::KIND_ABSTRACT_PAGE,
          StrCat("https://arxiv.org/abs/", arxiv_id), paper);
  AddLink(v1::Link::KIND_PDF, StrCat("https://arxiv.org/pdf/", arxiv_id),
          paper);
}

void AddCategory(std::string_view category, v1::Paper* paper) {
  if (category.size() > kMaxWordBytes) return;
  AddOnce(OneLine(category), kMaxCategories, paper->mutable_categories());
}

void AddKeyword(std::string_view keyword, v1::Paper* paper) {
  if (keyword.size() > kMaxWordBytes) return;
  AddOnce(OneLine(keyword), kMaxKeywords, paper->mutable_keywords());
}

void AddSource(std::string_view source, v1::Paper* paper) {
  if (source.size() > kMaxSourceBytes) return;
  AddOnce(absl::AsciiStrToLower(OneLine(source)), kMaxSources,
          paper->mutable_sources());
}

void SetPublished(const std::optional<Date>& date, v1::Paper* paper) {
  if (!date.has_value()) return;
  *paper->mutable_published_time() = ToTimestamp(*date);
  paper->set_published_precision(date->precision);
}

void SetRevised(const std::optional<Date>& date, v1::Paper* paper) {
  if (!date.has_value()) return;
  *paper->mutable_revised_time() = ToTimestamp(*date);
}

void AddVersion(int number, const std::optional<Date>& date, v1::Paper* paper) {
  if (number < 1 || paper->versions_size() >= kMaxVersions) return;
  v1::PaperVersion* version = paper->add_versions();
  version->set_number(number);
  if (date.has_value()) *version->mutable_created_time() = ToTimestamp(*date);
}

void FinishVersions(v1::Paper* paper) {
  auto* versions = paper->mutable_versions();
  std::stable_sort(versions->begin(), versions->end(),
                   [](const v1::PaperVersion& a, const v1::PaperVersion& b) {
                     return a.number() < b.number();
                   });
  if (versions->empty()) return;
  const v1::PaperVersion& first = *versions->begin();
  if (first.number() == 1 && first.has_created_time()) {
    *paper->mutable_published_time() = first.created_time();
    paper->set_published_precision(v1::DATE_PRECISION_DAY);
  }
  const v1::PaperVersion& newest = *versions->rbegin();
  if (newest.has_created_time()) {
    *paper->mutable_revised_time() = newest.created_time();
  }
}

int ParseVersion(std::string_view text) {
  text = Trim(text);
  if (!ConsumePrefix(&text, "v")) ConsumePrefix(&text, "V");
  int number = 0;
  if (text.empty() || !absl::ascii_isdigit(text.front()) ||
      !absl::SimpleAtoi(ToAbsl(text), &number)) {
    return 0;
  }
  return number;
}

void AddSignal(std::string_view kind, double value, v1::Paper* paper,
               const std::optional<Date>& observed) {
  v1::Signal* signal = paper->add_signals();
  signal->set_kind(std::string(kind));
  signal->set_value(value);
  if (observed.has_value()) {
    *signal->mutable_observed_time() = ToTimestamp(*observed);
  }
}

absl::Status CheckUsable(const v1::Paper& paper) {
  if (paper.title().empty() && paper.external_ids().empty()) {
    return absl::InvalidArgumentError(
        "it has no title and no external id, so no paper can be made of it");
  }
  return absl::OkStatus();
}

}  // namespace paperwire::importers
