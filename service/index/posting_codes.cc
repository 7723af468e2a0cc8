#include "service/index/posting_codes.h"

#include <algorithm>
#include <vector>

namespace paperwire::index {
namespace {

constexpr size_t kTitle = static_cast<size_t>(query::TextField::kTitle);
constexpr size_t kAbstract = static_cast<size_t>(query::TextField::kAbstract);
constexpr size_t kAuthor = static_cast<size_t>(query::TextField::kAuthor);

// A shape, and how rare it is: a rough order is enough.
struct Shape {
  FieldCounts counts{};
  uint32_t rarity = 0;
};

}  // namespace

CodeTable::CodeTable() {
  std::vector<Shape> shapes;
  for (uint32_t t = 0; t < kTitles; ++t) {
    for (uint32_t a = 0; a < kAbstracts; ++a) {
      if (t + a == 0) continue;
      Shape shape;
      shape.counts[kTitle] = t;
      shape.counts[kAbstract] = a;
      // A word in the title stands in the abstract too, as a rule.
      shape.rarity = 10 * a + 22 * t + (t > 0 && a == 0 ? 14 : 0);
      shapes.push_back(shape);
    }
  }
  for (size_t f = kAuthor; f < query::kTextFields; ++f) {
    for (uint32_t n = 1; n < kOthers; ++n) {
      Shape shape;
      shape.counts[f] = n;
      shape.rarity = 20 * n + 15 + 5 * static_cast<uint32_t>(f);
      shapes.push_back(shape);
    }
  }
  std::stable_sort(
      shapes.begin(), shapes.end(),
      [](const Shape& a, const Shape& b) { return a.rarity < b.rarity; });
  shapes.resize(kCodes);

  for (auto& row : by_text_) row.fill(kNoCode);
  for (auto& row : by_other_) row.fill(kNoCode);
  for (size_t c = 0; c < shapes.size(); ++c) {
    const FieldCounts& counts = shapes[c].counts;
    counts_[c] = counts;
    const uint8_t code = static_cast<uint8_t>(c);
    if (counts[kTitle] + counts[kAbstract] > 0) {
      by_text_[counts[kTitle]][counts[kAbstract]] = code;
    }
    for (size_t f = 0; f < counts.size(); ++f) {
      if (counts[f] == 0) continue;
      fields_[c] |= static_cast<query::FieldSet>(1u << f);
      occurrences_[c] += counts[f];
      if (f >= kAuthor) by_other_[f][counts[f]] = code;
    }
  }
}

uint8_t CodeTable::code(const FieldCounts& counts) const {
  size_t others = 0;
  size_t field = 0;
  for (size_t f = kAuthor; f < counts.size(); ++f) {
    if (counts[f] == 0) continue;
    ++others;
    field = f;
  }
  const bool text = counts[kTitle] + counts[kAbstract] > 0;
  if (others == 0) {
    return counts[kTitle] < kTitles && counts[kAbstract] < kAbstracts && text
               ? by_text_[counts[kTitle]][counts[kAbstract]]
               : kNoCode;
  }
  return others == 1 && !text && counts[field] < kOthers
             ? by_other_[field][counts[field]]
             : kNoCode;
}

const CodeTable& Codes() {
  static const CodeTable table;
  return table;
}

}  // namespace paperwire::index
