#include "service/index/segment_check.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

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
    if (!SizesFit()) return "its sections do not fit together";
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

  bool SizesFit() const {
    const size_t n = meta_.documents;
    return Holds<int64_t>(Section::kNumbers, n) &&
           Holds<int64_t>(Section::kSequences, n) &&
           Holds<int64_t>(Section::kPublished, n) &&
           Holds<int64_t>(Section::kVotes, n) &&
           Holds<uint8_t>(Section::kFlags, n) &&
           Holds<uint32_t>(Section::kLinks, n) &&
           Holds<uint16_t>(Section::kLengths, n * query::kTextFields) &&
           Holds<uint8_t>(Section::kClasses, n) &&
           Holds<uint32_t>(Section::kByNumber, n) &&
           Holds<TermInfo>(Section::kTerms, meta_.terms + size_t{1}) &&
           Holds<FormInfo>(Section::kForms, meta_.forms) &&
           Holds<uint32_t>(Section::kTermForms, meta_.forms) &&
           Holds<uint32_t>(Section::kKeywordBegins,
                           meta_.keywords + size_t{1}) &&
           Holds<uint32_t>(Section::kCategoryBegins, n + 1) &&
           Holds<uint32_t>(Section::kSourceBegins, n + 1) &&
           Holds<uint32_t>(Section::kVenueBegins, n + 1) &&
           bytes(Section::kPostings).size() >= kPostingsPadding &&
           bytes(Section::kPositions).size() >= kPostingsPadding;
  }

  bool MetaFits() const {
    std::array<uint64_t, query::kTextFields> totals{};
    const auto lengths = as<uint16_t>(Section::kLengths);
    for (size_t i = 0; i < lengths.size(); ++i) {
      totals[i % query::kTextFields] += lengths[i];
    }
    return totals == meta_.total_lengths &&
           std::all_of(meta_.bound_averages.begin(), meta_.bound_averages.end(),
                       [](double a) { return std::isfinite(a) && a >= 0; });
  }

  // kByNumber names each document once, by rising number.
  bool NumbersFit() const {
    const auto numbers = as<int64_t>(Section::kNumbers);
    const auto by_number = as<uint32_t>(Section::kByNumber);
    for (size_t i = 0; i < by_number.size(); ++i) {
      if (by_number[i] >= numbers.size()) return false;
      if (i > 0 && numbers[by_number[i - 1]] >= numbers[by_number[i]]) {
        return false;
      }
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
    const auto forms = as<FormInfo>(Section::kForms);
    for (uint32_t t = 0; t + 1 < terms.size(); ++t) {
      const uint32_t begin = terms[t].forms_begin;
      uint64_t documents = 0;
      for (uint32_t i = begin; i < terms[t + 1].forms_begin; ++i) {
        if (term_forms[i] >= forms.size()) return false;
        const FormInfo& form = forms[term_forms[i]];
        if (form.term != t || form.ordinal != i - begin ||
            form.documents > terms[t].documents ||
            (i > begin && term_forms[i] <= term_forms[i - 1])) {
          return false;
        }
        documents += form.documents;
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
    const auto lengths = as<uint16_t>(Section::kLengths);
    for (size_t i = 0; i < escapes.size(); ++i) {
      const EscapedPosting& e = escapes[i];
      if (e.term >= meta_.terms || e.document >= meta_.documents) return false;
      if (i > 0 && std::pair(escapes[i - 1].term, escapes[i - 1].document) >=
                       std::pair(e.term, e.document)) {
        return false;
      }
      for (size_t f = 0; f < e.counts.size(); ++f) {
        if (e.counts[f] > lengths[e.document * e.counts.size() + f]) {
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
    const auto ordinals = as<uint32_t>(after(3));
    return table > 0 && TableFits(offsets, after(1), table - 1) &&
           Holds<uint32_t>(after(3), ordinals.size()) &&
           Divides(as<uint32_t>(after(2)), ordinals.size()) &&
           std::all_of(ordinals.begin(), ordinals.end(),
                       [&](uint32_t o) { return o < table - 1; });
  }

  const std::array<Bytes, kSections>& sections_;
  SegmentMeta meta_;
};

}  // namespace

std::string_view FindContradiction(
    const std::array<Bytes, kSections>& sections) {
  return Checker(sections).Run();
}

}  // namespace paperwire::index
