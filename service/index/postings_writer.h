// Writes the postings of the stems of a segment, one after the other.
//
//     PostingsWriter writer(&sections);
//     writer.BeginTerm(/*forms=*/2);
//     writer.BeginDocument(7);
//     writer.Add(field, position, ordinal);  // by field, then by position
//     writer.EndDocument();                  // documents in rising order
//     TermInfo info = writer.EndTerm(&form_documents);

#ifndef PAPERWIRE_SERVICE_INDEX_POSTINGS_WRITER_H_
#define PAPERWIRE_SERVICE_INDEX_POSTINGS_WRITER_H_

#include <array>
#include <cstdint>
#include <vector>

#include "service/index/postings.h"
#include "service/index/ranking.h"
#include "service/index/sections.h"

namespace paperwire::index {

class PostingsWriter {
 public:
  explicit PostingsWriter(SectionBuffers* sections);

  void BeginTerm(size_t forms);
  void BeginDocument(uint32_t document) { document_ = document; }
  void Add(uint8_t field, uint32_t position, uint32_t ordinal);
  void EndDocument();
  // Puts the number of documents of each spelling into `form_documents`.
  // forms_begin is left to the caller.
  TermInfo EndTerm(std::vector<uint32_t>* form_documents);

 private:
  void FlushBlock();

  SectionBuffers* const sections_;
  std::vector<uint8_t>& postings_;
  std::vector<uint8_t>& positions_;

  TermInfo info_;
  int ordinal_bits_ = 0;
  std::vector<uint32_t> form_documents_;
  std::vector<uint32_t> form_last_;  // last document + 1

  uint32_t document_ = 0;
  uint8_t last_field_ = query::kTextFields;
  uint32_t last_position_ = 0;
  FieldCounts counts_{};

  // The block that is being filled.
  uint32_t block_documents_ = 0;
  uint32_t previous_document_ = UINT32_MAX;  // the one before 0
  size_t block_positions_ = 0;
  std::vector<uint8_t> block_docs_;
  std::vector<uint8_t> block_counts_;
  std::vector<SkipEntry> skips_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_POSTINGS_WRITER_H_
