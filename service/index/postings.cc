#include "service/index/postings.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "service/index/kernels.h"
#include "service/index/load.h"
#include "service/index/lower_bound.h"
#include "service/index/varint.h"

namespace paperwire::index {
namespace {

constexpr uint32_t kSlack = 32;  // what kernels touch past the end

// How many bytes a bitmap without its zero bytes takes.
size_t ByteBitmapSize(const uint8_t* p) {
  size_t bytes = WindowSet::kWords;
  for (size_t i = 0; i < WindowSet::kWords; i += sizeof(uint64_t)) {
    bytes += static_cast<size_t>(std::popcount(LoadAs<uint64_t>(p + i)));
  }
  return bytes;
}

}  // namespace

PostingCursor::PostingCursor(const Segment& segment, uint32_t term)
    : segment_(segment),
      term_(term),
      info_(segment.term(term)),
      data_(info_.postings),
      positions_(info_.positions) {
  if (info_.documents <= kBlockSize) {
    kind_ = Kind::kShort;
    Allocate(info_.documents, 0);
    DecodeShort();
  } else if (!IsDense(info_.documents, segment.documents())) {
    kind_ = Kind::kSparse;
    Allocate(info_.documents, blocks());
    std::fill_n(decoded_, blocks(), false);
  } else {
    kind_ = Kind::kDense;  // Allocate when a window is decoded
  }
}

void PostingCursor::Allocate(uint32_t postings, uint32_t blocks) {
  const size_t room = size_t{postings} + kSlack;
  room_ = std::make_unique_for_overwrite<std::byte[]>(
      room * (sizeof(*documents_) + sizeof(*codes_)) + blocks);
  documents_ = reinterpret_cast<uint32_t*>(room_.get());
  codes_ = reinterpret_cast<uint8_t*>(documents_ + room);
  decoded_ = reinterpret_cast<bool*>(codes_ + room);
}

void PostingCursor::DecodeShort() {
  ShortPostings postings(data_);
  for (uint32_t i = 0; i < info_.documents; ++i) {
    postings.Next();
    documents_[i] = postings.document();
    codes_[i] = postings.code();
  }
  positions_ = postings.next();
}

SparseEntry PostingCursor::sparse_entry(uint32_t block) const {
  return LoadAs<SparseEntry>(data_ + block * sizeof(SparseEntry));
}

DenseEntry PostingCursor::dense_entry(uint32_t window) const {
  return LoadAs<DenseEntry>(data_ + window * sizeof(DenseEntry));
}

PostingCursor::Piece PostingCursor::BlockPiece(uint32_t block) const {
  const SparseEntry entry = sparse_entry(block);
  const uint8_t* p = data_ + entry.offset;
  Piece piece;
  piece.size = std::min(kBlockSize, info_.documents - block * kBlockSize);
  piece.begin = block == 0 ? 0 : sparse_entry(block - 1).last_document + 1;
  piece.positions = p;
  p += sizeof(uint32_t);
  piece.documents = p;
  piece.documents_code = EliasFano(
      piece.size, entry.last_document + 1 - piece.begin, entry.low_bits);
  p += piece.documents_code.size();
  piece.codes = p;
  return piece;
}

PostingCursor::Piece PostingCursor::WindowPiece(const DenseEntry& entry) const {
  const uint8_t* p = data_ + entry.offset;
  Piece piece;
  piece.size = entry.size;
  const uint32_t chunks = (piece.size + kBlockSize - 1) / kBlockSize;
  piece.packing = p;
  p += 2 * sizeof(uint16_t);
  piece.positions = p;
  p += chunks * sizeof(uint32_t);
  piece.documents = p;
  if (entry.low_bits == kBitmap) {
    p += kWindowSize / 8;
  } else if (entry.low_bits == kByteBitmap) {
    p += ByteBitmapSize(p);
  } else {
    piece.documents_code = EliasFano(piece.size, kWindowSize, entry.low_bits);
    p += piece.documents_code.size();
  }
  piece.codes = p;
  return piece;
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
  const SparseEntry entry = sparse_entry(block);
  const Piece piece = BlockPiece(block);
  const uint32_t at = block * kBlockSize;
  kernels::Best().unpack(piece.documents, piece.documents_code, piece.begin,
                         documents_ + at);
  PackedCodes(piece.codes, piece.size, entry.codes, entry.exceptions)
      .Decode(codes_ + at);
}

void PostingCursor::Range(uint32_t window, uint32_t* begin, uint32_t* end) {
  const uint32_t first = window * kWindowSize;
  const uint32_t past = first + kWindowSize;
  const uint32_t* const all = documents_;
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
      LowerBound(all + block * kBlockSize, limit(block), first) - all);
  while (block + 1 < n && sparse_entry(block).last_document + 1 < past) {
    DecodeBlock(++block);
  }
  block_ = block;
  *end = static_cast<uint32_t>(
      LowerBound(all + std::max(*begin, block * kBlockSize), limit(block),
                 past) -
      all);
}

void PostingCursor::EnterWindow(uint32_t window) {
  if (window == window_) return;
  window_ = window;
  documents_loaded_ = codes_loaded_ = ranks_loaded_ = packed_open_ = false;
  index_ = finds_ = 0;
  const DenseEntry entry = dense_entry(window);
  bitmap_ = nullptr;
  if (entry.size == 0) {
    piece_ = Piece();
    return;
  }
  piece_ = WindowPiece(entry);
  if (entry.low_bits == kBitmap) {
    bitmap_ = reinterpret_cast<const uint64_t*>(piece_.documents);
  } else if (entry.low_bits == kByteBitmap) {
    if (spread_ == nullptr) {
      spread_ = std::make_unique_for_overwrite<uint64_t[]>(WindowSet::kWords);
    }
    kernels::Best().spread(piece_.documents, spread_.get());
    bitmap_ = spread_.get();
  }
}

void PostingCursor::LoadDenseDocuments() {
  if (documents_loaded_) return;
  documents_loaded_ = true;
  if (room_ == nullptr) Allocate(kWindowSize, 0);
  const uint32_t begin = window_ * kWindowSize;
  if (bitmap_ != nullptr) {
    kernels::Best().expand(bitmap_, begin, documents_);
  } else {
    kernels::Best().unpack(piece_.documents, piece_.documents_code, begin,
                           documents_);
  }
}

void PostingCursor::LoadDenseCodes() {
  if (codes_loaded_) return;
  codes_loaded_ = true;
  if (room_ == nullptr) Allocate(kWindowSize, 0);
  DenseCodes().Decode(codes_);
}

const PackedCodes& PostingCursor::DenseCodes() {
  if (!packed_open_) {
    packed_open_ = true;
    const auto exceptions = LoadAs<uint16_t>(piece_.packing);
    const auto head = LoadAs<uint16_t>(piece_.packing + sizeof(uint16_t));
    packed_ = PackedCodes(piece_.codes, piece_.size, static_cast<uint8_t>(head),
                          exceptions);
  }
  return packed_;
}

const uint8_t* PostingCursor::DenseChunkCodes(uint32_t chunk) {
  if (codes_loaded_) return codes_ + chunk * kBlockSize;
  const uint64_t key = uint64_t{window_} << 32 | chunk;
  if (codes_chunk_ != key) {
    codes_chunk_ = key;
    DenseCodes().DecodeChunk(chunk, chunk_codes_.data());
  }
  return chunk_codes_.data();
}

PostingCursor::Run PostingCursor::Load(uint32_t window) {
  if (kind_ == Kind::kDense) {
    EnterWindow(window);
    if (piece_.size == 0) return {};
    LoadDenseDocuments();
    LoadDenseCodes();
    return {documents_, codes_, piece_.size};
  }
  uint32_t begin, end;
  Range(window, &begin, &end);
  return {documents_ + begin, codes_ + begin, end - begin};
}

uint32_t PostingCursor::LoadAll() {
  if (kind_ == Kind::kSparse) {
    for (uint32_t b = 0; b < blocks(); ++b) DecodeBlock(b);
  }
  return info_.documents;
}

uint32_t PostingCursor::NextWindow(uint32_t window) {
  if (kind_ == Kind::kDense) return window;
  const uint32_t first = window * kWindowSize;
  uint32_t begin = 0;
  uint32_t end = info_.documents;
  if (kind_ == Kind::kSparse) {
    const uint32_t block = FindBlock(first);
    if (block == blocks()) return kNoWindow;
    DecodeBlock(block);
    begin = block * kBlockSize;
    end = std::min(begin + kBlockSize, end);
  }
  const uint32_t* const all = documents_;
  const uint32_t* const at = LowerBound(all + begin, all + end, first);
  return at == all + end ? kNoWindow : *at / kWindowSize;
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

void PostingCursor::AddAllTo(std::span<uint64_t> bitmap) {
  const auto add = [&](const uint32_t* documents, uint32_t size) {
    for (uint32_t i = 0; i < size; ++i) {
      const uint32_t d = documents[i];
      // Past the end are only those of damaged postings.
      if (d / 64 < bitmap.size()) bitmap[d / 64] |= uint64_t{1} << (d % 64);
    }
  };
  switch (kind_) {
    case Kind::kShort:
      return add(documents_, info_.documents);
    case Kind::kSparse: {
      std::array<uint32_t, kBlockSize + kSlack> documents;
      for (uint32_t b = 0; b < blocks(); ++b) {
        const Piece piece = BlockPiece(b);
        kernels::Best().unpack(piece.documents, piece.documents_code,
                               piece.begin, documents.data());
        add(documents.data(), piece.size);
      }
      return;
    }
    case Kind::kDense:
      for (uint32_t w = 0; w < blocks(); ++w) {
        EnterWindow(w);
        if (bitmap_ != nullptr) {
          for (size_t i = 0; i < WindowSet::kWords; ++i) {
            bitmap[w * WindowSet::kWords + i] |= bitmap_[i];
          }
        } else if (piece_.size > 0) {
          LoadDenseDocuments();
          add(documents_, piece_.size);
        }
      }
      return;
  }
}

bool PostingCursor::FindPacked(uint32_t block, uint32_t document) {
  const SparseEntry entry = sparse_entry(block);
  const Piece piece = BlockPiece(block);
  if (document < piece.begin) return false;
  const uint32_t place =
      piece.documents_code.Find(piece.documents, document - piece.begin);
  if (place == piece.size) return false;
  document_ = document;
  index_ = block * kBlockSize + place;
  code_ = PackedCodes(piece.codes, piece.size, entry.codes, entry.exceptions)
              .At(place);
  return true;
}

bool PostingCursor::Find(uint32_t document) {
  const auto search = [&](uint32_t begin, uint32_t end) {
    const uint32_t* const all = documents_;
    // Rising documents: the next ones first.
    if (index_ > begin && index_ < end && all[index_] <= document) {
      begin = index_;
    }
    const uint32_t* at =
        kernels::Best().lower_bound(all + begin, all + end, document);
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
    if (block != finds_block_) {
      finds_block_ = block;
      finds_ = 0;
    }
    if (!decoded_[block] && finds_++ < packed_finds_) {
      return FindPacked(block, document);
    }
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
    if (!documents_loaded_ && finds_++ < packed_finds_) {
      const uint32_t place =
          piece_.documents_code.Find(piece_.documents, document % kWindowSize);
      if (place == piece_.size) return false;
      document_ = document;
      index_ = place;
    } else {
      LoadDenseDocuments();
      if (!search(0, piece_.size)) return false;
    }
  }
  code_ = codes_loaded_ ? codes_[index_] : DenseCodes().At(index_);
  return true;
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
