#include "service/standing/query_list.h"

#include <algorithm>
#include <cstring>

#include "service/standing/program.h"

namespace paperwire::standing {

using conditions::Condition;
using conditions::kAbsent;
using conditions::Pair;
using conditions::Quad;

void QueryList::Add(uint32_t handle, std::span<const Condition> all) {
  if (all.size() <= 1) {
    *pairs_.Append(1) = {all.empty() ? kAlways : all[0], handle};
    return;
  }
  Quad quad;
  std::copy(all.begin(), all.end(), quad.conditions.begin());
  quad.value = handle;
  *quads_.Append(1) = quad;
}

void QueryList::AddProgram(const ProgramQuery& query, Condition condition,
                           std::string_view program) {
  *heads_.Append(1) = {condition, bytes_.size()};
  const uint32_t head = query.handle | (query.several ? kSeveral : 0);
  uint8_t* const p = bytes_.Append(sizeof(head) + program.size());
  std::memcpy(p, &head, sizeof(head));
  std::memcpy(p + sizeof(head), program.data(), program.size());
}

void QueryList::RemoveIf(const std::function<bool(uint32_t)>& gone) {
  const auto is_gone = [&gone](const auto& row) { return gone(row.value); };
  pairs_.Cut(std::remove_if(pairs_.begin(), pairs_.end(), is_gone));
  quads_.Cut(std::remove_if(quads_.begin(), quads_.end(), is_gone));
  Pair* head = heads_.begin();
  uint8_t* end = bytes_.begin();
  for (uint32_t i = 0; i < heads_.size(); ++i) {
    const auto [condition, place] = heads_.begin()[i];
    const auto next =
        i + 1 < heads_.size() ? heads_.begin()[i + 1].value : bytes_.size();
    ProgramQuery query;
    Read(at(place), &query);
    if (gone(query.handle)) continue;
    *head++ = {condition, static_cast<uint32_t>(end - bytes_.begin())};
    end = std::copy(at(place), at(next), end);
  }
  heads_.Cut(head);
  bytes_.Cut(end);
}

void QueryList::ForEachTerm(const std::function<void(TermId)>& visit) const {
  for (const Pair& row : pairs_) visit(row.condition & ~kAbsent);
  for (const Quad& row : quads_) {
    for (const Condition c : row.conditions) visit(c & ~kAbsent);
  }
  for (const Pair& row : heads_) {
    visit(row.condition & ~kAbsent);
    ProgramQuery query;
    ForEachTermOf(Read(at(row.value), &query), visit);
  }
}

}  // namespace paperwire::standing
