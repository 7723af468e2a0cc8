// Boards against a slow recomputation: every vote of every paper, for every
// board, with the formulas written down a second time.

#include "service/trending/boards.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

namespace paperwire::trending {
namespace {

using catalogue::VoteStep;

constexpr int64_t kDay = 86400;
constexpr int64_t kNow = 1'780'000'000;

struct Entry {
  int64_t number;
  double score;
  int64_t votes;
  int64_t total;
};

// What the contract says of a formula.
double Published(const Formula& formula, const std::vector<VoteStep>& steps,
                 int64_t start, int64_t at) {
  double votes = 0;
  double velocity = 0;
  const double half_life = absl::ToDoubleSeconds(formula.half_life);
  for (const VoteStep& step : steps) {
    if (step.time <= start || step.time > at) continue;
    votes += static_cast<double>(step.votes);
    velocity += static_cast<double>(step.votes) *
                std::pow(0.5, static_cast<double>(at - step.time) / half_life);
  }
  const auto age = static_cast<double>(at - steps[0].time);
  switch (formula.kind) {
    case v1::TRENDING_FORMULA_HACKER_NEWS:
      return std::pow(votes - 1, 0.8) / std::pow(age / 3600 + 2, 1.8);
    case v1::TRENDING_FORMULA_REDDIT_HOT:
      return std::log10(votes) +
             static_cast<double>(steps[0].time - 1134028003) / 45000;
    case v1::TRENDING_FORMULA_VELOCITY:
      return velocity;
    case v1::TRENDING_FORMULA_WILSON:
      return votes / (votes + 1.96 * 1.96);
    default:
      return votes;
  }
}

class BoardsTest : public testing::Test {
 protected:
  using Papers = std::map<int64_t, std::vector<VoteStep>>;

  std::vector<VoteStep> SomeSteps() {
    std::map<int64_t, int64_t> steps;
    const int count = std::uniform_int_distribution(1, 4)(random_);
    for (int i = 0; i < count; ++i) {
      // Often at midnight, as lists count, and often the same day.
      int64_t time =
          kNow - std::uniform_int_distribution(0, 40)(random_) * kDay;
      time -= time % kDay;
      if (random_() % 2 == 0) time += static_cast<int64_t>(random_() % kDay);
      steps[time] = 1 + static_cast<int64_t>(random_() % 50);
    }
    std::vector<VoteStep> result;
    for (const auto& [time, votes] : steps) result.push_back({time, votes});
    return result;
  }

  std::vector<Entry> Slowly(const BoardRequest& request, int64_t at) const {
    std::vector<Entry> board;
    const int64_t start = request.window == absl::InfiniteDuration()
                              ? 0
                              : at - absl::ToInt64Seconds(request.window);
    for (const auto& [number, steps] : papers_) {
      if (request.only != nullptr &&
          std::find(request.only->begin(), request.only->end(), number) ==
              request.only->end()) {
        continue;
      }
      Entry entry{number, 0, 0, 0};
      for (const VoteStep& step : steps) {
        if (step.time > at) continue;
        entry.total += step.votes;
        if (step.time > start) entry.votes += step.votes;
      }
      if (entry.votes == 0) continue;
      entry.score = Published(request.formula, steps, start, at);
      board.push_back(entry);
    }
    std::stable_sort(
        board.begin(), board.end(),
        [](const Entry& a, const Entry& b) { return a.score > b.score; });
    return board;
  }

  // Of the votes that lists count, or of those that are cast, or of both.
  void Change(int64_t number, const std::vector<VoteStep>& steps) {
    const auto put = [&](Papers* papers, const std::vector<VoteStep>& now) {
      if (now.empty()) {
        papers->erase(number);
      } else {
        (*papers)[number] = now;
      }
    };
    switch (random_() % 5) {
      case 0:
      case 1:
        boards_.Set(number, steps);
        put(&listed_, steps);
        break;
      case 2:
        boards_.SetCast(number, steps);
        put(&cast_, steps);
        break;
      case 3: {
        std::map<int64_t, int64_t> now;
        for (const VoteStep& step : cast_[number]) now[step.time] = step.votes;
        // One of them, or another one.
        int64_t time = kNow - static_cast<int64_t>(random_() % (40 * kDay));
        if (!now.empty() && random_() % 2 == 0) time = now.rbegin()->first;
        const auto votes = static_cast<int64_t>(random_() % 3);
        boards_.SetCastAt(number, time, votes);
        now[time] = votes;
        std::vector<VoteStep> after;
        for (const auto& [t, v] : now) {
          if (v > 0) after.push_back({t, v});
        }
        put(&cast_, after);
        break;
      }
      default:
        if (random_() % 4 != 0) break;
        boards_.Remove(number);
        listed_.erase(number);
        cast_.erase(number);
    }
    papers_[number].clear();
    for (const Papers* papers : {&listed_, &cast_}) {
      if (!papers->contains(number)) continue;
      const std::vector<VoteStep>& some = papers->at(number);
      papers_[number].insert(papers_[number].end(), some.begin(), some.end());
    }
    std::stable_sort(
        papers_[number].begin(), papers_[number].end(),
        [](const VoteStep& a, const VoteStep& b) { return a.time < b.time; });
    if (papers_[number].empty()) papers_.erase(number);
  }

  void Compare(const BoardRequest& request) {
    const Board board = boards_.Rank(request);
    const std::vector<Entry> all = Slowly(request, request.at);
    const std::vector<Entry> before = Slowly(request, request.at - kDay);
    ASSERT_EQ(board.size, all.size());
    const size_t begin = std::min(request.offset, all.size());
    ASSERT_EQ(board.places.size(), std::min(request.limit, all.size() - begin));
    for (size_t i = 0; i < board.places.size(); ++i) {
      const Place& place = board.places[i];
      const Entry& entry = all[begin + i];
      EXPECT_EQ(place.rank, static_cast<int>(begin + i) + 1);
      EXPECT_NEAR(place.score, entry.score, 1e-9 * std::abs(entry.score));
      const auto there = std::find_if(
          all.begin(), all.end(),
          [&](const Entry& e) { return e.number == place.number; });
      ASSERT_NE(there, all.end());
      EXPECT_EQ(place.votes, there->votes);
      EXPECT_EQ(place.total_votes, there->total);
      EXPECT_EQ(place.first_time, papers_.at(place.number)[0].time);
      const auto was = std::find_if(
          before.begin(), before.end(),
          [&](const Entry& e) { return e.number == place.number; });
      ASSERT_EQ(place.previous_rank.has_value(), was != before.end());
      if (!place.previous_rank.has_value()) continue;
      // Two ways to compute may order what is equal up to rounding otherwise.
      const Entry& ranked =
          before[static_cast<size_t>(*place.previous_rank - 1)];
      EXPECT_NEAR(ranked.score, was->score, 1e-9 * std::abs(was->score));
      if (request.formula.kind == v1::TRENDING_FORMULA_VOTES) {
        EXPECT_EQ(place.number, entry.number);
        EXPECT_EQ(ranked.number, place.number);
      }
    }
  }

  std::mt19937_64 random_{20261126};
  Papers listed_;
  Papers cast_;
  Papers papers_;  // both together
  Boards boards_;
};

TEST_F(BoardsTest, EqualTheSlowRecomputation) {
  for (int round = 0; round < 60; ++round) {
    for (int change = 0; change < 90; ++change) {
      const auto number = static_cast<int64_t>(1 + random_() % 150);
      std::vector<VoteStep> steps;
      if (random_() % 5 != 0) steps = SomeSteps();
      // Often it only goes on.
      if (random_() % 2 == 0 && listed_.contains(number)) {
        steps = listed_[number];
        if (steps.back().time < kNow) steps.push_back({kNow, 3});
      }
      Change(number, steps);
    }
    ASSERT_EQ(boards_.size(), papers_.size());
    std::vector<int64_t> only;
    for (int64_t number = 1; number <= 150; number += 1 + round % 7) {
      only.push_back(number);
    }
    for (const absl::Duration window :
         {absl::Hours(24), absl::Hours(24 * 7), absl::Hours(24 * 30),
          absl::InfiniteDuration()}) {
      for (int kind = v1::TRENDING_FORMULA_VOTES;
           kind <= v1::TRENDING_FORMULA_WILSON; ++kind) {
        BoardRequest request;
        request.window = window;
        request.formula = {.kind = static_cast<v1::TrendingFormula>(kind),
                           .half_life = absl::Hours(30)};
        request.at = kNow - static_cast<int64_t>(random_() % (45 * kDay));
        // At midnight, too, where lists begin to count.
        if (round % 3 == 0) request.at -= request.at % kDay;
        request.offset = random_() % 20;
        request.limit = 1 + random_() % 30;
        if (random_() % 2 == 0) request.only = &only;
        Compare(request);
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST_F(BoardsTest, AVoteCountsFromItsMomentOnUntilTheWindowHasPassed) {
  boards_.Set(1, {{kNow, 5}});
  BoardRequest request{.at = kNow - 1, .window = absl::Hours(24)};
  EXPECT_EQ(boards_.Rank(request).size, 0u);
  request.at = kNow;
  EXPECT_EQ(boards_.Rank(request).size, 1u);
  request.at = kNow + kDay - 1;
  EXPECT_EQ(boards_.Rank(request).size, 1u);
  request.at = kNow + kDay;
  EXPECT_EQ(boards_.Rank(request).size, 0u);
}

TEST_F(BoardsTest, AnEmptyBoardHasNoPlaces) {
  const Board board = boards_.Rank({.at = kNow, .offset = 5});
  EXPECT_EQ(board.size, 0u);
  EXPECT_TRUE(board.places.empty());
}

}  // namespace
}  // namespace paperwire::trending
