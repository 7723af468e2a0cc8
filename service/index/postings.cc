#include "service/index/postings.h"

#include <algorithm>

#include "service/index/varint.h"

namespace paperwire::index {

PostingCursor::PostingCursor(const Segment& segment, uint32_t term)
    : info_(segment.term(term)),
      ordinal_bits_(OrdinalBits(segment.term_forms(term).size())),
      postings_(segment.postings() + info_.postings),
      positions_(segment.positions() + info_.positions),
      skips_(info_.documents > kBlockSize
                 ? segment.skips().data() + info_.first_skip
                 : nullptr),
      blocks_((info_.documents + kBlockSize - 1) / kBlockSize) {}

void PostingCursor::LoadBlock(uint32_t block) {
  block_ = block;
  index_ = 0;
  size_ = std::min(kBlockSize, info_.documents - block * kBlockSize);
  const uint8_t* p = postings_;
  positions_next_ = positions_;
  positions_index_ = 0;
  if (skips_ != nullptr) {
    p += skips_[block].postings;
    positions_next_ += skips_[block].positions;
  }
  // Wraps around to the document before 0 in the first block.
  uint32_t previous = block == 0 ? UINT32_MAX : skips_[block - 1].last_document;
  for (uint32_t i = 0; i < size_; ++i) {
    previous += static_cast<uint32_t>(GetVarint(&p)) + 1;
    docs_[i] = previous;
  }
  counts_start_ = p;
  counts_loaded_ = false;
}

uint32_t PostingCursor::Seek(uint32_t target) {
  if (blocks_ == 0) return kNoDocument;
  const bool here = block_ != kNoDocument && docs_[size_ - 1] >= target &&
                    (block_ == 0 || docs_[0] <= target ||
                     skips_[block_ - 1].last_document < target);
  if (!here) {
    uint32_t block = 0;
    if (skips_ != nullptr) {
      const SkipEntry* const begin =
          block_ != kNoDocument && target > docs_[size_ - 1]
              ? skips_ + block_ + 1
              : skips_;
      const auto before = [target](const SkipEntry& s) {
        return s.last_document < target;
      };
      // Most often it is the next one.
      const SkipEntry* found = begin;
      if (begin < skips_ + blocks_ && before(*begin)) {
        found = std::partition_point(begin + 1, skips_ + blocks_, before);
      }
      block = static_cast<uint32_t>(found - skips_);
      if (block >= blocks_) return kNoDocument;
    }
    if (block != block_) LoadBlock(block);
  }
  uint32_t from = index_ < size_ && docs_[index_] <= target ? index_ : 0;
  const auto it =
      std::lower_bound(docs_.begin() + from, docs_.begin() + size_, target);
  if (it == docs_.begin() + size_) return kNoDocument;
  index_ = static_cast<uint32_t>(it - docs_.begin());
  return *it;
}

void PostingCursor::DecodeCounts() {
  counts_loaded_ = true;
  const uint8_t* p = counts_start_;
  uint16_t next = 0;
  for (uint32_t i = 0; i < size_; ++i) {
    value_begins_[i] = next;
    const uint8_t code = *p++;
    if (code < 0x80) {
      masks_[i] = query::OnlyField(query::TextField::kAbstract);
      values_[next++] = code;
      continue;
    }
    masks_[i] = code & query::kAllFields;
    for (int n = std::popcount(masks_[i]); n > 0; --n) {
      values_[next++] = static_cast<uint32_t>(GetVarint(&p));
    }
  }
}

FieldCounts PostingCursor::counts() {
  LoadCounts();
  FieldCounts counts{};
  size_t value = value_begins_[index_];
  for (size_t f = 0; f < counts.size(); ++f) {
    if ((masks_[index_] >> f & 1) != 0) counts[f] = values_[value++];
  }
  return counts;
}

void PostingCursor::Occurrences(std::vector<Occurrence>* out) {
  LoadCounts();
  if (positions_index_ > index_) {
    positions_index_ = 0;
    positions_next_ =
        positions_ + (skips_ == nullptr ? 0 : skips_[block_].positions);
  }
  uint64_t skip = 0;
  for (; positions_index_ < index_; ++positions_index_) {
    size_t value = value_begins_[positions_index_];
    for (int n = std::popcount(masks_[positions_index_]); n > 0; --n) {
      skip += values_[value++];
    }
  }
  SkipVarints(&positions_next_, skip);
  ++positions_index_;

  out->clear();
  size_t value = value_begins_[index_];
  const uint64_t ordinal_mask = (uint64_t{1} << ordinal_bits_) - 1;
  for (uint8_t f = 0; f < query::kTextFields; ++f) {
    if ((masks_[index_] >> f & 1) == 0) continue;
    uint32_t position = 0;
    for (uint32_t n = values_[value++]; n > 0; --n) {
      const uint64_t code = GetVarint(&positions_next_);
      position += static_cast<uint32_t>(code >> ordinal_bits_);
      out->push_back({position, static_cast<uint32_t>(code & ordinal_mask), f});
    }
  }
}

}  // namespace paperwire::index
