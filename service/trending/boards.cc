#include "service/trending/boards.h"

#include <algorithm>
#include <limits>
#include <mutex>
#include <utility>

namespace paperwire::trending {
namespace {

using catalogue::VoteStep;

constexpr int64_t kDaySeconds = 24 * 60 * 60;

int64_t DayOf(int64_t time) {
  // Rounds down before 1970, too.
  return time / kDaySeconds - (time % kDaySeconds < 0 ? 1 : 0);
}

// Votes after this count.
int64_t StartOf(absl::Duration window, int64_t at) {
  constexpr int64_t kEver = std::numeric_limits<int64_t>::min() / 2;
  return window == absl::InfiniteDuration() ? kEver
                                            : at - absl::ToInt64Seconds(window);
}

}  // namespace

void Boards::Set(int64_t number, std::vector<VoteStep> steps) {
  const std::unique_lock lock(mutex_);
  if (steps.empty() && !slots_.contains(number)) return;
  const uint32_t slot = SlotOf(number);
  const std::vector<VoteStep>& old = voted_[slot].steps;
  // Most changes add to the end, or change nothing.
  const auto [a, b] =
      std::mismatch(old.begin(), old.end(), steps.begin(), steps.end());
  const auto kept = static_cast<size_t>(a - old.begin());
  Take(slot, kept);
  for (size_t i = kept; i < steps.size(); ++i) {
    days_[DayOf(steps[i].time)].push_back(
        {steps[i].time, steps[i].votes, slot});
  }
  if (steps.empty()) {
    slots_.erase(number);
    free_.push_back(slot);
  }
  voted_[slot].steps = std::move(steps);
}

uint32_t Boards::SlotOf(int64_t number) {
  const auto [it, added] = slots_.try_emplace(number, 0);
  if (!added) return it->second;
  if (free_.empty()) {
    it->second = static_cast<uint32_t>(voted_.size());
    voted_.emplace_back();
  } else {
    it->second = free_.back();
    free_.pop_back();
  }
  voted_[it->second].number = number;
  return it->second;
}

// Takes a paper's steps out of the days, but for the first ones.
void Boards::Take(uint32_t slot, size_t kept) {
  const std::vector<VoteStep>& steps = voted_[slot].steps;
  for (size_t i = kept; i < steps.size(); ++i) {
    const auto day = days_.find(DayOf(steps[i].time));
    std::erase_if(day->second, [&](const Vote& vote) {
      return vote.slot == slot && vote.time == steps[i].time;
    });
    if (day->second.empty()) days_.erase(day);
  }
}

std::vector<Boards::Scored> Boards::ScoreAll(const BoardRequest& request,
                                             int64_t at) const {
  const int64_t start = StartOf(request.window, at);
  const bool fades = request.formula.kind == v1::TRENDING_FORMULA_VELOCITY;
  std::vector<Inputs> inputs(voted_.size());
  std::vector<uint32_t> touched;
  for (auto day = days_.lower_bound(DayOf(start));
       day != days_.end() && day->first <= DayOf(at); ++day) {
    for (const Vote& vote : day->second) {
      if (vote.time <= start || vote.time > at) continue;
      Inputs& sum = inputs[vote.slot];
      if (sum.votes == 0) touched.push_back(vote.slot);
      sum.votes += vote.votes;
      if (fades) {
        sum.faded += static_cast<double>(vote.votes) *
                     Fading(request.formula, at - vote.time);
      }
    }
  }
  std::vector<Scored> scored;
  scored.reserve(touched.size());
  for (const uint32_t slot : touched) {
    const Voted& paper = voted_[slot];
    if (request.only != nullptr &&
        !std::binary_search(request.only->begin(), request.only->end(),
                            paper.number)) {
      continue;
    }
    inputs[slot].first_time = paper.steps.front().time;
    scored.push_back({Score(request.formula, inputs[slot], at), paper.number,
                      slot, inputs[slot].votes});
  }
  return scored;
}

Place Boards::PlaceOf(const Scored& scored, int64_t at) const {
  Place place{.number = scored.number,
              .score = scored.score,
              .votes = scored.votes,
              .previous_rank = std::nullopt};
  const std::vector<VoteStep>& steps = voted_[scored.slot].steps;
  place.first_time = steps.front().time;
  for (const VoteStep& step : steps) {
    if (step.time <= at) place.total_votes += step.votes;
  }
  return place;
}

Board Boards::Rank(const BoardRequest& request) const {
  const std::shared_lock lock(mutex_);
  std::vector<Scored> scored = ScoreAll(request, request.at);
  Board board;
  board.size = scored.size();
  const size_t begin = std::min(request.offset, scored.size());
  const size_t end = begin + std::min(request.limit, scored.size() - begin);
  std::partial_sort(scored.begin(), scored.begin() + static_cast<long>(end),
                    scored.end());
  absl::flat_hash_map<int64_t, size_t> places;  // by number
  for (size_t i = begin; i < end; ++i) {
    places[scored[i].number] = board.places.size();
    board.places.push_back(PlaceOf(scored[i], request.at));
    board.places.back().rank = static_cast<int>(i) + 1;
  }
  if (board.places.empty()) return board;

  // The rank of a paper the day before is one more than those that were ahead
  // of it.
  const std::vector<Scored> before =
      ScoreAll(request, request.at - kDaySeconds);
  std::vector<Scored> there;  // those of the page that were on that board
  for (const Scored& one : before) {
    if (places.contains(one.number)) there.push_back(one);
  }
  std::sort(there.begin(), there.end());
  std::vector<int> ahead(there.size() + 1);
  for (const Scored& one : before) {
    ++ahead[static_cast<size_t>(
        std::upper_bound(there.begin(), there.end(), one) - there.begin())];
  }
  int rank = 0;
  for (size_t i = 0; i < there.size(); ++i) {
    // Everything before it, and not it itself, which counts for the next one.
    rank += ahead[i];
    board.places[places.at(there[i].number)].previous_rank = rank + 1;
  }
  return board;
}

size_t Boards::size() const {
  const std::shared_lock lock(mutex_);
  return slots_.size();
}

}  // namespace paperwire::trending
