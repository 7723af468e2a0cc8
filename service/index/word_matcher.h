// A word in any of its spellings: the postings of its stem as they are.

#ifndef PAPERWIRE_SERVICE_INDEX_WORD_MATCHER_H_
#define PAPERWIRE_SERVICE_INDEX_WORD_MATCHER_H_

#include "service/index/matcher.h"
#include "service/index/postings.h"

namespace paperwire::index {

// Removes the documents in which the stem stands in none of the fields.
void NarrowToPostings(PostingCursor* cursor, query::FieldSet fields,
                      const Window& window, WindowSet* set);

class WordMatcher : public LeafMatcher {
 public:
  WordMatcher(const Segment& segment, uint32_t term, query::FieldSet fields)
      : segment_(segment), cursor_(segment, term), fields_(fields) {}

  void Narrow(const Window& window, WindowSet* set) override {
    NarrowToPostings(&cursor_, fields_, window, set);
  }
  uint32_t NextWindow(uint32_t window) override {
    return cursor_.NextWindow(window);
  }
  void AddTo(const Window& window, const WindowSet& among,
             WindowSet* set) override;
  uint64_t Cost() const override { return cursor_.documents(); }
  int64_t KnownCount() const override {
    return fields_ == query::kAllFields ? int64_t{cursor_.documents()} : -1;
  }
  void Score(const Window& window, const WindowSet& docs,
             const LeafScorer& scorer, WindowScores* scores,
             WindowSet* touched) override;
  FieldCounts CountsOf(uint32_t document) override;

  PostingCursor* cursor() override { return &cursor_; }
  void RaiseBounds(std::vector<uint8_t>* bounds) override {
    cursor_.RaiseBounds(bounds);
  }
  uint64_t CostIn(uint32_t window) const override {
    return cursor_.SizeIn(window);
  }
  uint32_t ImpactAt(uint32_t document, const ImpactTable& impacts) override {
    return cursor_.Find(document)
               ? impacts.at(cursor_.code(), segment_.classes()[document])
               : 0;
  }

 private:
  const Segment& segment_;
  PostingCursor cursor_;
  const query::FieldSet fields_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_WORD_MATCHER_H_
