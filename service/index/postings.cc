#include "service/index/postings.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "service/index/kernels.h"
#include "service/index/position_code.h"
#include "service/index/varint.h"

namespace paperwire::index {
namespace {

template <typename T>
T Read(const uint8_t* p) {
  T value;
  std::memcpy(&value, p, sizeof(value));
  return value;
}

constexpr size_t kExceptionBytes = 3;
constexpr uint32_t kSlack = 8;  // what kernels write past the end

// The codes in a byte that holds several, lowest bits first.
template <int kBits>
constexpr auto MakeSpread() {
  constexpr int kPerByte = 8 / kBits;
  std::array<std::array<uint8_t, kPerByte>, 256> spread{};
  for (int byte = 0; byte < 256; ++byte) {
    for (int i = 0; i < kPerByte; ++i) {
      spread[static_cast<size_t>(byte)][static_cast<size_t>(i)] =
          static_cast<uint8_t>(byte >> (i * kBits) & ((1 << kBits) - 1));
    }
  }
  return spread;
}

template <int kBits>
void Spread(const uint8_t* in, uint32_t n, uint8_t* out) {
  static constexpr auto kSpread = MakeSpread<kBits>();
  constexpr uint32_t kPerByte = 8 / kBits;
  for (uint32_t i = 0; i < n; i += kPerByte) {
    std::memcpy(out + i, kSpread[*in++].data(), kPerByte);
  }
}

}  // namespace

PostingCursor::PostingCursor(const Segment& segment, uint32_t term)
    : segment_(segment),
      term_(term),
      info_(segment.term(term)),
      data_(segment.postings() + info_.postings),
      forms_(static_cast<uint32_t>(segment.term_forms(term).size())) {
  if (info_.documents <= kBlockSize) {
    kind_ = Kind::kShort;
    documents_ = std::make_unique_for_overwrite<uint32_t[]>(
        std::max(1u, info_.documents));
    codes_ = std::make_unique_for_overwrite<uint8_t[]>(
        std::max(1u, info_.documents));
    DecodeShort();
  } else if (!IsDense(info_.documents, segment.documents())) {
    kind_ = Kind::kSparse;
    documents_ =
        std::make_unique_for_overwrite<uint32_t[]>(info_.documents + kSlack);
    codes_ =
        std::make_unique_for_overwrite<uint8_t[]>(info_.documents + kSlack);
    decoded_.resize(blocks());
  } else {
    kind_ = Kind::kDense;
  }
}

void PostingCursor::DecodeShort() {
  const uint8_t* p = data_ + 1;  // behind the bound
  uint32_t document = UINT32_MAX;
  for (uint32_t i = 0; i < info_.documents; ++i) {
    const uint64_t gap_and_code = GetVarint(&p);
    document += static_cast<uint32_t>(gap_and_code >> 2) + 1;
    documents_[i] = document;
    const uint8_t code = gap_and_code & 3;
    codes_[i] = code < 3 ? code : *p++;
  }
}

SparseEntry PostingCursor::sparse_entry(uint32_t block) const {
  return Read<SparseEntry>(data_ + block * sizeof(SparseEntry));
}

DenseEntry PostingCursor::dense_entry(uint32_t window) const {
  return Read<DenseEntry>(data_ + window * sizeof(DenseEntry));
}

PostingCursor::Piece PostingCursor::BlockPiece(uint32_t block) const {
  const SparseEntry entry = sparse_entry(block);
  const uint8_t* p = data_ + entry.offset;
  Piece piece;
  piece.size = std::min(kBlockSize, info_.documents - block * kBlockSize);
  piece.positions = p;
  p += sizeof(uint32_t);
  piece.code_bits = entry.code_bits;
  piece.exceptions = entry.exceptions;
  piece.gaps = p;
  p += (piece.size * entry.gap_bits + 7) / 8;
  piece.codes = p;
  piece.exception_list =
      p + (piece.size * static_cast<uint32_t>(piece.code_bits) + 7) / 8;
  return piece;
}

PostingCursor::Piece PostingCursor::WindowPiece(const DenseEntry& entry) const {
  const uint8_t* p = data_ + entry.offset;
  Piece piece;
  piece.size = entry.size;
  piece.exceptions = Read<uint16_t>(p);
  piece.code_bits = p[2];
  p += 4;
  piece.positions = p;
  p += (piece.size + kBlockSize - 1) / kBlockSize * sizeof(uint32_t);
  piece.gaps = p;
  p += entry.gap_bits == kBitmap ? kWindowSize / 8
                                 : (piece.size * entry.gap_bits + 7) / 8;
  piece.codes = p;
  piece.exception_list =
      p + (piece.size * static_cast<uint32_t>(piece.code_bits) + 7) / 8;
  return piece;
}

void PostingCursor::DecodeCodes(const Piece& piece, uint8_t* out) {
  switch (piece.code_bits) {
    case 0:
      std::memset(out, 0, piece.size);
      return;
    case 1:
      Spread<1>(piece.codes, piece.size, out);
      break;
    case 2:
      Spread<2>(piece.codes, piece.size, out);
      break;
    case 4:
      Spread<4>(piece.codes, piece.size, out);
      break;
    default:
      std::memcpy(out, piece.codes, piece.size);
      return;
  }
  const uint8_t* e = piece.exception_list;
  for (uint32_t i = 0; i < piece.exceptions; ++i, e += kExceptionBytes) {
    out[Read<uint16_t>(e)] = e[2];
  }
}

uint8_t PostingCursor::CodeAt(const Piece& piece, uint32_t i) {
  const uint32_t bits = static_cast<uint32_t>(piece.code_bits);
  if (bits == 0) return 0;
  if (bits == 8) return piece.codes[i];
  const uint32_t mask = (1u << bits) - 1;
  const uint32_t code = piece.codes[i * bits / 8] >> (i * bits % 8) & mask;
  if (code != mask) return static_cast<uint8_t>(code);
  uint32_t low = 0;
  uint32_t high = piece.exceptions;
  while (high - low > 1) {
    const uint32_t middle = low + (high - low) / 2;
    const uint8_t* e = piece.exception_list + middle * kExceptionBytes;
    (Read<uint16_t>(e) <= i ? low : high) = middle;
  }
  return piece.exception_list[low * kExceptionBytes + 2];
}

uint32_t PostingCursor::FindBlock(uint32_t document) {
  const uint32_t n = blocks();
  const auto before = [&](uint32_t b) {
    return sparse_entry(b).last_document < document;
  };
  uint32_t low = 0;
  if (block_ > 0 && block_ <= n && before(block_ - 1)) {
    low = block_;
    // Most often it is this one or the next.
    if (low == n || !before(low)) return low;
    if (low + 1 == n || !before(low + 1)) return block_ = low + 1;
    low += 2;
  }
  uint32_t high = n;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (before(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return block_ = low;
}

void PostingCursor::DecodeBlock(uint32_t block) {
  if (decoded_[block]) return;
  decoded_[block] = true;
  const Piece piece = BlockPiece(block);
  const uint32_t before =
      block == 0 ? UINT32_MAX : sparse_entry(block - 1).last_document;
  const uint32_t at = block * kBlockSize;
  kernels::Best().unpack(piece.gaps, sparse_entry(block).gap_bits, piece.size,
                         before, documents_.get() + at);
  DecodeCodes(piece, codes_.get() + at);
}

void PostingCursor::Range(uint32_t window, uint32_t* begin, uint32_t* end) {
  const uint32_t first = window * kWindowSize;
  const uint32_t past = first + kWindowSize;
  const uint32_t* const all = documents_.get();
  if (kind_ == Kind::kShort) {
    uint32_t i = next_ > 0 && next_ <= info_.documents && all[next_ - 1] < first
                     ? next_
                     : 0;
    while (i < info_.documents && all[i] < first) ++i;
    *begin = i;
    while (i < info_.documents && all[i] < past) ++i;
    *end = next_ = i;
    return;
  }
  const uint32_t n = blocks();
  uint32_t block = FindBlock(first);
  if (block == n) {
    *begin = *end = info_.documents;
    return;
  }
  DecodeBlock(block);
  const auto limit = [&](uint32_t b) {
    return all + std::min((b + 1) * kBlockSize, info_.documents);
  };
  *begin = static_cast<uint32_t>(
      std::lower_bound(all + block * kBlockSize, limit(block), first) - all);
  while (block + 1 < n && sparse_entry(block).last_document + 1 < past) {
    DecodeBlock(++block);
  }
  block_ = block;
  *end = static_cast<uint32_t>(
      std::lower_bound(all + std::max(*begin, block * kBlockSize), limit(block),
                       past) -
      all);
}

void PostingCursor::EnterWindow(uint32_t window) {
  if (window == window_) return;
  window_ = window;
  documents_loaded_ = codes_loaded_ = ranks_loaded_ = false;
  index_ = 0;
  const DenseEntry entry = dense_entry(window);
  bitmap_ = nullptr;
  gap_bits_ = entry.gap_bits;
  if (entry.size == 0) {
    piece_ = Piece();
    return;
  }
  piece_ = WindowPiece(entry);
  if (entry.gap_bits == kBitmap) {
    bitmap_ = reinterpret_cast<const uint64_t*>(piece_.gaps);
  }
}

void PostingCursor::LoadDenseDocuments() {
  if (documents_loaded_) return;
  documents_loaded_ = true;
  if (documents_ == nullptr) {
    documents_ =
        std::make_unique_for_overwrite<uint32_t[]>(kWindowSize + kSlack);
  }
  const uint32_t begin = window_ * kWindowSize;
  if (bitmap_ != nullptr) {
    kernels::Best().expand(bitmap_, begin, documents_.get());
  } else {
    kernels::Best().unpack(piece_.gaps, gap_bits_, piece_.size, begin - 1,
                           documents_.get());
  }
}

void PostingCursor::LoadDenseCodes() {
  if (codes_loaded_) return;
  codes_loaded_ = true;
  if (codes_ == nullptr) {
    codes_ = std::make_unique_for_overwrite<uint8_t[]>(kWindowSize + kSlack);
  }
  DecodeCodes(piece_, codes_.get());
}

PostingCursor::Run PostingCursor::Load(uint32_t window) {
  if (kind_ == Kind::kDense) {
    EnterWindow(window);
    if (piece_.size == 0) return {};
    LoadDenseDocuments();
    LoadDenseCodes();
    return {documents_.get(), codes_.get(), piece_.size};
  }
  uint32_t begin, end;
  Range(window, &begin, &end);
  return {documents_.get() + begin, codes_.get() + begin, end - begin};
}

void PostingCursor::AddTo(uint32_t window, WindowSet* set) {
  const uint32_t first = window * kWindowSize;
  if (kind_ == Kind::kDense) {
    EnterWindow(window);
    if (bitmap_ != nullptr) {
      set->UniteWords(bitmap_);
      return;
    }
    if (piece_.size == 0) return;
    LoadDenseDocuments();
    for (uint32_t i = 0; i < piece_.size; ++i) set->Add(documents_[i] - first);
    return;
  }
  uint32_t begin, end;
  Range(window, &begin, &end);
  for (uint32_t i = begin; i < end; ++i) set->Add(documents_[i] - first);
}

void PostingCursor::Narrow(uint32_t window, WindowSet* set) {
  if (kind_ == Kind::kDense) {
    EnterWindow(window);
    if (bitmap_ != nullptr) {
      set->IntersectWords(bitmap_);
      return;
    }
  }
  WindowSet found;
  AddTo(window, &found);
  set->Intersect(found);
}

bool PostingCursor::Find(uint32_t document) {
  const auto search = [&](uint32_t begin, uint32_t end) {
    const uint32_t* const all = documents_.get();
    // Rising documents: the next ones first.
    if (index_ > begin && index_ < end && all[index_] <= document) {
      begin = index_;
    }
    const uint32_t* at = std::lower_bound(all + begin, all + end, document);
    index_ = static_cast<uint32_t>(at - all);
    if (at == all + end || *at != document) return false;
    document_ = document;
    return true;
  };
  if (kind_ == Kind::kShort) {
    if (!search(0, info_.documents)) return false;
    code_ = codes_[index_];
    return true;
  }
  if (kind_ == Kind::kSparse) {
    const uint32_t block = FindBlock(document);
    if (block == blocks()) return false;
    DecodeBlock(block);
    if (!search(block * kBlockSize,
                std::min((block + 1) * kBlockSize, info_.documents))) {
      return false;
    }
    code_ = codes_[index_];
    return true;
  }
  EnterWindow(document / kWindowSize);
  if (bitmap_ != nullptr) {
    const uint32_t i = document % kWindowSize;
    const uint64_t word = bitmap_[i / 64];
    if ((word >> (i % 64) & 1) == 0) return false;
    if (!ranks_loaded_) {
      ranks_loaded_ = true;
      if (ranks_ == nullptr) {
        ranks_ = std::make_unique_for_overwrite<uint16_t[]>(kWindowSize / 64);
      }
      kernels::Best().ranks(bitmap_, ranks_.get());
    }
    const uint64_t below = word & ((uint64_t{1} << (i % 64)) - 1);
    index_ = ranks_[i / 64] + static_cast<uint32_t>(std::popcount(below));
    document_ = document;
  } else {
    if (piece_.size == 0) return false;
    LoadDenseDocuments();
    if (!search(0, piece_.size)) return false;
  }
  code_ = codes_loaded_ ? codes_[index_] : CodeAt(piece_, index_);
  return true;
}

uint32_t PostingCursor::OccurrencesBefore(uint32_t begin, uint32_t end) {
  uint32_t sum = 0;
  bool escaped = false;
  for (uint32_t i = begin; i < end; ++i) {
    sum += kCodeTable.occurrences(codes_[i]);
    escaped = escaped || codes_[i] == kNoCode;
  }
  if (!escaped) return sum;
  if (kind_ == Kind::kDense) LoadDenseDocuments();
  for (uint32_t i = begin; i < end; ++i) {
    if (codes_[i] != kNoCode) continue;
    for (const uint32_t n : EscapedCounts(documents_[i])) sum += n;
  }
  return sum;
}

void PostingCursor::SeekPositions() {
  // Which chunk of positions, and which posting in it.
  uint64_t chunk = index_ / kBlockSize;
  if (kind_ == Kind::kDense) {
    chunk |= uint64_t{window_} << 32;
    LoadDenseCodes();
  }
  if (chunk != chunk_ || positions_index_ > index_) {
    chunk_ = chunk;
    positions_index_ = index_ / kBlockSize * kBlockSize;
    ordinal_index_ = 0;
    const uint8_t* p = segment_.positions() + info_.positions;
    if (kind_ == Kind::kSparse) {
      p += Read<uint32_t>(BlockPiece(index_ / kBlockSize).positions);
    } else if (kind_ == Kind::kDense) {
      p += Read<uint32_t>(piece_.positions +
                          index_ / kBlockSize * sizeof(uint32_t));
    }
    ordinal_bits_ = 0;
    if (forms_ > 1) {
      ordinal_bits_ = *p++;
      if (ordinal_bits_ > 0) {
        const uint64_t bytes = GetVarint(&p);
        ordinals_ = p;
        p += bytes;
      }
    }
    positions_next_ = p;
  }
  const uint32_t skip = OccurrencesBefore(positions_index_, index_);
  SkipPositions(&positions_next_, skip);
  ordinal_index_ += skip;
  positions_index_ = index_ + 1;
}

void PostingCursor::Places(query::FieldSet fields, std::vector<uint64_t>* out) {
  SeekPositions();
  out->clear();
  const FieldCounts of_fields = counts();
  for (uint64_t f = 0; f < query::kTextFields; ++f) {
    const uint32_t n = of_fields[f];
    ordinal_index_ += n;
    if ((fields >> f & 1) == 0) {
      SkipPositions(&positions_next_, n);
      continue;
    }
    uint64_t place = f << 32;
    for (uint32_t i = 0; i < n; ++i) {
      place += GetPosition(&positions_next_);
      out->push_back(place);
    }
  }
}

void PostingCursor::Occurrences(std::vector<Occurrence>* out) {
  SeekPositions();
  out->clear();
  const FieldCounts of_fields = counts();
  const uint64_t mask = (uint64_t{1} << ordinal_bits_) - 1;
  for (uint8_t f = 0; f < query::kTextFields; ++f) {
    uint32_t position = 0;
    for (uint32_t n = of_fields[f]; n > 0; --n) {
      position += GetPosition(&positions_next_);
      uint32_t ordinal = 0;
      if (ordinal_bits_ > 0) {
        const uint64_t bit =
            uint64_t{ordinal_index_} * static_cast<uint64_t>(ordinal_bits_);
        ordinal = static_cast<uint32_t>(
            Read<uint64_t>(ordinals_ + bit / 8) >> (bit % 8) & mask);
      }
      ++ordinal_index_;
      out->push_back({position, ordinal, f});
    }
  }
}

FieldCounts PostingCursor::EscapedCounts(uint32_t document) const {
  const std::span<const EscapedPosting> escapes = segment_.escapes();
  const auto it = std::lower_bound(
      escapes.begin(), escapes.end(), std::pair(term_, document),
      [](const EscapedPosting& e, const std::pair<uint32_t, uint32_t>& key) {
        return std::pair(e.term, e.document) < key;
      });
  if (it == escapes.end() || it->term != term_ || it->document != document) {
    return {};
  }
  return it->counts;
}

query::FieldSet PostingCursor::EscapedFields(uint32_t document) const {
  const FieldCounts counts = EscapedCounts(document);
  query::FieldSet fields = 0;
  for (size_t f = 0; f < counts.size(); ++f) {
    if (counts[f] > 0) fields |= static_cast<query::FieldSet>(1u << f);
  }
  return fields;
}

void PostingCursor::RaiseBounds(std::vector<uint8_t>* bounds) {
  const auto raise = [&](uint32_t window, uint8_t bound) {
    uint8_t& b = (*bounds)[window];
    b = std::max(b, bound);
  };
  switch (kind_) {
    case Kind::kShort:
      for (uint32_t i = 0; i < info_.documents; ++i) {
        raise(documents_[i] / kWindowSize, data_[0]);
      }
      return;
    case Kind::kSparse: {
      uint32_t first = 0;  // where a block can begin at the earliest
      for (uint32_t b = 0; b < blocks(); ++b) {
        const SparseEntry entry = sparse_entry(b);
        const uint32_t last = entry.last_document;
        for (uint32_t w = first / kWindowSize; w <= last / kWindowSize; ++w) {
          raise(w, entry.bound);
        }
        first = last + 1;
      }
      return;
    }
    case Kind::kDense:
      for (uint32_t w = 0; w < bounds->size(); ++w) {
        const DenseEntry entry = dense_entry(w);
        if (entry.size > 0) raise(w, entry.bound);
      }
      return;
  }
}

}  // namespace paperwire::index
