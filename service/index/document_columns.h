// The columns of a segment that is being made: what is known of a document
// besides its words.
//
//     DocumentColumns columns;
//     columns.Add({.number = 7, ...});  // document 0, and so on
//     columns.Write(&sections);

#ifndef PAPERWIRE_SERVICE_INDEX_DOCUMENT_COLUMNS_H_
#define PAPERWIRE_SERVICE_INDEX_DOCUMENT_COLUMNS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "service/index/sections.h"
#include "service/query/query.h"

namespace paperwire::index {

// The length of each text field, in words.
using FieldLengths = std::array<uint16_t, query::kTextFields>;

struct DocumentRow {
  int64_t number = 0;
  int64_t sequence = 0;
  int64_t published = 0;  // 0 where it is not known
  int64_t votes = 0;      // the same
  uint8_t flags = 0;      // kHasPublished, kHasVotes
  uint32_t links = 0;
  FieldLengths lengths{};
};

class DocumentColumns {
 public:
  void Add(const DocumentRow& row) { rows_.push_back(row); }
  // The classes of the documents (impacts.h), by document.
  std::vector<uint8_t> Classes() const;
  void Write(SectionBuffers* sections) const;

 private:
  std::vector<DocumentRow> rows_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_DOCUMENT_COLUMNS_H_
