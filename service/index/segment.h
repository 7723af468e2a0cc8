// Some documents, indexed for good: never changed once made.
//
//     std::shared_ptr<const Segment> s = index->Apply(changes, sequence);
//     ASSIGN_OR_RETURN(std::vector<int64_t> hits, MatchSegment(*s, query));
//
// Documents have the ordinals 0 to documents() - 1 in the order in which they
// were applied. A dictionary of stems leads to postings (document, fields,
// frequencies) and, apart from them, positions with spellings; keywords lead
// to plain lists; columns hold what is sorted by, filtered by and counted.
// FORMAT.md has the bytes; they are the same in memory and in the file, which
// is mapped.
//
// Made by SegmentBuilder, SegmentMerger or MapSegment. Any thread; the spans
// live as long as the segment.

#ifndef PAPERWIRE_SERVICE_INDEX_SEGMENT_H_
#define PAPERWIRE_SERVICE_INDEX_SEGMENT_H_

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "service/index/document_columns.h"
#include "service/index/framed_column.h"
#include "service/index/fuzzy_lookup.h"
#include "service/index/keyword_documents.h"
#include "service/index/packed_column.h"
#include "service/index/sections.h"
#include "service/index/string_lookup.h"
#include "service/index/string_table.h"

namespace paperwire::index {

// Values of documents, as written, for counting: document d has the values
// table[ordinals[begins[d]]] up to, but without, begins[d + 1].
struct ValueColumn {
  StringTable table;
  FramedColumn begins;
  PackedColumn ordinals;

  // Calls visit(ordinal) for each value of a document.
  template <typename Visit>
  void ForEachOf(uint32_t document, Visit visit) const {
    const auto end = static_cast<uint32_t>(begins[document + 1]);
    for (auto i = static_cast<uint32_t>(begins[document]); i < end; ++i) {
      visit(static_cast<uint32_t>(ordinals[i]));
    }
  }
};

// A stem.
struct TermInfo {
  uint32_t documents = 0;
  bool several_forms = false;
  const uint8_t* postings = nullptr;
  const uint8_t* positions = nullptr;  // null when short: behind its postings
};

// A spelling of a stem.
struct FormInfo {
  uint32_t term = 0;
  uint32_t ordinal = 0;  // among the spellings of its stem
  uint32_t documents = 0;
};

class Segment {
 public:
  // Takes the sections over.
  explicit Segment(SectionBuffers buffers);
  // Reads the sections where they lie; `owner` keeps them alive.
  Segment(const std::array<std::span<const uint8_t>, kSections>& sections,
          std::shared_ptr<const void> owner);
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  const SegmentMeta& meta() const { return *meta_; }
  uint32_t documents() const { return meta_->documents; }

  // Columns.
  const FramedColumn& numbers() const { return numbers_; }
  const FramedColumn& sequences() const { return sequences_; }
  const PackedColumn& published() const { return published_; }
  const PackedColumn& votes() const { return votes_; }
  const PackedColumn& flags() const { return flags_; }
  const PackedColumn& links() const { return links_; }
  FieldLengths lengths(uint32_t document) const {
    FieldLengths lengths;
    for (size_t f = 0; f < lengths.size(); ++f) {
      lengths[f] = static_cast<uint16_t>(lengths_[f][document]);
    }
    return lengths;
  }
  // How long its fields are, roughly (impacts.h): made of the lengths.
  const uint8_t* classes() const { return classes_.data(); }
  const ValueColumn& categories() const { return categories_; }
  const ValueColumn& sources() const { return sources_; }
  const ValueColumn& venues() const { return venues_; }

  // The document with this number; kNotFound when there is none.
  uint32_t FindNumber(int64_t number) const;

  // Stems and spellings, by their bytes.
  const StringTable& terms() const { return term_table_; }
  uint32_t FindTerm(std::string_view stem) const {
    return term_lookup_.Find(term_table_, stem);
  }
  // Makes what FindTerm would make when first asked.
  void PrepareToFind() const { term_lookup_.Prepare(term_table_); }
  TermInfo term(uint32_t t) const;
  // How many spellings a stem has, and which they are, by ordinal.
  uint32_t term_forms(uint32_t t) const {
    return static_cast<uint32_t>(forms_begins_[t + 1] - forms_begins_[t]);
  }
  uint32_t term_form(uint32_t t, uint32_t ordinal) const {
    return static_cast<uint32_t>(
        term_forms_[static_cast<uint32_t>(forms_begins_[t]) + ordinal]);
  }
  const StringTable& forms() const { return form_table_; }
  // The spellings that are at most so many edits from a word (1 or 2) and begin
  // with `prefix`.
  std::vector<uint32_t> FindFormsNear(std::string_view word, int distance,
                                      std::string_view prefix = "") const {
    return form_lookup_.Find(form_table_, word, distance, prefix);
  }
  uint32_t form_term(uint32_t f) const {
    return static_cast<uint32_t>(form_terms_[f]);
  }
  FormInfo form(uint32_t f) const;
  // How many documents each spelling of a stem with several has, by ordinal.
  std::vector<uint32_t> FormDocuments(uint32_t t) const;
  std::span<const EscapedPosting> escapes() const { return escapes_; }

  // Keywords (keyword_terms.h) and the documents that have them.
  const StringTable& keywords() const { return keyword_table_; }
  KeywordDocuments keyword_documents(uint32_t k) const;

  std::span<const uint8_t> section(Section s) const {
    return sections_[static_cast<size_t>(s)];
  }
  int64_t bytes() const;

 private:
  void Resolve();

  SectionBuffers buffers_;             // or empty,
  std::shared_ptr<const void> owner_;  // and these
  std::array<std::span<const uint8_t>, kSections> sections_;

  const SegmentMeta* meta_ = nullptr;
  FramedColumn numbers_, sequences_;
  PackedColumn published_, votes_, flags_, links_;
  std::array<PackedColumn, query::kTextFields> lengths_;
  std::vector<uint8_t> classes_;
  std::span<const uint32_t> by_number_;  // none: the numbers rise
  StringTable term_table_, form_table_, keyword_table_;
  FramedColumn term_begins_, forms_begins_, term_forms_, form_terms_;
  std::span<const EscapedPosting> escapes_;
  const uint8_t* postings_ = nullptr;
  const uint8_t* long_postings_ = nullptr;
  const uint8_t* positions_ = nullptr;
  FramedColumn keyword_begins_;
  std::span<const uint32_t> keyword_documents_;
  std::span<const FrequentKeyword> frequent_keywords_;
  std::span<const uint64_t> keyword_bitmaps_;
  ValueColumn categories_, sources_, venues_;

  StringLookup term_lookup_;
  FuzzyLookup form_lookup_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_SEGMENT_H_
