// Writes the postings of the stems of a segment, one stem after the other.
//
//     PostingsWriter writer(&sections, classes, bounds);
//     writer.BeginTerm(/*forms=*/2);
//     writer.BeginDocument(7);
//     writer.Add(field, position, ordinal);  // by field, then by position
//     writer.EndDocument();                  // documents in rising order
//     writer.EndTerm();
//     writer.Finish();                       // after the last stem
//
// A stem is kept whole until its end: how it is laid out depends on how many
// documents have it.

#ifndef PAPERWIRE_SERVICE_INDEX_POSTINGS_WRITER_H_
#define PAPERWIRE_SERVICE_INDEX_POSTINGS_WRITER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "service/index/impacts.h"
#include "service/index/postings.h"
#include "service/index/ranking.h"
#include "service/index/sections.h"

namespace paperwire::index {

// The sections that it writes end with so many zeros: what the kernels, and a
// read of eight bytes, may look at behind the data.
inline constexpr size_t kPostingsPadding = 32;

class PostingsWriter {
 public:
  // `classes` are those of the documents (impacts.h), `bounds` the table that
  // the bounds are taken from; both must outlive the writer.
  PostingsWriter(SectionBuffers* sections, std::span<const uint8_t> classes,
                 const ImpactTable& bounds);

  void BeginTerm(size_t forms);
  void BeginDocument(uint32_t document) { document_ = document; }
  void Add(uint8_t field, uint32_t position, uint32_t ordinal);
  void EndDocument();
  void EndTerm();

  // After the last stem: where each of them lies, and what lies behind the
  // data so that whoever decodes may read on a little.
  void Finish();

 private:
  // Makes the ordinals of the spellings ranks (postings.h).
  void RankForms();
  void WriteShort();
  void WriteSparse();
  void WriteDense();
  // The postings [begin, end) of the window that begins with document `first`,
  // as set_ and the others.
  void MakeSet(size_t begin, size_t end, uint32_t first);
  // The positions of the postings [begin, end); where those of each 128 start
  // is put, in 4 bytes.
  void WriteChunks(size_t begin, size_t end);
  void WritePositions(size_t begin, size_t end, std::vector<uint8_t>* out);
  uint8_t Bound(size_t begin, size_t end) const;
  std::span<const uint32_t> Documents(size_t begin, size_t end) const {
    return std::span<const uint32_t>(documents_).subspan(begin, end - begin);
  }
  std::span<const uint8_t> Codes(size_t begin, size_t end) const {
    return std::span<const uint8_t>(codes_).subspan(begin, end - begin);
  }
  uint32_t Here() const {
    return static_cast<uint32_t>(long_postings_.size() - long_begin_);
  }

  SectionBuffers* const sections_;
  const std::span<const uint8_t> classes_;
  const ImpactTable& bounds_;
  std::vector<uint8_t>& postings_;
  std::vector<uint8_t>& long_postings_;
  std::vector<uint8_t>& positions_;

  // Of all stems: where they lie in postings_, and their spellings.
  std::vector<int64_t> begins_;
  std::vector<int64_t> forms_begins_ = {0};

  // The stem.
  uint32_t term_ = 0;
  size_t forms_ = 0;
  size_t long_begin_ = 0;       // in long_postings_
  size_t positions_begin_ = 0;  // in positions_
  std::vector<uint32_t> form_documents_;
  std::vector<uint32_t> form_last_;  // last document + 1
  std::vector<uint32_t> documents_;
  std::vector<uint8_t> codes_;
  std::vector<uint32_t> gaps_;      // of positions
  std::vector<uint32_t> ordinals_;  // only with several spellings
  std::vector<uint32_t> rests_;     // of a chunk: but for first positions
  std::vector<uint32_t> ends_;      // in gaps_, by posting

  // A window as a bitmap, and without its zero bytes (kernels.h).
  std::array<uint8_t, kWindowSize / 8> set_{};
  std::array<uint8_t, kWindowSize / 64> set_heads_{};
  std::vector<uint8_t> set_bytes_;

  // The document.
  uint32_t document_ = 0;
  uint8_t last_field_ = query::kTextFields;
  uint32_t last_position_ = 0;
  FieldCounts counts_{};
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_POSTINGS_WRITER_H_
