// Asking a snapshot.
//
//     SearchOptions options;
//     options.limit = 10;
//     ASSIGN_OR_RETURN(SearchResult r, Search(snapshot, query, options));
//     // r.hits: full matches by falling score, then partial ones.
//
// A paper is a full match when the whole tree is true of it. It is a partial
// match when it is no full match, every keyword, range and Not of the tree
// that a full match would have to satisfy holds, and at least one scoring
// leaf that is not under a Not is true of it.
//
// The score is BM25F (Robertson, Zaragoza: The Probabilistic Relevance
// Framework, 2009): for each scoring leaf that is true,
//   boost * idf * tf / (k1 + tf),  tf = sum over fields of
//   weight_f * tf_f / (1 - b_f + b_f * length_f / average length_f),
//   idf = ln(1 + (N - df + 0.5) / (df + 0.5));
// ranking.h has the parameters and why. A phrase counts its occurrences and
// takes the sum of its words' idf; a prefix or fuzzy word counts as one word
// with all its spellings. The name of an author with forenames is an Or of its
// ways to be written (query/names.h). Leaves that stand more than once count
// each time. A boost (boost.h) multiplies the sum.
//
// Order: full before partial, then by `order`, then by falling score, then by
// rising number. tests/unit/index/reference.h says the same slowly; both give
// the same papers, order and scores.

#ifndef PAPERWIRE_SERVICE_INDEX_SEARCH_H_
#define PAPERWIRE_SERVICE_INDEX_SEARCH_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/index/boost.h"
#include "service/index/document.h"
#include "service/index/snapshot.h"
#include "service/query/query.h"

namespace paperwire::index {

enum class Order {
  kRelevance,
  kPublishedDescending,  // undated papers last, in either direction
  kPublishedAscending,
  kVotesDescending,  // uncounted papers last
  kSequenceDescending,
};

enum class FacetField { kCategory, kYear, kVenue, kSource, kHasCode };

struct FacetRequest {
  FacetField field;
  int limit = 10;
};

struct FacetCounts {
  FacetField field;
  // By falling count, then in byte order; years by falling year.
  std::vector<std::pair<std::string, int64_t>> values;
  int64_t other_values = 0;
};

// A place in a walk over the hits of one snapshot: right after this hit.
struct HitKey {
  bool full = true;
  int64_t order_value = 0;  // the column of `order`; 0 for kRelevance
  bool has_order_value = true;
  double score = 0;
  int64_t number = 0;
};

struct SearchOptions {
  int limit = 10;
  // Only what comes after this hit.
  std::optional<HitKey> after = std::nullopt;
  // No partial matches.
  bool strict = false;
  // Whether to count the full matches. Without, a search looks only where the
  // first hits can be, which is much faster for frequent words.
  bool count_total = true;
  Order order = Order::kRelevance;
  // Raises scores; by default none.
  Boost boost = {};
  std::vector<FacetRequest> facets = {};  // over the full matches
  // Asked now and then inside the loops; a status that is not OK ends the
  // search with it (a deadline that passed, a caller that left). May be null.
  std::function<absl::Status()> check = nullptr;
  // Papers to leave out, by number (the paper itself, of similar ones).
  std::vector<int64_t> exclude = {};
};

struct Hit {
  HitKey key;
  int64_t sequence = 0;  // of the paper's state in this snapshot
  bool full() const { return key.full; }
};

struct SearchResult {
  std::vector<Hit> hits;
  int64_t total_full_matches = 0;  // 0 without count_total
  bool more = false;               // whether hits come after the last one
  std::vector<FacetCounts> facets;
};

// INVALID_ARGUMENT when the query costs too much (budget.h), saying which part
// of it and what to do; else what `check` returned. Any thread.
absl::StatusOr<SearchResult> Search(const Snapshot& snapshot,
                                    const query::Query& query,
                                    const SearchOptions& options);

// All full matches, as (sequence, number), by rising sequence.
struct Match {
  int64_t sequence;
  int64_t number;
};
absl::StatusOr<std::vector<Match>> MatchAll(const Snapshot& snapshot,
                                            const query::Query& query);

// The numbers of all full matches, rising.
absl::StatusOr<std::vector<int64_t>> MatchNumbers(const Snapshot& snapshot,
                                                  const query::Query& query);

// Full matches among the documents of one segment, which need not be part of
// any snapshot: how a standing query is matched. Numbers in rising order.
// The answer is the same as that of MatchAll over a snapshot that holds these
// documents, and does not depend on other documents.
absl::StatusOr<std::vector<int64_t>> MatchSegment(const Segment& segment,
                                                  const query::Query& query);

// How a score came about; the value of a node is the sum of its details.
struct Explanation {
  double value = 0;
  std::string description;
  std::vector<Explanation> details;
};
absl::StatusOr<Explanation> Explain(const Snapshot& snapshot,
                                    const query::Query& query, int64_t number,
                                    const Boost& boost = {});

// A query for papers like this one: its most telling terms (tf * idf, at most
// `max_terms`) joined by Or. `terms` receives them, most telling first.
query::Query SimilarQuery(const Snapshot& snapshot, const Document& document,
                          int max_terms, std::vector<std::string>* terms);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_SEARCH_H_
