// How often a word stands in the fields of a document, in one byte.
//
//     uint8_t code = CodeOf({.title 1, abstract 2, ...});
//     const FieldCounts& counts = kCodeTable.counts(code);  // unless kNoCode
//
// Almost all postings have one of a few shapes: once in the abstract, twice
// there, once in the title and once in the abstract. The codes are ordered by
// how frequent the shapes are, so that a block of postings needs two or four
// bits for each. What has no code (kNoCode) is written out (FORMAT.md).
//
// The table is part of the format.

#ifndef PAPERWIRE_SERVICE_INDEX_POSTING_CODES_H_
#define PAPERWIRE_SERVICE_INDEX_POSTING_CODES_H_

#include <array>
#include <cstdint>

#include "service/index/ranking.h"

namespace paperwire::index {

inline constexpr uint8_t kNoCode = 255;
inline constexpr int kCodes = 255;

class CodeTable {
 public:
  CodeTable();

  // kNoCode for a shape without a code.
  uint8_t code(const FieldCounts& counts) const;
  // Not of kNoCode.
  const FieldCounts& counts(uint8_t code) const { return counts_[code]; }
  // The fields in which something stands; 0 for kNoCode.
  query::FieldSet fields(uint8_t code) const { return fields_[code]; }
  // All occurrences together; 0 for kNoCode.
  uint32_t occurrences(uint8_t code) const { return occurrences_[code]; }

 private:
  static constexpr uint32_t kTitles = 5;      // title counts 0 to 4
  static constexpr uint32_t kAbstracts = 48;  // abstract counts 0 to 47
  static constexpr uint32_t kOthers = 8;      // of author, category or venue

  std::array<FieldCounts, kCodes> counts_{};
  std::array<query::FieldSet, 256> fields_{};
  std::array<uint32_t, 256> occurrences_{};
  std::array<std::array<uint8_t, kAbstracts>, kTitles> by_text_;
  std::array<std::array<uint8_t, kOthers>, query::kTextFields> by_other_;
};

// The one table.
const CodeTable& Codes();

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_POSTING_CODES_H_
