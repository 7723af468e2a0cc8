// The queries that are filed under one anchor. A query that needs up to three
// terms more, and nothing else, is a row of conditions; any other has a
// program, which is run when one condition holds.
//
//     QueryList list;
//     list.Add(7, {{term}});
//     list.AddProgram({.handle = 8}, term, program);
//     const uint32_t n = list.Filter(conditions::Best(), has, handles);
//
// Rows lie side by side in memory, each kind for itself: to go through them
// costs no jumps, and what cannot match is refused 8 or 4 to a cache line. The
// list itself is one cache line, so that whoever is about to read it asks for
// that first, and then for what it points to.

#ifndef PAPERWIRE_SERVICE_STANDING_QUERY_LIST_H_
#define PAPERWIRE_SERVICE_STANDING_QUERY_LIST_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "service/index/load.h"
#include "service/standing/conditions.h"
#include "service/standing/row_array.h"
#include "service/standing/term_ids.h"

namespace paperwire::standing {

// A query that a program decides.
struct ProgramQuery {
  uint32_t handle = 0;  // below kMaxHandle
  // It is filed under other anchors as well.
  bool several = false;

  static constexpr uint32_t kMaxHandle = uint32_t{1} << 31;
};

class alignas(64) QueryList {
 public:
  static constexpr size_t kMaxConditions = conditions::Quad().conditions.size();

  // A query that matches when these hold, kMaxConditions at the most.
  void Add(uint32_t handle, std::span<const conditions::Condition> all);
  // A query that matches when this holds and the program (program.h) says so.
  void AddProgram(const ProgramQuery& query, conditions::Condition condition,
                  std::string_view program);

  // How many queries Filter and FilterPrograms go through.
  uint32_t rows() const { return pairs_.size() + quads_.size(); }
  uint32_t programs() const { return heads_.size(); }
  size_t size() const { return size_t{rows()} + programs(); }

  // Puts the handles of those that match without a program into `handles`,
  // which has room for rows(); returns how many.
  uint32_t Filter(const conditions::Table& table, const uint32_t* has,
                  uint32_t* handles) const {
    const uint32_t n = table.pairs(pairs_.begin(), pairs_.size(), has, handles);
    return n + table.quads(quads_.begin(), quads_.size(), has, handles + n);
  }
  // The same for places of those whose program is to be run, in room for
  // programs().
  uint32_t FilterPrograms(const conditions::Table& table, const uint32_t* has,
                          uint32_t* places) const {
    return table.pairs(heads_.begin(), heads_.size(), has, places);
  }
  // What lies at such a place: the query, and behind it its program. Valid
  // until the list is changed.
  const uint8_t* at(uint32_t place) const { return bytes_.begin() + place; }
  static const uint8_t* Read(const uint8_t* at, ProgramQuery* query) {
    const auto head = index::LoadAs<uint32_t>(at);
    query->handle = head & ~kSeveral;
    query->several = (head & kSeveral) != 0;
    return at + sizeof(head);
  }

  // Takes those out for whose handle `gone` is true.
  void RemoveIf(const std::function<bool(uint32_t)>& gone);

  // Calls visit(term) for the terms of all conditions and programs.
  void ForEachTerm(const std::function<void(TermId)>& visit) const;

  // Asks for the memory that filtering reads first.
  void Prefetch() const {
    __builtin_prefetch(pairs_.begin());
    __builtin_prefetch(quads_.begin());
    __builtin_prefetch(heads_.begin());
  }

  // What it takes in bytes, beyond its own size.
  size_t memory() const {
    return pairs_.memory() + quads_.memory() + heads_.memory() +
           bytes_.memory();
  }

 private:
  static constexpr uint32_t kSeveral = ProgramQuery::kMaxHandle;

  // Whose values are handles.
  RowArray<conditions::Pair> pairs_;
  RowArray<conditions::Quad> quads_;
  // Whose values are places in bytes_, rising: there lie handle | kSeveral and
  // the program.
  RowArray<conditions::Pair> heads_;
  RowArray<uint8_t> bytes_;
};

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_QUERY_LIST_H_
