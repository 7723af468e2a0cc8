#include "service/index/postings_writer.h"

#include <span>

#include "service/index/varint.h"

namespace paperwire::index {

PostingsWriter::PostingsWriter(SectionBuffers* sections)
    : sections_(sections),
      postings_((*sections)[Section::kPostings]),
      positions_((*sections)[Section::kPositions]) {}

void PostingsWriter::BeginTerm(size_t forms) {
  info_ = TermInfo();
  info_.postings = postings_.size();
  info_.positions = positions_.size();
  info_.first_skip =
      static_cast<uint32_t>(sections_->Count<SkipEntry>(Section::kSkips));
  ordinal_bits_ = OrdinalBits(forms);
  form_documents_.assign(forms, 0);
  form_last_.assign(forms, 0);
  block_documents_ = 0;
  block_positions_ = positions_.size();
  previous_document_ = UINT32_MAX;
  skips_.clear();
}

void PostingsWriter::Add(uint8_t field, uint32_t position, uint32_t ordinal) {
  if (field != last_field_) {
    last_field_ = field;
    last_position_ = 0;
  }
  ++counts_[field];
  PutVarint(&positions_,
            (uint64_t{position - last_position_} << ordinal_bits_) | ordinal);
  last_position_ = position;
  if (form_last_[ordinal] != document_ + 1) {
    form_last_[ordinal] = document_ + 1;
    ++form_documents_[ordinal];
  }
}

void PostingsWriter::EndDocument() {
  PutVarint(&block_docs_, document_ - previous_document_ - 1);
  previous_document_ = document_;
  uint8_t mask = 0;
  for (size_t f = 0; f < counts_.size(); ++f) {
    if (counts_[f] > 0) mask |= static_cast<uint8_t>(1u << f);
  }
  constexpr size_t kAbstract = static_cast<size_t>(query::TextField::kAbstract);
  if (mask == 1u << kAbstract && counts_[kAbstract] < 0x80) {
    block_counts_.push_back(static_cast<uint8_t>(counts_[kAbstract]));
  } else {
    block_counts_.push_back(mask | 0x80);
    for (const uint32_t count : counts_) {
      if (count > 0) PutVarint(&block_counts_, count);
    }
  }
  counts_ = {};
  last_field_ = query::kTextFields;
  ++info_.documents;
  if (++block_documents_ == kBlockSize) FlushBlock();
}

void PostingsWriter::FlushBlock() {
  skips_.push_back({previous_document_,
                    static_cast<uint32_t>(postings_.size() - info_.postings),
                    static_cast<uint32_t>(block_positions_ - info_.positions)});
  postings_.insert(postings_.end(), block_docs_.begin(), block_docs_.end());
  postings_.insert(postings_.end(), block_counts_.begin(), block_counts_.end());
  block_docs_.clear();
  block_counts_.clear();
  block_documents_ = 0;
  block_positions_ = positions_.size();
}

TermInfo PostingsWriter::EndTerm(std::vector<uint32_t>* form_documents) {
  if (block_documents_ > 0) FlushBlock();
  if (skips_.size() > 1) {
    sections_->Append(Section::kSkips, std::span<const SkipEntry>(skips_));
  }
  form_documents->swap(form_documents_);
  return info_;
}

}  // namespace paperwire::index
