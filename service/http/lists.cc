#include "service/http/lists.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/time/civil_time.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/catalogue/reader.h"

namespace paperwire::http {
namespace {

constexpr int kStep = 500;

// Walks over the papers of lists in their order, each once: calls `take` until
// it returns false.
template <typename Take>
absl::Status Walk(journal::Database& db, catalogue::ListOptions options,
                  Take take) {
  options.date_kind = v1::ListPapersRequest::DATE_KIND_FEATURED;
  options.limit = kStep;
  absl::flat_hash_set<int64_t> seen;
  while (true) {
    ASSIGN_OR_RETURN(const catalogue::ListResult found,
                     catalogue::ListPapers(db, options));
    for (const int64_t number : found.numbers) {
      if (!seen.insert(number).second) continue;
      ASSIGN_OR_RETURN(const bool goes_on, take(number));
      if (!goes_on) return absl::OkStatus();
    }
    if (!found.more.has_value()) return absl::OkStatus();
    options.after = found.more;
  }
}

// The newest feature from `first` to `last`.
v1::Feature NewestFeature(const v1::Paper& paper, std::string_view first,
                          std::string_view last) {
  v1::Feature newest;
  for (const v1::Feature& feature : paper.features()) {
    if (feature.day() >= first && feature.day() <= last &&
        feature.day() > newest.day()) {
      newest = feature;
    }
  }
  return newest;
}

int64_t MostVotes(const v1::Paper& paper, std::string_view first,
                  std::string_view last) {
  int64_t most = 0;
  for (const v1::Feature& feature : paper.features()) {
    if (feature.day() >= first && feature.day() <= last) {
      most = std::max(most, feature.vote_count());
    }
  }
  return most;
}

// Behind every day there can be.
constexpr std::string_view kEnd = "~";

}  // namespace

absl::StatusOr<std::vector<ListedPaper>> ListSpan(store::Store& store,
                                                  const catalogue::Span& span,
                                                  size_t limit) {
  const std::string first = absl::FormatCivilTime(span.first);
  const std::string last = absl::FormatCivilTime(span.last);
  catalogue::ListOptions options;
  options.start = absl::FromCivil(span.first, absl::UTCTimeZone());
  options.end = absl::FromCivil(span.last + 1, absl::UTCTimeZone());
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  std::vector<std::pair<int64_t, ListedPaper>> papers;  // with their votes
  RETURN_IF_ERROR(
      Walk(*db, options, [&](int64_t number) -> absl::StatusOr<bool> {
        absl::StatusOr<v1::Paper> paper = catalogue::ReadPaper(*db, number);
        if (absl::IsNotFound(paper.status())) return true;  // just deleted
        RETURN_IF_ERROR(paper.status());
        const int64_t votes = MostVotes(*paper, first, last);
        v1::Feature feature = NewestFeature(*paper, first, last);
        papers.emplace_back(votes,
                            ListedPaper{*std::move(paper), std::move(feature)});
        return true;
      }));
  // A day comes in this order already.
  std::stable_sort(
      papers.begin(), papers.end(),
      [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<ListedPaper> result;
  for (auto& [votes, paper] : papers) {
    if (result.size() == limit) break;
    result.push_back(std::move(paper));
  }
  return result;
}

absl::StatusOr<std::vector<ListedPaper>> ListNewest(
    store::Store& store, std::string_view curator, size_t skip, size_t limit,
    const std::function<absl::Status()>& check) {
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  std::vector<ListedPaper> result;
  RETURN_IF_ERROR(Walk(*db, {}, [&](int64_t number) -> absl::StatusOr<bool> {
    RETURN_IF_ERROR(check());
    // Without a curator there is nothing to read of those before.
    if (curator.empty() && skip > 0) {
      --skip;
      return true;
    }
    absl::StatusOr<v1::Paper> paper = catalogue::ReadPaper(*db, number);
    if (absl::IsNotFound(paper.status())) return true;  // deleted this instant
    RETURN_IF_ERROR(paper.status());
    ListedPaper listed = WithNewestFeature(*std::move(paper));
    if (!curator.empty() && listed.feature.curator() != curator) return true;
    if (skip > 0) {
      --skip;
      return true;
    }
    result.push_back(std::move(listed));
    return result.size() < limit;
  }));
  return result;
}

ListedPaper WithNewestFeature(v1::Paper paper) {
  v1::Feature feature = NewestFeature(paper, "", kEnd);
  return {std::move(paper), std::move(feature)};
}

}  // namespace paperwire::http
