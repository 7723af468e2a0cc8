#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/importers/importing.h"

namespace paperwire::importers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Feed(std::string_view entries) {
  return "<?xml version='1.0' encoding='UTF-8'?>\n"
         "<feed xmlns:opensearch=\"http://a9.com/-/spec/opensearch/1.1/\" "
         "xmlns:arxiv=\"http://arxiv.org/schemas/atom\" "
         "xmlns=\"http://www.w3.org/2005/Atom\">\n"
         "<id>https://arxiv.org/api/x</id><title>arXiv Query</title>\n"
         "<opensearch:totalResults>1</opensearch:totalResults>\n" +
         std::string(entries) + "</feed>\n";
}

TEST(ArxivAtom, ReadsAnEntry) {
  const v1::Paper paper = OnlyPaper(Feed(R"(<entry>
<arxiv:primary_category term="cs.PL"/>
<category term="68N30" scheme="http://arxiv.org/schemas/atom"/>
<category term="quant-ph" scheme="http://arxiv.org/schemas/atom"/>
<category term="cs.PL" scheme="http://arxiv.org/schemas/atom"/>
<category term="D.3.1; F.1.1" scheme="http://arxiv.org/schemas/atom"/>
<arxiv:doi>10.1103/PhysRev.1</arxiv:doi>
<author><name>Ada Lovelace</name><arxiv:affiliation>A</arxiv:affiliation>
<arxiv:affiliation>B</arxiv:affiliation></author><author><name>Bob</name></author>
<summary>  An
abstract with &lt;x&gt;. </summary><published>2002-01-18T15:08:05Z</published>
<arxiv:comment>32 pages</arxiv:comment><arxiv:journal_ref>J. Phys. 1</arxiv:journal_ref>
<link href="https://arxiv.org/abs/quant-ph/0201082v12" rel="alternate"/>
<updated>2012-02-21T05:12:13Z</updated><title>Quantum
  languages</title><id>http://arxiv.org/abs/quant-ph/0201082v12</id></entry>)"),
                                    Format::kArxivAtom);
  EXPECT_EQ(Ids(paper), "arxiv:quant-ph/0201082 doi:10.1103/physrev.1");
  EXPECT_EQ(paper.title(), "Quantum languages");
  EXPECT_EQ(paper.abstract(), "An abstract with <x>.");
  EXPECT_EQ(Authors(paper), "Ada Lovelace; Bob");
  EXPECT_THAT(paper.authors(0).affiliations(), ElementsAre("A", "B"));
  EXPECT_THAT(paper.categories(), ElementsAre("cs.PL", "quant-ph"));
  EXPECT_THAT(paper.keywords(), ElementsAre("68N30", "D.3.1", "F.1.1"));
  EXPECT_EQ(Published(paper), "2002-01-18T15:08:05Z");
  EXPECT_EQ(Revised(paper), "2012-02-21T05:12:13Z");
  ASSERT_EQ(paper.versions_size(), 2);
  EXPECT_EQ(paper.versions(0).number(), 1);
  EXPECT_EQ(paper.versions(1).number(), 12);
  EXPECT_EQ(paper.comment(), "32 pages");
  EXPECT_EQ(paper.journal_ref(), "J. Phys. 1");
  EXPECT_EQ(LinkOf(paper, v1::Link::KIND_ABSTRACT_PAGE),
            "https://arxiv.org/abs/quant-ph/0201082");
  EXPECT_THAT(paper.sources(), ElementsAre("arxiv"));
}

TEST(ArxivAtom, TitlesThatLookLikeNothingArePapers) {
  const Imported all = ImportText(
      Feed("<entry><id>http://arxiv.org/abs/2001.00001v1</id><title>0</title>"
           "</entry><entry><id>http://arxiv.org/abs/2001.00002v1</id>"
           "<title>Error</title><summary>On error.</summary></entry>"));
  EXPECT_EQ(all.format, Format::kArxivAtom);
  ASSERT_EQ(all.records.size(), 2u);
  EXPECT_EQ(all.records[0].paper.title(), "0");
  EXPECT_EQ(all.records[1].paper.title(), "Error");
}

TEST(ArxivAtom, AnErrorOfTheApiIsARejectWithItsWords) {
  const Imported all = ImportText(
      Feed("<entry><id>http://arxiv.org/api/errors#incorrect_id_format</id>"
           "<title>Error</title><summary>incorrect id format for abc"
           "</summary></entry>"));
  EXPECT_TRUE(all.records.empty());
  ASSERT_EQ(all.rejects.size(), 1u);
  EXPECT_THAT(all.rejects[0].reason,
              HasSubstr("error: incorrect id format for abc"));
  EXPECT_EQ(all.rejects[0].line, 5);
}

TEST(ArxivAtom, RejectsEntriesOfOthers) {
  const Imported all = ImportText(
      Feed("<entry><id>https://blog.example/1</id><title>T</title></entry>"
           "<entry><title>no id</title></entry>"));
  EXPECT_EQ(all.rejects.size(), 2u);
  EXPECT_TRUE(all.status.ok());
}

TEST(ArxivAtom, HidesWhatWasWithdrawn) {
  const v1::Paper paper = OnlyPaper(
      Feed("<entry xmlns:a='x'><id>http://arxiv.org/abs/2001.00001v2</id>"
           "<title>T</title><a:comment>This paper has been withdrawn"
           "</a:comment></entry>"),
      Format::kArxivAtom);
  EXPECT_EQ(paper.state(), v1::Paper::STATE_WITHDRAWN);
}

}  // namespace
}  // namespace paperwire::importers
