// Counts the values of full matches.

#ifndef PAPERWIRE_SERVICE_INDEX_FACETS_H_
#define PAPERWIRE_SERVICE_INDEX_FACETS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "service/index/search.h"
#include "service/index/segment.h"
#include "service/index/window.h"

namespace paperwire::index {

// The year in UTC, of the proleptic Gregorian calendar.
int64_t YearOf(int64_t unix_seconds);

// One facet. Counts by ordinal within a segment, and by value at its end.
class FacetCounter {
 public:
  explicit FacetCounter(const FacetRequest& request) : request_(request) {}

  void BeginSegment(const Segment& segment);
  void Count(const Window& window, const WindowSet& set);
  void EndSegment();
  FacetCounts Finish() const;

 private:
  const FacetRequest request_;
  const Segment* segment_ = nullptr;
  const ValueColumn* column_ = nullptr;  // of facets that have one
  std::vector<int64_t> by_ordinal_;
  std::map<std::string, int64_t> by_value_;
  std::map<int64_t, int64_t> by_year_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_FACETS_H_
