#include "service/index/facets.h"

#include <algorithm>

#include "paperwire/v1/paper.pb.h"

namespace paperwire::index {

int64_t YearOf(int64_t unix_seconds) {
  // Howard Hinnant's days-to-civil algorithm, in 400-year eras.
  const int64_t day = unix_seconds / 86400 - (unix_seconds % 86400 < 0);
  const int64_t z = day + 719468;
  const int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const int64_t day_of_era = z - era * 146097;
  const int64_t year_of_era = (day_of_era - day_of_era / 1460 +
                               day_of_era / 36524 - day_of_era / 146096) /
                              365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const bool january_or_february = (5 * day_of_year + 2) / 153 >= 10;
  return year_of_era + era * 400 + january_or_february;
}

void FacetCounter::BeginSegment(const Segment& segment) {
  segment_ = &segment;
  column_ = request_.field == FacetField::kCategory ? &segment.categories()
            : request_.field == FacetField::kVenue  ? &segment.venues()
            : request_.field == FacetField::kSource ? &segment.sources()
                                                    : nullptr;
  by_ordinal_.assign(column_ == nullptr ? 2 : column_->table.size(), 0);
}

void FacetCounter::Count(const Window& window, const WindowSet& set) {
  constexpr uint32_t kCode = 1u << v1::Link::KIND_CODE;
  set.ForEach([&](uint32_t i) {
    const uint32_t d = window.begin + i;
    if (column_ != nullptr) {
      column_->ForEachOf(d, [&](uint32_t value) { ++by_ordinal_[value]; });
    } else if (request_.field == FacetField::kHasCode) {
      ++by_ordinal_[(segment_->links()[d] & kCode) != 0];
    } else if ((segment_->flags()[d] & kHasPublished) != 0) {
      ++by_year_[YearOf(segment_->published()[d])];
    }
  });
}

void FacetCounter::EndSegment() {
  for (uint32_t o = 0; o < by_ordinal_.size(); ++o) {
    if (by_ordinal_[o] == 0) continue;
    const std::string value = column_ != nullptr
                                  ? std::string(column_->table[o])
                                  : (o == 0 ? "false" : "true");
    by_value_[value] += by_ordinal_[o];
  }
}

FacetCounts FacetCounter::Finish() const {
  FacetCounts counts;
  counts.field = request_.field;
  for (auto it = by_year_.rbegin(); it != by_year_.rend(); ++it) {
    counts.values.emplace_back(std::to_string(it->first), it->second);
  }
  for (const auto& [value, count] : by_value_) {
    counts.values.emplace_back(value, count);
  }
  if (request_.field != FacetField::kYear) {
    std::stable_sort(
        counts.values.begin(), counts.values.end(),
        [](const auto& a, const auto& b) { return a.second > b.second; });
  }
  const size_t limit = static_cast<size_t>(std::max(0, request_.limit));
  if (counts.values.size() > limit) {
    counts.other_values = static_cast<int64_t>(counts.values.size() - limit);
    counts.values.resize(limit);
  }
  return counts;
}

}  // namespace paperwire::index
