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
  SetLayer(number, kListed, steps);
}

void Boards::SetCast(int64_t number, std::vector<VoteStep> steps) {
  const std::unique_lock lock(mutex_);
  SetLayer(number, kCast, steps);
}

void Boards::Remove(int64_t number) {
  const std::unique_lock lock(mutex_);
  SetLayer(number, kListed, {});
  SetLayer(number, kCast, {});
}

void Boards::SetCastAt(int64_t number, int64_t time, int64_t votes) {
  const std::unique_lock lock(mutex_);
  if (votes == 0 && !slots_.contains(number)) return;
  const uint32_t slot = SlotOf(number);
  std::vector<Step>& steps = voted_[slot].steps[kCast];
  const auto it = std::partition_point(
      steps.begin(), steps.end(),
      [time](const Step& step) { return step.step.time < time; });
  const auto at = static_cast<size_t>(it - steps.begin());
  if (it == steps.end() || it->step.time != time) {
    if (votes > 0) Insert(slot, kCast, at, {.time = time, .votes = votes});
  } else if (votes > 0) {
    SetVotes(&*it, votes);
  } else {
    Erase(slot, kCast, at);
  }
  Settle(slot);
}

void Boards::SetLayer(int64_t number, Layer layer,
                      const std::vector<VoteStep>& steps) {
  if (steps.empty() && !slots_.contains(number)) return;
  const uint32_t slot = SlotOf(number);
  std::vector<Step>& known = voted_[slot].steps[layer];
  // Most changes count more at the end, or change nothing.
  size_t kept = 0;
  for (; kept < std::min(steps.size(), known.size()); ++kept) {
    if (known[kept].step.time != steps[kept].time) break;
    SetVotes(&known[kept], steps[kept].votes);
  }
  while (known.size() > kept) Erase(slot, layer, known.size() - 1);
  for (; kept < steps.size(); ++kept) Insert(slot, layer, kept, steps[kept]);
  Settle(slot);
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

void Boards::Insert(uint32_t slot, Layer layer, size_t at,
                    const VoteStep& step) {
  ++changes_;
  std::vector<Vote>& day = days_[DayOf(step.time)];
  std::vector<Step>& steps = voted_[slot].steps[layer];
  steps.insert(steps.begin() + static_cast<long>(at),
               {step, static_cast<uint32_t>(day.size())});
  day.push_back({step.time, step.votes, slot, layer});
}

void Boards::Erase(uint32_t slot, Layer layer, size_t at) {
  ++changes_;
  std::vector<Step>& steps = voted_[slot].steps[layer];
  const Step gone = steps[at];
  steps.erase(steps.begin() + static_cast<long>(at));
  const auto day = days_.find(DayOf(gone.step.time));
  std::vector<Vote>& votes = day->second;
  // The day's last vote takes its place.
  const Vote moved = votes.back();
  votes.pop_back();
  if (votes.empty()) {
    days_.erase(day);
    return;
  }
  if (gone.place == votes.size()) return;
  votes[gone.place] = moved;
  std::vector<Step>& owner = voted_[moved.slot].steps[moved.layer];
  std::partition_point(owner.begin(), owner.end(), [&](const Step& step) {
    return step.step.time < moved.time;
  })->place = gone.place;
}

void Boards::SetVotes(Step* step, int64_t votes) {
  if (step->step.votes == votes) return;
  ++changes_;
  step->step.votes = votes;
  days_.at(DayOf(step->step.time))[step->place].votes = votes;
}

void Boards::Settle(uint32_t slot) {
  Voted& paper = voted_[slot];
  std::optional<int64_t> first;
  for (const std::vector<Step>& steps : paper.steps) {
    if (steps.empty()) continue;
    first = std::min(first.value_or(steps[0].step.time), steps[0].step.time);
  }
  if (first.has_value()) {
    paper.first_time = *first;
  } else {
    slots_.erase(paper.number);
    free_.push_back(slot);
  }
}

template <typename F>
void Boards::ForEachVote(int64_t start, int64_t end, F f) const {
  for (auto day = days_.lower_bound(DayOf(start));
       day != days_.end() && day->first <= DayOf(end); ++day) {
    for (const Vote& vote : day->second) {
      if (vote.time > start && vote.time <= end) f(vote);
    }
  }
}

Boards::Sums Boards::SumAll(const BoardRequest& request, int64_t at,
                            Scorer* scorer) const {
  Sums sums;
  sums.votes.resize(voted_.size());
  const int64_t start = StartOf(request.window, at);
  if (request.formula.kind != v1::TRENDING_FORMULA_VELOCITY) {
    ForEachVote(start, at,
                [&](const Vote& vote) { sums.votes[vote.slot] += vote.votes; });
    return sums;
  }
  sums.left.resize(voted_.size());
  ForEachVote(start, at, [&](const Vote& vote) {
    sums.votes[vote.slot] += vote.votes;
    sums.left[vote.slot] +=
        static_cast<double>(vote.votes) * scorer->Left(vote.time);
  });
  return sums;
}

Boards::Sums Boards::SumDayBefore(const BoardRequest& request, Sums sums,
                                  Scorer* scorer) const {
  const int64_t before = request.at - kDaySeconds;
  // What is left of votes cannot be told from what is left a day later.
  if (!sums.left.empty()) return SumAll(request, before, scorer);
  ForEachVote(before, request.at, [&](const Vote& vote) {
    if (vote.time > StartOf(request.window, request.at)) {
      sums.votes[vote.slot] -= vote.votes;
    }
  });
  if (request.window == absl::InfiniteDuration()) return sums;
  ForEachVote(StartOf(request.window, before),
              std::min(StartOf(request.window, request.at), before),
              [&](const Vote& vote) { sums.votes[vote.slot] += vote.votes; });
  return sums;
}

Boards::Scored Boards::ScoreOf(uint32_t slot, const Sums& sums,
                               Scorer* scorer) const {
  const Voted& paper = voted_[slot];
  const double score =
      scorer->Score({.votes = sums.votes[slot],
                     .left = sums.left.empty() ? 0 : sums.left[slot],
                     .first_time = paper.first_time});
  return {score, paper.number, slot};
}

template <typename F>
void Boards::ForEachScored(const BoardRequest& request, const Sums& sums,
                           Scorer* scorer, F f) const {
  for (uint32_t slot = 0; slot < voted_.size(); ++slot) {
    if (sums.votes[slot] == 0) continue;
    if (request.only != nullptr &&
        !std::binary_search(request.only->begin(), request.only->end(),
                            voted_[slot].number)) {
      continue;
    }
    f(ScoreOf(slot, sums, scorer));
  }
}

Place Boards::PlaceOf(const Scored& scored, const Sums& sums,
                      int64_t at) const {
  const Voted& paper = voted_[scored.slot];
  Place place{.number = scored.number,
              .score = scored.score,
              .votes = sums.votes[scored.slot],
              .first_time = paper.first_time,
              .previous_rank = std::nullopt,
              .newcomer = paper.first_time > at - kDaySeconds};
  for (const std::vector<Step>& steps : paper.steps) {
    for (const Step& step : steps) {
      if (step.step.time <= at) place.total_votes += step.step.votes;
    }
  }
  return place;
}

Board Boards::Rank(const BoardRequest& request) const {
  const std::shared_lock lock(mutex_);
  Scorer scorer(request.formula, request.at);
  Sums sums = SumAll(request, request.at, &scorer);
  Board board;
  // The best ones so far, as a heap with the worst of them on top.
  const size_t wanted = std::min(request.offset, voted_.size()) + request.limit;
  std::vector<Scored> best;
  ForEachScored(request, sums, &scorer, [&](const Scored& scored) {
    ++board.size;
    if (best.size() < wanted) {
      best.push_back(scored);
      std::push_heap(best.begin(), best.end());
    } else if (wanted > 0 && scored < best.front()) {
      std::pop_heap(best.begin(), best.end());
      best.back() = scored;
      std::push_heap(best.begin(), best.end());
    }
  });
  std::sort_heap(best.begin(), best.end());
  for (size_t i = request.offset; i < best.size(); ++i) {
    board.places.push_back(PlaceOf(best[i], sums, request.at));
    board.places.back().rank = static_cast<int>(i) + 1;
  }
  if (!board.places.empty()) {
    AddPreviousRanks(request, std::move(sums), &board);
  }
  return board;
}

void Boards::AddPreviousRanks(const BoardRequest& request, Sums sums,
                              Board* board) const {
  Scorer scorer(request.formula, request.at - kDaySeconds);
  sums = SumDayBefore(request, std::move(sums), &scorer);
  std::vector<Scored> there;  // those of the page that were on that board
  absl::flat_hash_map<int64_t, Place*> places;
  for (Place& place : board->places) {
    const uint32_t slot = slots_.at(place.number);
    if (sums.votes[slot] == 0) continue;
    there.push_back(ScoreOf(slot, sums, &scorer));
    places[place.number] = &place;
  }
  if (there.empty()) return;
  std::sort(there.begin(), there.end());
  // How many come right before each of them, itself counted for the next one.
  std::vector<int> ahead(there.size() + 1);
  ForEachScored(request, sums, &scorer, [&](const Scored& one) {
    if (there.back() < one) return;
    ++ahead[static_cast<size_t>(
        std::upper_bound(there.begin(), there.end(), one) - there.begin())];
  });
  int rank = 1;
  for (size_t i = 0; i < there.size(); ++i) {
    rank += ahead[i];
    places.at(there[i].number)->previous_rank = rank;
  }
}

size_t Boards::size() const {
  const std::shared_lock lock(mutex_);
  return slots_.size();
}

}  // namespace paperwire::trending
