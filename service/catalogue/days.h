// The days on which papers were featured, by themselves or as weeks or months.

#ifndef PAPERWIRE_SERVICE_CATALOGUE_DAYS_H_
#define PAPERWIRE_SERVICE_CATALOGUE_DAYS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "paperwire/v1/trending_service.pb.h"
#include "service/journal/database.h"

namespace paperwire::catalogue {

// A day, an ISO week or a month.
struct Span {
  std::string label;  // "2026-07-10", "2026-W28", "2026-07"
  absl::CivilDay first;
  absl::CivilDay last;

  friend bool operator==(const Span&, const Span&) = default;
};

// The one that a day lies in.
Span SpanOf(absl::CivilDay day, v1::ListDaysRequest::Unit unit);

// The one with this label. INVALID_ARGUMENT says how labels are written.
absl::StatusOr<Span> ParseSpan(std::string_view label);

struct FeaturedSpan {
  Span span;
  int32_t papers = 0;
  int64_t votes = 0;  // the highest count of each paper, added up
};

struct FeaturedSpans {
  std::vector<FeaturedSpan> spans;  // newest first
  bool more = false;                // whether there are older ones
};

// Those with active papers, from days before `before` (nothing: from the
// newest on).
absl::StatusOr<FeaturedSpans> ListDays(journal::Database& db,
                                       v1::ListDaysRequest::Unit unit,
                                       std::optional<absl::CivilDay> before,
                                       int limit);

}  // namespace paperwire::catalogue

#endif  // PAPERWIRE_SERVICE_CATALOGUE_DAYS_H_
