#include "client/cpp/importers/acl_anthology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/importers/importing.h"

namespace paperwire::importers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kCollection =
    R"(<?xml version='1.0' encoding='UTF-8'?>
<collection id="2024.acl">
  <volume id="long" ingest-date="2024-08-01" type="proceedings">
    <meta>
      <booktitle>Proceedings of the 62nd <fixed-case>ACL</fixed-case></booktitle>
      <year>2024</year><month>August</month><venue>acl</venue>
    </meta>
    <frontmatter><url>2024.acl-long.0</url><title>Front</title></frontmatter>
    <paper id="0"><title>Proceedings</title></paper>
    <paper id="1">
      <title>Why <fixed-case>BERT</fixed-case> needs <tex-math>O(n^2)</tex-math>,
        <b>and</b> <i>when</i></title>
      <author id="ada"><first>Ada</first><last>Lovelace</last><affiliation>Analytical Society</affiliation></author>
      <author><first/><last>Mononym</last></author>
      <editor><first>No</first><last>Author</last></editor>
      <pages>1-17</pages>
      <abstract>See <url>https://x.example/code</url> for more.</abstract>
      <url hash="ab12">2024.acl-long.1</url>
      <bibkey>lovelace-2024</bibkey>
      <doi>10.18653/v1/2024.acl-long.1</doi>
      <revision id="1" href="2024.acl-long.1v1" hash="x"/>
      <revision id="2" href="2024.acl-long.1v2" hash="y" date="2024-09-02">Fixed.</revision>
      <pwccode url="https://github.com/a/b" additional="false">a/b</pwccode>
      <video href="2024.acl-long.1.mp4"/>
    </paper>
    <paper id="2"><title>Gone</title><url>2024.acl-long.2</url><retracted date="2024-10-01">Wrong.</retracted></paper>
    <paper id="3"><title>Away</title><removed date="2024-10-01">Gone.</removed><language>fra</language></paper>
  </volume>
  <volume id="short">
    <meta><journal-title>A Journal</journal-title><year>2023</year></meta>
    <paper id="1"><title>Short</title></paper>
  </volume>
  <event id="acl-2024"><meta><title>The event</title><year>1999</year></meta></event>
</collection>
)";

TEST(AclAnthology, ReadsACollection) {
  const Imported all = ImportText(kCollection);
  EXPECT_TRUE(all.status.ok()) << all.status;
  EXPECT_EQ(all.format, Format::kAcl);
  EXPECT_TRUE(all.rejects.empty());
  ASSERT_EQ(all.records.size(), 4u) << "paper 0 and the front matter are none";
  const v1::Paper& paper = all.records[0].paper;
  EXPECT_EQ(Ids(paper), "acl:2024.acl-long.1 doi:10.18653/v1/2024.acl-long.1");
  EXPECT_EQ(paper.title(), "Why BERT needs $O(n^2)$, and when");
  EXPECT_EQ(paper.abstract(), "See https://x.example/code for more.");
  EXPECT_EQ(Authors(paper), "Ada Lovelace; Mononym");
  EXPECT_THAT(paper.authors(0).affiliations(),
              ElementsAre("Analytical Society"));
  EXPECT_EQ(paper.venue(), "Proceedings of the 62nd ACL");
  EXPECT_EQ(Published(paper), "2024-08-01T00:00:00Z");
  EXPECT_EQ(paper.published_precision(), v1::DATE_PRECISION_MONTH);
  EXPECT_EQ(Revised(paper), "2024-09-02T00:00:00Z");
  EXPECT_EQ(paper.versions_size(), 2);
  EXPECT_EQ(LinkOf(paper, v1::Link::KIND_ABSTRACT_PAGE),
            "https://aclanthology.org/2024.acl-long.1");
  EXPECT_EQ(LinkOf(paper, v1::Link::KIND_PDF),
            "https://aclanthology.org/2024.acl-long.1.pdf");
  EXPECT_EQ(LinkOf(paper, v1::Link::KIND_CODE), "https://github.com/a/b");
  EXPECT_EQ(LinkOf(paper, v1::Link::KIND_MEDIA),
            "https://aclanthology.org/2024.acl-long.1.mp4");
  EXPECT_EQ(paper.state(), v1::Paper::STATE_UNSPECIFIED);
}

TEST(AclAnthology, HidesRetractedAndRemovedPapers) {
  const Imported all = ImportText(kCollection);
  ASSERT_EQ(all.records.size(), 4u);
  EXPECT_EQ(all.records[1].paper.state(), v1::Paper::STATE_WITHDRAWN);
  EXPECT_EQ(all.records[2].paper.state(), v1::Paper::STATE_WITHDRAWN);
  EXPECT_EQ(all.records[2].paper.language_code(), "fr");
  EXPECT_EQ(Ids(all.records[2].paper), "acl:2024.acl-long.3")
      << "without a url the id is made of its parts";
}

TEST(AclAnthology, EachVolumeHasItsOwnVenueAndYear) {
  const Imported all = ImportText(kCollection);
  ASSERT_EQ(all.records.size(), 4u);
  const v1::Paper& paper = all.records[3].paper;
  EXPECT_EQ(Ids(paper), "acl:2024.acl-short.1");
  EXPECT_EQ(paper.venue(), "A Journal");
  EXPECT_EQ(Published(paper), "2023-01-01T00:00:00Z");
  EXPECT_EQ(paper.published_precision(), v1::DATE_PRECISION_YEAR);
}

TEST(AclAnthology, RejectsPapersWithoutAnId) {
  const Imported all = ImportText(
      "<collection id='P19'><volume id='x'><paper id='1'><title>T</title>"
      "</paper></volume></collection>");
  ASSERT_EQ(all.rejects.size(), 1u);
  EXPECT_THAT(all.rejects[0].reason, HasSubstr("\"P19\""));
}

TEST(AclAnthology, AnAddressInsteadOfAnIdIsACopyElsewhere) {
  const v1::Paper paper = OnlyPaper(
      "<collection id='J79'><volume id='1'><paper id='12'><title>T</title>"
      "<url>http://x.example/j79.pdf</url></paper></volume></collection>",
      Format::kAcl);
  EXPECT_EQ(Ids(paper), "acl:J79-1012");
  EXPECT_EQ(LinkOf(paper, v1::Link::KIND_PDF), "http://x.example/j79.pdf");
}

TEST(AclId, IsBuiltAsTheAnthologyBuildsIt) {
  EXPECT_EQ(AclId("2024.acl", "long", "1"), "2024.acl-long.1");
  EXPECT_EQ(AclId("P19", "1", "1"), "P19-1001");
  EXPECT_EQ(AclId("W19", "40", "19"), "W19-4019");
  EXPECT_EQ(AclId("D19", "1", "12"), "D19-1012");
  EXPECT_EQ(AclId("D19", "50", "1"), "D19-5001");
  EXPECT_EQ(AclId("C69", "1", "1"), "C69-0101");
  EXPECT_EQ(AclId("P19", "a", "1"), "");
  EXPECT_EQ(AclId("P19", "1", ""), "");
}

}  // namespace
}  // namespace paperwire::importers
