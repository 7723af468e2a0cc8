// One record from what several sources say.

#ifndef PAPERWIRE_SERVICE_CATALOGUE_MERGE_H_
#define PAPERWIRE_SERVICE_CATALOGUE_MERGE_H_

#include <string_view>

#include "paperwire/v1/paper.pb.h"

namespace paperwire::catalogue {

// `paper` with what `report` says; both normalised, `report` by `source`.
//
// - Lists grow: external ids, links, categories, keywords, sources, days on
//   which the paper was featured.
// - Title, abstract, authors and the other words: those of the source nearest
//   to the authors stand (arXiv, ACL, OpenReview; then OpenAlex and Semantic
//   Scholar; then lists and all others). A source speaks again about its own
//   words, unless what it sends is an older version. Gaps are always filled.
// - The first version's date is the earliest one; of two that agree the more
//   precise one.
// - Votes, comments and signals: the newest report, judged by the day of the
//   list (among those of its source) or the time of the count where it says
//   one. At most 64 kinds of signals.
// - What the server sets (name, etag ...) stays as it is, so that a report with
//   nothing new gives the very same bytes.
// - Withdrawn is what a source as near as any says, or the source that said
//   it before. A report without title and abstract does not take that back.
v1::Paper Merge(const v1::Paper& paper, const v1::Paper& report,
                std::string_view source);

}  // namespace paperwire::catalogue

#endif  // PAPERWIRE_SERVICE_CATALOGUE_MERGE_H_
