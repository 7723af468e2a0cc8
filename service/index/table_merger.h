// Merges sorted string tables into one.

#ifndef PAPERWIRE_SERVICE_INDEX_TABLE_MERGER_H_
#define PAPERWIRE_SERVICE_INDEX_TABLE_MERGER_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "service/index/string_table.h"

namespace paperwire::index {

// Where the strings of several tables are in their union.
struct TableUnion {
  uint32_t size() const { return static_cast<uint32_t>(strings.size()); }
  // In order; where they lie in the tables.
  std::vector<std::string_view> strings;
  // By table and place there; kNotFound for what was left out.
  std::vector<std::vector<uint32_t>> ranks;
  // By rank: which tables have the string, and where there.
  struct Origin {
    uint32_t table;
    uint32_t place;
  };
  std::vector<uint32_t> origin_begins;  // size() + 1 entries
  std::vector<Origin> origins;          // by rising table

  const Origin* begin(uint32_t rank) const {
    return origins.data() + origin_begins[rank];
  }
  const Origin* end(uint32_t rank) const {
    return origins.data() + origin_begins[rank + 1];
  }
};

// keep[i][p] == false leaves string p of table i out of account; an empty
// keep[i] keeps all.
TableUnion MergeTables(const std::vector<StringTable>& tables,
                       const std::vector<std::vector<bool>>& keep);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_TABLE_MERGER_H_
