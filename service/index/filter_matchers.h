// Keywords and ranges: conditions that are true or not, and never scored.

#ifndef PAPERWIRE_SERVICE_INDEX_FILTER_MATCHERS_H_
#define PAPERWIRE_SERVICE_INDEX_FILTER_MATCHERS_H_

#include <cstdint>
#include <memory>
#include <span>

#include "service/index/matcher.h"
#include "service/query/query.h"

namespace paperwire::index {

std::unique_ptr<Matcher> MakeKeywordMatcher(const Segment& segment,
                                            const query::Keyword& keyword);

std::unique_ptr<Matcher> MakeRangeMatcher(const Segment& segment,
                                          const query::Range& range);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_FILTER_MATCHERS_H_
