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
#include <cstddef>
#include <cstdint>

#include "service/index/ranking.h"

namespace paperwire::index {

inline constexpr uint8_t kNoCode = 255;
inline constexpr int kCodes = 255;

class CodeTable {
 public:
  constexpr CodeTable();

  // kNoCode for a shape without a code.
  constexpr uint8_t code(const FieldCounts& counts) const;
  // Not of kNoCode.
  constexpr const FieldCounts& counts(uint8_t code) const {
    return counts_[code];
  }
  // The fields in which something stands; 0 for kNoCode.
  constexpr query::FieldSet fields(uint8_t code) const { return fields_[code]; }
  // All occurrences together; 0 for kNoCode.
  constexpr uint32_t occurrences(uint8_t code) const {
    return occurrences_[code];
  }

 private:
  static constexpr uint32_t kTitles = 5;      // title counts 0 to 4
  static constexpr uint32_t kAbstracts = 48;  // abstract counts 0 to 47
  static constexpr uint32_t kOthers = 8;      // of author, category or venue
  static constexpr size_t kFirstOther =
      static_cast<size_t>(query::TextField::kAuthor);
  static constexpr size_t kShapes =
      size_t{kTitles} * kAbstracts - 1 +
      (query::kTextFields - kFirstOther) * (kOthers - 1);
  static_assert(kShapes >= kCodes);

  // A shape, and how rare it is: a rough order is enough.
  struct Shape {
    FieldCounts counts{};
    uint32_t rarity = 0;
  };
  static constexpr std::array<Shape, kShapes> Shapes();

  std::array<FieldCounts, kCodes> counts_{};
  std::array<query::FieldSet, 256> fields_{};
  std::array<uint8_t, 256> occurrences_{};
  std::array<std::array<uint8_t, kAbstracts>, kTitles> by_text_{};
  std::array<std::array<uint8_t, kOthers>, query::kTextFields> by_other_{};
};

constexpr auto CodeTable::Shapes() -> std::array<Shape, kShapes> {
  std::array<Shape, kShapes> shapes{};
  size_t n = 0;
  for (uint32_t t = 0; t < kTitles; ++t) {
    for (uint32_t a = 0; a < kAbstracts; ++a) {
      if (t + a == 0) continue;
      shapes[n].counts[0] = t;
      shapes[n].counts[1] = a;
      // A word in the title stands in the abstract too, as a rule.
      shapes[n++].rarity = 10 * a + 22 * t + (t > 0 && a == 0 ? 14 : 0);
    }
  }
  for (uint32_t f = kFirstOther; f < query::kTextFields; ++f) {
    for (uint32_t count = 1; count < kOthers; ++count) {
      shapes[n].counts[f] = count;
      shapes[n++].rarity = 20 * count + 15 + 5 * f;
    }
  }
  // Stable, by rising rarity.
  for (size_t i = 1; i < kShapes; ++i) {
    for (size_t k = i; k > 0 && shapes[k].rarity < shapes[k - 1].rarity; --k) {
      const Shape shape = shapes[k];
      shapes[k] = shapes[k - 1];
      shapes[k - 1] = shape;
    }
  }
  return shapes;
}

constexpr CodeTable::CodeTable() {
  for (auto& row : by_text_) row.fill(kNoCode);
  for (auto& row : by_other_) row.fill(kNoCode);
  const auto shapes = Shapes();
  for (size_t c = 0; c < kCodes; ++c) {
    const FieldCounts& counts = shapes[c].counts;
    counts_[c] = counts;
    if (counts[0] + counts[1] > 0) {
      by_text_[counts[0]][counts[1]] = static_cast<uint8_t>(c);
    }
    for (size_t f = 0; f < counts.size(); ++f) {
      if (counts[f] == 0) continue;
      fields_[c] = static_cast<query::FieldSet>(fields_[c] | 1u << f);
      occurrences_[c] = static_cast<uint8_t>(occurrences_[c] + counts[f]);
      if (f >= kFirstOther) by_other_[f][counts[f]] = static_cast<uint8_t>(c);
    }
  }
}

constexpr uint8_t CodeTable::code(const FieldCounts& counts) const {
  size_t others = 0;
  size_t field = 0;
  for (size_t f = kFirstOther; f < counts.size(); ++f) {
    if (counts[f] == 0) continue;
    ++others;
    field = f;
  }
  const bool text = counts[0] + counts[1] > 0;
  if (others == 0) {
    return text && counts[0] < kTitles && counts[1] < kAbstracts
               ? by_text_[counts[0]][counts[1]]
               : kNoCode;
  }
  return others == 1 && !text && counts[field] < kOthers
             ? by_other_[field][counts[field]]
             : kNoCode;
}

// The one table.
inline constexpr CodeTable kCodeTable;

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_POSTING_CODES_H_
