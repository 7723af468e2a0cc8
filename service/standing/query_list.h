// The queries that are filed under one anchor. A query that needs up to three
// terms more, and nothing else, is a row of conditions; any other has a
// program, which is run when one condition holds.
//
//     QueryList list;
//     list.Add(7, {{term}});
//     list.AddProgram({.handle = 8}, term, program);
//     const uint32_t n = list.Filter(conditions::Best(), has, handles);
//
// The first conditions of all rows lie side by side in memory, and by them most
// rows are refused, 16 to a cache line and without a jump; the rest of a row is
// read when that holds. The list itself is one cache line, so that whoever is
// about to read it asks for that first, and then for what it points to.

#ifndef PAPERWIRE_SERVICE_STANDING_QUERY_LIST_H_
#define PAPERWIRE_SERVICE_STANDING_QUERY_LIST_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "service/index/load.h"
#include "service/standing/column_array.h"
#include "service/standing/conditions.h"
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
  static constexpr size_t kMaxConditions = 3;

  // A query that matches when these hold, kMaxConditions at the most.
  void Add(uint32_t handle, std::span<const conditions::Condition> all);
  // A query that matches when this holds and the program (program.h) says so.
  void AddProgram(const ProgramQuery& query, conditions::Condition condition,
                  std::string_view program);

  // How many queries Filter and FilterPrograms go through.
  uint32_t rows() const { return short_.size() + long_.size(); }
  uint32_t programs() const { return heads_.size(); }
  size_t size() const { return size_t{rows()} + programs(); }

  // Puts the handles of those that match without a program into `handles`,
  // which has room for rows(); returns how many.
  uint32_t Filter(const conditions::Table& table, const uint32_t* has,
                  uint32_t* handles) const {
    const uint32_t n = FilterShort(short_, table, has, handles);
    uint32_t* const more = handles + n;
    const uint32_t some =
        table.holding(long_.column(kFirst), long_.size(), has, more);
    uint32_t all = 0;
    for (uint32_t i = 0; i < some; ++i) {
      const uint32_t row = more[i];
      more[all] = long_.column(kValueOfLong)[row];
      all += conditions::Holds(long_.column(kSecond)[row], has) &
             conditions::Holds(long_.column(kThird)[row], has);
    }
    return n + all;
  }
  // The same for places of those whose program is to be run, in room for
  // programs().
  uint32_t FilterPrograms(const conditions::Table& table, const uint32_t* has,
                          uint32_t* places) const {
    return FilterShort(heads_, table, has, places);
  }
  // What lies at such a place: the query, and behind it its program. Valid
  // until the list is changed.
  const uint8_t* at(uint32_t place) const { return bytes_.column(0) + place; }
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
    __builtin_prefetch(short_.column(kFirst));
    __builtin_prefetch(long_.column(kFirst));
    __builtin_prefetch(heads_.column(kFirst));
  }

  // What it takes in bytes, beyond its own size.
  size_t memory() const {
    return short_.memory() + long_.memory() + heads_.memory() +
           bytes_.memory();
  }

 private:
  static constexpr uint32_t kSeveral = ProgramQuery::kMaxHandle;

  // Columns: conditions, all of which must hold, then the value. kAlways stands
  // where a row has fewer.
  static constexpr size_t kFirst = 0;
  static constexpr size_t kValueOfShort = 1;
  static constexpr size_t kSecond = 1;
  static constexpr size_t kThird = 2;
  static constexpr size_t kValueOfLong = 3;
  using Short = ColumnArray<uint32_t, 2>;
  using Long = ColumnArray<uint32_t, 4>;

  // The values of those rows whose condition holds.
  static uint32_t FilterShort(const Short& rows,
                              const conditions::Table& table,
                              const uint32_t* has, uint32_t* values) {
    const uint32_t n =
        table.holding(rows.column(kFirst), rows.size(), has, values);
    const uint32_t* const all = rows.column(kValueOfShort);
    for (uint32_t i = 0; i < n; ++i) values[i] = all[values[i]];
    return n;
  }

  // Whose values are handles.
  Short short_;
  Long long_;
  // Whose values are places in bytes_, rising: there lie handle | kSeveral and
  // the program.
  Short heads_;
  ColumnArray<uint8_t> bytes_;
};

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_QUERY_LIST_H_
