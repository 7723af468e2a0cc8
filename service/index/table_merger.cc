#include "service/index/table_merger.h"

#include <queue>
#include <string_view>

#include "service/base/priority.h"

namespace paperwire::index {

TableUnion MergeTables(const std::vector<StringTable>& tables,
                       const std::vector<std::vector<bool>>& keep) {
  struct Head {
    std::string_view string;
    uint32_t table;
    uint32_t place;
    bool operator<(const Head& other) const {  // the queue's top is the last
      return string != other.string ? string > other.string
                                    : table > other.table;
    }
  };
  TableUnion result;
  result.ranks.resize(tables.size());
  std::priority_queue<Head> heads;
  const auto push = [&](uint32_t t, uint32_t place) {
    const std::vector<bool>& kept = keep[t];
    while (place < tables[t].size() && !kept.empty() && !kept[place]) ++place;
    if (place < tables[t].size()) heads.push({tables[t][place], t, place});
  };
  for (uint32_t t = 0; t < tables.size(); ++t) {
    result.ranks[t].assign(tables[t].size(), kNotFound);
    push(t, 0);
  }
  while (!heads.empty()) {
    GiveWayAt(result.origins.size());
    const Head head = heads.top();
    heads.pop();
    if (result.strings.empty() || head.string != result.strings.back()) {
      result.strings.push_back(head.string);
      result.origin_begins.push_back(
          static_cast<uint32_t>(result.origins.size()));
    }
    result.ranks[head.table][head.place] = result.size() - 1;
    result.origins.push_back({head.table, head.place});
    push(head.table, head.place + 1);
  }
  result.origin_begins.push_back(static_cast<uint32_t>(result.origins.size()));
  return result;
}

}  // namespace paperwire::index
