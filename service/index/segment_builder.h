// Makes a segment of documents.
//
//     SegmentBuilder builder(&analyzer);
//     for (const Document& d : batch) builder.Add(d);  // numbers distinct
//     std::shared_ptr<const Segment> s = builder.Finish(id, sequence);
//
// For batches of up to some thousands: every occurrence of every word is kept
// until the end (16 bytes each). Larger segments come from merging.

#ifndef PAPERWIRE_SERVICE_INDEX_SEGMENT_BUILDER_H_
#define PAPERWIRE_SERVICE_INDEX_SEGMENT_BUILDER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "service/index/document.h"
#include "service/index/segment.h"
#include "service/index/table_builder.h"
#include "service/text/analyzer.h"

namespace paperwire::index {

class SegmentBuilder {
 public:
  // `analyzer` must outlive the builder.
  explicit SegmentBuilder(text::Analyzer* analyzer) : analyzer_(*analyzer) {}

  // Makes room for documents of so many bytes of text in all.
  void Reserve(size_t text_bytes);
  void Add(const Document& document);
  std::shared_ptr<const Segment> Finish(uint64_t id, int64_t complete_sequence);

 private:
  // A word of a field of a document, in the order of the text. There are so
  // many that their size is the time they take.
  struct Place {
    uint32_t form;
    uint32_t position;
  };
  // Those of one field: up to where the next ones begin.
  struct FieldPlaces {
    uint32_t document;
    uint8_t field;
    size_t begin;  // in places_
  };
  // The values of a facet, as written.
  struct Values {
    TableBuilder table;
    std::vector<int64_t> begins = {0};
    std::vector<uint32_t> numbers;

    void Add(const std::vector<std::string>& values);
    void Write(SectionBuffers* sections, Section strings) const;
  };

  void AddWords(const Document& document, FieldLengths* lengths);
  void WriteWords();
  void WriteKeywords();

  text::Analyzer& analyzer_;
  SectionBuffers sections_;
  SegmentMeta meta_;
  TableBuilder forms_;
  TableBuilder terms_;
  std::vector<uint32_t> form_terms_;
  std::vector<Place> places_;
  std::vector<FieldPlaces> fields_;
  std::vector<std::pair<std::string, uint32_t>> keywords_;
  DocumentColumns columns_;
  Values categories_, sources_, venues_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_SEGMENT_BUILDER_H_
