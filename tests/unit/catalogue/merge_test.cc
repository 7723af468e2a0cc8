#include "service/catalogue/merge.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace paperwire::catalogue {
namespace {

// A report of so many stars, counted at a time if that is said.
v1::Paper Stars(double value, std::optional<int64_t> seconds, int nanos = 0) {
  v1::Paper paper;
  v1::Signal* signal = paper.add_signals();
  signal->set_kind("github-stars");
  signal->set_value(value);
  if (seconds.has_value()) {
    signal->mutable_observed_time()->set_seconds(*seconds);
    signal->mutable_observed_time()->set_nanos(nanos);
  }
  return paper;
}

double StarsAfter(const v1::Paper& first, const v1::Paper& second) {
  const v1::Paper merged = Merge(first, second, "github");
  EXPECT_EQ(merged.signals_size(), 1);
  return merged.signals(0).value();
}

TEST(MergeSignals, TheNewestCountStands) {
  EXPECT_EQ(StarsAfter(Stars(100, 50), Stars(120, 51)), 120);
  EXPECT_EQ(StarsAfter(Stars(100, 50), Stars(90, 51)), 90)
      << "a count can fall";
  EXPECT_EQ(StarsAfter(Stars(100, 50, 1), Stars(120, 50, 2)), 120);
}

TEST(MergeSignals, AnOlderCountDoesNotTakeThePlaceOfANewerOne) {
  EXPECT_EQ(StarsAfter(Stars(100, 50), Stars(120, 49)), 100);
  EXPECT_EQ(StarsAfter(Stars(100, 50, 2), Stars(120, 50, 1)), 100);
  EXPECT_EQ(StarsAfter(Stars(100, 0), Stars(120, -1)), 100)
      << "the epoch and before";
  const v1::Paper paper = Stars(100, 50);
  v1::Paper sourced = paper;
  sourced.add_sources("github");
  EXPECT_EQ(Merge(sourced, Stars(120, 49), "github").SerializeAsString(),
            sourced.SerializeAsString())
      << "a report with nothing new gives the very same bytes";
}

TEST(MergeSignals, OfTwoCountsOfOneTimeTheLaterReportStands) {
  EXPECT_EQ(StarsAfter(Stars(100, 50), Stars(101, 50)), 101);
}

// Without a time, a report is taken to be as new as its arrival.
TEST(MergeSignals, ACountWithoutATimeIsAsNewAsItsReport) {
  EXPECT_EQ(StarsAfter(Stars(100, 50), Stars(7, std::nullopt)), 7);
  EXPECT_EQ(StarsAfter(Stars(7, std::nullopt), Stars(100, 50)), 100);
}

TEST(MergeSignals, KindsStandBesideOneAnother) {
  v1::Paper citations = Stars(3, 10);
  citations.mutable_signals(0)->set_kind("citations");
  const v1::Paper merged = Merge(Stars(100, 50), citations, "s2");
  ASSERT_EQ(merged.signals_size(), 2);
  EXPECT_EQ(merged.signals(0).value(), 100);
  EXPECT_EQ(merged.signals(1).value(), 3);
}

TEST(MergeSignals, NoMoreKindsThanAReportMayHave) {
  v1::Paper paper;
  for (int i = 0; i < 100; ++i) {
    v1::Paper report = Stars(i, 50);
    report.mutable_signals(0)->set_kind("kind-" + std::to_string(i));
    paper = Merge(paper, report, "github");
  }
  EXPECT_EQ(paper.signals_size(), 64);
}

// On a source's list of a day, with votes if there are any.
v1::Paper Listed(const char* day, const char* source, int votes) {
  v1::Paper paper;
  v1::Feature* feature = paper.add_features();
  feature->set_day(day);
  feature->set_source(source);
  if (votes > 0) {
    feature->set_vote_count(votes);
    paper.set_vote_count(votes);
  }
  return paper;
}

TEST(MergeVotes, AnEarlierListOfTheSameSourceSaysNothingOfToday) {
  const v1::Paper paper = Listed("2026-07-10", "hf-daily", 50);
  EXPECT_EQ(Merge(paper, Listed("2026-07-09", "hf-daily", 5), "hf-daily")
                .vote_count(),
            50);
  EXPECT_EQ(Merge(paper, Listed("2026-07-11", "hf-daily", 60), "hf-daily")
                .vote_count(),
            60);
}

TEST(MergeVotes, APickOfALaterDayDoesNotMakeAListOld) {
  v1::Paper paper = Listed("2026-07-09", "hf-daily", 5);
  paper = Merge(paper, Listed("2026-07-12", "picks", 0), "picks");
  EXPECT_EQ(paper.vote_count(), 5);
  paper = Merge(paper, Listed("2026-07-09", "hf-daily", 50), "hf-daily");
  EXPECT_EQ(paper.vote_count(), 50);
  EXPECT_EQ(paper.features_size(), 2);
}

TEST(MergeState, StarsDoNotTakeAWithdrawalBack) {
  v1::Paper paper = Stars(1, 50);
  paper.add_sources("github");
  paper.set_state(v1::Paper::STATE_WITHDRAWN);
  v1::Paper report = Stars(2, 60);
  report.set_state(v1::Paper::STATE_ACTIVE);
  const v1::Paper merged = Merge(paper, report, "github");
  EXPECT_EQ(merged.state(), v1::Paper::STATE_WITHDRAWN);
  EXPECT_EQ(merged.signals(0).value(), 2);
  report.set_title("A title");
  EXPECT_EQ(Merge(paper, report, "github").state(), v1::Paper::STATE_ACTIVE);
}

}  // namespace
}  // namespace paperwire::catalogue
