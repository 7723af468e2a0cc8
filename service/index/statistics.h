// What scores need to know of the whole snapshot: how many living documents
// have a word. The numbers do not depend on how documents lie in segments, nor
// on deleted ones that no merge has removed yet.

#ifndef PAPERWIRE_SERVICE_INDEX_STATISTICS_H_
#define PAPERWIRE_SERVICE_INDEX_STATISTICS_H_

#include <cstdint>
#include <vector>

#include "service/index/plan.h"
#include "service/index/snapshot.h"
#include "service/query/query.h"

namespace paperwire::index {

// How many of these documents of a segment live.
uint32_t CountLive(const SegmentView& view,
                   const std::vector<uint32_t>& documents);

// The living documents of a segment in which the stem stands, in any field.
uint32_t LiveDocuments(const SegmentView& view, uint32_t term);

// The living documents that have the word, in any field.
int64_t DocumentsWithWord(const Snapshot& snapshot, const query::Word& word);

// The idf of a scoring leaf: of its word, of its words together (phrase), or
// of all its spellings as one word (prefix, fuzzy). `caches` has a LeafCache
// for each segment.
double LeafIdf(const Snapshot& snapshot, const query::Node& leaf,
               std::vector<LeafCache>* caches);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_STATISTICS_H_
