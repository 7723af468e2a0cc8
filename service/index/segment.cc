#include "service/index/segment.h"

#include <algorithm>
#include <utility>

#include "service/base/priority.h"
#include "service/index/impacts.h"
#include "service/index/load.h"
#include "service/index/varint.h"

namespace paperwire::index {
namespace {

template <typename T>
std::span<const T> As(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

// In pieces, between which others run.
void ShrinkToFit(std::vector<uint8_t>* bytes) {
  constexpr size_t kPiece = 64 << 10;
  if (bytes->size() == bytes->capacity()) return;
  std::vector<uint8_t> fitting;
  fitting.reserve(bytes->size());
  for (std::span<const uint8_t> rest = *bytes; !rest.empty();) {
    GiveWay();
    const auto piece = rest.first(std::min(kPiece, rest.size()));
    fitting.insert(fitting.end(), piece.begin(), piece.end());
    rest = rest.subspan(piece.size());
  }
  bytes->swap(fitting);
}

}  // namespace

Segment::Segment(SectionBuffers buffers) : buffers_(std::move(buffers)) {
  for (size_t i = 0; i < kSections; ++i) {
    std::vector<uint8_t>& b = buffers_[static_cast<Section>(i)];
    ShrinkToFit(&b);
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
  const auto table = [this](Section strings, Section bytes) {
    return StringTable(section(strings), As<char>(section(bytes)));
  };
  const auto column = [&](Section strings, Section bytes, Section begins,
                          Section ordinals) {
    return ValueColumn{table(strings, bytes), FramedColumn(section(begins)),
                       PackedColumn(section(ordinals))};
  };
  meta_ = As<SegmentMeta>(section(Section::kMeta)).data();
  numbers_ = FramedColumn(section(Section::kNumbers));
  sequences_ = FramedColumn(section(Section::kSequences));
  published_ = PackedColumn(section(Section::kPublished));
  votes_ = PackedColumn(section(Section::kVotes));
  flags_ = PackedColumn(section(Section::kFlags));
  links_ = PackedColumn(section(Section::kLinks));
  // Columns that share a section lie one behind the other.
  std::span<const uint8_t> lengths = section(Section::kLengths);
  for (PackedColumn& one : lengths_) {
    one = PackedColumn(lengths);
    lengths = lengths.subspan(one.bytes());
  }
  classes_.resize(documents());
  for (uint32_t d = 0; d < documents(); ++d) {
    GiveWayAt(d);
    classes_[d] = DocumentClass(this->lengths(d).data());
  }
  by_number_ = As<uint32_t>(section(Section::kByNumber));
  term_table_ = table(Section::kTermTable, Section::kWordBytes);
  term_begins_ = FramedColumn(section(Section::kTerms));
  forms_begins_ =
      FramedColumn(section(Section::kTerms).subspan(term_begins_.bytes()));
  term_forms_ = FramedColumn(section(Section::kTermForms));
  form_table_ = table(Section::kFormTable, Section::kWordBytes);
  form_terms_ = FramedColumn(section(Section::kForms));
  escapes_ = As<EscapedPosting>(section(Section::kEscapes));
  postings_ = section(Section::kPostings).data();
  long_postings_ = section(Section::kLongPostings).data();
  positions_ = section(Section::kPositions).data();
  keyword_table_ = table(Section::kKeywordTable, Section::kKeywordBytes);
  keyword_begins_ = FramedColumn(section(Section::kKeywordBegins));
  keyword_documents_ = As<uint32_t>(section(Section::kKeywordDocuments));
  frequent_keywords_ = As<FrequentKeyword>(section(Section::kFrequentKeywords));
  keyword_bitmaps_ = As<uint64_t>(section(Section::kKeywordBitmaps));
  categories_ = column(Section::kCategoryTable, Section::kCategoryBytes,
                       Section::kCategoryBegins, Section::kCategoryOrdinals);
  sources_ = column(Section::kSourceTable, Section::kSourceBytes,
                    Section::kSourceBegins, Section::kSourceOrdinals);
  venues_ = column(Section::kVenueTable, Section::kVenueBytes,
                   Section::kVenueBegins, Section::kVenueOrdinals);
}

TermInfo Segment::term(uint32_t t) const {
  const uint8_t* p = postings_ + term_begins_[t];
  TermInfo info;
  const uint64_t head = GetVarint(&p);
  info.documents = static_cast<uint32_t>(head >> 1);
  info.several_forms = (head & 1) != 0;
  if (info.several_forms) {
    const uint64_t bytes = GetVarint(&p);
    p += bytes;
  }
  info.postings = p;
  if (info.documents > kBlockSize) {
    info.postings = long_postings_ + LoadAs<uint32_t>(p);
    info.positions = positions_ + LoadAs<uint32_t>(p + sizeof(uint32_t));
  }
  return info;
}

FormInfo Segment::form(uint32_t f) const {
  FormInfo info;
  info.term = form_term(f);
  const uint8_t* p = postings_ + term_begins_[info.term];
  const uint64_t head = GetVarint(&p);
  info.documents = static_cast<uint32_t>(head >> 1);
  if ((head & 1) == 0) return info;
  GetVarint(&p);
  while (term_form(info.term, info.ordinal) != f) ++info.ordinal;
  SkipVarints(&p, info.ordinal);
  info.documents = static_cast<uint32_t>(GetVarint(&p));
  return info;
}

std::vector<uint32_t> Segment::FormDocuments(uint32_t t) const {
  const uint8_t* p = postings_ + term_begins_[t];
  GetVarint(&p);
  GetVarint(&p);
  std::vector<uint32_t> documents(term_forms(t));
  for (uint32_t& n : documents) n = static_cast<uint32_t>(GetVarint(&p));
  return documents;
}

KeywordDocuments Segment::keyword_documents(uint32_t k) const {
  const auto begin = static_cast<size_t>(keyword_begins_[k]);
  const auto end = static_cast<size_t>(keyword_begins_[k + 1]);
  if (begin < end) {
    const auto count = static_cast<uint32_t>(end - begin);
    return {count, keyword_documents_.subspan(begin, count), {}};
  }
  const auto it = std::lower_bound(
      frequent_keywords_.begin(), frequent_keywords_.end(), k,
      [](const FrequentKeyword& f, uint32_t key) { return f.keyword < key; });
  if (it == frequent_keywords_.end() || it->keyword != k) return {};
  const size_t words = KeywordBitmapWords(documents());
  const auto before = static_cast<size_t>(it - frequent_keywords_.begin());
  return {it->documents, {}, keyword_bitmaps_.subspan(before * words, words)};
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
