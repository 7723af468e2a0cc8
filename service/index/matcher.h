// A node of a query, ready to be evaluated over one segment.
//
//     WindowSet set;            // the candidates
//     matcher.Narrow(w, &set);  // those of which the node is true
//
// One kind per file: boolean_matchers, filter_matchers (keywords, ranges),
// word_matcher, counts_matcher (spellings), phrase_matcher. Windows may come
// in any order; rising is fastest. Not thread-safe, cheap to make.

#ifndef PAPERWIRE_SERVICE_INDEX_MATCHER_H_
#define PAPERWIRE_SERVICE_INDEX_MATCHER_H_

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "service/index/field_norms.h"
#include "service/index/impacts.h"
#include "service/index/postings.h"
#include "service/index/ranking.h"
#include "service/index/segment.h"
#include "service/index/window.h"

namespace paperwire::index {

class PhraseMatcher;

class Matcher {
 public:
  virtual ~Matcher() = default;

  // Removes the documents of which the node is not true.
  virtual void Narrow(const Window& window, WindowSet* set) = 0;

  // No window from this one on, and before the one that is returned, has a
  // document of which the node is true; past the last one: none has any more.
  virtual uint32_t NextWindow(uint32_t window) { return window; }

  // Adds those of `among` of which the node is true, and perhaps others
  // outside of `among`.
  virtual void AddTo(const Window& window, const WindowSet& among,
                     WindowSet* set) {
    WindowSet found = among;
    Narrow(window, &found);
    set->Unite(found);
  }

  // A guess at how many documents of the segment will be looked at; the
  // children of an And are asked in this order.
  virtual uint64_t Cost() const = 0;

  // How many documents of the segment, deleted ones included, the node is
  // true of, where that is known beforehand; else -1.
  virtual int64_t KnownCount() const { return -1; }
};

// What turns the counts of a leaf into a score.
struct LeafScorer {
  const FieldNorms* norms = nullptr;
  double weight = 0;  // boost * idf
  query::FieldSet fields = query::kAllFields;

  double Score(const FieldCounts& counts, const uint16_t* lengths) const {
    double tf = 0;
    for (int f = 0; f < query::kTextFields; ++f) {
      const uint32_t count = counts[static_cast<size_t>(f)];
      if (count > 0 && (fields >> f & 1) != 0) {
        tf += count * norms->factor(f, lengths[f]);
      }
    }
    return weight * Saturate(tf);
  }
};

// The scores of a window's documents, summed up leaf by leaf.
using WindowScores = std::array<double, kWindowSize>;

// A leaf that adds to the score: words, phrases, prefixes, fuzzy words.
class LeafMatcher : public Matcher {
 public:
  // For each document of `docs` of which the leaf is true: adds its score to
  // `scores`, and the document to `touched`.
  virtual void Score(const Window& window, const WindowSet& docs,
                     const LeafScorer& scorer, WindowScores* scores,
                     WindowSet* touched) = 0;

  // How often the leaf is true of each of its fields in one document; all 0
  // when it is not true of it.
  virtual FieldCounts CountsOf(uint32_t document) = 0;

  // The cursor of a leaf that is a stem in all its spellings; else null.
  virtual PostingCursor* cursor() { return nullptr; }
  // A cursor over no fewer documents than the leaf is true of, where it has
  // one: of a stem, or the rarest one of a phrase. Else null.
  virtual PostingCursor* lead() { return cursor(); }

  // This leaf, when it is a phrase; else null.
  virtual PhraseMatcher* phrase() { return nullptr; }

  // For pruning (window_scorer.h), what is cheap to know.
  //
  // Raises bounds[w] to a bound of the impacts in window w; leaves 0 where the
  // leaf is true of nothing. Bounds are made with the segment's averages.
  virtual void RaiseBounds(std::vector<uint8_t>* bounds) = 0;
  // A guess at the work that one window takes, in postings.
  virtual uint64_t CostIn(uint32_t window) const = 0;
  // A bound of the impact in one document; 0 when the leaf is certainly not
  // true of it.
  virtual uint32_t ImpactAt(uint32_t document, const ImpactTable& impacts) = 0;
  // The same for all documents of the set at once: removes those with less
  // than `least`, which is at least 1, and puts the bounds of the others into
  // out[place].
  virtual void ImpactsIn(const Window& window, const ImpactTable& impacts,
                         uint32_t least, WindowSet* set, uint8_t* out) {
    Narrow(window, set);
    WindowSet found = *set;
    found.ForEach([&](uint32_t i) {
      out[i] = static_cast<uint8_t>(ImpactAt(window.begin + i, impacts));
      if (out[i] < least) set->Remove(i);
    });
  }
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_MATCHER_H_
