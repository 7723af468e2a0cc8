// Reads the postings of one stem in one segment, window by window.
//
//     PostingCursor cursor(segment, term);
//     for (uint32_t w = 0; w < WindowCount(segment.documents()); ++w) {
//       const PostingCursor::Run run = cursor.Load(w);
//       for (uint32_t i = 0; i < run.size; ++i) {
//         run.documents[i];                          // rising
//         cursor.counts(run.documents[i], run.codes[i]);  // how often, by
//         field
//       }
//     }
//
// Windows may come in any order; what was decoded is kept where that is
// cheap. Positions are read one document at a time, after Find.
//
// Stems lie in one of three ways (FORMAT.md): *short*, all postings in one
// piece; *sparse*, in blocks of 128 with the last document of each; *dense*,
// in windows, where a full one is a bitmap.
//
// Not thread-safe; the segment must outlive it.

#ifndef PAPERWIRE_SERVICE_INDEX_POSTINGS_H_
#define PAPERWIRE_SERVICE_INDEX_POSTINGS_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "service/index/elias_fano.h"
#include "service/index/packed_codes.h"
#include "service/index/posting_codes.h"
#include "service/index/rank_code.h"
#include "service/index/ranking.h"
#include "service/index/rice_code.h"
#include "service/index/segment.h"
#include "service/index/varint.h"
#include "service/index/window.h"

namespace paperwire::index {

inline constexpr uint32_t kNoDocument = UINT32_MAX;
inline constexpr uint32_t kNoWindow = UINT32_MAX;

// One place where a stem stands in a document.
struct Occurrence {
  uint32_t position;
  uint32_t ordinal;  // of its spelling
  uint8_t field;
};

// Of how many documents in how large a segment a stem is dense: from one in
// 64 on.
inline bool IsDense(uint32_t with_stem, uint32_t documents) {
  return with_stem > kBlockSize && uint64_t{with_stem} * 64 >= documents;
}

// The ordinals of the spellings of a stem, the most frequent first: with the
// positions, the place in this list stands for the spelling. `documents`: of
// each spelling, by ordinal.
std::vector<uint32_t> FormsByRank(const std::vector<uint32_t>& documents);

// Reads the postings of a short stem, one by one.
class ShortPostings {
 public:
  // `data` is where the stem's postings begin.
  explicit ShortPostings(const uint8_t* data) : next_(data + 1) {}  // the bound

  // Moves to the first posting, then to the next one.
  void Next() {
    const uint64_t gap_and_code = GetVarint(&next_);
    document_ += static_cast<uint32_t>(gap_and_code >> 2) + 1;
    code_ = gap_and_code & 3;
    if (code_ == 3) code_ = *next_++;
  }
  uint32_t document() const { return document_; }
  uint8_t code() const { return code_; }
  // Behind the posting: of the last one, where the positions begin.
  const uint8_t* next() const { return next_; }

 private:
  const uint8_t* next_;
  uint32_t document_ = UINT32_MAX;
  uint8_t code_ = 0;
};

class PostingCursor {
 public:
  PostingCursor(const Segment& segment, uint32_t term);

  // How many documents the stem has, deleted ones included.
  uint32_t documents() const { return info_.documents; }
  const Segment& segment() const { return segment_; }

  // The postings of one window. Valid until the next call.
  struct Run {
    const uint32_t* documents = nullptr;
    const uint8_t* codes = nullptr;  // posting_codes.h
    uint32_t size = 0;
  };
  Run Load(uint32_t window);

  // Calls visit(place in the window, code) at every posting of a window.
  template <typename Visit>
  void ForEachIn(uint32_t window, Visit visit);
  // The same for those whose documents are in the set, a small one.
  template <typename Visit>
  void ForEachIn(uint32_t window, const WindowSet& set, Visit visit);

  // The first window from this one on that may have a document; kNoWindow when
  // there is none.
  uint32_t NextWindow(uint32_t window);

  // Adds the documents of a window to the set.
  void AddTo(uint32_t window, WindowSet* set);
  // Removes all others from the set.
  void Narrow(uint32_t window, WindowSet* set);
  // Adds the documents of all windows to a bitmap of them. Keeps nothing that
  // it decodes.
  void AddAllTo(std::span<uint64_t> bitmap);

  // Whether the document has the stem; if so, the cursor stands on it. Rising
  // documents are fastest.
  bool Find(uint32_t document);
  // How many documents will be looked up in all, when these are spread evenly:
  // whether blocks are unpacked for it depends on that.
  void ExpectFinds(uint32_t finds) {
    packed_finds_ = finds <= kPackedFinds * blocks() ? UINT32_MAX : 0;
  }
  // Calls visit(document) at every document, in order, standing on it.
  template <typename Visit>
  void ForEach(Visit visit);
  // The same by hand, unless the stem is dense: decodes all of it, returns how
  // many documents there are; then stands on document i of them.
  uint32_t LoadAll();
  void StandOn(uint32_t i) {
    index_ = i;
    document_ = documents_[i];
    code_ = codes_[i];
  }
  bool is_dense() const { return kind_ == Kind::kDense; }
  // Of the document that it stands on.
  uint32_t document() const { return document_; }
  uint8_t code() const { return code_; }
  FieldCounts counts() const { return counts(document_, code_); }
  // It stands nowhere before that: field << 32 | position. Cheap.
  uint64_t FirstPlace();
  // Where it stands, when that is a single place: field << 32 | position. Much
  // cheaper than the following.
  bool SinglePlace(uint64_t* place);
  // Puts where it stands in these fields into `out`, rising: field << 32 |
  // position.
  void Places(query::FieldSet fields, std::vector<uint64_t>* out);
  // The same in all fields, with the spellings.
  void Occurrences(std::vector<Occurrence>* out);

  // What a code of this stem stands for.
  FieldCounts counts(uint32_t document, uint8_t code) const {
    return code != kNoCode ? kCodeTable.counts(code) : EscapedCounts(document);
  }
  query::FieldSet fields(uint32_t document, uint8_t code) const {
    return code != kNoCode ? kCodeTable.fields(code) : EscapedFields(document);
  }

  // Postings come in *blocks*, each with a bound: windows of a dense stem, 128
  // of a sparse one; all of a short one. Bounds are as RaiseBounds has them, 0
  // where there is no posting.
  uint32_t blocks() const {
    return kind_ == Kind::kDense
               ? WindowCount(segment_.documents())
               : (info_.documents + kBlockSize - 1) / kBlockSize;
  }
  uint8_t BlockBound(uint32_t block) const {
    switch (kind_) {
      case Kind::kShort:
        return data_[0];
      case Kind::kSparse:
        return sparse_entry(block).bound;
      case Kind::kDense:
        return dense_entry(block).bound;
    }
    return 0;
  }
  // Calls visit(document, code) at every posting of a block, or of an eighth of
  // a window.
  template <typename Visit>
  void ForEachInBlock(uint32_t block, Visit visit);
  template <typename Visit>
  void ForEachInEighth(uint32_t window, uint32_t eighth, Visit visit);

  // A guess at how many postings a window has.
  uint32_t SizeIn(uint32_t window) const {
    return kind_ == Kind::kDense
               ? dense_entry(window).size
               : info_.documents / WindowCount(segment_.documents()) + 1;
  }

  // The bounds of the eighths of a window; false when they are not known.
  bool EighthBounds(uint32_t window,
                    std::array<uint8_t, kEighths>* bounds) const {
    if (kind_ != Kind::kDense) return false;
    *bounds = dense_entry(window).bounds;
    return true;
  }

  // Raises bounds[w] to a bound of the impacts of window w (impacts.h, made
  // with the segment's averages); windows without postings stay as they are.
  // As many bounds as the segment has windows.
  void RaiseBounds(std::vector<uint8_t>* bounds);

 private:
  enum class Kind : uint8_t { kShort, kSparse, kDense };

  // So many documents are looked up faster than all are unpacked. Measured.
  static constexpr uint32_t kPackedFinds = 3;

  // A piece of postings: a block, or a window of a dense stem.
  struct Piece {
    uint32_t size = 0;
    const uint8_t* positions = nullptr;  // 4 bytes for each 128 postings
    // From which document on they can be, and where they lie: so, or as a
    // bitmap.
    uint32_t begin = 0;
    const uint8_t* documents = nullptr;
    EliasFano documents_code{0, 1, 0};
    // The codes, and of a window how they are packed.
    const uint8_t* codes = nullptr;
    const uint8_t* packing = nullptr;
  };

  // Makes room for so many postings, and for flags of so many blocks.
  void Allocate(uint32_t postings, uint32_t blocks);
  void DecodeShort();
  SparseEntry sparse_entry(uint32_t block) const;
  DenseEntry dense_entry(uint32_t window) const;
  Piece BlockPiece(uint32_t block) const;
  Piece WindowPiece(const DenseEntry& entry) const;
  uint32_t FindBlock(uint32_t document);
  bool FindPacked(uint32_t block, uint32_t document);
  void DecodeBlock(uint32_t block);
  // [begin, end) in documents_ of a short or sparse stem.
  void Range(uint32_t window, uint32_t* begin, uint32_t* end);
  // Dense stems: makes the window the current one; then decodes it.
  void EnterWindow(uint32_t window);
  void LoadDenseDocuments();
  void LoadDenseCodes();
  // Where the codes of the window are; they are not asked of every window.
  const PackedCodes& DenseCodes();
  // Those of 128 of its postings.
  const uint8_t* DenseChunkCodes(uint32_t chunk);

  FieldCounts EscapedCounts(uint32_t document) const;
  query::FieldSet EscapedFields(uint32_t document) const;
  // Where the chunk of posting index_ lies.
  const uint8_t* ChunkBegin() const;
  // Makes the chunk of posting index_ the current one.
  void EnterChunk();
  // The codes of its postings.
  const uint8_t* ChunkCodes();
  // Moves to the rests of posting index_.
  void SeekRests();
  // The positions of posting index_, each as the gap from the one before in
  // its field, in order. After SeekRests, as often as there are positions.
  uint32_t NextGap(bool first);

  const Segment& segment_;
  const uint32_t term_;
  const TermInfo info_;
  const uint8_t* const data_;
  const uint8_t* positions_;  // of the stem
  Kind kind_;

  // Short and sparse: all of them, decoded block by block. Dense: those of
  // the window. In one piece of memory: many cursors live for microseconds.
  std::unique_ptr<std::byte[]> room_;
  uint32_t* documents_ = nullptr;
  uint8_t* codes_ = nullptr;
  bool* decoded_ = nullptr;  // sparse: by block
  uint32_t block_ = 0;       // sparse: where the last search ended
  uint32_t next_ = 0;        // short: where the last search ended

  // Dense.
  uint32_t window_ = kNoWindow;
  bool documents_loaded_ = false;
  bool codes_loaded_ = false;
  bool ranks_loaded_ = false;
  bool packed_open_ = false;
  Piece piece_;
  PackedCodes packed_;
  const uint64_t* bitmap_ = nullptr;  // where it lies, or in spread_
  std::unique_ptr<uint64_t[]> spread_;
  std::unique_ptr<uint16_t[]> ranks_;

  // How many documents are looked up packed before all are unpacked, and how
  // many have been in the window at hand, or, of a sparse stem, the block.
  uint32_t packed_finds_ = kPackedFinds;
  uint32_t finds_ = 0;
  uint32_t finds_block_ = UINT32_MAX;
  // What Find found.
  uint32_t document_ = kNoDocument;
  uint8_t code_ = 0;
  uint32_t index_ = 0;  // in documents_, or in the window

  // The chunk of positions: the first ones of all its postings; then, once
  // rests_open_, the others, from those of posting rests_index_ of the chunk
  // on. Short stems have them in bytes.
  uint64_t chunk_ = UINT64_MAX;
  const uint8_t* firsts_ = nullptr;
  uint32_t chunk_size_ = 0;
  bool rests_open_ = false;
  RiceReader rests_;
  const uint8_t* rests_next_ = nullptr;  // short stems
  uint32_t rests_index_ = 0;
  std::vector<uint32_t> form_ranks_;  // FormsByRank, once it is needed
  RankReader ranks_of_forms_;
  uint32_t passed_ = 0;  // positions whose ranks are to be passed over first
  uint64_t codes_chunk_ = UINT64_MAX;  // dense: window and chunk, which are in:
  std::array<uint8_t, kBlockSize + 16> chunk_codes_;
};

// Calls visit(document, fields) at every posting of a stem, in order. Of a
// short stem, which those of a small segment are, without making a cursor.
template <typename Visit>
void ForEachPosting(const Segment& segment, uint32_t term, Visit visit);

template <typename Visit>
void PostingCursor::ForEachIn(uint32_t window, Visit visit) {
  const uint32_t first = window * kWindowSize;
  if (kind_ == Kind::kDense) {
    EnterWindow(window);
    if (bitmap_ != nullptr) {
      LoadDenseCodes();
      const uint8_t* code = codes_;
      for (uint32_t w = 0; w < kWindowSize / 64; ++w) {
        for (uint64_t bits = bitmap_[w]; bits != 0; bits &= bits - 1) {
          visit(w * 64 + static_cast<uint32_t>(std::countr_zero(bits)),
                *code++);
        }
      }
      return;
    }
  }
  const Run run = Load(window);
  for (uint32_t i = 0; i < run.size; ++i) {
    visit(run.documents[i] - first, run.codes[i]);
  }
}

template <typename Visit>
void PostingCursor::ForEachIn(uint32_t window, const WindowSet& set,
                              Visit visit) {
  const uint32_t first = window * kWindowSize;
  if (kind_ == Kind::kDense) {
    EnterWindow(window);
    if (bitmap_ != nullptr) {
      const PackedCodes& codes = DenseCodes();
      uint32_t rank = 0;
      for (uint32_t w = 0; w < kWindowSize / 64; ++w) {
        const uint64_t word = bitmap_[w];
        for (uint64_t bits = word & set.words()[w]; bits != 0;
             bits &= bits - 1) {
          const uint64_t below = word & ((bits & (0 - bits)) - 1);
          visit(w * 64 + static_cast<uint32_t>(std::countr_zero(bits)),
                codes.At(rank + static_cast<uint32_t>(std::popcount(below))));
        }
        rank += static_cast<uint32_t>(std::popcount(word));
      }
      return;
    }
  }
  const Run run = Load(window);
  // Which ones cannot be foretold, so there is no branch on it.
  std::array<uint16_t, kWindowSize> in_set;
  uint32_t n = 0;
  for (uint32_t i = 0; i < run.size; ++i) {
    in_set[n] = static_cast<uint16_t>(i);
    n += set.Has(run.documents[i] - first) ? 1 : 0;
  }
  for (uint32_t k = 0; k < n; ++k) {
    const uint32_t i = in_set[k];
    visit(run.documents[i] - first, run.codes[i]);
  }
}

template <typename Visit>
void PostingCursor::ForEachInBlock(uint32_t block, Visit visit) {
  if (kind_ == Kind::kDense) {
    const Run run = Load(block);
    for (uint32_t i = 0; i < run.size; ++i) {
      visit(run.documents[i], run.codes[i]);
    }
    return;
  }
  if (kind_ == Kind::kSparse) DecodeBlock(block);
  const uint32_t begin = block * kBlockSize;
  const uint32_t end = std::min(begin + kBlockSize, info_.documents);
  for (uint32_t i = begin; i < end; ++i) visit(documents_[i], codes_[i]);
}

template <typename Visit>
void PostingCursor::ForEachInEighth(uint32_t window, uint32_t eighth,
                                    Visit visit) {
  EnterWindow(window);
  const uint32_t first = window * kWindowSize + eighth * kEighthSize;
  if (bitmap_ == nullptr) {
    const Run run = Load(window);
    const uint32_t* const end = run.documents + run.size;
    const uint32_t* at = std::lower_bound(run.documents, end, first);
    for (; at != end && *at < first + kEighthSize; ++at) {
      visit(*at, run.codes[at - run.documents]);
    }
    return;
  }
  constexpr uint32_t kWords = kEighthSize / 64;
  uint32_t rank = 0;
  for (uint32_t w = 0; w < eighth * kWords; ++w) {
    rank += static_cast<uint32_t>(std::popcount(bitmap_[w]));
  }
  const uint8_t* codes = DenseChunkCodes(rank / kBlockSize);
  for (uint32_t w = 0; w < kWords; ++w) {
    for (uint64_t bits = bitmap_[eighth * kWords + w]; bits != 0;
         bits &= bits - 1) {
      if (rank % kBlockSize == 0) codes = DenseChunkCodes(rank / kBlockSize);
      visit(first + w * 64 + static_cast<uint32_t>(std::countr_zero(bits)),
            codes[rank++ % kBlockSize]);
    }
  }
}

template <typename Visit>
void PostingCursor::ForEach(Visit visit) {
  const auto visit_all = [&](uint32_t size) {
    for (uint32_t i = 0; i < size; ++i) {
      StandOn(i);
      visit(document_);
    }
    index_ = 0;
  };
  if (!is_dense()) return visit_all(LoadAll());
  for (uint32_t w = 0; w < WindowCount(segment_.documents()); ++w) {
    visit_all(Load(w).size);
  }
}

template <typename Visit>
void ForEachPosting(const Segment& segment, uint32_t term, Visit visit) {
  const auto visit_all = [&] {
    PostingCursor cursor(segment, term);
    cursor.ForEach([&](uint32_t document) {
      visit(document, cursor.fields(document, cursor.code()));
    });
  };
  const TermInfo info = segment.term(term);
  if (info.documents > kBlockSize) return visit_all();
  ShortPostings postings(info.postings);
  for (uint32_t i = 0; i < info.documents; ++i) {
    postings.Next();
    if (postings.code() == kNoCode) {
      PostingCursor cursor(segment, term);
      visit(postings.document(), cursor.fields(postings.document(), kNoCode));
    } else {
      visit(postings.document(), kCodeTable.fields(postings.code()));
    }
  }
}

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_POSTINGS_H_
