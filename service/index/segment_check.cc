#include "service/index/segment_check.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "service/index/field_words.h"
#include "service/index/framed_column.h"
#include "service/index/keyword_documents.h"
#include "service/index/load.h"
#include "service/index/packed_column.h"
#include "service/index/postings.h"
#include "service/index/postings_writer.h"
#include "service/index/string_table.h"
#include "service/index/varint.h"
#include "service/index/window.h"

namespace paperwire::index {
namespace {

template <typename T>
std::span<const T> As(Bytes bytes) {
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

class Checker {
 public:
  explicit Checker(const std::array<Bytes, kSections>& sections)
      : sections_(sections) {}

  std::string_view Run() {
    if (bytes(Section::kMeta).size() != sizeof(SegmentMeta)) {
      return "its sections do not fit together";
    }
    meta_ = As<SegmentMeta>(bytes(Section::kMeta)).front();
    if (!ReadColumns() || !SizesFit())
      return "its sections do not fit together";
    if (!MetaFits()) return "its totals contradict its papers";
    if (!NumbersFit()) return "its papers are not in order";
    if (!TableFits(Section::kTermTable, Section::kWordBytes, meta_.terms) ||
        !TermsFit()) {
      return "its stems contradict themselves";
    }
    if (!TableFits(Section::kFormTable, Section::kWordBytes, meta_.forms) ||
        !FormsFit()) {
      return "its spellings contradict its stems";
    }
    if (!EscapesFit()) return "its postings contradict its papers";
    if (!TableFits(Section::kKeywordTable, Section::kKeywordBytes,
                   meta_.keywords) ||
        !KeywordsFit()) {
      return "its keywords contradict its papers";
    }
    if (!ColumnFits(Section::kCategoryTable) ||
        !ColumnFits(Section::kSourceTable) ||
        !ColumnFits(Section::kVenueTable)) {
      return "its values contradict its papers";
    }
    return "";
  }

 private:
  Bytes bytes(Section s) const { return sections_[static_cast<size_t>(s)]; }
  template <typename T>
  std::span<const T> as(Section s) const {
    return As<T>(bytes(s));
  }
  // Whether a section consists of so many Ts.
  template <typename T>
  bool Holds(Section s, size_t count) const {
    return bytes(s).size() == count * sizeof(T);
  }

  // The columns of a section, one behind the other, with so many entries each
  // and nothing behind them.
  template <typename Column>
  bool Split(Section section, std::vector<size_t> sizes,
             std::vector<Column>* columns) const {
    Bytes rest = bytes(section);
    for (const size_t size : sizes) {
      if (!Column::Fits(rest)) return false;
      const Column& column = columns->emplace_back(rest);
      if (column.size() != size) return false;
      rest = rest.subspan(column.bytes());
    }
    return rest.empty();
  }

  bool ReadColumns() {
    const size_t n = meta_.documents;
    const size_t terms = meta_.terms;
    std::vector<PackedColumn> others;
    return Split(Section::kNumbers, {n}, &numbers_) &&
           Split(Section::kSequences, {n}, &sequences_) &&
           Split(Section::kPublished, {n}, &others) &&
           Split(Section::kVotes, {n}, &others) &&
           Split(Section::kFlags, {n}, &others) &&
           Split(Section::kLinks, {n}, &others) &&
           Split(Section::kLengths, {n, n, n, n, n}, &lengths_) &&
           Split(Section::kTerms, {terms, terms + 1}, &terms_) &&
           Split(Section::kTermForms, {meta_.forms}, &term_forms_) &&
           Split(Section::kForms, {meta_.forms}, &form_terms_) &&
           Split(Section::kKeywordBegins, {meta_.keywords + size_t{1}},
                 &keyword_begins_);
  }

  bool SizesFit() const {
    const size_t n = meta_.documents;
    return (bytes(Section::kByNumber).empty() ||
            Holds<uint32_t>(Section::kByNumber, n)) &&
           bytes(Section::kPostings).size() >= kPostingsPadding &&
           bytes(Section::kLongPostings).size() >= kPostingsPadding &&
           bytes(Section::kPositions).size() >= kPostingsPadding;
  }

  bool MetaFits() const {
    std::array<uint64_t, query::kTextFields> totals{};
    for (size_t f = 0; f < totals.size(); ++f) {
      for (uint32_t d = 0; d < meta_.documents; ++d) {
        const int64_t length = lengths_[f][d];
        if (length < 0 || length > kMaxFieldWords) return false;
        totals[f] += static_cast<uint64_t>(length);
      }
    }
    return totals == meta_.total_lengths &&
           std::all_of(meta_.bound_averages.begin(), meta_.bound_averages.end(),
                       [](double a) { return std::isfinite(a) && a >= 0; });
  }

  // kByNumber names each document once, by rising number; without it they
  // rise as they are.
  bool NumbersFit() const {
    const FramedColumn& numbers = numbers_.front();
    const auto by_number = as<uint32_t>(Section::kByNumber);
    const auto at = [&](uint32_t i) {
      return by_number.empty() ? i : by_number[i];
    };
    for (uint32_t i = 0; i < meta_.documents; ++i) {
      if (at(i) >= meta_.documents) return false;
      if (i > 0 && numbers[at(i - 1)] >= numbers[at(i)]) return false;
    }
    return true;
  }

  bool TableFits(Section table, Section letters, size_t count) const {
    return StringTable::Fits(bytes(table), as<char>(letters)) &&
           FramedColumn(bytes(table)).size() == count;
  }

  // Whether `begins` rise from 0 to `end`.
  static bool Divides(const FramedColumn& begins, size_t end) {
    if (begins.size() == 0 || begins[0] != 0) return false;
    int64_t last = 0;
    for (uint32_t i = 1; i < begins.size(); ++i) {
      const int64_t begin = begins[i];
      if (begin < last) return false;
      last = begin;
    }
    return static_cast<uint64_t>(last) == end;
  }

  // Stems lie one behind the other, and so do the long ones among them.
  bool TermsFit() {
    const FramedColumn& begins = terms_[0];
    const FramedColumn& forms_begins = terms_[1];
    if (!Divides(forms_begins, meta_.forms)) return false;
    Bytes postings = bytes(Section::kPostings);
    postings = postings.first(postings.size() - kPostingsPadding);
    long_end_ = positions_end_ = 0;
    for (uint32_t t = 0; t < meta_.terms; ++t) {
      const auto begin = static_cast<uint64_t>(begins[t]);
      const uint64_t end = t + 1 < meta_.terms
                               ? static_cast<uint64_t>(begins[t + 1])
                               : postings.size();
      if (begin >= end || end > postings.size() ||
          forms_begins[t] == forms_begins[t + 1] ||
          !TermFits(t, postings.subspan(begin, end - begin))) {
        return false;
      }
    }
    return Rises(bytes(Section::kLongPostings), &long_end_, 0) &&
           Rises(bytes(Section::kPositions), &positions_end_, 0);
  }

  // What stands before the postings of a stem.
  bool TermFits(uint32_t t, Bytes data) {
    const uint8_t* p = data.data();
    const auto left = [&] {
      return static_cast<size_t>(data.data() + data.size() - p);
    };
    // Varints may be looked at behind the end: there is padding.
    const uint64_t head = GetVarint(&p);
    const uint64_t documents = head >> 1;
    const int64_t forms = terms_[1][t + 1] - terms_[1][t];
    const bool several = (head & 1) != 0;
    if (p > data.data() + data.size() || documents > meta_.documents ||
        several != (forms > 1)) {
      return false;
    }
    if (several) {
      const uint64_t size = GetVarint(&p);
      if (p > data.data() + data.size() || size > left()) return false;
      const uint8_t* const end = p + size;
      uint64_t of_forms = 0;
      for (int64_t i = 0; i < forms; ++i) {
        if (p >= end) return false;
        const uint64_t of_form = GetVarint(&p);
        if (of_form > documents) return false;
        of_forms += of_form;
      }
      // Wherever the stem stands, one of its spellings does.
      if (p != end || of_forms < documents) return false;
    }
    if (documents <= kBlockSize) return left() >= 1 + size_t{documents} * 2;
    if (left() != 2 * sizeof(uint32_t)) return false;
    const size_t least =
        IsDense(static_cast<uint32_t>(documents), meta_.documents)
            ? size_t{WindowCount(meta_.documents)} * sizeof(DenseEntry)
            : (documents + kBlockSize - 1) / kBlockSize * sizeof(SparseEntry);
    const uint64_t at = LoadAs<uint32_t>(p);
    const uint64_t positions = LoadAs<uint32_t>(p + sizeof(uint32_t));
    if (at < long_end_ || positions < positions_end_) return false;
    long_end_ = at;
    positions_end_ = positions;
    return Rises(bytes(Section::kLongPostings), &long_end_, least) &&
           Rises(bytes(Section::kPositions), &positions_end_, documents);
  }

  // Whether `size` bytes from *at on are in a section, its padding aside; moves
  // behind them.
  static bool Rises(Bytes section, uint64_t* at, uint64_t size) {
    *at += size;
    return *at <= section.size() - kPostingsPadding;
  }

  // Each spelling and its stem name each other.
  bool FormsFit() const {
    const FramedColumn& of_terms = term_forms_.front();
    const FramedColumn& terms = form_terms_.front();
    for (uint32_t t = 0; t < meta_.terms; ++t) {
      const auto begin = static_cast<uint32_t>(terms_[1][t]);
      const auto end = static_cast<uint32_t>(terms_[1][t + 1]);
      for (uint32_t i = begin; i < end; ++i) {
        const int64_t form = of_terms[i];
        if (form < 0 || form >= meta_.forms ||
            terms[static_cast<uint32_t>(form)] != t ||
            (i > begin && form <= of_terms[i - 1])) {
          return false;
        }
      }
    }
    return true;
  }

  // Rising; no stem stands more often in a field than there are words in it.
  bool EscapesFit() const {
    const auto escapes = as<EscapedPosting>(Section::kEscapes);
    if (!Holds<EscapedPosting>(Section::kEscapes, escapes.size())) return false;
    for (size_t i = 0; i < escapes.size(); ++i) {
      const EscapedPosting& e = escapes[i];
      if (e.term >= meta_.terms || e.document >= meta_.documents) return false;
      if (i > 0 && std::pair(escapes[i - 1].term, escapes[i - 1].document) >=
                       std::pair(e.term, e.document)) {
        return false;
      }
      for (size_t f = 0; f < e.counts.size(); ++f) {
        if (e.counts[f] > lengths_[f][e.document]) {
          return false;
        }
      }
    }
    return true;
  }

  bool KeywordsFit() const {
    const FramedColumn& begins = keyword_begins_.front();
    const auto documents = as<uint32_t>(Section::kKeywordDocuments);
    if (!Holds<uint32_t>(Section::kKeywordDocuments, documents.size()) ||
        !Divides(begins, documents.size())) {
      return false;
    }
    for (uint32_t k = 0; k < meta_.keywords; ++k) {
      const auto begin = static_cast<size_t>(begins[k]);
      for (size_t i = begin; i < static_cast<size_t>(begins[k + 1]); ++i) {
        if (documents[i] >= meta_.documents ||
            (i > begin && documents[i] <= documents[i - 1])) {
          return false;
        }
      }
    }
    return FrequentKeywordsFit();
  }

  bool FrequentKeywordsFit() const {
    const FramedColumn& begins = keyword_begins_.front();
    const auto keywords = as<FrequentKeyword>(Section::kFrequentKeywords);
    const auto bitmaps = as<uint64_t>(Section::kKeywordBitmaps);
    const size_t words = KeywordBitmapWords(meta_.documents);
    if (!Holds<FrequentKeyword>(Section::kFrequentKeywords, keywords.size()) ||
        !Holds<uint64_t>(Section::kKeywordBitmaps, keywords.size() * words)) {
      return false;
    }
    for (size_t i = 0; i < keywords.size(); ++i) {
      const uint32_t k = keywords[i].keyword;
      if (k >= meta_.keywords || begins[k] != begins[k + 1] ||
          (i > 0 && k <= keywords[i - 1].keyword)) {
        return false;
      }
      uint32_t count = 0;
      for (size_t w = 0; w < words; ++w) {
        const uint64_t word = bitmaps[i * words + w];
        count += static_cast<uint32_t>(std::popcount(word));
        const size_t before = std::min<size_t>(w * 64, meta_.documents);
        const size_t room = meta_.documents - before;
        if (room < 64 && word >> room != 0) return false;
      }
      if (count == 0 || count != keywords[i].documents) return false;
    }
    return true;
  }

  // The four sections of a column of values follow each other.
  bool ColumnFits(Section strings) const {
    const auto after = [strings](uint32_t n) {
      return static_cast<Section>(static_cast<uint32_t>(strings) + n);
    };
    std::vector<FramedColumn> columns;
    if (!StringTable::Fits(bytes(strings), as<char>(after(1))) ||
        !Split(after(2), {meta_.documents + size_t{1}}, &columns) ||
        !PackedColumn::Fits(bytes(after(3)))) {
      return false;
    }
    const int64_t values = FramedColumn(bytes(strings)).size();
    const PackedColumn ordinals(bytes(after(3)));
    if (ordinals.bytes() != bytes(after(3)).size() ||
        !Divides(columns.front(), ordinals.size())) {
      return false;
    }
    for (uint32_t i = 0; i < ordinals.size(); ++i) {
      if (ordinals[i] < 0 || ordinals[i] >= values) return false;
    }
    return true;
  }

  const std::array<Bytes, kSections>& sections_;
  SegmentMeta meta_;
  std::vector<PackedColumn> lengths_;
  std::vector<FramedColumn> numbers_, sequences_;
  std::vector<FramedColumn> terms_, term_forms_, form_terms_, keyword_begins_;
  // Of the long stems so far.
  uint64_t long_end_ = 0;
  uint64_t positions_end_ = 0;
};

}  // namespace

std::string_view FindContradiction(
    const std::array<Bytes, kSections>& sections) {
  return Checker(sections).Run();
}

}  // namespace paperwire::index
