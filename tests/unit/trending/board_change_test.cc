// Changes are made to the board before, as the contract says to, and must give
// the board after.

#include "service/trending/board_change.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <utility>

namespace paperwire::trending {
namespace {

bool Equal(const Place& a, const Place& b) {
  return a.number == b.number && a.rank == b.rank && a.score == b.score &&
         a.votes == b.votes && a.total_votes == b.total_votes &&
         a.first_time == b.first_time && a.previous_rank == b.previous_rank &&
         a.newcomer == b.newcomer;
}

bool Equal(const std::vector<Place>& a, const std::vector<Place>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Place& x, const Place& y) { return Equal(x, y); });
}

// Asks for a change whose parts fit the board.
std::vector<Place> Applied(const std::vector<Place>& before,
                           const BoardChange& change) {
  std::map<int64_t, Place> papers;
  for (const Place& place : before) papers[place.number] = place;
  for (const BoardChange::Left& left : change.left) {
    EXPECT_EQ(papers.at(left.number).rank, left.rank);
    papers.erase(left.number);
  }
  for (const BoardChange::Moved& moved : change.moved) {
    Place& place = papers.at(moved.place.number);
    EXPECT_EQ(place.rank, moved.from);
    EXPECT_FALSE(Equal(place, moved.place));
    place = moved.place;
  }
  for (const Place& place : change.entered) {
    EXPECT_TRUE(papers.emplace(place.number, place).second);
  }
  std::vector<Place> after;
  for (const auto& [number, place] : papers) after.push_back(place);
  std::sort(after.begin(), after.end(),
            [](const Place& a, const Place& b) { return a.rank < b.rank; });
  return after;
}

class BoardChangeTest : public testing::Test {
 protected:
  int64_t Below(int64_t end) {
    return std::uniform_int_distribution<int64_t>(0, end - 1)(random_);
  }

  Place SomePlace(int64_t number) {
    Place place;
    place.number = number;
    place.score = static_cast<double>(Below(50)) / 8;
    place.votes = 1 + Below(4);
    place.total_votes = place.votes + Below(2);
    place.first_time = 1000 + Below(3);
    if (Below(2) == 0) place.previous_rank = 1 + static_cast<int>(Below(3));
    place.newcomer = Below(2) == 0;
    return place;
  }

  static void SetRanks(std::vector<Place>* board) {
    int rank = 0;
    for (Place& place : *board) place.rank = ++rank;
  }

  std::vector<Place> SomeBoard() {
    std::vector<Place> board;
    for (int64_t number = 1; number <= 12; ++number) {
      if (Below(3) != 0) board.push_back(SomePlace(number));
    }
    std::shuffle(board.begin(), board.end(), random_);
    SetRanks(&board);
    return board;
  }

  // Much like the one before, as boards are.
  std::vector<Place> SomeNext(std::vector<Place> board) {
    for (int64_t i = Below(4); i > 0 && !board.empty(); --i) {
      const auto at =
          static_cast<size_t>(Below(static_cast<int64_t>(board.size())));
      switch (Below(5)) {
        case 0:
          board[at].score += 1;
          break;
        case 1:
          board[at] = SomePlace(board[at].number);
          break;
        case 2:
          std::swap(board[at], board[board.size() / 2]);
          break;
        case 3:
          board.erase(board.begin() + static_cast<long>(at));
          break;
        default:
          board.insert(board.begin() + static_cast<long>(at),
                       SomePlace(100 + Below(1'000'000)));
      }
    }
    SetRanks(&board);
    return board;
  }

  std::mt19937 random_{20261126};
};

TEST_F(BoardChangeTest, MakesTheBoardAfterOfTheBoardBefore) {
  int changes = 0;
  for (int round = 0; round < 5000; ++round) {
    const std::vector<Place> before = SomeBoard();
    const std::vector<Place> after =
        round % 2 == 0 ? SomeBoard() : SomeNext(before);
    const BoardChange change = Difference(before, after);
    if (change.empty()) {
      // Nothing but scores may be different then.
      std::vector<Place> aged = before;
      ASSERT_EQ(aged.size(), after.size());
      for (size_t i = 0; i < aged.size(); ++i) aged[i].score = after[i].score;
      ASSERT_TRUE(Equal(aged, after));
      ASSERT_EQ(Fingerprint(before), Fingerprint(after));
      continue;
    }
    ++changes;
    ASSERT_TRUE(Equal(Applied(before, change), after));
    ASSERT_NE(Fingerprint(before), Fingerprint(after));
    ASSERT_TRUE(std::is_sorted(
        change.entered.begin(), change.entered.end(),
        [](const Place& a, const Place& b) { return a.rank < b.rank; }));
    ASSERT_TRUE(std::is_sorted(
        change.left.begin(), change.left.end(),
        [](const auto& a, const auto& b) { return a.rank < b.rank; }));
    ASSERT_TRUE(std::is_sorted(change.moved.begin(), change.moved.end(),
                               [](const auto& a, const auto& b) {
                                 return a.place.rank < b.place.rank;
                               }));
  }
  EXPECT_GT(changes, 3000);
}

TEST_F(BoardChangeTest, ScoresAloneAreNoChange) {
  std::vector<Place> before = {SomePlace(1), SomePlace(2)};
  SetRanks(&before);
  std::vector<Place> after = before;
  after[0].score /= 2;
  after[1].score /= 2;
  EXPECT_TRUE(Difference(before, after).empty());
  EXPECT_EQ(Fingerprint(before), Fingerprint(after));
  // With something else, they come along.
  ++after[1].votes;
  const BoardChange change = Difference(before, after);
  ASSERT_EQ(change.moved.size(), 2u);
  EXPECT_EQ(change.moved[0].place.score, after[0].score);
  EXPECT_EQ(change.moved[1].from, 2);
}

TEST_F(BoardChangeTest, WhatFallsBelowTheBoardLeavesIt) {
  std::vector<Place> before = {SomePlace(7), SomePlace(5)};
  SetRanks(&before);
  std::vector<Place> after = {SomePlace(9), before[0]};
  SetRanks(&after);
  const BoardChange change = Difference(before, after);
  ASSERT_EQ(change.entered.size(), 1u);
  EXPECT_EQ(change.entered[0].number, 9);
  ASSERT_EQ(change.left.size(), 1u);
  EXPECT_EQ(change.left[0].number, 5);
  EXPECT_EQ(change.left[0].rank, 2);
  ASSERT_EQ(change.moved.size(), 1u);
  EXPECT_EQ(change.moved[0].from, 1);
  EXPECT_EQ(change.moved[0].place.rank, 2);
}

TEST_F(BoardChangeTest, EmptyBoards) {
  std::vector<Place> one = {SomePlace(3)};
  SetRanks(&one);
  EXPECT_TRUE(Difference({}, {}).empty());
  EXPECT_EQ(Difference({}, one).entered.size(), 1u);
  EXPECT_EQ(Difference(one, {}).left.size(), 1u);
  EXPECT_NE(Fingerprint({}), Fingerprint(one));
}

}  // namespace
}  // namespace paperwire::trending
