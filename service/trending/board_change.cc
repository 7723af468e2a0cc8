#include "service/trending/board_change.h"

#include <string>

#include "absl/container/flat_hash_map.h"
#include "service/base/hash.h"

namespace paperwire::trending {
namespace {

// Of one paper, whatever its score.
bool Same(const Place& a, const Place& b) {
  return a.rank == b.rank && a.votes == b.votes &&
         a.total_votes == b.total_votes && a.first_time == b.first_time &&
         a.previous_rank == b.previous_rank && a.newcomer == b.newcomer;
}

}  // namespace

BoardChange Difference(const std::vector<Place>& before,
                       const std::vector<Place>& after) {
  absl::flat_hash_map<int64_t, const Place*> known;
  known.reserve(before.size());
  for (const Place& place : before) known[place.number] = &place;
  BoardChange change;
  bool differs = false;
  for (const Place& place : after) {
    const auto it = known.find(place.number);
    if (it == known.end()) {
      change.entered.push_back(place);
      continue;
    }
    const Place& was = *it->second;
    known.erase(it);
    const bool same = Same(was, place);
    differs = differs || !same;
    if (!same || was.score != place.score) {
      change.moved.push_back({was.rank, place});
    }
  }
  for (const Place& place : before) {
    if (known.contains(place.number)) {
      change.left.push_back({place.number, place.rank});
    }
  }
  if (!differs && change.entered.empty() && change.left.empty()) return {};
  return change;
}

uint64_t Fingerprint(const std::vector<Place>& places) {
  std::string bytes;
  const auto add = [&bytes](int64_t value) {
    for (int shift = 0; shift < 64; shift += 8) {
      bytes.push_back(static_cast<char>(value >> shift));
    }
  };
  for (const Place& place : places) {
    for (const int64_t value :
         {place.number, int64_t{place.rank}, place.votes, place.total_votes,
          place.first_time, int64_t{place.previous_rank.value_or(0)},
          int64_t{place.newcomer}}) {
      add(value);
    }
  }
  return StableHash(bytes);
}

}  // namespace paperwire::trending
