#include "service/index/document_columns.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "service/index/framed_column.h"
#include "service/index/impacts.h"
#include "service/index/packed_column.h"

namespace paperwire::index {

std::vector<uint8_t> DocumentColumns::Classes() const {
  std::vector<uint8_t> classes;
  classes.reserve(rows_.size());
  for (const DocumentRow& row : rows_) {
    classes.push_back(DocumentClass(row.lengths.data()));
  }
  return classes;
}

void DocumentColumns::Write(SectionBuffers* sections) const {
  std::vector<int64_t> column(rows_.size());
  const auto put = [&](Section section, auto value) {
    std::transform(rows_.begin(), rows_.end(), column.begin(), value);
    PutColumn(column, &(*sections)[section]);
  };
  const auto put_framed = [&](Section section, auto value) {
    std::transform(rows_.begin(), rows_.end(), column.begin(), value);
    PutFramed(column, &(*sections)[section]);
  };
  put_framed(Section::kSequences,
             [](const DocumentRow& r) { return r.sequence; });
  put(Section::kPublished, [](const DocumentRow& r) { return r.published; });
  put(Section::kVotes, [](const DocumentRow& r) { return r.votes; });
  put(Section::kLinks, [](const DocumentRow& r) { return int64_t{r.links}; });
  for (size_t f = 0; f < query::kTextFields; ++f) {
    put(Section::kLengths,
        [f](const DocumentRow& r) { return int64_t{r.lengths[f]}; });
  }
  put(Section::kFlags, [](const DocumentRow& r) { return int64_t{r.flags}; });

  put_framed(Section::kNumbers, [](const DocumentRow& r) { return r.number; });
  // Imports bring rising numbers, which need no order of their own.
  if (std::is_sorted(column.begin(), column.end())) return;
  std::vector<uint32_t> by_number(column.size());
  std::iota(by_number.begin(), by_number.end(), 0);
  std::sort(by_number.begin(), by_number.end(),
            [&](uint32_t a, uint32_t b) { return column[a] < column[b]; });
  sections->Append(Section::kByNumber, std::span<const uint32_t>(by_number));
}

}  // namespace paperwire::index
