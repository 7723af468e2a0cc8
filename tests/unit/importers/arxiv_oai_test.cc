#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/importers/importing.h"

namespace paperwire::importers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Answer(std::string_view records) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\">\n"
         "<responseDate>2026-07-10T00:00:00Z</responseDate>\n"
         "<request verb=\"ListRecords\">http://export.arxiv.org/oai2"
         "</request>\n<ListRecords>\n" +
         std::string(records) +
         "<resumptionToken completeListSize=\"9\">t|1</resumptionToken>"
         "</ListRecords></OAI-PMH>";
}

std::string RecordOf(std::string_view metadata) {
  return "<record><header><identifier>oai:arXiv.org:0704.0002</identifier>"
         "<datestamp>2008-12-13</datestamp><setSpec>math</setSpec></header>"
         "<metadata>" +
         std::string(metadata) + "</metadata></record>\n";
}

v1::Paper Only(std::string_view metadata) {
  return OnlyPaper(Answer(RecordOf(metadata)), Format::kArxivOai);
}

TEST(ArxivOai, ReadsArxivRaw) {
  const v1::Paper paper =
      Only(R"(<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">
<id>0704.0002</id><submitter>Louis Theran</submitter>
<version version="v10"><date>Sat, 13 Dec 2008 17:26:00 GMT</date><size>510kb</size><source_type>D</source_type></version>
<version version="v2"><date>Mon, 3 Nov 2008 00:00:00 GMT</date><size>0kb</size></version>
<version version="v1"><date>Sat, 31 Mar 2007 02:26:18 GMT</date><size>48kb</size></version>
<title>Sparsity-certifying Graph
  Decompositions</title><authors>Ileana Streinu and Louis Ther\'an</authors>
<categories>math.CO cs.CG</categories><comments>To appear</comments><proxy>ccsd</proxy>
<report-no>R-1</report-no><acm-class>G.2.2</acm-class><msc-class>05C85; 05C70</msc-class>
<journal-ref>Graphs and Combinatorics</journal-ref><doi>10.1/a, 10.1/b;10.1/c</doi>
<license>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</license>
<abstract>  We describe
a new algorithm.
</abstract></arXivRaw>)");
  EXPECT_EQ(Ids(paper), "arxiv:0704.0002 doi:10.1/a doi:10.1/b doi:10.1/c");
  EXPECT_EQ(paper.title(), "Sparsity-certifying Graph Decompositions");
  EXPECT_EQ(paper.abstract(), "We describe a new algorithm.");
  EXPECT_EQ(Authors(paper), "Ileana Streinu; Louis Therán");
  EXPECT_EQ(paper.submitter(), "Louis Theran");
  EXPECT_THAT(paper.categories(), ElementsAre("math.CO", "cs.CG"));
  EXPECT_THAT(paper.keywords(), ElementsAre("G.2.2", "05C85", "05C70"));
  EXPECT_EQ(Published(paper), "2007-03-31T02:26:18Z");
  EXPECT_EQ(Revised(paper), "2008-12-13T17:26:00Z")
      << "v10 is newer than v2, and the datestamp is no date of the paper";
  EXPECT_EQ(paper.versions_size(), 3);
  EXPECT_EQ(paper.state(), v1::Paper::STATE_UNSPECIFIED)
      << "v2 was withdrawn, v10 is there again";
  EXPECT_EQ(paper.license(),
            "http://arxiv.org/licenses/nonexclusive-distrib/1.0/");
}

TEST(ArxivOai, AnEmptyNewestVersionIsAWithdrawal) {
  const v1::Paper paper = Only(R"(<arXivRaw><id>0704.0002</id>
<version version="v1"><date>Sat, 31 Mar 2007 02:26:18 GMT</date><size>48kb</size></version>
<version version="v2"><date>Sun, 1 Apr 2007 02:26:18 GMT</date><size>0kb</size></version>
<title>T</title><authors>A</authors></arXivRaw>)");
  EXPECT_EQ(paper.state(), v1::Paper::STATE_WITHDRAWN);
  EXPECT_EQ(paper.title(), "T") << "hidden, but kept";
}

TEST(ArxivOai, ReadsArxiv) {
  const v1::Paper paper =
      Only(R"(<arXiv><id>0704.0002</id><created>2014-12-29</created>
<updated>2017-12-13</updated><authors><author><keyname>Hoehn</keyname>
<forenames>Philipp A</forenames><affiliation>Vienna</affiliation></author><author><keyname>Planck Collaboration</keyname></author>
<author><keyname>Doe</keyname><forenames>Jane</forenames><suffix>Jr.</suffix></author></authors>
<title>T</title><categories>quant-ph gr-qc</categories><abstract>A</abstract></arXiv>)");
  EXPECT_EQ(Authors(paper),
            "Philipp A Hoehn; Planck Collaboration; Jane Doe Jr.");
  EXPECT_THAT(paper.authors(0).affiliations(), ElementsAre("Vienna"));
  EXPECT_EQ(Published(paper), "2014-12-29T00:00:00Z");
  EXPECT_EQ(Revised(paper), "2017-12-13T00:00:00Z");
}

TEST(ArxivOai, ReadsDublinCore) {
  const v1::Paper paper = Only(R"(<oai_dc:dc xmlns:oai_dc="a" xmlns:dc="b">
<dc:title>T</dc:title><dc:creator>Streinu, Ileana</dc:creator><dc:creator>Doe, Jane, Jr.</dc:creator>
<dc:subject>Mathematics - Combinatorics</dc:subject><dc:description>  The abstract.</dc:description>
<dc:description>Comment: To appear</dc:description><dc:date>2008-12-13</dc:date><dc:date>2007-03-30</dc:date>
<dc:type>text</dc:type><dc:identifier>http://arxiv.org/abs/0704.0002</dc:identifier>
<dc:identifier>Graphs 1, 2</dc:identifier><dc:identifier>doi:10.1/X</dc:identifier></oai_dc:dc>)");
  EXPECT_EQ(Ids(paper), "doi:10.1/x arxiv:0704.0002");
  EXPECT_EQ(Authors(paper), "Ileana Streinu; Jane Doe Jr.");
  EXPECT_EQ(paper.abstract(), "The abstract.");
  EXPECT_EQ(paper.comment(), "To appear");
  EXPECT_EQ(Published(paper), "2007-03-30T00:00:00Z") << "the earliest date";
  EXPECT_EQ(Revised(paper), "2008-12-13T00:00:00Z");
  EXPECT_EQ(paper.journal_ref(), "Graphs 1, 2");
}

TEST(ArxivOai, ADeletedRecordIsAWithdrawnPaper) {
  const v1::Paper paper =
      OnlyPaper(Answer("<record><header status=\"deleted\">"
                       "<identifier>oai:arXiv.org:math/0309136</identifier>"
                       "<datestamp>2008-12-13</datestamp></header></record>"),
                Format::kArxivOai);
  EXPECT_EQ(Ids(paper), "arxiv:math/0309136");
  EXPECT_EQ(paper.state(), v1::Paper::STATE_WITHDRAWN);
  EXPECT_EQ(paper.title(), "");
}

TEST(ArxivOai, TokensAndEmptyListsAreNoRecords) {
  EXPECT_TRUE(ImportText(Answer("")).rejects.empty());
  const Imported none = ImportText(
      "<OAI-PMH><error code=\"noRecordsMatch\">nothing</error></OAI-PMH>");
  EXPECT_TRUE(none.status.ok() && none.rejects.empty() && none.records.empty());
}

TEST(ArxivOai, ErrorsAndStrangersAreRejects) {
  const Imported all =
      ImportText("<OAI-PMH><error code=\"badArgument\">no such set</error>" +
                 RecordOf("<marc/>") + "<record><header/></record>" +
                 RecordOf("<arXiv><id>x</id></arXiv>") + "</OAI-PMH>");
  ASSERT_EQ(all.rejects.size(), 4u);
  EXPECT_THAT(all.rejects[0].reason, HasSubstr("badArgument: no such set"));
  EXPECT_THAT(all.rejects[1].reason, HasSubstr("neither arXivRaw"));
  EXPECT_THAT(all.rejects[2].reason, HasSubstr("neither metadata"));
  EXPECT_THAT(all.rejects[3].reason, HasSubstr("not an arXiv id"));
}

TEST(ArxivOai, KeepsWhatComesBeforeACut) {
  const std::string text =
      Answer(RecordOf("<arXiv><id>0704.0002</id></arXiv>") +
             RecordOf("<arXiv><id>0704.0003</id></arXiv>"));
  const Imported all = ImportText(text.substr(0, text.find("0704.0003")));
  EXPECT_EQ(all.records.size(), 1u);
  EXPECT_TRUE(absl::IsDataLoss(all.status)) << all.status;
  EXPECT_THAT(std::string(all.status.message()), HasSubstr("line 7"));
}

TEST(ArxivOai, ReadsBareMetadata) {
  EXPECT_EQ(
      Ids(OnlyPaper("<arXiv><id>0704.0002</id></arXiv>", Format::kArxivOai)),
      "arxiv:0704.0002");
}

}  // namespace
}  // namespace paperwire::importers
