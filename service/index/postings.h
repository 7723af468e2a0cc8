// Reads the postings of one stem in one segment.
//
//     PostingCursor cursor(segment, term);
//     for (uint32_t d = cursor.Seek(0); d != kNoDocument;
//          d = cursor.Seek(d + 1)) {
//       cursor.counts();  // how often, by field
//     }
//
// Blocks of 128 documents; a block that is passed over is not decoded, the
// frequencies of a block only when asked for, and positions one document at
// a time. Seeking back is allowed and costs a search for the block.
//
// Not thread-safe; the segment must outlive it.

#ifndef PAPERWIRE_SERVICE_INDEX_POSTINGS_H_
#define PAPERWIRE_SERVICE_INDEX_POSTINGS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "service/index/ranking.h"
#include "service/index/segment.h"

namespace paperwire::index {

inline constexpr uint32_t kNoDocument = UINT32_MAX;
inline constexpr uint32_t kBlockSize = 128;

// One place where a stem stands in a document.
struct Occurrence {
  uint32_t position;
  uint32_t ordinal;  // of its spelling
  uint8_t field;
};

// The bits that a position gives to the ordinal of the spelling.
inline int OrdinalBits(size_t forms) {
  return forms <= 1 ? 0 : std::bit_width(forms - 1);
}

class PostingCursor {
 public:
  PostingCursor(const Segment& segment, uint32_t term);

  // Moves to the first document that is not before `target` and returns it;
  // kNoDocument when there is none.
  uint32_t Seek(uint32_t target);

  // How many documents the stem has, deleted ones included.
  uint32_t documents() const { return info_.documents; }

  // Of the current document; only after a Seek that found one.
  uint32_t document() const { return docs_[index_]; }
  query::FieldSet fields() {
    LoadCounts();
    return masks_[index_];
  }
  FieldCounts counts();
  // If the stem stands in the abstract alone, how often; else 0. Most
  // postings are so.
  uint32_t abstract_only() {
    LoadCounts();
    return masks_[index_] == query::OnlyField(query::TextField::kAbstract)
               ? values_[value_begins_[index_]]
               : 0;
  }
  // Puts every occurrence into `out`, by field, then by position.
  void Occurrences(std::vector<Occurrence>* out);

  // Calls visit() at every document of [begin, end), in order, and leaves the
  // cursor there.
  template <typename Visit>
  void ForEach(uint32_t begin, uint32_t end, Visit visit) {
    if (Seek(begin) >= end) return;
    while (true) {
      while (index_ < size_) {
        if (docs_[index_] >= end) return;
        visit();
        ++index_;
      }
      --index_;  // stay on a document
      if (block_ + 1 >= blocks_) return;
      LoadBlock(block_ + 1);
    }
  }

 private:
  void LoadBlock(uint32_t block);
  void LoadCounts() {
    if (!counts_loaded_) DecodeCounts();
  }
  void DecodeCounts();

  const TermInfo info_;
  const int ordinal_bits_;
  const uint8_t* const postings_;
  const uint8_t* const positions_;
  const SkipEntry* const skips_;  // null with a single block
  const uint32_t blocks_;

  uint32_t block_ = kNoDocument;  // the decoded one
  uint32_t index_ = 0;            // the current document in it
  uint32_t size_ = 0;
  std::array<uint32_t, kBlockSize> docs_;
  const uint8_t* counts_start_ = nullptr;
  bool counts_loaded_ = false;
  std::array<uint8_t, kBlockSize> masks_;
  std::array<uint16_t, kBlockSize> value_begins_;
  std::array<uint32_t, kBlockSize * query::kTextFields> values_;
  // The next positions to read, and whose they are.
  const uint8_t* positions_next_ = nullptr;
  uint32_t positions_index_ = 0;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_POSTINGS_H_
