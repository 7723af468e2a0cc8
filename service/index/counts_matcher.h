// A leaf that stands for chosen spellings: prefix, fuzzy, exact.
//
// The postings of its stems are united once, with the spellings told apart,
// into one list of documents with their counts.

#ifndef PAPERWIRE_SERVICE_INDEX_COUNTS_MATCHER_H_
#define PAPERWIRE_SERVICE_INDEX_COUNTS_MATCHER_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "service/index/matcher.h"
#include "service/index/spellings.h"

namespace paperwire::index {

// Where some spellings stand in a segment, in any field.
struct SpellingCounts {
  std::vector<uint32_t> documents;  // rising
  std::vector<FieldCounts> counts;
};

SpellingCounts CountSpellings(const Segment& segment,
                              const std::vector<AcceptedTerm>& terms);

class CountsMatcher : public LeafMatcher {
 public:
  CountsMatcher(const Segment& segment,
                std::shared_ptr<const SpellingCounts> list,
                query::FieldSet fields)
      : segment_(segment), list_(std::move(list)), fields_(fields) {}

  void Narrow(const Window& window, WindowSet* set) override;
  uint64_t Cost() const override { return list_->documents.size(); }
  void Score(const Window& window, const WindowSet& docs,
             const LeafScorer& scorer, WindowScores* scores,
             WindowSet* touched) override;
  FieldCounts CountsOf(uint32_t document) override;
  void RaiseBounds(std::vector<uint8_t>* bounds) override;
  uint64_t CostIn(uint32_t) const override {
    return Cost() / WindowCount(segment_.documents()) + 1;
  }
  uint32_t ImpactAt(uint32_t document, const ImpactTable& impacts) override;

 private:
  template <typename Visit>
  void ForEachIn(const Window& window, Visit visit);
  bool InFields(const FieldCounts& counts) const;

  const Segment& segment_;
  const std::shared_ptr<const SpellingCounts> list_;
  const query::FieldSet fields_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_COUNTS_MATCHER_H_
