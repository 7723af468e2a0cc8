#include "service/catalogue/validate.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/catalogue/links.h"
#include "service/text/external_id.h"

namespace paperwire::catalogue {
namespace {

using google::protobuf::RepeatedPtrField;
using google::protobuf::Timestamp;

// One line: runs of white space become one blank, ends are trimmed. NUL is
// refused: it would cut the text in half of the world's programs.
absl::Status CleanText(std::string_view field, size_t max_bytes,
                       std::string* text) {
  if (text->size() > max_bytes) {
    return InvalidField(field, StrCat("It is ", text->size(),
                                            " bytes long; at most ", max_bytes,
                                            " are stored."));
  }
  const size_t nul = text->find('\0');
  if (nul != std::string::npos) {
    return InvalidField(field, StrCat("It holds a NUL character at byte ",
                                            nul, "; remove it."));
  }
  absl::RemoveExtraAsciiWhitespace(text);
  return absl::OkStatus();
}

absl::Status CheckCount(std::string_view field, int count, int max) {
  if (count <= max) return absl::OkStatus();
  return InvalidField(field, StrCat("There are ", count, "; at most ",
                                          max, " are stored."));
}

absl::Status CheckTime(std::string_view field, const Timestamp& time) {
  static const int64_t kMin =
      absl::ToUnixSeconds(absl::FromCivil(absl::CivilYear(1000),
                                          absl::UTCTimeZone()));
  static const int64_t kMax =
      absl::ToUnixSeconds(absl::FromCivil(absl::CivilYear(10000),
                                          absl::UTCTimeZone()));
  if (time.seconds() < kMin || time.seconds() >= kMax || time.nanos() < 0 ||
      time.nanos() > 999999999) {
    return InvalidField(
        field, "The time is outside of the years 1000 to 9999. Leave the field "
               "out when the date is not known.");
  }
  return absl::OkStatus();
}

// Cleans each text of a list and drops empty and repeated ones.
absl::Status CleanList(std::string_view field, int max, size_t max_bytes,
                       RepeatedPtrField<std::string>* list) {
  RETURN_IF_ERROR(CheckCount(field, list->size(), max));
  RepeatedPtrField<std::string> kept;
  std::set<std::string> seen;
  for (int i = 0; i < list->size(); ++i) {
    std::string* text = list->Mutable(i);
    RETURN_IF_ERROR(
        CleanText(StrCat(field, "[", i, "]"), max_bytes, text));
    if (!text->empty() && seen.insert(*text).second) {
      kept.Add(std::move(*text));
    }
  }
  list->Swap(&kept);
  return absl::OkStatus();
}

absl::Status CleanExternalIds(v1::Paper* paper) {
  auto* ids = paper->mutable_external_ids();
  RETURN_IF_ERROR(CheckCount("external_ids", ids->size(), 64));
  RepeatedPtrField<v1::ExternalId> kept;
  std::set<std::pair<std::string, std::string>> seen;
  const auto keep = [&](std::string scheme, std::string value) {
    if (!seen.emplace(scheme, value).second) return;
    v1::ExternalId* id = kept.Add();
    id->set_scheme(std::move(scheme));
    id->set_value(std::move(value));
  };
  for (int i = 0; i < ids->size(); ++i) {
    absl::StatusOr<std::pair<std::string, std::string>> id =
        text::NormalizeExternalId(ids->Get(i).scheme(), ids->Get(i).value());
    if (!id.ok()) {
      return InvalidField(StrCat("external_ids[", i, "]"),
                          ToStd(id.status().message()));
    }
    // arXiv gives each paper a DOI that is made from its id.
    constexpr std::string_view kArxivDoi = "10.48550/arxiv.";
    if (id->first == "doi" && id->second.starts_with(kArxivDoi)) {
      absl::StatusOr<std::pair<std::string, std::string>> arxiv =
          text::NormalizeExternalId("arxiv",
                                    id->second.substr(kArxivDoi.size()));
      if (arxiv.ok()) keep(arxiv->first, arxiv->second);
    }
    keep(std::move(id->first), std::move(id->second));
  }
  ids->Swap(&kept);
  return absl::OkStatus();
}

absl::Status CleanAuthors(v1::Paper* paper) {
  auto* authors = paper->mutable_authors();
  RETURN_IF_ERROR(CheckCount("authors", authors->size(), 10000));
  RepeatedPtrField<v1::Author> kept;
  for (int i = 0; i < authors->size(); ++i) {
    v1::Author* author = authors->Mutable(i);
    const std::string field = StrCat("authors[", i, "]");
    RETURN_IF_ERROR(CleanText(StrCat(field, ".name"), 1024,
                              author->mutable_name()));
    RETURN_IF_ERROR(CleanText(StrCat(field, ".orcid"), 64,
                              author->mutable_orcid()));
    RETURN_IF_ERROR(CleanList(StrCat(field, ".affiliations"), 64, 1024,
                              author->mutable_affiliations()));
    if (!author->name().empty()) kept.Add(std::move(*author));
  }
  authors->Swap(&kept);
  return absl::OkStatus();
}

absl::Status CleanLinks(v1::Paper* paper) {
  auto* links = paper->mutable_links();
  RETURN_IF_ERROR(CheckCount("links", links->size(), 256));
  RepeatedPtrField<v1::Link> given;
  given.Swap(links);
  for (int i = 0; i < given.size(); ++i) {
    const std::string field = StrCat("links[", i, "].uri");
    RETURN_IF_ERROR(CleanText(field, 2048, given.Mutable(i)->mutable_uri()));
    const std::string& uri = given.Get(i).uri();
    if (!uri.starts_with("https://") &&
        !uri.starts_with("http://")) {
      return InvalidField(field, StrCat("\"", uri.substr(0, 100),
                                              "\" is not an absolute http or "
                                              "https address."));
    }
    AddLink(given.Get(i).kind(), uri, paper);
  }
  AddLinksFromText(paper->abstract(), paper);
  AddLinksFromText(paper->comment(), paper);
  return absl::OkStatus();
}

bool IsDay(std::string_view day) {
  absl::CivilDay parsed;
  return day.size() == 10 && absl::ParseCivilTime(ToAbsl(day), &parsed);
}

absl::Status CleanAttention(v1::Paper* paper) {
  if (paper->vote_count() < 0) {
    return InvalidField("vote_count", "A count of votes is not negative.");
  }
  if (paper->comment_count() < 0) {
    return InvalidField("comment_count",
                        "A count of comments is not negative.");
  }
  RETURN_IF_ERROR(CheckCount("signals", paper->signals_size(), 64));
  for (int i = 0; i < paper->signals_size(); ++i) {
    v1::Signal* signal = paper->mutable_signals(i);
    const std::string field = StrCat("signals[", i, "].kind");
    RETURN_IF_ERROR(CleanText(field, 64, signal->mutable_kind()));
    if (signal->kind().empty()) {
      return InvalidField(field, "It is missing; say what was counted.");
    }
  }
  RETURN_IF_ERROR(CheckCount("features", paper->features_size(), 1000));
  for (int i = 0; i < paper->features_size(); ++i) {
    v1::Feature* feature = paper->mutable_features(i);
    if (!IsDay(feature->day())) {
      return InvalidField(StrCat("features[", i, "].day"),
                          StrCat("\"", feature->day().substr(0, 40),
                                       "\" is not a day of the form "
                                       "2026-07-10."));
    }
    RETURN_IF_ERROR(CleanText(StrCat("features[", i, "].source"), 64,
                              feature->mutable_source()));
    RETURN_IF_ERROR(CleanText(StrCat("features[", i, "].curator"), 1024,
                              feature->mutable_curator()));
  }
  return absl::OkStatus();
}

absl::Status CleanTimes(v1::Paper* paper) {
  if (paper->has_published_time()) {
    RETURN_IF_ERROR(CheckTime("published_time", paper->published_time()));
  }
  if (paper->has_revised_time()) {
    RETURN_IF_ERROR(CheckTime("revised_time", paper->revised_time()));
  }
  auto* versions = paper->mutable_versions();
  RETURN_IF_ERROR(CheckCount("versions", versions->size(), 1000));
  for (int i = 0; i < versions->size(); ++i) {
    if (versions->Get(i).has_created_time()) {
      RETURN_IF_ERROR(
          CheckTime(StrCat("versions[", i, "].created_time"),
                    versions->Get(i).created_time()));
    }
  }
  std::stable_sort(versions->begin(), versions->end(),
                   [](const v1::PaperVersion& a, const v1::PaperVersion& b) {
                     return a.number() < b.number();
                   });
  return absl::OkStatus();
}

}  // namespace

absl::Status Normalize(v1::Paper* paper) {
  paper->clear_name();
  paper->clear_etag();
  paper->clear_create_time();
  paper->clear_update_time();
  paper->clear_sequence();
  paper->clear_cast_vote_count();
  paper->DiscardUnknownFields();
  if (paper->state() == v1::Paper::STATE_UNSPECIFIED) {
    paper->set_state(v1::Paper::STATE_ACTIVE);
  }
  RETURN_IF_ERROR(CleanText("title", 4096, paper->mutable_title()));
  RETURN_IF_ERROR(CleanText("abstract", 65536, paper->mutable_abstract()));
  RETURN_IF_ERROR(CleanText("venue", 1024, paper->mutable_venue()));
  RETURN_IF_ERROR(CleanText("comment", 16384, paper->mutable_comment()));
  RETURN_IF_ERROR(CleanText("journal_ref", 4096, paper->mutable_journal_ref()));
  RETURN_IF_ERROR(CleanText("license", 2048, paper->mutable_license()));
  RETURN_IF_ERROR(
      CleanText("language_code", 64, paper->mutable_language_code()));
  RETURN_IF_ERROR(CleanText("submitter", 1024, paper->mutable_submitter()));
  RETURN_IF_ERROR(CleanText("tldr", 4096, paper->mutable_tldr()));
  RETURN_IF_ERROR(
      CleanList("categories", 64, 256, paper->mutable_categories()));
  RETURN_IF_ERROR(CleanList("keywords", 256, 256, paper->mutable_keywords()));
  RETURN_IF_ERROR(CleanList("sources", 32, 64, paper->mutable_sources()));
  for (std::string& source : *paper->mutable_sources()) {
    absl::AsciiStrToLower(&source);
  }
  RETURN_IF_ERROR(CleanExternalIds(paper));
  RETURN_IF_ERROR(CleanAuthors(paper));
  RETURN_IF_ERROR(CleanTimes(paper));
  RETURN_IF_ERROR(CleanAttention(paper));
  return CleanLinks(paper);
}

}  // namespace paperwire::catalogue
