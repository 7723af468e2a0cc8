#include "service/index/postings_writer.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "service/base/priority.h"
#include "service/index/elias_fano.h"
#include "service/index/framed_column.h"
#include "service/index/packed_codes.h"
#include "service/index/position_code.h"
#include "service/index/rank_code.h"
#include "service/index/rice_code.h"
#include "service/index/varint.h"

namespace paperwire::index {
namespace {

// From so many postings on a window of 4,096 documents is a bitmap. A little
// larger than numbers would be, and much faster to combine.
constexpr size_t kBitmapFrom = 256;
// Up to so many of its 512 bytes that are not 0, only those are written.
constexpr size_t kBytesUpTo = 384;

template <typename T>
void Put(std::vector<uint8_t>* out, T value) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(&value);
  out->insert(out->end(), bytes, bytes + sizeof(value));
}

}  // namespace

PostingsWriter::PostingsWriter(SectionBuffers* sections,
                               std::span<const uint8_t> classes,
                               const ImpactTable& bounds)
    : sections_(sections),
      classes_(classes),
      bounds_(bounds),
      postings_((*sections)[Section::kPostings]),
      long_postings_((*sections)[Section::kLongPostings]),
      positions_((*sections)[Section::kPositions]) {}

void PostingsWriter::BeginTerm(size_t forms) {
  begins_.push_back(static_cast<int64_t>(postings_.size()));
  forms_begins_.push_back(forms_begins_.back() + static_cast<int64_t>(forms));
  long_begin_ = long_postings_.size();
  positions_begin_ = positions_.size();
  forms_ = forms;
  // A stem whose spellings another stem has now counts as one of its own.
  form_documents_.assign(std::max<size_t>(1, forms), 0);
  form_last_.assign(form_documents_.size(), 0);
  documents_.clear();
  codes_.clear();
  gaps_.clear();
  ordinals_.clear();
  ends_.clear();
}

void PostingsWriter::Add(uint8_t field, uint32_t position, uint32_t ordinal) {
  if (field != last_field_) {
    last_field_ = field;
    last_position_ = 0;
  }
  ++counts_[field];
  gaps_.push_back(position - last_position_);
  last_position_ = position;
  if (forms_ > 1) ordinals_.push_back(ordinal);
  if (form_last_[ordinal] != document_ + 1) {
    form_last_[ordinal] = document_ + 1;
    ++form_documents_[ordinal];
  }
}

void PostingsWriter::EndDocument() {
  const uint8_t code = kCodeTable.code(counts_);
  if (code == kNoCode) {
    sections_->Append(Section::kEscapes,
                      EscapedPosting{term_, document_, counts_});
  }
  documents_.push_back(document_);
  codes_.push_back(code);
  ends_.push_back(static_cast<uint32_t>(gaps_.size()));
  counts_ = {};
  last_field_ = query::kTextFields;
  if (documents_.size() % kBlockSize == 0) GiveWay();
}

void PostingsWriter::EndTerm() {
  GiveWay();
  const auto documents = static_cast<uint32_t>(documents_.size());
  const bool several_forms = forms_ > 1;
  if (several_forms) RankForms();
  PutVarint(&postings_, uint64_t{documents} << 1 | (several_forms ? 1 : 0));
  if (several_forms) {
    std::vector<uint8_t> counts;
    for (const uint32_t n : form_documents_) PutVarint(&counts, n);
    PutVarint(&postings_, counts.size());
    postings_.insert(postings_.end(), counts.begin(), counts.end());
  }
  if (documents <= kBlockSize) {
    WriteShort();
  } else {
    Put(&postings_, static_cast<uint32_t>(long_begin_));
    Put(&postings_, static_cast<uint32_t>(positions_begin_));
    if (IsDense(documents, static_cast<uint32_t>(classes_.size()))) {
      WriteDense();
    } else {
      WriteSparse();
    }
  }
  ++term_;
}

void PostingsWriter::RankForms() {
  const std::vector<uint32_t> by_rank = FormsByRank(form_documents_);
  std::vector<uint32_t> ranks(by_rank.size());
  for (uint32_t r = 0; r < by_rank.size(); ++r) ranks[by_rank[r]] = r;
  for (uint32_t& ordinal : ordinals_) ordinal = ranks[ordinal];
}

void PostingsWriter::Finish() {
  for (std::vector<uint8_t>* data :
       {&postings_, &long_postings_, &positions_}) {
    data->insert(data->end(), kPostingsPadding, 0);
  }
  PutFramed(begins_, &(*sections_)[Section::kTerms]);
  PutFramed(forms_begins_, &(*sections_)[Section::kTerms]);
}

void PostingsWriter::WriteShort() {
  postings_.push_back(Bound(0, documents_.size()));
  uint32_t previous = UINT32_MAX;  // the one before 0
  for (size_t i = 0; i < documents_.size(); ++i) {
    const uint64_t gap = documents_[i] - previous - 1;
    previous = documents_[i];
    PutVarint(&postings_, gap << 2 | std::min<uint8_t>(codes_[i], 3));
    if (codes_[i] >= 3) postings_.push_back(codes_[i]);
  }
  if (!documents_.empty()) WritePositions(0, documents_.size(), &postings_);
}

void PostingsWriter::WriteSparse() {
  const size_t blocks = (documents_.size() + kBlockSize - 1) / kBlockSize;
  long_postings_.resize(long_postings_.size() + blocks * sizeof(SparseEntry));
  uint32_t before = UINT32_MAX;
  for (size_t b = 0; b < blocks; ++b) {
    const size_t begin = b * kBlockSize;
    const size_t end = std::min(begin + kBlockSize, documents_.size());
    SparseEntry entry;
    entry.last_document = documents_[end - 1];
    entry.offset = Here();
    const uint32_t first = before + 1;
    const EliasFano code(static_cast<uint32_t>(end - begin),
                         entry.last_document + 1 - first);
    const CodePacking packing = ChoosePacking(Codes(begin, end));
    entry.low_bits = static_cast<uint8_t>(code.low_bits());
    entry.codes = packing.head();
    entry.exceptions = static_cast<uint8_t>(packing.exceptions);
    entry.bound = Bound(begin, end);
    WriteChunks(begin, end);
    code.Put(Documents(begin, end), first, &long_postings_);
    PutCodes(Codes(begin, end), packing, &long_postings_);
    before = entry.last_document;
    std::memcpy(long_postings_.data() + long_begin_ + b * sizeof(entry), &entry,
                sizeof(entry));
  }
}

void PostingsWriter::WriteDense() {
  const uint32_t windows = WindowCount(static_cast<uint32_t>(classes_.size()));
  long_postings_.resize(long_postings_.size() + windows * sizeof(DenseEntry));
  size_t begin = 0;
  for (uint32_t w = 0; w < windows; ++w) {
    const uint32_t first = w * kWindowSize;
    const size_t end = static_cast<size_t>(
        std::lower_bound(documents_.begin() + static_cast<ptrdiff_t>(begin),
                         documents_.end(), first + kWindowSize) -
        documents_.begin());
    if (begin == end) continue;
    DenseEntry entry;
    const bool is_set = end - begin >= kBitmapFrom;
    if (is_set) MakeSet(begin, end, first);
    const bool bitmap = is_set && set_bytes_.size() > kBytesUpTo;
    const size_t chunks = (end - begin + kBlockSize - 1) / kBlockSize;
    while (bitmap && (long_postings_.size() + 4 + chunks * 4) % 8 != 0) {
      long_postings_.push_back(0);
    }
    entry.offset = Here();
    entry.size = static_cast<uint16_t>(end - begin);
    for (size_t i = begin; i < end; ++i) {
      uint8_t& bound = entry.bounds[(documents_[i] - first) / kEighthSize];
      bound = std::max(bound, bounds_.at(codes_[i], classes_[documents_[i]]));
    }
    entry.bound = *std::max_element(entry.bounds.begin(), entry.bounds.end());
    const EliasFano code(static_cast<uint32_t>(end - begin), kWindowSize);
    entry.low_bits = bitmap   ? kBitmap
                     : is_set ? kByteBitmap
                              : static_cast<uint8_t>(code.low_bits());
    const CodePacking packing = ChoosePacking(Codes(begin, end));
    Put(&long_postings_, static_cast<uint16_t>(packing.exceptions));
    Put(&long_postings_, uint16_t{packing.head()});
    WriteChunks(begin, end);
    if (bitmap) {
      Put(&long_postings_, set_);
    } else if (is_set) {
      Put(&long_postings_, set_heads_);
      long_postings_.insert(long_postings_.end(), set_bytes_.begin(),
                            set_bytes_.end());
    } else {
      code.Put(Documents(begin, end), first, &long_postings_);
    }
    PutCodes(Codes(begin, end), packing, &long_postings_);
    std::memcpy(long_postings_.data() + long_begin_ + w * sizeof(entry), &entry,
                sizeof(entry));
    begin = end;
  }
}

void PostingsWriter::MakeSet(size_t begin, size_t end, uint32_t first) {
  set_ = {};
  set_heads_ = {};
  set_bytes_.clear();
  for (size_t i = begin; i < end; ++i) {
    const uint32_t d = documents_[i] - first;
    set_[d / 8] |= static_cast<uint8_t>(1 << (d % 8));
  }
  for (size_t b = 0; b < set_.size(); ++b) {
    if (set_[b] == 0) continue;
    set_heads_[b / 8] |= static_cast<uint8_t>(1 << (b % 8));
    set_bytes_.push_back(set_[b]);
  }
}

void PostingsWriter::WriteChunks(size_t begin, size_t end) {
  for (size_t i = begin; i < end; i += kBlockSize) {
    GiveWay();
    Put(&long_postings_,
        static_cast<uint32_t>(positions_.size() - positions_begin_));
    WritePositions(i, std::min<size_t>(i + kBlockSize, end), &positions_);
  }
}

void PostingsWriter::WritePositions(size_t begin, size_t end,
                                    std::vector<uint8_t>* out) {
  const auto first_of = [this](size_t i) {
    return i == 0 ? 0 : size_t{ends_[i - 1]};
  };
  for (size_t i = begin; i < end; ++i) {
    out->push_back(static_cast<uint8_t>(
        std::min<uint32_t>(gaps_[first_of(i)], kLongFirst)));
  }
  if (forms_ > 1) {
    const size_t first = first_of(begin);
    PutRanks(std::span(ordinals_).subspan(first, ends_[end - 1] - first), out);
  }
  rests_.clear();
  for (size_t i = begin; i < end; ++i) {
    for (size_t at = first_of(i); at < ends_[i]; ++at) {
      if (at > first_of(i) || gaps_[at] >= kLongFirst) {
        rests_.push_back(gaps_[at]);
      }
    }
  }
  if (documents_.size() > kBlockSize) {
    PutRice(rests_, out);
  } else {
    for (const uint32_t gap : rests_) PutPosition(out, gap);
  }
}

uint8_t PostingsWriter::Bound(size_t begin, size_t end) const {
  uint8_t bound = 0;
  for (size_t i = begin; i < end; ++i) {
    bound = std::max(bound, bounds_.at(codes_[i], classes_[documents_[i]]));
  }
  return bound;
}

}  // namespace paperwire::index
