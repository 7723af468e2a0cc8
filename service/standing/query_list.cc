#include "service/standing/query_list.h"

#include <algorithm>
#include <cstring>

#include "service/standing/program.h"

namespace paperwire::standing {
namespace {

using conditions::Condition;
using conditions::kAbsent;

// Takes out the rows whose last column `gone` is true for.
template <size_t kColumns>
void RemoveRows(const std::function<bool(uint32_t)>& gone,
                ColumnArray<uint32_t, kColumns>* rows) {
  uint32_t kept = 0;
  for (uint32_t row = 0; row < rows->size(); ++row) {
    if (gone(rows->column(kColumns - 1)[row])) continue;
    for (size_t c = 0; c < kColumns; ++c) {
      rows->column(c)[kept] = rows->column(c)[row];
    }
    ++kept;
  }
  rows->Cut(kept);
}

}  // namespace

void QueryList::Add(uint32_t handle, std::span<const Condition> all) {
  if (all.size() <= 1) {
    const uint32_t row = short_.Append(1);
    short_.column(kFirst)[row] = all.empty() ? kAlways : all[0];
    short_.column(kValueOfShort)[row] = handle;
    return;
  }
  const uint32_t row = long_.Append(1);
  for (size_t c = 0; c < kMaxConditions; ++c) {
    long_.column(c)[row] = c < all.size() ? all[c] : kAlways;
  }
  long_.column(kValueOfLong)[row] = handle;
}

void QueryList::AddProgram(const ProgramQuery& query, Condition condition,
                           std::string_view program) {
  const uint32_t head = query.handle | (query.several ? kSeveral : 0);
  const uint32_t place = bytes_.Append(sizeof(head) + program.size());
  uint8_t* const p = bytes_.column(0) + place;
  std::memcpy(p, &head, sizeof(head));
  std::memcpy(p + sizeof(head), program.data(), program.size());
  const uint32_t row = heads_.Append(1);
  heads_.column(kFirst)[row] = condition;
  heads_.column(kValueOfShort)[row] = place;
}

void QueryList::RemoveIf(const std::function<bool(uint32_t)>& gone) {
  RemoveRows(gone, &short_);
  RemoveRows(gone, &long_);
  uint32_t* const conditions = heads_.column(kFirst);
  uint32_t* const places = heads_.column(kValueOfShort);
  uint32_t kept = 0;
  uint32_t end = 0;
  for (uint32_t row = 0; row < heads_.size(); ++row) {
    const uint32_t place = places[row];
    const uint32_t next =
        row + 1 < heads_.size() ? places[row + 1] : bytes_.size();
    ProgramQuery query;
    Read(at(place), &query);
    if (gone(query.handle)) continue;
    conditions[kept] = conditions[row];
    places[kept++] = end;
    std::copy(at(place), at(next), bytes_.column(0) + end);
    end += next - place;
  }
  heads_.Cut(kept);
  bytes_.Cut(end);
}

void QueryList::ForEachTerm(const std::function<void(TermId)>& visit) const {
  const auto visit_all = [&visit](const Condition* all, uint32_t size) {
    for (uint32_t i = 0; i < size; ++i) visit(all[i] & ~kAbsent);
  };
  visit_all(short_.column(kFirst), short_.size());
  for (size_t c = 0; c < kMaxConditions; ++c) {
    visit_all(long_.column(c), long_.size());
  }
  visit_all(heads_.column(kFirst), heads_.size());
  for (uint32_t row = 0; row < heads_.size(); ++row) {
    ProgramQuery query;
    ForEachTermOf(Read(at(heads_.column(kValueOfShort)[row]), &query), visit);
  }
}

}  // namespace paperwire::standing
