#include "service/index/segment_check.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "service/index/field_words.h"
#include "service/index/packed_column.h"
#include "service/index/postings.h"
#include "service/index/postings_writer.h"
#include "service/index/window.h"

namespace paperwire::index {
namespace {

template <typename T>
std::span<const T> As(Bytes bytes) {
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

// Entry i of a list is [begins[i], begins[i + 1]) of `size` things.
bool Divides(std::span<const uint32_t> begins, size_t size) {
  return !begins.empty() && begins.front() == 0 && begins.back() == size &&
         std::is_sorted(begins.begin(), begins.end());
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
    if (!TableFits(Section::kTermOffsets, Section::kTermBytes, meta_.terms) ||
        !TermsFit()) {
      return "its stems contradict themselves";
    }
    if (!TableFits(Section::kFormOffsets, Section::kFormBytes, meta_.forms) ||
        !FormsFit()) {
      return "its spellings contradict its stems";
    }
    if (!EscapesFit()) return "its postings contradict its papers";
    if (!TableFits(Section::kKeywordOffsets, Section::kKeywordBytes,
                   meta_.keywords) ||
        !KeywordsFit()) {
      return "its keywords contradict its papers";
    }
    if (!ColumnFits(Section::kCategoryOffsets) ||
        !ColumnFits(Section::kSourceOffsets) ||
        !ColumnFits(Section::kVenueOffsets)) {
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

  // The columns that lie one behind the other in a section, with so many
  // entries each, and nothing behind them.
  static bool Split(Bytes rest, size_t size, size_t count,
                    std::vector<PackedColumn>* columns) {
    for (; count > 0; --count) {
      if (!PackedColumn::Fits(rest)) return false;
      const PackedColumn& column = columns->emplace_back(rest);
      if (column.size() != size) return false;
      rest = rest.subspan(column.bytes());
    }
    return rest.empty();
  }

  bool ReadColumns() {
    const size_t n = meta_.documents;
    std::vector<PackedColumn> others;
    return Split(bytes(Section::kNumbers), n, 1, &numbers_) &&
           Split(bytes(Section::kSequences), n, 1, &others) &&
           Split(bytes(Section::kPublished), n, 1, &others) &&
           Split(bytes(Section::kVotes), n, 1, &others) &&
           Split(bytes(Section::kLinks), n, 1, &others) &&
           Split(bytes(Section::kLengths), n, query::kTextFields, &lengths_) &&
           Split(bytes(Section::kForms), meta_.forms, 3, &forms_);
  }

  bool SizesFit() const {
    const size_t n = meta_.documents;
    return Holds<uint8_t>(Section::kFlags, n) &&
           Holds<uint8_t>(Section::kClasses, n) &&
           (bytes(Section::kByNumber).empty() ||
            Holds<uint32_t>(Section::kByNumber, n)) &&
           Holds<TermInfo>(Section::kTerms, meta_.terms + size_t{1}) &&
           Holds<uint32_t>(Section::kTermForms, meta_.forms) &&
           Holds<uint32_t>(Section::kKeywordBegins,
                           meta_.keywords + size_t{1}) &&
           bytes(Section::kPostings).size() >= kPostingsPadding &&
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
    const PackedColumn& numbers = numbers_.front();
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

  // Distinct strings in byte order.
  bool TableFits(Section offset_section, Section byte_section,
                 size_t count) const {
    const auto offsets = as<uint32_t>(offset_section);
    const auto letters = as<char>(byte_section);
    if (!Holds<uint32_t>(offset_section, count + 1) ||
        !Divides(offsets, letters.size())) {
      return false;
    }
    const auto at = [&](size_t i) {
      return std::string_view(letters.data() + offsets[i],
                              offsets[i + 1] - offsets[i]);
    };
    for (size_t i = 1; i < count; ++i) {
      if (at(i - 1) >= at(i)) return false;
    }
    return true;
  }

  // The least number of bytes that the postings of so many documents take.
  size_t LeastBytes(uint32_t documents) const {
    if (documents <= kBlockSize) return 1 + size_t{documents};
    if (!IsDense(documents, meta_.documents)) {
      return (size_t{documents} + kBlockSize - 1) / kBlockSize *
             sizeof(SparseEntry);
    }
    return size_t{WindowCount(meta_.documents)} * sizeof(DenseEntry);
  }

  bool TermsFit() const {
    const auto terms = as<TermInfo>(Section::kTerms);
    const size_t postings_end =
        bytes(Section::kPostings).size() - kPostingsPadding;
    const size_t positions_end =
        bytes(Section::kPositions).size() - kPostingsPadding;
    if (terms.front().forms_begin != 0 ||
        terms.back().forms_begin != meta_.forms) {
      return false;
    }
    for (size_t t = 0; t + 1 < terms.size(); ++t) {
      const TermInfo& term = terms[t];
      const TermInfo& next = terms[t + 1];
      const bool last = t + 2 == terms.size();
      const size_t end = last ? postings_end : next.postings;
      if (term.documents > meta_.documents || term.postings > end ||
          end - term.postings < LeastBytes(term.documents) ||
          term.positions > (last ? positions_end : next.positions) ||
          term.forms_begin >= next.forms_begin) {
        return false;
      }
    }
    return true;
  }

  bool FormsFit() const {
    const auto terms = as<TermInfo>(Section::kTerms);
    const auto term_forms = as<uint32_t>(Section::kTermForms);
    for (uint32_t t = 0; t + 1 < terms.size(); ++t) {
      const uint32_t begin = terms[t].forms_begin;
      uint64_t documents = 0;
      for (uint32_t i = begin; i < terms[t + 1].forms_begin; ++i) {
        const uint32_t form = term_forms[i];
        if (form >= meta_.forms) return false;
        const int64_t of_form = forms_[2][form];
        if (forms_[0][form] != t || forms_[1][form] != i - begin ||
            of_form < 0 || of_form > terms[t].documents ||
            (i > begin && form <= term_forms[i - 1])) {
          return false;
        }
        documents += static_cast<uint64_t>(of_form);
      }
      // Wherever the stem stands, one of its spellings does.
      if (documents < terms[t].documents) return false;
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
    const auto begins = as<uint32_t>(Section::kKeywordBegins);
    const auto documents = as<uint32_t>(Section::kKeywordDocuments);
    if (!Holds<uint32_t>(Section::kKeywordDocuments, documents.size()) ||
        !Divides(begins, documents.size())) {
      return false;
    }
    for (size_t k = 0; k < meta_.keywords; ++k) {
      for (uint32_t i = begins[k]; i < begins[k + 1]; ++i) {
        if (documents[i] >= meta_.documents ||
            (i > begins[k] && documents[i] <= documents[i - 1])) {
          return false;
        }
      }
    }
    return true;
  }

  // The four sections of a column of values follow each other.
  bool ColumnFits(Section offsets) const {
    const auto after = [offsets](uint32_t n) {
      return static_cast<Section>(static_cast<uint32_t>(offsets) + n);
    };
    const size_t table = as<uint32_t>(offsets).size();
    std::vector<PackedColumn> columns;
    if (table == 0 || !TableFits(offsets, after(1), table - 1) ||
        !Split(bytes(after(2)), meta_.documents + size_t{1}, 1, &columns) ||
        !PackedColumn::Fits(bytes(after(3)))) {
      return false;
    }
    const PackedColumn& begins = columns.front();
    const PackedColumn ordinals(bytes(after(3)));
    if (ordinals.bytes() != bytes(after(3)).size() || begins[0] != 0 ||
        begins[meta_.documents] != ordinals.size()) {
      return false;
    }
    for (uint32_t d = 0; d < meta_.documents; ++d) {
      if (begins[d] > begins[d + 1]) return false;
    }
    for (uint32_t i = 0; i < ordinals.size(); ++i) {
      if (ordinals[i] < 0 || ordinals[i] >= static_cast<int64_t>(table - 1)) {
        return false;
      }
    }
    return true;
  }

  const std::array<Bytes, kSections>& sections_;
  SegmentMeta meta_;
  std::vector<PackedColumn> numbers_, lengths_, forms_;
};

}  // namespace

std::string_view FindContradiction(
    const std::array<Bytes, kSections>& sections) {
  return Checker(sections).Run();
}

}  // namespace paperwire::index
