#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/importers/importing.h"

namespace paperwire::importers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::Paper Only(std::string_view text) {
  return OnlyPaper(text, Format::kPaperwire);
}

TEST(PaperwireJson, ReadsTheMessage) {
  const v1::Paper paper = Only(
      R"({"name":"papers/x","etag":"e","externalIds":[{"scheme":"arXiv",
"value":"https://arxiv.org/abs/2410.01131v3"}],"title":" A\n Title ",
"authors":[{"name":"Ada","orcid":"0000-0002-1825-0097"}],"voteCount":"0",
"publishedTime":"2024-10-02T00:00:00Z","published_precision":"DATE_PRECISION_MONTH",
"links":[{"kind":"KIND_CODE","uri":"https://example.org/c"}],"unheardOf":1,
"state":"STATE_WITHDRAWN","sequence":"12","castVoteCount":"7"})");
  EXPECT_EQ(Ids(paper), "arxiv:2410.01131");
  EXPECT_EQ(paper.title(), "A Title");
  EXPECT_EQ(paper.authors(0).orcid(), "0000-0002-1825-0097");
  EXPECT_TRUE(paper.has_vote_count());
  EXPECT_FALSE(paper.has_comment_count());
  EXPECT_EQ(paper.published_precision(), v1::DATE_PRECISION_MONTH);
  EXPECT_EQ(paper.state(), v1::Paper::STATE_WITHDRAWN);
  EXPECT_EQ(LinkOf(paper, v1::Link::KIND_CODE), "https://example.org/c");
  EXPECT_EQ(paper.name() + paper.etag(), "") << "only the server gives these";
  EXPECT_EQ(paper.sequence(), 0);
  EXPECT_EQ(paper.cast_vote_count(), 0);
}

TEST(PaperwireJson, ReadsAListOfMessages) {
  const Imported all = ImportText(
      R"({"papers":[{"title":"A","externalIds":[]},{"title":"B"}],"next":""})");
  ASSERT_EQ(all.records.size(), 2u) << all.status;
  EXPECT_EQ(all.records[1].paper.title(), "B");
}

TEST(PaperwireJson, RejectsAMessageOfWrongTypes) {
  const Imported all = ImportText(
      "{\"title\":\"A\",\"voteCount\":\"many\"}\n"
      "{\"title\":\"A\",\"externalIds\":[{\"scheme\":\"arxiv\","
      "\"value\":\"x\"}]}\n",
      Format::kPaperwire);
  ASSERT_EQ(all.rejects.size(), 2u);
  EXPECT_THAT(all.rejects[0].reason, HasSubstr("v1.Paper"));
  EXPECT_THAT(all.rejects[1].reason, HasSubstr("is not an arXiv id"));
}

TEST(FlatJson, ReadsAnArchive) {
  const v1::Paper paper = Only(
      R"({"id":"math.GT/0309136v2","title":"Knots","abstract":" On\n knots.",
"authors":["Erd\\H{o}s, P\\'al","B. Bee"],"date":"2003-09-08","venue":"arXiv",
"url":"https://arxiv.org/abs/math/0309136","categories":["math.GT","math.AT"],
"primary_category":"math.AT","doi":"10.1/A 10.2/b","updated":"2004-01-02",
"comments":"9 pages","source":"arxiv_archive","keywords":["knot"],"tldr":"t"})");
  EXPECT_EQ(Ids(paper), "arxiv:math/0309136 doi:10.1/a doi:10.2/b");
  EXPECT_EQ(paper.abstract(), "On knots.");
  EXPECT_EQ(paper.authors(1).name(), "B. Bee");
  EXPECT_THAT(paper.categories(), ElementsAre("math.AT", "math.GT"));
  EXPECT_THAT(paper.sources(), ElementsAre("arxiv"));
  EXPECT_EQ(paper.venue(), "") << "arXiv is a source, not a venue";
  EXPECT_EQ(Published(paper), "2003-09-08T00:00:00Z");
  EXPECT_EQ(paper.published_precision(), v1::DATE_PRECISION_DAY);
  EXPECT_EQ(Revised(paper), "2004-01-02T00:00:00Z");
  EXPECT_EQ(paper.comment(), "9 pages");
  EXPECT_EQ(LinkOf(paper, v1::Link::KIND_PDF),
            "https://arxiv.org/pdf/math/0309136");
  EXPECT_EQ(paper.links_size(), 2) << "the abstract page is there once";
}

TEST(FlatJson, ReadsAnthologyWithItsPrecision) {
  const v1::Paper month = Only(
      R"({"id":"W19-4019","title":"T","date":"2019-08","venue":"A Workshop",
"url":"https://aclanthology.org/W19-4019","source":"acl_anthology",
"also":[{"id":"1907.00001","source":"arxiv_archive"},
        {"id":"W19-4020","source":"acl_anthology"}]})");
  EXPECT_EQ(Ids(month), "acl:W19-4019 arxiv:1907.00001");
  EXPECT_EQ(month.published_precision(), v1::DATE_PRECISION_MONTH);
  EXPECT_EQ(month.venue(), "A Workshop");
  EXPECT_THAT(month.sources(), ElementsAre("acl"));
  const v1::Paper year = Only(
      R"({"id":"2014.lilt-9.3","title":"T","date":"2014","source":"acl"})");
  EXPECT_EQ(year.published_precision(), v1::DATE_PRECISION_YEAR);
  EXPECT_EQ(Published(year), "2014-01-01T00:00:00Z");
}

TEST(FlatJson, ReadsADailyPaper) {
  const v1::Paper paper = Only(
      R"({"id":"2405.14906","title":"T","date":"2024-05-23","upvotes":0,
"first_daily_date":"2024-05-27","days_listed":2,"github_repo":"o/r",
"github_stars":12.0,"ai_keywords":["a","b","a"]})");
  EXPECT_TRUE(paper.has_vote_count()) << "no votes are a count, too";
  EXPECT_EQ(paper.vote_count(), 0);
  ASSERT_EQ(paper.features_size(), 1);
  EXPECT_EQ(paper.features(0).day(), "2024-05-27");
  EXPECT_EQ(paper.features(0).source(), "hf-daily");
  EXPECT_THAT(paper.sources(), ElementsAre("hf-daily"));
  EXPECT_EQ(LinkOf(paper, v1::Link::KIND_CODE), "https://github.com/o/r");
  EXPECT_EQ(paper.signals(0).kind(), "github-stars");
  EXPECT_EQ(paper.signals(0).value(), 12);
  EXPECT_THAT(paper.keywords(), ElementsAre("a", "b"));
}

TEST(FlatJson, ReadsAReportOnAKnownPaper) {
  const v1::Paper paper = Only(
      R"({"date":"2024-05-28","id":"2405.14906","upvotes":7,"num_comments":0})");
  EXPECT_EQ(Ids(paper), "arxiv:2405.14906");
  EXPECT_EQ(paper.title(), "");
  EXPECT_FALSE(paper.has_published_time()) << "the date is that of the list";
  EXPECT_EQ(paper.vote_count(), 7);
  EXPECT_TRUE(paper.has_comment_count());
  ASSERT_EQ(paper.features_size(), 1);
  EXPECT_EQ(paper.features(0).day(), "2024-05-28");
  EXPECT_EQ(paper.features(0).vote_count(), 7);
}

TEST(FlatJson, KeepsIdsThatOnlyTheFileKnows) {
  EXPECT_EQ(Ids(Only(R"({"id":"cran-12","title":"T"})")), "id:cran-12");
  EXPECT_EQ(Ids(Only(R"({"id":12,"title":"T"})")), "id:12");
  EXPECT_EQ(Ids(Only(R"({"id":"10.1234/Ab","title":"T"})")), "doi:10.1234/ab");
  EXPECT_EQ(Ids(Only(R"({"rank":1,"title":"T","abstract":"A"})")), "");
}

TEST(FlatJson, RejectsWithLineAndReasonAndGoesOn) {
  std::string text =
      "{\"title\":\"One\"}\n"
      "not json\n"
      "\n"
      "[1]\n"
      "{\"abstract\":\"neither\"}\n"
      "{\"title\":\"bad \xff\"}\n"
      "{\"title\":\"";
  text += std::string(1 << 20, 'x');
  text += "\"}\n{\"title\":\"Two\",\"id\":null,\"strange\":[{}]}";
  const Imported all =
      ImportText(text, Format::kPaperwire, {.max_record_bytes = 1 << 16});
  EXPECT_TRUE(all.status.ok());
  ASSERT_EQ(all.records.size(), 2u);
  EXPECT_EQ(all.records[1].paper.title(), "Two");
  EXPECT_EQ(all.records[1].line, 8);
  EXPECT_EQ(all.records[1].number, 7);
  ASSERT_EQ(all.rejects.size(), 5u);
  const std::pair<int64_t, const char*> expected[] = {
      {2, "no valid JSON at byte"},
      {4, "no JSON object"},
      {5, "no title and no external id"},
      {6, "invalid UTF-8 at byte"},
      {7, "longer than 65536 bytes"}};
  for (size_t i = 0; i < all.rejects.size(); ++i) {
    EXPECT_EQ(all.rejects[i].line, expected[i].first);
    EXPECT_THAT(all.rejects[i].reason, HasSubstr(expected[i].second));
    EXPECT_LE(all.rejects[i].excerpt.size(), 200u);
  }
  EXPECT_EQ(all.rejects[0].excerpt, "not json");
  EXPECT_EQ(all.rejects[3].excerpt, "{\"title\":\"bad ?\"}");
  EXPECT_THAT(all.rejects[4].excerpt, testing::EndsWith("..."));
}

TEST(FlatJson, ReadsAnArrayAndAnIndentedFile) {
  EXPECT_EQ(
      ImportText("[{\"title\":\"A\"},\n{\"title\":\"B\"}]").records.size(), 2u);
  const Imported indented =
      ImportText("{\n  \"title\": \"A\",\n  \"id\": \"2405.14906\"\n}\n");
  ASSERT_EQ(indented.records.size(), 1u);
  EXPECT_EQ(Ids(indented.records[0].paper), "arxiv:2405.14906");
}

TEST(FlatJson, HidesWhatWasWithdrawn) {
  EXPECT_EQ(Only(R"({"id":"1101.0001","title":"T","source":"arxiv_archive",
"comments":"This paper has been withdrawn by the author"})")
                .state(),
            v1::Paper::STATE_WITHDRAWN);
}

TEST(FlatJson, LeavesOutAddressesThatAreNone) {
  const v1::Paper paper = Only(
      R"-({"title":"T","url":"javascript:alert(1)","github_repo":"ftp://x/y"})-");
  EXPECT_EQ(paper.links_size(), 0);
}

}  // namespace
}  // namespace paperwire::importers
