#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/importers/importing.h"

namespace paperwire::importers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::Paper Only(std::string_view text, const ImportOptions& options = {}) {
  return OnlyPaper(text, Format::kHfDaily, options);
}

TEST(HfDaily, ReadsAnEnvelope) {
  const v1::Paper paper = Only(R"([{
"paper":{"id":"2607.03118","authors":[{"_id":"1","name":"Ada","hidden":false},
 {"name":"Bob","hidden":true},{"hidden":true}],
 "publishedAt":"2026-07-03T00:00:00.000Z","submittedOnDailyAt":"2026-07-10T00:00:00.000Z",
 "submittedOnDailyBy":{"_id":"2","fullname":"Cora Curator","name":"cora"},
 "title":"Two\n  lines","summary":"An\nabstract.","upvotes":95.0,"discussionId":"d",
 "projectPage":"https://p.example","githubRepo":"https://github.com/o/r",
 "githubStars":43,"ai_summary":"Short.","ai_keywords":["k1","k2"],
 "mediaUrls":["https://cdn.example/a.png"],"withdrawnAt":null},
"publishedAt":"2026-07-02T20:00:00.000Z","title":"Envelope","summary":"Other",
"numComments":6,"mediaUrls":["https://cdn.example/a.png","https://cdn.example/b.mp4"],
"organization":{"name":"o"}}])");
  EXPECT_EQ(Ids(paper), "arxiv:2607.03118");
  EXPECT_EQ(paper.title(), "Two lines");
  EXPECT_EQ(paper.abstract(), "An abstract.");
  EXPECT_EQ(Authors(paper), "Ada; Bob") << "hidden authors are authors";
  EXPECT_EQ(Published(paper), "2026-07-03T00:00:00Z");
  EXPECT_EQ(paper.vote_count(), 95);
  EXPECT_EQ(paper.comment_count(), 6);
  EXPECT_EQ(paper.signals(0).value(), 43);
  EXPECT_EQ(paper.signals(0).observed_time().seconds(), 1783641600)
      << "2026-07-10: a list that is read later takes no newer count back";
  EXPECT_EQ(paper.tldr(), "Short.");
  EXPECT_THAT(paper.keywords(), ElementsAre("k1", "k2"));
  EXPECT_EQ(LinkOf(paper, v1::Link::KIND_CODE), "https://github.com/o/r");
  EXPECT_EQ(LinkOf(paper, v1::Link::KIND_PROJECT), "https://p.example");
  EXPECT_EQ(LinkOf(paper, v1::Link::KIND_PDF),
            "https://arxiv.org/pdf/2607.03118");
  EXPECT_EQ(paper.links_size(), 6) << "a picture in both places is one link";
  ASSERT_EQ(paper.features_size(), 1);
  EXPECT_EQ(paper.features(0).day(), "2026-07-10");
  EXPECT_EQ(paper.features(0).curator(), "Cora Curator");
  EXPECT_EQ(paper.features(0).vote_count(), 95);
  EXPECT_EQ(paper.state(), v1::Paper::STATE_UNSPECIFIED);
  EXPECT_THAT(paper.sources(), ElementsAre("hf-daily"));
}

TEST(HfDaily, ReadsFieldsFromTheEnvelope) {
  const v1::Paper paper = Only(R"([{"paper":{"id":"2409.00001"},
"publishedAt":"2024-09-03T00:53:23.921Z","title":"T","summary":"S",
"githubRepo":"https://github.com/o/r","githubStars":"5","ai_summary":"A",
"submittedBy":{"name":"Cora"}}])");
  EXPECT_EQ(paper.title(), "T");
  EXPECT_EQ(paper.abstract(), "S");
  EXPECT_EQ(paper.tldr(), "A");
  EXPECT_EQ(paper.signals(0).value(), 5);
  EXPECT_FALSE(paper.has_vote_count()) << "missing is not zero";
  EXPECT_FALSE(paper.has_comment_count());
  EXPECT_EQ(paper.features(0).day(), "2024-09-03");
  EXPECT_EQ(paper.features(0).curator(), "Cora");
  EXPECT_FALSE(paper.features(0).has_vote_count());
}

TEST(HfDaily, ZeroVotesAreACount) {
  const v1::Paper paper = Only(
      R"({"paper":{"id":"2409.00001","title":"T","upvotes":0},"numComments":0})");
  EXPECT_TRUE(paper.has_vote_count());
  EXPECT_TRUE(paper.has_comment_count());
  EXPECT_EQ(paper.vote_count(), 0);
}

// Since 2025 the envelope's publishedAt is the paper's own, moved by a zone.
TEST(HfDaily, TheEnvelopesDateIsNotAlwaysTheDayOfTheList) {
  const auto features = [](std::string_view envelope, std::string_view daily) {
    return Only(std::string(R"({"paper":{"id":"2506.08007","title":"T",
"publishedAt":"2025-06-09T17:59:53.000Z")") +
                std::string(daily) + R"(},"publishedAt":")" +
                std::string(envelope) + "\"}");
  };
  EXPECT_EQ(features("2025-06-09T13:59:53.000Z", "").features_size(), 0);
  EXPECT_EQ(features("2025-06-10T00:43:01.816Z", "").features(0).day(),
            "2025-06-10");
  EXPECT_EQ(features("2025-06-09T13:59:53.000Z",
                     R"(,"submittedOnDailyAt":"2025-06-10T00:43:01.816Z")")
                .features(0)
                .day(),
            "2025-06-10");
}

TEST(HfDaily, AGivenDayCountsMore) {
  ImportOptions options;
  options.feature_day = "2026-07-13";
  const v1::Paper paper = Only(R"([{"paper":{"id":"2607.03118","title":"T",
"submittedOnDailyAt":"2026-07-11T09:00:00.000Z"}}])",
                               options);
  EXPECT_EQ(paper.features(0).day(), "2026-07-13") << "Saturday's are Monday's";
}

TEST(HfDaily, ReadsASinglePaper) {
  const v1::Paper paper = Only(R"({"id":"2607.03118","title":"T",
"publishedAt":"2026-07-03T00:00:00.000Z","summary":"S","upvotes":3,
"submittedOnDailyAt":"2026-07-10T00:00:00.000Z",
"linkedModels":[{"id":"org/model"},{}],"linkedDatasets":[{"id":"org/data"}],
"linkedSpaces":[{"id":"org/demo"}]})");
  EXPECT_EQ(Published(paper), "2026-07-03T00:00:00Z");
  EXPECT_EQ(LinkOf(paper, v1::Link::KIND_MODEL),
            "https://huggingface.co/org/model");
  EXPECT_EQ(LinkOf(paper, v1::Link::KIND_DATA),
            "https://huggingface.co/datasets/org/data");
  EXPECT_EQ(LinkOf(paper, v1::Link::KIND_DEMO),
            "https://huggingface.co/spaces/org/demo");
  EXPECT_EQ(paper.features(0).day(), "2026-07-10");
  // Its own date is never the day of a list.
  EXPECT_EQ(Only(R"({"id":"2607.03118","title":"T","upvotes":1,
"publishedAt":"2026-07-03T00:00:00.000Z"})")
                .features_size(),
            0);
}

TEST(HfDaily, HidesWithdrawnPapers) {
  EXPECT_EQ(Only(R"({"paper":{"id":"2607.03118","title":"T",
"withdrawnAt":"2026-08-01T00:00:00.000Z"}})")
                .state(),
            v1::Paper::STATE_WITHDRAWN);
}

TEST(HfDaily, ReadsLinesAndSeveralLists) {
  EXPECT_EQ(ImportText("{\"paper\":{\"id\":\"2607.00001\"},\"publishedAt\":1}\n"
                       "{\"paper\":{\"id\":\"2607.00002\"}}\n")
                .records.size(),
            2u);
  EXPECT_EQ(ImportText("[{\"paper\":{\"id\":\"2607.00001\"},"
                       "\"publishedAt\":1}]\n[{\"paper\":{\"id\":"
                       "\"2607.00002\"}}]\n")
                .records.size(),
            2u);
}

TEST(HfDaily, RejectsWhatIsNoPaper) {
  const Imported all = ImportText(
      R"([{"paper":[]},{"paper":{"title":"no id"}},{"paper":{"id":"2607.00001"}},7])",
      Format::kHfDaily);
  EXPECT_EQ(all.records.size(), 1u);
  ASSERT_EQ(all.rejects.size(), 3u);
  EXPECT_THAT(all.rejects[0].reason, HasSubstr("\"paper\" is no object"));
  EXPECT_THAT(all.rejects[1].reason, HasSubstr("no paper id"));
  EXPECT_EQ(all.rejects[2].number, 4);
}

}  // namespace
}  // namespace paperwire::importers
