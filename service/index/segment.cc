#include "service/index/segment.h"

#include <algorithm>
#include <utility>

namespace paperwire::index {
namespace {

template <typename T>
std::span<const T> As(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

}  // namespace

Segment::Segment(SectionBuffers buffers) : buffers_(std::move(buffers)) {
  for (size_t i = 0; i < kSections; ++i) {
    std::vector<uint8_t>& b = buffers_[static_cast<Section>(i)];
    b.shrink_to_fit();
    sections_[i] = b;
  }
  Resolve();
}

Segment::Segment(
    const std::array<std::span<const uint8_t>, kSections>& sections,
    std::shared_ptr<const void> owner)
    : owner_(std::move(owner)), sections_(sections) {
  Resolve();
}

void Segment::Resolve() {
  const auto table = [this](Section offsets, Section bytes) {
    return StringTable(As<uint32_t>(section(offsets)),
                       As<char>(section(bytes)));
  };
  const auto column = [&](Section offsets, Section bytes, Section begins,
                          Section ordinals) {
    return ValueColumn{table(offsets, bytes), As<uint32_t>(section(begins)),
                       As<uint32_t>(section(ordinals))};
  };
  meta_ = As<SegmentMeta>(section(Section::kMeta)).data();
  numbers_ = As<int64_t>(section(Section::kNumbers));
  sequences_ = As<int64_t>(section(Section::kSequences));
  published_ = As<int64_t>(section(Section::kPublished));
  votes_ = As<int64_t>(section(Section::kVotes));
  flags_ = section(Section::kFlags);
  links_ = As<uint32_t>(section(Section::kLinks));
  lengths_ = As<uint16_t>(section(Section::kLengths));
  classes_ = section(Section::kClasses);
  by_number_ = As<uint32_t>(section(Section::kByNumber));
  term_table_ = table(Section::kTermOffsets, Section::kTermBytes);
  terms_ = As<TermInfo>(section(Section::kTerms));
  term_forms_ = As<uint32_t>(section(Section::kTermForms));
  form_table_ = table(Section::kFormOffsets, Section::kFormBytes);
  forms_ = As<FormInfo>(section(Section::kForms));
  escapes_ = As<EscapedPosting>(section(Section::kEscapes));
  postings_ = section(Section::kPostings).data();
  positions_ = section(Section::kPositions).data();
  keyword_table_ = table(Section::kKeywordOffsets, Section::kKeywordBytes);
  keyword_begins_ = As<uint32_t>(section(Section::kKeywordBegins));
  keyword_documents_ = As<uint32_t>(section(Section::kKeywordDocuments));
  categories_ = column(Section::kCategoryOffsets, Section::kCategoryBytes,
                       Section::kCategoryBegins, Section::kCategoryOrdinals);
  sources_ = column(Section::kSourceOffsets, Section::kSourceBytes,
                    Section::kSourceBegins, Section::kSourceOrdinals);
  venues_ = column(Section::kVenueOffsets, Section::kVenueBytes,
                   Section::kVenueBegins, Section::kVenueOrdinals);
}

uint32_t Segment::FindNumber(int64_t number) const {
  // Imports bring rising numbers: most segments can be told from their ends.
  if (by_number_.empty() || number < numbers_[by_number_.front()] ||
      number > numbers_[by_number_.back()]) {
    return kNotFound;
  }
  const auto it = std::lower_bound(
      by_number_.begin(), by_number_.end(), number,
      [this](uint32_t d, int64_t n) { return numbers_[d] < n; });
  return it != by_number_.end() && numbers_[*it] == number ? *it : kNotFound;
}

int64_t Segment::bytes() const {
  int64_t sum = 0;
  for (const auto& s : sections_) sum += static_cast<int64_t>(s.size());
  return sum;
}

}  // namespace paperwire::index
