// The parts that a segment consists of, in memory as in its file (FORMAT.md).

#ifndef PAPERWIRE_SERVICE_INDEX_SECTIONS_H_
#define PAPERWIRE_SERVICE_INDEX_SECTIONS_H_

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "service/query/query.h"

namespace paperwire::index {

static_assert(std::endian::native == std::endian::little,
              "the format is read where it lies, in little-endian order");

// The numbers are part of the format: add at the end.
enum class Section : uint32_t {
  kMeta = 0,
  // Columns, one entry a document; kLengths has one for each field.
  kNumbers,
  kSequences,
  kPublished,
  kVotes,
  kFlags,
  kLinks,
  kLengths,
  kByNumber,
  // Stems, and their spellings.
  kTermTable,
  kTerms,
  kTermForms,
  kFormTable,
  kForms,
  kWordBytes,
  // Where the stems stand.
  kPostings,
  kLongPostings,
  kEscapes,
  kPositions,
  // Keywords.
  kKeywordTable,
  kKeywordBytes,
  kKeywordBegins,
  kKeywordDocuments,
  kFrequentKeywords,
  kKeywordBitmaps,
  // Values to count, as written.
  kCategoryTable,
  kCategoryBytes,
  kCategoryBegins,
  kCategoryOrdinals,
  kSourceTable,
  kSourceBytes,
  kSourceBegins,
  kSourceOrdinals,
  kVenueTable,
  kVenueBytes,
  kVenueBegins,
  kVenueOrdinals,
  kSections,
};
inline constexpr size_t kSections = static_cast<size_t>(Section::kSections);

struct SegmentMeta {
  uint64_t id = 0;                // names its file
  int64_t complete_sequence = 0;  // Index::Apply's, of its newest batch
  uint32_t documents = 0;
  uint32_t terms = 0;
  uint32_t forms = 0;
  uint32_t keywords = 0;
  std::array<uint64_t, query::kTextFields> total_lengths{};
  // The average lengths that the bounds of impacts were made with.
  std::array<double, query::kTextFields> bound_averages{};
};

// Postings and positions are in blocks and chunks of this many; a stem of no
// more documents is short (postings.h).
inline constexpr uint32_t kBlockSize = 128;

// A block of postings of a sparse stem (postings.h).
struct SparseEntry {
  uint32_t last_document = 0;
  uint32_t offset = 0;   // from the stem's first
  uint8_t low_bits = 0;  // elias_fano.h
  uint8_t codes = 0;     // how they are packed (packed_codes.h)
  uint8_t exceptions = 0;
  uint8_t bound = 0;  // of its impacts (impacts.h)
};

// A window of a dense stem.
struct DenseEntry {
  uint32_t offset = 0;   // from the stem's first
  uint16_t size = 0;     // postings
  uint8_t bound = 0;     // of their impacts
  uint8_t low_bits = 0;  // elias_fano.h
  // The same for each eighth of the window; 0 where it has no posting.
  std::array<uint8_t, 8> bounds{};
};
// DenseEntry::low_bits of a window that is a bitmap, as it is or without its
// zero bytes (kernels.h).
inline constexpr uint8_t kBitmap = 255;
inline constexpr uint8_t kByteBitmap = 254;

// A keyword whose documents are a bitmap (keyword_documents.h).
struct FrequentKeyword {
  uint32_t keyword = 0;
  uint32_t documents = 0;
};

// A posting that has no code (posting_codes.h).
struct EscapedPosting {
  uint32_t term = 0;
  uint32_t document = 0;
  std::array<uint32_t, query::kTextFields> counts{};
};

inline constexpr uint8_t kHasPublished = 1;
inline constexpr uint8_t kHasVotes = 2;

// The sections of a segment that is being made.
class SectionBuffers {
 public:
  std::vector<uint8_t>& operator[](Section s) {
    return buffers_[static_cast<size_t>(s)];
  }

  template <typename T>
  void Append(Section s, const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    Append(s, std::span<const T>(&value, 1));
  }
  template <typename T>
  void Append(Section s, std::span<const T> values) {
    const auto bytes = std::as_bytes(values);
    std::vector<uint8_t>& b = (*this)[s];
    const size_t old = b.size();
    b.resize(old + bytes.size());
    if (!bytes.empty()) {
      std::memcpy(b.data() + old, bytes.data(), bytes.size());
    }
  }

 private:
  std::array<std::vector<uint8_t>, kSections> buffers_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_SECTIONS_H_
