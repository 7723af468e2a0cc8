#include "service/catalogue/merge.h"

#include <algorithm>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "service/catalogue/links.h"

namespace paperwire::catalogue {
namespace {

using google::protobuf::RepeatedPtrField;
using google::protobuf::Timestamp;

// How near a source is to the authors' own words.
int Rank(std::string_view source) {
  if (source == "arxiv" || source == "acl" || source == "openreview") return 3;
  if (source == "s2" || source == "openalex") return 2;
  return 1;
}

int HighestRank(const v1::Paper& paper) {
  int rank = 0;
  for (const std::string& source : paper.sources()) {
    rank = std::max(rank, Rank(source));
  }
  return rank;
}

int64_t Nanoseconds(const Timestamp& time) {
  return absl::ToUnixNanos(absl::FromUnixSeconds(time.seconds()) +
                           absl::Nanoseconds(time.nanos()));
}

// Whether `report` is an older version than what is stored.
bool IsOlder(const v1::Paper& report, const v1::Paper& paper) {
  if (report.versions_size() > 0 && paper.versions_size() > 0) {
    return report.versions().rbegin()->number() <
           paper.versions().rbegin()->number();
  }
  return report.has_revised_time() && paper.has_revised_time() &&
         Nanoseconds(report.revised_time()) < Nanoseconds(paper.revised_time());
}

void Take(bool replace, const std::string& from, std::string* to) {
  if (!from.empty() && (replace || to->empty())) *to = from;
}

template <typename T>
void Take(bool replace, const RepeatedPtrField<T>& from,
          RepeatedPtrField<T>* to) {
  if (!from.empty() && (replace || to->empty())) *to = from;
}

void AddMissing(const RepeatedPtrField<std::string>& from, int max,
                RepeatedPtrField<std::string>* to) {
  for (const std::string& text : from) {
    if (to->size() < max && !absl::c_linear_search(*to, text)) {
      *to->Add() = text;
    }
  }
}

int Coarseness(v1::DatePrecision precision) {
  if (precision == v1::DATE_PRECISION_YEAR) return 2;
  if (precision == v1::DATE_PRECISION_MONTH) return 1;
  return 0;
}

// Whether the time lies in the year or month that a coarse time stands for.
bool LiesWithin(const Timestamp& time, const Timestamp& coarse,
                v1::DatePrecision precision) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::Time a = absl::FromUnixSeconds(time.seconds());
  const absl::Time b = absl::FromUnixSeconds(coarse.seconds());
  if (precision == v1::DATE_PRECISION_YEAR) {
    return absl::ToCivilYear(a, utc) == absl::ToCivilYear(b, utc);
  }
  return absl::ToCivilMonth(a, utc) == absl::ToCivilMonth(b, utc);
}

void MergePublished(const v1::Paper& report, v1::Paper* paper) {
  if (!report.has_published_time()) return;
  bool take = !paper->has_published_time();
  if (!take) {
    const Timestamp& ours = paper->published_time();
    const Timestamp& theirs = report.published_time();
    const int our_coarseness = Coarseness(paper->published_precision());
    const int their_coarseness = Coarseness(report.published_precision());
    if (our_coarseness > their_coarseness &&
        LiesWithin(theirs, ours, paper->published_precision())) {
      take = true;
    } else if (their_coarseness > our_coarseness &&
               LiesWithin(ours, theirs, report.published_precision())) {
      take = false;
    } else {
      take = Nanoseconds(theirs) < Nanoseconds(ours);
    }
  }
  if (take) {
    *paper->mutable_published_time() = report.published_time();
    paper->set_published_precision(report.published_precision());
  }
}

void MergeVersions(const v1::Paper& report, v1::Paper* paper) {
  for (const v1::PaperVersion& version : report.versions()) {
    auto known = absl::c_find_if(*paper->mutable_versions(),
                                 [&](const v1::PaperVersion& v) {
                                   return v.number() == version.number();
                                 });
    if (known != paper->mutable_versions()->end()) {
      if (version.has_created_time()) *known = version;
    } else {
      *paper->add_versions() = version;
    }
  }
  std::stable_sort(paper->mutable_versions()->begin(),
                   paper->mutable_versions()->end(),
                   [](const v1::PaperVersion& a, const v1::PaperVersion& b) {
                     return a.number() < b.number();
                   });
  if (report.has_revised_time() &&
      (!paper->has_revised_time() || Nanoseconds(paper->revised_time()) <
                                         Nanoseconds(report.revised_time()))) {
    *paper->mutable_revised_time() = report.revised_time();
  }
}

// The newest day of a source's list.
std::string NewestDay(const v1::Paper& paper, std::string_view source) {
  std::string newest;
  for (const v1::Feature& feature : paper.features()) {
    if (feature.source() == source) newest = std::max(newest, feature.day());
  }
  return newest;
}

// Whether a report is a list of an earlier day than the newest that the same
// source has given: it says nothing about the votes of today. Picks and other
// lists count for themselves.
bool IsOfEarlierDay(const v1::Paper& report, const v1::Paper& paper) {
  return absl::c_any_of(report.features(), [&](const v1::Feature& feature) {
    return NewestDay(report, feature.source()) <
           NewestDay(paper, feature.source());
  });
}

void MergeFeatures(const v1::Paper& report, v1::Paper* paper) {
  for (const v1::Feature& feature : report.features()) {
    auto known =
        absl::c_find_if(*paper->mutable_features(), [&](const v1::Feature& f) {
          return f.day() == feature.day() && f.source() == feature.source();
        });
    if (known == paper->mutable_features()->end()) {
      if (paper->features_size() < 1000) *paper->add_features() = feature;
      continue;
    }
    if (!feature.curator().empty()) known->set_curator(feature.curator());
    if (feature.has_vote_count()) known->set_vote_count(feature.vote_count());
  }
  std::stable_sort(paper->mutable_features()->begin(),
                   paper->mutable_features()->end(),
                   [](const v1::Feature& a, const v1::Feature& b) {
                     return a.day() < b.day();
                   });
}

void MergeAttention(const v1::Paper& report, v1::Paper* paper) {
  const bool stale = IsOfEarlierDay(report, *paper);
  if (report.has_vote_count() && !(stale && paper->has_vote_count())) {
    paper->set_vote_count(report.vote_count());
  }
  if (report.has_comment_count() && !(stale && paper->has_comment_count())) {
    paper->set_comment_count(report.comment_count());
  }
  for (const v1::Signal& signal : report.signals()) {
    auto known = absl::c_find_if(
        *paper->mutable_signals(),
        [&](const v1::Signal& s) { return s.kind() == signal.kind(); });
    if (known == paper->mutable_signals()->end()) {
      if (paper->signals_size() < 64) *paper->add_signals() = signal;
    } else if (!signal.has_observed_time() || !known->has_observed_time() ||
               Nanoseconds(signal.observed_time()) >=
                   Nanoseconds(known->observed_time())) {
      *known = signal;
    }
  }
  MergeFeatures(report, paper);
}

void MergeExternalIds(const v1::Paper& report, v1::Paper* paper) {
  for (const v1::ExternalId& id : report.external_ids()) {
    const bool known =
        absl::c_any_of(paper->external_ids(), [&](const v1::ExternalId& own) {
          return own.scheme() == id.scheme() && own.value() == id.value();
        });
    if (!known && paper->external_ids_size() < 64) {
      *paper->add_external_ids() = id;
    }
  }
}

}  // namespace

v1::Paper Merge(const v1::Paper& paper, const v1::Paper& report,
                std::string_view source) {
  v1::Paper merged = paper;
  const bool own_words = absl::c_linear_search(paper.sources(), source) &&
                         Rank(source) >= HighestRank(paper);
  const bool replace = (own_words && !IsOlder(report, paper)) ||
                       Rank(source) > HighestRank(paper);
  Take(replace, report.title(), merged.mutable_title());
  Take(replace, report.abstract(), merged.mutable_abstract());
  Take(replace, report.authors(), merged.mutable_authors());
  Take(replace, report.comment(), merged.mutable_comment());
  Take(replace, report.journal_ref(), merged.mutable_journal_ref());
  Take(replace, report.license(), merged.mutable_license());
  Take(replace, report.language_code(), merged.mutable_language_code());
  Take(replace, report.submitter(), merged.mutable_submitter());
  Take(replace, report.tldr(), merged.mutable_tldr());
  // arXiv is where a paper lies, not where it was published.
  const bool placeless = merged.venue() == "arXiv";
  if (!(report.venue() == "arXiv" && !merged.venue().empty())) {
    Take(replace || placeless, report.venue(), merged.mutable_venue());
  }
  if (replace && !report.categories().empty()) {
    *merged.mutable_categories() = report.categories();
    AddMissing(paper.categories(), 64, merged.mutable_categories());
  } else {
    AddMissing(report.categories(), 64, merged.mutable_categories());
  }
  AddMissing(report.keywords(), 256, merged.mutable_keywords());
  AddMissing(report.sources(), 32, merged.mutable_sources());
  MergeExternalIds(report, &merged);
  MergePublished(report, &merged);
  MergeVersions(report, &merged);
  MergeAttention(report, &merged);
  for (const v1::Link& link : report.links()) {
    AddLink(link.kind(), link.uri(), &merged);
  }
  // Without words a report is of attention alone: stars, votes, picks.
  const bool of_paper = !report.title().empty() || !report.abstract().empty();
  if (report.state() == v1::Paper::STATE_WITHDRAWN ||
      (of_paper && (own_words || Rank(source) > HighestRank(paper)))) {
    merged.set_state(report.state());
  }
  return merged;
}

}  // namespace paperwire::catalogue
