// The half of PostingCursor that reads positions, one document at a time.
//
// A chunk has the first positions of all its postings, a byte each, and behind
// them the others (FORMAT.md). The first is there at once; to get to the others
// of a posting, those of the postings before it are counted by their codes and
// passed over.

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

#include "service/index/load.h"
#include "service/index/position_code.h"
#include "service/index/postings.h"

namespace paperwire::index {

std::vector<uint32_t> FormsByRank(const std::vector<uint32_t>& documents) {
  std::vector<uint32_t> by_rank(documents.size());
  std::iota(by_rank.begin(), by_rank.end(), 0);
  std::stable_sort(by_rank.begin(), by_rank.end(), [&](uint32_t a, uint32_t b) {
    return documents[a] > documents[b];
  });
  return by_rank;
}

const uint8_t* PostingCursor::ChunkBegin() const {
  const uint32_t chunk = index_ / kBlockSize;
  switch (kind_) {
    case Kind::kShort:
      return positions_;
    case Kind::kSparse:
      return positions_ + LoadAs<uint32_t>(data_ + sparse_entry(chunk).offset);
    case Kind::kDense:
      return positions_ +
             LoadAs<uint32_t>(piece_.positions + chunk * sizeof(uint32_t));
  }
  return positions_;
}

void PostingCursor::EnterChunk() {
  uint64_t chunk = index_ / kBlockSize;
  if (kind_ == Kind::kDense) chunk |= uint64_t{window_} << 32;
  if (chunk == chunk_) return;
  chunk_ = chunk;
  firsts_ = ChunkBegin();
  chunk_size_ = std::min(
      kBlockSize, (kind_ == Kind::kDense ? piece_.size : info_.documents) -
                      index_ / kBlockSize * kBlockSize);
  rests_open_ = false;
}

const uint8_t* PostingCursor::ChunkCodes() {
  const uint32_t chunk = index_ / kBlockSize;
  if (kind_ == Kind::kDense) return DenseChunkCodes(chunk);
  if (kind_ == Kind::kSparse) DecodeBlock(chunk);
  return codes_ + chunk * kBlockSize;
}

void PostingCursor::SeekRests() {
  EnterChunk();
  const uint32_t at = index_ % kBlockSize;
  if (!rests_open_ || rests_index_ > at) {
    rests_open_ = true;
    rests_index_ = passed_ = 0;
    const uint8_t* p = firsts_ + chunk_size_;
    if (info_.several_forms) ranks_of_forms_ = RankReader(&p);
    if (kind_ == Kind::kShort) {
      rests_next_ = p;
    } else {
      rests_ = RiceReader(p);
    }
  }
  if (rests_index_ == at) return;
  const uint32_t begin = index_ - at;
  bool escaped = false;
  uint32_t occurrences =
      SumOccurrences(ChunkCodes() + rests_index_, at - rests_index_, &escaped);
  for (uint32_t i = rests_index_; escaped && i < at; ++i) {
    if (kind_ == Kind::kDense) LoadDenseDocuments();
    for (const uint32_t n : EscapedCounts(documents_[begin + i])) {
      occurrences += n;
    }
  }
  // Of most postings the first position does not stand with the others.
  uint8_t long_firsts = 0;
  for (uint32_t i = rests_index_; i < at; ++i) {
    long_firsts =
        static_cast<uint8_t>(long_firsts + (firsts_[i] == kLongFirst));
  }
  const uint32_t count = occurrences - (at - rests_index_) + long_firsts;
  if (kind_ == Kind::kShort) {
    SkipPositions(&rests_next_, count);
  } else {
    rests_.Skip(count);
  }
  passed_ += occurrences;
  rests_index_ = at;
}

uint32_t PostingCursor::NextGap(bool first) {
  if (first && firsts_[rests_index_] != kLongFirst) {
    return firsts_[rests_index_];
  }
  return kind_ == Kind::kShort ? GetPosition(&rests_next_) : rests_.Next();
}

uint64_t PostingCursor::FirstPlace() {
  EnterChunk();
  const query::FieldSet of = fields(document_, code_);
  return static_cast<uint64_t>(std::countr_zero(of)) << 32 |
         firsts_[index_ % kBlockSize];
}

bool PostingCursor::SinglePlace(uint64_t* place) {
  if (kCodeTable.occurrences(code_) != 1) return false;
  EnterChunk();
  const uint8_t first = firsts_[index_ % kBlockSize];
  if (first == kLongFirst) return false;
  const auto field =
      static_cast<uint64_t>(std::countr_zero(kCodeTable.fields(code_)));
  *place = field << 32 | first;
  return true;
}

void PostingCursor::Places(query::FieldSet fields, std::vector<uint64_t>* out) {
  SeekRests();
  out->clear();
  const FieldCounts of_fields = counts();
  bool first = true;
  for (uint64_t f = 0; f < query::kTextFields; ++f) {
    uint64_t place = f << 32;
    for (uint32_t n = of_fields[f]; n > 0; --n) {
      place += NextGap(first);
      first = false;
      ++passed_;
      if ((fields >> f & 1) != 0) out->push_back(place);
    }
  }
  ++rests_index_;
}

void PostingCursor::Occurrences(std::vector<Occurrence>* out) {
  SeekRests();
  out->clear();
  const FieldCounts of_fields = counts();
  if (info_.several_forms && form_ranks_.empty()) {
    form_ranks_ = FormsByRank(segment_.FormDocuments(term_));
  }
  ranks_of_forms_.Skip(std::exchange(passed_, 0));
  bool first = true;
  for (uint8_t f = 0; f < query::kTextFields; ++f) {
    uint32_t position = 0;
    for (uint32_t n = of_fields[f]; n > 0; --n) {
      position += NextGap(first);
      first = false;
      const uint32_t ordinal =
          info_.several_forms ? form_ranks_[ranks_of_forms_.Next()] : 0;
      out->push_back({position, ordinal, f});
    }
  }
  ++rests_index_;
}

}  // namespace paperwire::index
