#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/importers/importing.h"

namespace paperwire::importers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(SemanticScholar, ReadsAnAnswer) {
  const Imported all = ImportText(R"({"total":2,"offset":0,"data":[{
"paperId":"649def34f8be52c8b66281af98ae884c09aef38b","corpusId":2314124,
"externalIds":{"DOI":"10.18653/v1/N18-3011","ArXiv":"1805.02262v2","ACL":"N18-3011",
"DBLP":"conf/naacl/X","MAG":"2798","PubMed":"123","CorpusId":2314124},
"url":"https://www.semanticscholar.org/paper/649d","title":"Graph","abstract":null,
"venue":"NAACL","publicationVenue":{"name":"North American Chapter"},"year":2018,
"citationCount":432,"influentialCitationCount":0,"openAccessPdf":{"url":"https://p.example/x.pdf"},
"fieldsOfStudy":["Computer Science"],"s2FieldsOfStudy":[{"category":"Computer Science"},{"category":"Linguistics"}],
"tldr":{"model":"m","text":"Short."},"publicationDate":"2018-05-06",
"journal":{"name":"ArXiv","volume":"abs/1805.02262"},
"authors":[{"authorId":"1","name":"W. Ammar"},{"authorId":null,"name":"D. Groeneveld"}]},
null],"next":2})");
  EXPECT_EQ(all.format, Format::kS2);
  ASSERT_EQ(all.records.size(), 1u) << all.status;
  const v1::Paper& paper = all.records[0].paper;
  EXPECT_EQ(Ids(paper),
            "arxiv:1805.02262 doi:10.18653/v1/n18-3011 acl:N18-3011 "
            "dblp:conf/naacl/X pubmed:123 mag:2798 s2-corpus:2314124 "
            "s2:649def34f8be52c8b66281af98ae884c09aef38b");
  EXPECT_EQ(paper.abstract(), "") << "abstracts can be withheld";
  EXPECT_EQ(paper.venue(), "North American Chapter");
  EXPECT_EQ(Authors(paper), "W. Ammar; D. Groeneveld");
  EXPECT_EQ(Published(paper), "2018-05-06T00:00:00Z");
  EXPECT_THAT(paper.categories(),
              ElementsAre("Computer Science", "Linguistics"));
  EXPECT_EQ(paper.tldr(), "Short.");
  ASSERT_EQ(paper.signals_size(), 2);
  EXPECT_EQ(paper.signals(0).kind(), "citations");
  EXPECT_EQ(paper.signals(1).value(), 0);
  ASSERT_EQ(all.rejects.size(), 1u);
  EXPECT_THAT(all.rejects[0].reason, HasSubstr("null"));
}

TEST(SemanticScholar, ReadsTheDataSetsAndYears) {
  const v1::Paper paper = OnlyPaper(
      R"({"corpusid":7,"externalids":{"DOI":"not a doi","ArXiv":null},"title":"T",)"
      R"("year":1998,"publicationdate":null,"citationcount":3,"venue":"arXiv.org",)"
      R"("journal":{"name":"Nature","volume":"12","pages":"3-9"}})",
      Format::kS2);
  EXPECT_EQ(Ids(paper), "s2-corpus:7") << "what is no DOI is left out";
  EXPECT_EQ(paper.published_precision(), v1::DATE_PRECISION_YEAR);
  EXPECT_EQ(Published(paper), "1998-01-01T00:00:00Z");
  EXPECT_EQ(paper.journal_ref(), "Nature, vol. 12, pp. 3-9");
  EXPECT_EQ(paper.venue(), "");
  EXPECT_EQ(paper.signals(0).value(), 3);
}

}  // namespace
}  // namespace paperwire::importers
