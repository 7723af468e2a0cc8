// What one document has of what queries ask for: stems by field, keywords,
// links, date and votes, ready to be asked many times.
//
//     SegmentTerms all(segment, ids);
//     DocumentTerms document;
//     document.Load(all, 0);
//     document.Fields(ids.Find(WordKey("bottleneck")));  // where it stands
//
// Not thread-safe. The segment must outlive both.

#ifndef PAPERWIRE_SERVICE_STANDING_DOCUMENT_TERMS_H_
#define PAPERWIRE_SERVICE_STANDING_DOCUMENT_TERMS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "service/index/segment.h"
#include "service/query/query.h"
#include "service/standing/term_ids.h"

namespace paperwire::standing {

// A stem or a keyword of a document.
struct TermOf {
  TermId id = kAlways;
  uint32_t ordinal = 0;  // in the segment's dictionary; of a stem
  // Where the stem stands; all fields of a keyword.
  query::FieldSet fields = 0;
};

// The terms of all documents of a segment that have a number, by document.
// Segments of some thousand documents at the most.
class SegmentTerms {
 public:
  SegmentTerms(const index::Segment& segment, const TermIds& ids);

  const index::Segment& segment() const { return segment_; }
  // All their numbers are below this.
  TermId end() const { return end_; }
  std::span<const TermOf> of(uint32_t document) const {
    return std::span(terms_).subspan(begins_[document],
                                     begins_[document + 1] - begins_[document]);
  }

 private:
  const index::Segment& segment_;
  const TermId end_;
  std::vector<uint32_t> begins_;
  std::vector<TermOf> terms_;
};

// Where a stem stands in a document.
struct StemPlaces {
  std::vector<uint64_t> all;  // field << 32 | position, rising
  uint64_t bits = 0;          // 1 << place % 64, of all of them
};

class DocumentTerms {
 public:
  // `all` must stay until the next call.
  void Load(const SegmentTerms& all, uint32_t document);

  std::span<const TermOf> terms() const { return terms_; }

  // A bit for each term; that of kAlways is set.
  const uint32_t* has() const { return has_.data(); }
  bool Has(TermId id) const { return (has_[id / 32] >> (id % 32) & 1) != 0; }
  // Where it has this; no field when it has not.
  query::FieldSet Fields(TermId id) const {
    const uint32_t i = Find(id);
    return i == kNone ? query::FieldSet{0} : terms_[i].fields;
  }
  // Where a stem of it stands; nowhere when it has not got it.
  const StemPlaces& Places(TermId id);

  // Whether it has a value in the range.
  bool In(query::Range::Column column, int64_t min, int64_t max) const;

 private:
  struct Slot {
    TermId id = kAlways;  // kAlways: free
    uint32_t term = 0;    // in terms_
  };

  static constexpr uint32_t kNone = UINT32_MAX;

  // Its index in terms_.
  uint32_t Find(TermId id) const {
    for (size_t slot = id;; ++slot) {
      const Slot& s = slots_[slot & mask_];
      if (s.id == id) return s.term;
      if (s.id == kAlways) return kNone;
    }
  }

  const index::Segment* segment_ = nullptr;
  uint32_t document_ = 0;
  std::span<const TermOf> terms_;
  std::vector<uint32_t> has_;
  std::vector<uint32_t> to_clear_;  // words of has_
  std::vector<Slot> slots_;         // open addressing
  size_t mask_ = 0;
  // By index in terms_; read when they are first asked for.
  std::vector<StemPlaces> places_;
  std::vector<bool> placed_;
};

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_DOCUMENT_TERMS_H_
