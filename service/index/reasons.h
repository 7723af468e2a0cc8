// Why a paper matches a query: which part of the query stands where.
//
//     Reasoner reasoner(query);
//     for (const Reason& r : reasoner.Find(paper)) {
//       r.term;      // "sparse"
//       r.field;     // "abstract"
//       r.fragment;  // "... we train sparse autoencoders on the ..."
//     }
//
// For people who ask about a paper or two: some 50 microseconds each.

#ifndef PAPERWIRE_SERVICE_INDEX_REASONS_H_
#define PAPERWIRE_SERVICE_INDEX_REASONS_H_

#include <deque>
#include <string>
#include <vector>

#include "paperwire/v1/paper.pb.h"
#include "service/index/document.h"
#include "service/index/highlight.h"
#include "service/query/query.h"
#include "service/text/analyzer.h"

namespace paperwire::index {

struct Reason {
  std::string term;      // the leaf of the query (query::ToString)
  const char* field;     // where, as the query language calls it
  std::string fragment;  // what stands there
};

// Characters of a text before and after the first place.
inline constexpr int kFragmentMargin = 60;

// Explains for one query. Not thread-safe.
class Reasoner {
 public:
  // The query is copied.
  explicit Reasoner(const query::Query& query);

  // For each leaf, not under a Not, and each field where the paper has it, the
  // first place. In the order of the query.
  std::vector<Reason> Find(const v1::Paper& paper);

 private:
  // A leaf, as a query of its own.
  struct Leaf {
    query::Query query;
    std::string term;
  };
  void Collect(const query::Node& node);
  void FindWords(const Leaf& leaf, const Document& document,
                 std::vector<Reason>* reasons);

  std::deque<Leaf> leaves_;
  text::Analyzer analyzer_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_REASONS_H_
