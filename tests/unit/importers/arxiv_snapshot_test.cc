#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/importers/importing.h"

namespace paperwire::importers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ArxivSnapshot, ReadsALine) {
  const v1::Paper paper = OnlyPaper(
      R"({"id":"0704.0001","submitter":"Pavel N","authors":"ignored",)"
      R"("title":"  Calculation of\n  things","comments":"37 pages","journal-ref":null,)"
      R"("doi":"10.1103/PhysRevD.76.013009","report-no":null,"categories":"hep-ph hep-th",)"
      R"("license":null,"abstract":"  A fully\ndifferential one.\n",)"
      R"("versions":[{"version":"v10","created":"Tue, 3 Mar 2015 10:00:00 GMT"},)"
      R"({"version":"v1","created":"Mon, 2 Apr 2007 19:18:42 GMT"},)"
      R"({"version":"v2","created":"Tue, 24 Jul 2007 20:10:27 GMT"}],)"
      R"("update_date":"2020-11-26","authors_parsed":[["Erd\\H{o}s","Paul",""],)"
      R"(["Doe","Jane","Jr."],["IceCube Collaboration","",""],["X","Y","","Univ. Z"]]})",
      Format::kArxivSnapshot);
  EXPECT_EQ(Ids(paper), "arxiv:0704.0001 doi:10.1103/physrevd.76.013009");
  EXPECT_EQ(paper.title(), "Calculation of things");
  EXPECT_EQ(paper.abstract(), "A fully differential one.");
  EXPECT_EQ(Authors(paper),
            "Paul Erdős; Jane Doe Jr.; IceCube Collaboration; Y X");
  EXPECT_THAT(paper.authors(3).affiliations(), ElementsAre("Univ. Z"));
  EXPECT_THAT(paper.categories(), ElementsAre("hep-ph", "hep-th"));
  EXPECT_EQ(paper.submitter(), "Pavel N");
  EXPECT_EQ(Published(paper), "2007-04-02T19:18:42Z")
      << "the first version's, not update_date";
  EXPECT_EQ(Revised(paper), "2015-03-03T10:00:00Z")
      << "versions compare as numbers";
  ASSERT_EQ(paper.versions_size(), 3);
  EXPECT_EQ(paper.versions(2).number(), 10);
}

TEST(ArxivSnapshot, UpdateDateIsNeverThePublicationDate) {
  const v1::Paper paper = OnlyPaper(
      R"({"id":"hep-th/9901001","title":"T","update_date":"2009-10-31"})",
      Format::kArxivSnapshot);
  EXPECT_EQ(Published(paper), "");
  EXPECT_EQ(Revised(paper), "2009-10-31T00:00:00Z");
}

TEST(ArxivSnapshot, FallsBackToFreeTextAuthors) {
  EXPECT_EQ(
      Authors(OnlyPaper(
          R"({"id":"0704.0001","title":"T","authors":"A. Bee and C. Dee"})",
          Format::kArxivSnapshot)),
      "A. Bee; C. Dee");
}

TEST(ArxivSnapshot, RejectsLinesWithoutAnArxivId) {
  const Imported all = ImportText(
      "{\"id\":\"x\",\"title\":\"T\"}\n"
      "{\"title\":\"T\"}\n",
      Format::kArxivSnapshot);
  ASSERT_EQ(all.rejects.size(), 2u);
  EXPECT_THAT(all.rejects[0].reason, HasSubstr("\"x\" is not an arXiv id"));
}

}  // namespace
}  // namespace paperwire::importers
