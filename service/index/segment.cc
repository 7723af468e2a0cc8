#include "service/index/segment.h"

#include <initializer_list>
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
    return ValueColumn{table(offsets, bytes), PackedColumn(section(begins)),
                       PackedColumn(section(ordinals))};
  };
  meta_ = As<SegmentMeta>(section(Section::kMeta)).data();
  // Columns that share a section lie one behind the other.
  const auto columns = [this](Section s,
                              std::initializer_list<PackedColumn*> all) {
    std::span<const uint8_t> rest = section(s);
    for (PackedColumn* one : all) {
      *one = PackedColumn(rest);
      rest = rest.subspan(one->bytes());
    }
  };
  columns(Section::kNumbers, {&numbers_});
  columns(Section::kSequences, {&sequences_});
  columns(Section::kPublished, {&published_});
  columns(Section::kVotes, {&votes_});
  columns(Section::kLinks, {&links_});
  columns(Section::kLengths, {lengths_.data(), &lengths_[1], &lengths_[2],
                              &lengths_[3], &lengths_[4]});
  flags_ = section(Section::kFlags);
  classes_ = section(Section::kClasses);
  by_number_ = As<uint32_t>(section(Section::kByNumber));
  term_table_ = table(Section::kTermOffsets, Section::kTermBytes);
  terms_ = As<TermInfo>(section(Section::kTerms));
  term_forms_ = As<uint32_t>(section(Section::kTermForms));
  form_table_ = table(Section::kFormOffsets, Section::kFormBytes);
  columns(Section::kForms, {&form_terms_, &form_ordinals_, &form_documents_});
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
  const auto at = [this](uint32_t i) {
    return by_number_.empty() ? i : by_number_[i];
  };
  // Imports bring rising numbers: most segments can be told from their ends.
  const uint32_t n = documents();
  if (n == 0 || number < numbers_[at(0)] || number > numbers_[at(n - 1)]) {
    return kNotFound;
  }
  uint32_t low = 0;
  uint32_t high = n;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (numbers_[at(middle)] < number) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return numbers_[at(low)] == number ? at(low) : kNotFound;
}

int64_t Segment::bytes() const {
  int64_t sum = 0;
  for (const auto& s : sections_) sum += static_cast<int64_t>(s.size());
  return sum;
}

}  // namespace paperwire::index
