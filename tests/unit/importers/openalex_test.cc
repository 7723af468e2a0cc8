#include "client/cpp/importers/openalex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/importers/importing.h"

namespace paperwire::importers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(OpenAlex, ReadsAWork) {
  const Imported all = ImportText(R"({"meta":{"count":1},"results":[{
"id":"https://openalex.org/W2741809807","doi":"https://doi.org/10.7717/PeerJ.4375",
"ids":{"openalex":"https://openalex.org/W2741809807","mag":"2741809807",
"pmid":"https://pubmed.ncbi.nlm.nih.gov/29456894"},
"title":"State of <i>OA</i> &amp; more: a &lt; b","publication_date":"2031-02-13",
"publication_year":2031,"language":"en","type":"article",
"abstract_inverted_index":{"Despite":[0],"the":[2,5],"growth":[1],"end":[9]},
"authorships":[{"author":{"display_name":"Heather P","orcid":"https://orcid.org/0000-0003-1613-5981"},
"institutions":[{"display_name":"Impactstory"}]},
{"author":{},"raw_author_name":"J. Priem","raw_affiliation_strings":["Somewhere"]}],
"primary_location":{"landing_page_url":"https://doi.org/10.7717/peerj.4375",
"pdf_url":"https://peerj.example/4375.pdf","source":{"display_name":"PeerJ","type":"journal"},"license":"cc-by"},
"locations":[{"landing_page_url":"http://arxiv.org/abs/1801.00001v2","pdf_url":null}],
"open_access":{"oa_url":"https://peerj.example/4375.pdf"},
"topics":[{"display_name":"Scholarly Publishing"}],"keywords":[{"display_name":"Open Access"}],
"cited_by_count":900,"is_retracted":true,"updated_date":"2026-01-01"}]})");
  EXPECT_EQ(all.format, Format::kOpenAlex);
  ASSERT_EQ(all.records.size(), 1u) << all.status;
  const v1::Paper& paper = all.records[0].paper;
  EXPECT_EQ(Ids(paper),
            "doi:10.7717/peerj.4375 openalex:W2741809807 pubmed:29456894 "
            "mag:2741809807 arxiv:1801.00001");
  EXPECT_EQ(paper.title(), "State of OA & more: a < b");
  EXPECT_EQ(paper.abstract(), "Despite growth the the end")
      << "gaps are closed";
  EXPECT_EQ(Authors(paper), "Heather P; J. Priem");
  EXPECT_EQ(paper.authors(0).orcid(), "0000-0003-1613-5981");
  EXPECT_THAT(paper.authors(1).affiliations(), ElementsAre("Somewhere"));
  EXPECT_EQ(Published(paper), "2031-02-13T00:00:00Z") << "the future exists";
  EXPECT_EQ(paper.venue(), "PeerJ");
  EXPECT_EQ(paper.license(), "cc-by");
  EXPECT_EQ(paper.language_code(), "en");
  EXPECT_EQ(LinkOf(paper, v1::Link::KIND_PDF),
            "https://peerj.example/4375.pdf");
  EXPECT_EQ(paper.signals(0).value(), 900);
  EXPECT_EQ(paper.state(), v1::Paper::STATE_WITHDRAWN);
}

TEST(OpenAlex, ARepositoryIsNoVenue) {
  const v1::Paper paper = OnlyPaper(
      R"({"id":"https://openalex.org/W1","display_name":"T","publication_year":2020,)"
      R"-("authorships":null,"primary_location":{"source":{"display_name":"arXiv (Cornell University)",)-"
      R"("type":"repository"}}})",
      Format::kOpenAlex);
  EXPECT_EQ(paper.venue(), "");
  EXPECT_EQ(paper.published_precision(), v1::DATE_PRECISION_YEAR);
}

TEST(OpenAlex, RejectsHostileIndexes) {
  std::string huge = R"({"id":"https://openalex.org/W3","title":"T",)"
                     R"("abstract_inverted_index":{")" +
                     std::string(100000, 'x') + "\":[0";
  for (int i = 1; i < 2000; ++i) huge += "," + std::to_string(i);
  huge += "]}}";
  const Imported all = ImportText(
      "{\"id\":\"https://openalex.org/W1\",\"title\":\"T\","
      "\"abstract_inverted_index\":{\"a\":[9000000000]}}\n"
      "{\"id\":\"https://openalex.org/W2\",\"title\":\"T\","
      "\"abstract_inverted_index\":{\"a\":[-1]}}\n" +
          huge + "\n",
      Format::kOpenAlex);
  ASSERT_EQ(all.rejects.size(), 3u);
  EXPECT_THAT(all.rejects[0].reason, HasSubstr("position 9000000000"));
  EXPECT_THAT(all.rejects[1].reason, HasSubstr("position -1"));
  EXPECT_THAT(all.rejects[2].reason, HasSubstr("more than 1048576 bytes"));
}

TEST(WithoutInlineHtml, TakesOnlyMarkupOff) {
  EXPECT_EQ(WithoutInlineHtml("H<sub>2</sub>O and <jats:p>x</jats:p>"),
            "H2O and x");
  EXPECT_EQ(WithoutInlineHtml("a < b > c, <T> and <script>x"),
            "a < b > c, <T> and <script>x");
  EXPECT_EQ(WithoutInlineHtml("<mml:math xmlns=\"a\">k</mml:math><"), "k<");
}

}  // namespace
}  // namespace paperwire::importers
