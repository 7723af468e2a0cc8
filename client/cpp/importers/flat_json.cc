#include "client/cpp/importers/flat_json.h"

#include <string>

#include "absl/strings/ascii.h"
#include "client/cpp/importers/arxiv_record.h"
#include "client/cpp/importers/dates.h"
#include "client/cpp/importers/excerpt.h"
#include "client/cpp/importers/paper_builder.h"
#include "service/base/strings.h"
#include "service/text/external_id.h"

namespace paperwire::importers {
namespace {

constexpr std::string_view kHfDaily = "hf-daily";

// "arxiv_archive", "arXiv" -> "arxiv"; "acl_anthology" -> "acl"; other names
// as they are, in the letters that a source may have.
std::string SourceName(std::string_view source) {
  std::string name = absl::AsciiStrToLower(ToAbsl(source));
  if (name.starts_with("arxiv")) return "arxiv";
  if (name.starts_with("acl")) return "acl";
  if (name.starts_with("hf") || name.starts_with("hugging")) {
    return std::string(kHfDaily);
  }
  for (char& c : name) {
    if (!absl::ascii_isalnum(c)) c = '-';
  }
  return name;
}

// The scheme of an id in a record of `source`: by the source, then by the
// shape of the id. An id that only this file knows has the scheme "id".
std::string SchemeOf(std::string_view source, std::string_view id) {
  if (source == "acl") return "acl";
  for (std::string_view scheme : {"arxiv", "doi"}) {
    if (text::NormalizeExternalId(scheme, id).ok()) return std::string(scheme);
  }
  return "id";
}

// The same paper elsewhere: ids of other schemes than the paper has.
void AddAlso(const JsonValue& record, v1::Paper* paper) {
  for (const JsonValue* also : ElementsOf(record, "also")) {
    const std::string_view id = TextOf(*also, "id");
    const std::string scheme =
        SchemeOf(SourceName(TextOf(*also, "source")), id);
    if (scheme == "id" || FindExternalId(*paper, scheme) != nullptr) continue;
    AddExternalId(scheme, id, paper);
  }
}

void AddFeature(const std::optional<Date>& day, v1::Paper* paper) {
  if (!day.has_value()) return;
  v1::Feature* feature = paper->add_features();
  feature->set_day(DayOf(*day));
  feature->set_source(std::string(kHfDaily));
  AddSource(kHfDaily, paper);
}

void ReadAuthors(const JsonValue& record, v1::Paper* paper) {
  const JsonValue* authors = Find(record, "authors");
  if (authors == nullptr) return;
  if (authors->IsString()) {
    AddArxivAuthors(Text(*authors), paper);
    return;
  }
  for (std::string_view name : TextsOf(record, "authors")) {
    AddAuthor(name, paper);
  }
}

// What a list of the day says of a paper.
void ReadAttention(const JsonValue& record, v1::Paper* paper) {
  const std::optional<int64_t> votes = CountOf(record, "upvotes");
  if (votes.has_value()) paper->set_vote_count(*votes);
  const std::optional<int64_t> comments = CountOf(record, "num_comments");
  if (comments.has_value()) paper->set_comment_count(*comments);
  if (const std::optional<int64_t> stars = CountOf(record, "github_stars")) {
    AddSignal("github-stars", static_cast<double>(*stars), paper);
  }
  std::string repository(TextOf(record, "github_repo"));
  if (!repository.empty() && repository.find("://") == std::string::npos) {
    repository = StrCat("https://github.com/", repository);
  }
  AddLink(v1::Link::KIND_CODE, repository, paper);
  std::optional<Date> first = ParseDate(TextOf(record, "first_daily_date"));
  if (!first.has_value()) {
    first = ParseDate(TextOf(record, "submitted_on_daily_at"));
  }
  AddFeature(first, paper);
}

// A line of a daily list: no title, and `date` is the day of the list.
absl::Status ReadReport(const JsonValue& record, v1::Paper* paper) {
  const std::string_view id = TextOf(record, "id");
  if (!AddExternalId("arxiv", id, paper)) {
    return absl::InvalidArgumentError(
        StrCat("it has no title, and \"", MakeExcerpt(id),
               "\" is no arXiv id of a known paper"));
  }
  ReadAttention(record, paper);
  AddFeature(ParseDate(TextOf(record, "date")), paper);
  if (paper->features_size() > 0 && paper->has_vote_count()) {
    paper->mutable_features(0)->set_vote_count(paper->vote_count());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadFlat(const JsonValue& record, v1::Paper* paper) {
  SetTitle(TextOf(record, "title"), paper);
  if (paper->title().empty() && (CountOf(record, "upvotes").has_value() ||
                                 CountOf(record, "num_comments").has_value())) {
    return ReadReport(record, paper);
  }
  SetAbstract(TextOf(record, "abstract"), paper);
  ReadAuthors(record, paper);
  const std::string_view origin = TextOf(record, "source");
  const std::string source = origin.empty() ? "" : SourceName(origin);
  AddSource(source, paper);

  std::string_view id = TextOf(record, "id");
  const JsonValue* id_value = Find(record, "id");
  std::string number;
  if (id_value != nullptr && id_value->IsInt64()) {
    number = StrCat(id_value->GetInt64());
    id = number;
  }
  if (!id.empty()) AddExternalId(SchemeOf(source, id), id, paper);
  AddDois(TextOf(record, "doi"), paper);
  AddAlso(record, paper);

  AddCategory(TextOf(record, "primary_category"), paper);
  for (std::string_view category : TextsOf(record, "categories")) {
    AddArxivCategories(category, paper);
  }
  SetVenue(TextOf(record, "venue"), paper);
  paper->set_license(std::string(TextOf(record, "license")));
  paper->set_tldr(OneLine(TextOf(record, "tldr")));
  for (std::string_view key : {"keywords", "ai_keywords"}) {
    for (std::string_view word : TextsOf(record, key)) AddKeyword(word, paper);
  }
  for (std::string_view key : {"comments", "comment"}) {
    const std::string_view comment = TextOf(record, key);
    if (source == "arxiv") {
      if (paper->comment().empty()) SetArxivComment(comment, paper);
    } else if (!comment.empty()) {
      paper->set_comment(OneLine(comment));
    }
  }
  SetPublished(ParseDate(TextOf(record, "date")), paper);
  SetRevised(ParseDate(TextOf(record, "updated")), paper);

  if (const std::string* arxiv = FindExternalId(*paper, "arxiv")) {
    AddArxivLinks(*arxiv, paper);
  }
  const std::string_view url = TextOf(record, "url");
  AddLink(v1::Link::KIND_ABSTRACT_PAGE, url, paper);
  if (source == "acl" && url.find("aclanthology.org/") != url.npos &&
      !url.ends_with(".pdf") && !url.ends_with("/")) {
    AddLink(v1::Link::KIND_PDF, StrCat(url, ".pdf"), paper);
  }
  ReadAttention(record, paper);
  return absl::OkStatus();
}

}  // namespace paperwire::importers
