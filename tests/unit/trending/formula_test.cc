// The formulas at points that were worked out by hand.

#include "service/trending/formula.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paperwire::trending {
namespace {

constexpr int64_t kHour = 3600;

double ScoreOf(v1::TrendingFormula kind, int64_t votes, int64_t first,
               int64_t at) {
  return Scorer({.kind = kind}, at)
      .Score({.votes = votes, .first_time = first});
}

TEST(FormulaTest, VotesAreThemselves) {
  EXPECT_EQ(ScoreOf(v1::TRENDING_FORMULA_VOTES, 17, 0, kHour), 17);
}

TEST(FormulaTest, HackerNewsFallsWithTheHours) {
  // 32^0.8 = 16; 2^1.8 = 3.4822; 4^1.8 = 12.1257.
  EXPECT_NEAR(ScoreOf(v1::TRENDING_FORMULA_HACKER_NEWS, 33, 0, 0), 16 / 3.48220,
              1e-4);
  EXPECT_NEAR(ScoreOf(v1::TRENDING_FORMULA_HACKER_NEWS, 33, 0, 2 * kHour),
              16 / 12.12573, 1e-4);
  EXPECT_EQ(ScoreOf(v1::TRENDING_FORMULA_HACKER_NEWS, 1, 0, kHour), 0);
}

TEST(FormulaTest, TenTimesTheVotesAreWorthTwelveAndAHalfHoursOnReddit) {
  constexpr int64_t kEpoch = 1134028003;  // 2005-12-08 07:46:43 UTC
  EXPECT_DOUBLE_EQ(
      ScoreOf(v1::TRENDING_FORMULA_REDDIT_HOT, 100, kEpoch, kEpoch), 2);
  EXPECT_DOUBLE_EQ(
      ScoreOf(v1::TRENDING_FORMULA_REDDIT_HOT, 10, kEpoch + 45000, kEpoch), 2);
}

TEST(FormulaTest, AVoteFadesByHalfInAHalfLife) {
  const Formula velocity{.kind = v1::TRENDING_FORMULA_VELOCITY,
                         .half_life = absl::Hours(6)};
  Scorer scorer(velocity, 100 * kHour);
  EXPECT_DOUBLE_EQ(scorer.Left(100 * kHour), 1);
  EXPECT_DOUBLE_EQ(scorer.Left(94 * kHour), 0.5);
  EXPECT_DOUBLE_EQ(scorer.Left(82 * kHour), 0.125);
  EXPECT_DOUBLE_EQ(scorer.Score({.votes = 9, .left = 2.5}), 2.5);
}

// More moments than are kept.
TEST(FormulaTest, KeptPowersAreThoseOfTheirMoment) {
  const Formula velocity{.kind = v1::TRENDING_FORMULA_VELOCITY};
  Scorer kept(velocity, 20000);
  for (int round = 0; round < 2; ++round) {
    for (int64_t time = 0; time <= 20000; ++time) {
      ASSERT_EQ(kept.Left(time), Scorer(velocity, 20000).Left(time));
    }
  }
}

TEST(FormulaTest, WilsonTrustsFewVotesLess) {
  EXPECT_EQ(WilsonLowerBound(0, 0), 0);
  // Without a vote against it, n / (n + z^2).
  EXPECT_NEAR(WilsonLowerBound(1, 0), 1 / 4.8416, 1e-4);
  EXPECT_NEAR(WilsonLowerBound(100, 0), 100 / 103.8416, 1e-4);
  // 60 of 100, as tables have it.
  EXPECT_NEAR(WilsonLowerBound(60, 40), 0.5020, 1e-4);
  EXPECT_LT(WilsonLowerBound(3, 0), WilsonLowerBound(95, 5));
}

TEST(FormulaTest, TheTextHasTheParameters) {
  EXPECT_THAT(FormulaText({.kind = v1::TRENDING_FORMULA_VELOCITY,
                           .half_life = absl::Hours(36)}),
              testing::HasSubstr("/ 36h)"));
  EXPECT_EQ(FormulaText({}), "votes");
}

}  // namespace
}  // namespace paperwire::trending
