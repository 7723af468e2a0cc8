// What one document has: its stems by field, keywords, links, date and votes,
// ready to be asked many times.
//
//     SegmentTerms all(segment);
//     DocumentTerms document;
//     document.Load(all, 0);
//     document.Fields(WordKey("bottleneck"));  // the fields it stands in
//
// Not thread-safe. The segment must outlive both.

#ifndef PAPERWIRE_SERVICE_STANDING_DOCUMENT_TERMS_H_
#define PAPERWIRE_SERVICE_STANDING_DOCUMENT_TERMS_H_

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "service/index/segment.h"
#include "service/query/query.h"
#include "service/standing/anchors.h"

namespace paperwire::standing {

// A stem or a keyword of a document.
struct TermOf {
  Key key = 0;
  uint32_t term = 0;  // in the segment's dictionary; of a stem
  // Where the stem stands; all fields of a keyword.
  query::FieldSet fields = 0;
};

// The terms of all documents of a segment, by document. Segments of some
// thousand documents at the most.
class SegmentTerms {
 public:
  explicit SegmentTerms(const index::Segment& segment);

  const index::Segment& segment() const { return segment_; }
  std::span<const TermOf> of(uint32_t document) const {
    return std::span(terms_).subspan(begins_[document],
                                     begins_[document + 1] - begins_[document]);
  }

 private:
  const index::Segment& segment_;
  std::vector<uint32_t> begins_;
  std::vector<TermOf> terms_;
};

class DocumentTerms {
 public:
  // `all` must stay until the next call.
  void Load(const SegmentTerms& all, uint32_t document);

  std::span<const TermOf> terms() const { return terms_; }

  // False: it does not have this. True: it may.
  bool MayHave(uint32_t low_bits_of_key) const {
    const uint32_t bit = low_bits_of_key % kFilterBits;
    return (filter_[bit / 64] >> (bit % 64) & 1) != 0;
  }
  bool Has(Key key) const { return Find(key) != kNone; }
  // Where it has this; no field when it has not.
  query::FieldSet Fields(Key key) const {
    const uint32_t i = Find(key);
    return i == kNone ? query::FieldSet{0} : terms_[i].fields;
  }
  // Where a stem of it stands: field << 32 | position, rising. Empty when it
  // has not got it.
  std::span<const uint64_t> Places(Key key);

  // Whether it has a value in the range.
  bool In(query::Range::Column column, int64_t min, int64_t max) const;

 private:
  static constexpr uint32_t kFilterBits = 1 << 14;
  static constexpr uint32_t kNone = UINT32_MAX;

  uint32_t Find(Key key) const {
    if (!MayHave(static_cast<uint32_t>(key))) return kNone;
    for (size_t slot = key >> 20;; ++slot) {
      const Slot& s = slots_[slot & mask_];
      if (s.key == key) return s.term;
      if (s.key == 0) return kNone;
    }
  }

  const index::Segment* segment_ = nullptr;
  uint32_t document_ = 0;
  std::span<const TermOf> terms_;
  std::array<uint64_t, kFilterBits / 64> filter_{};
  struct Slot {
    Key key = 0;        // 0: free
    uint32_t term = 0;  // in terms_
  };
  std::vector<Slot> slots_;  // open addressing
  size_t mask_ = 0;
  // By index in terms_; read when they are first asked for.
  std::vector<std::vector<uint64_t>> places_;
  std::vector<bool> placed_;
};

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_DOCUMENT_TERMS_H_
