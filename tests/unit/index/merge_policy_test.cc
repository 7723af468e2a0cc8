#include "service/index/merge_policy.h"

#include <cmath>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/index/segment_builder.h"
#include "service/text/analyzer.h"

namespace paperwire::index {
namespace {

// A view of so many empty documents.
SegmentView ViewOf(uint32_t documents, uint32_t deleted = 0) {
  text::Analyzer analyzer;
  SegmentBuilder builder(&analyzer);
  for (uint32_t n = 1; n <= documents; ++n) {
    Document d;
    d.number = n;
    builder.Add(d);
  }
  SegmentView view = SegmentView::Of(builder.Finish(1, 0));
  view.deleted_count = deleted;
  return view;
}

std::vector<SegmentView> Views(const std::vector<uint32_t>& documents) {
  std::vector<SegmentView> views;
  for (const uint32_t n : documents) views.push_back(ViewOf(n));
  return views;
}

void ExpectChoice(const std::vector<uint32_t>& documents, size_t begin,
                  size_t end) {
  const MergeChoice choice = ChooseMerge(Views(documents), 4);
  EXPECT_EQ(choice.begin, begin) << ::testing::PrintToString(documents);
  EXPECT_EQ(choice.end, end) << ::testing::PrintToString(documents);
}

TEST(MergePolicyTest, TakesAFactorOfTheNewestOfOneTier) {
  ExpectChoice({}, 0, 0);
  ExpectChoice({100, 1, 1, 1}, 0, 0);
  ExpectChoice({100, 1, 1, 1, 1}, 1, 5);
  ExpectChoice({100, 5, 5, 5, 5}, 1, 5);
}

TEST(MergePolicyTest, SmallOnesBetweenLargerOnesGoAlong) {
  ExpectChoice({5, 1, 5, 1, 5, 1}, 0, 0);
  ExpectChoice({5, 1, 5, 1, 5, 1, 5}, 0, 7);
}

TEST(MergePolicyTest, RewritesWhatIsMostlyDeleted) {
  std::vector<SegmentView> views = Views({100});
  views.push_back(ViewOf(40, 11));
  const MergeChoice choice = ChooseMerge(views, 4);
  EXPECT_EQ(choice.begin, 1u);
  EXPECT_EQ(choice.end, 2u);
  views.back().deleted_count = 10;
  EXPECT_EQ(ChooseMerge(views, 4).end, 0u);
}

// One paper at a time: each is rewritten about once a tier, and few segments
// remain.
TEST(MergePolicyTest, CostsALogarithm) {
  constexpr int kFactor = 4;
  constexpr uint32_t kPapers = 1000;
  std::map<uint32_t, SegmentView> views;  // by documents
  std::vector<uint32_t> sizes;
  uint64_t rewritten = 0;
  size_t most = 0;
  for (uint32_t n = 0; n < kPapers; ++n) {
    sizes.push_back(1);
    while (true) {
      std::vector<SegmentView> list;
      for (const uint32_t s : sizes) {
        if (!views.contains(s)) views.emplace(s, ViewOf(s));
        list.push_back(views.at(s));
      }
      const MergeChoice c = ChooseMerge(list, kFactor);
      if (c.begin == c.end) break;
      uint32_t sum = 0;
      for (size_t i = c.begin; i < c.end; ++i) sum += sizes[i];
      rewritten += sum;
      sizes.resize(c.begin);
      sizes.push_back(sum);
    }
    most = std::max(most, sizes.size());
  }
  const double tiers = std::log(kPapers) / std::log(kFactor);
  EXPECT_LE(static_cast<double>(rewritten), (tiers + 1) * kPapers);
  EXPECT_LE(static_cast<double>(most), (tiers + 1) * kFactor);
}

}  // namespace
}  // namespace paperwire::index
