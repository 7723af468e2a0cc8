// Many queries left standing, and which of them a new paper matches.
//
//     Matcher matcher;
//     const uint32_t handle = matcher.Add(query, frequency);
//     ASSIGN_OR_RETURN(std::vector<Matched> all, matcher.Match(*segment));
//     for (const Matched& m : all) { /* m.handle matches m.document */ }
//     matcher.Remove(handle);
//
// A query is filed under its anchors: the cheapest set of words and keywords
// of which every match has at least one (anchors.h). A document brings up the
// queries that are filed under its own words, and nothing else is looked at.
// What a query needs besides is looked up in a bitmap of the document's terms:
// that decides about words and keywords that all must be there, or any
// (conditions.h). Others have a short program (program.h); what a program
// cannot decide (wildcards, near phrases, exact words) is left to the search
// code, over the same segment. What matches is what a strict search over these
// documents returns.
//
// A query takes some 35 bytes; one that needs the search code, its text
// besides. Queries without an anchor are tried for every document: whoever
// adds them asks CheckBreadth first.
//
// Sources: percolation in Lucene's monitor library and Elasticsearch; Yan and
// Garcia-Molina, "The SIFT information dissemination system", 1999, which
// files a profile under its rarest words.

#ifndef PAPERWIRE_SERVICE_STANDING_MATCHER_H_
#define PAPERWIRE_SERVICE_STANDING_MATCHER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "service/index/segment.h"
#include "service/query/query.h"
#include "service/standing/anchors.h"
#include "service/standing/conditions.h"
#include "service/standing/document_terms.h"
#include "service/standing/query_list.h"
#include "service/standing/term_ids.h"

namespace paperwire::standing {

// A standing query, and a document by its place in the segment.
struct Matched {
  uint32_t handle;
  uint32_t document;

  friend auto operator<=>(const Matched&, const Matched&) = default;
};

// Queries without an anchor: all, and those of them that need the search code,
// which takes microseconds for each.
struct Unanchored {
  size_t all = 0;
  size_t searched = 0;
};
inline constexpr Unanchored kMaxUnanchored = {.all = 10000, .searched = 500};

// Whether a query has an anchor.
bool IsAnchored(const query::Query& query);

// RESOURCE_EXHAUSTED, reason QUERY_TOO_BROAD: the query has no anchor, and
// there are as many of its kind already as a server can try for every paper.
absl::Status CheckBreadth(const query::Query& query, const Unanchored& there,
                          const Unanchored& max = kMaxUnanchored);

// One thread at a time.
class Matcher {
 public:
  // The inner loop is that of the table.
  explicit Matcher(const conditions::Table& table = conditions::Best())
      : table_(table) {}

  // Takes a query in and names it by a small number. `frequency` decides about
  // speed only. Handles of queries that were removed are given again.
  uint32_t Add(const query::Query& query, const Frequency& frequency);

  void Remove(uint32_t handle);

  // The queries that match documents of a segment, each pair once, in no
  // order. The error is the search code's.
  absl::StatusOr<std::vector<Matched>> Match(const index::Segment& segment);

  size_t size() const { return handles_ - free_.size() - dead_; }
  Unanchored unanchored() const {
    return {unanchored_count_, unanchored_searched_};
  }

  // What it takes in bytes, and how much of that is text of queries.
  size_t memory() const;
  size_t text_bytes() const { return text_bytes_; }

 private:
  bool IsLive(uint32_t handle) const {
    return (live_[handle / 64] >> (handle % 64) & 1) != 0;
  }
  uint32_t NewHandle();
  // Files a query under its anchors.
  void File(uint32_t handle, const query::Node& root,
            const std::vector<Anchor>& anchors);
  QueryList& ListOf(Key key);
  // Tries the queries that the document in terms_ brings up.
  void MatchOne(uint32_t document, std::vector<Matched>* matched,
                std::vector<Matched>* maybe);
  // Those of one list: adds to hits_ what matches, and to programs_ what a
  // program decides.
  void Filter(const QueryList& list);
  // Adds to hits_ and maybe_.
  void RunPrograms();
  // Appends those of the queries that were not removed.
  void Append(std::span<const uint32_t> handles, uint32_t document,
              std::vector<Matched>* to) const;
  absl::Status Search(const index::Segment& segment, std::vector<Matched> maybe,
                      std::vector<Matched>* matched) const;
  // Forgets what was removed.
  void Sweep();

  const conditions::Table& table_;
  TermIds ids_;
  std::vector<QueryList> filed_;  // by number of the anchor
  QueryList unanchored_;
  size_t unanchored_count_ = 0;
  size_t unanchored_searched_ = 0;

  uint32_t handles_ = 0;        // given so far
  std::vector<uint64_t> live_;  // a bit each
  std::vector<uint32_t> free_;
  size_t dead_ = 0;  // removed, but still filed
  // The text of those that need the search code.
  absl::flat_hash_map<uint32_t, std::string> texts_;
  absl::flat_hash_set<uint32_t> without_anchor_;
  size_t text_bytes_ = 0;

  // Match's.
  DocumentTerms terms_;
  std::vector<const QueryList*> lists_;
  std::vector<uint32_t> hits_;    // handles that match one document:
  size_t hit_count_ = 0;          // so many, with room behind them
  std::vector<uint32_t> maybe_;   // handles that may
  std::vector<uint32_t> places_;  // room for QueryList::FilterPrograms
  std::vector<const uint8_t*> programs_;
  std::vector<uint64_t> seen_;  // a bit for each handle
  std::vector<uint32_t> to_clear_;
};

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_MATCHER_H_
