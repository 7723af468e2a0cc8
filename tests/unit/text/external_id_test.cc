#include "service/text/external_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace paperwire::text {
namespace {

using ::testing::HasSubstr;

std::string Normal(std::string_view scheme, std::string_view value) {
  absl::StatusOr<ExternalIdPair> id = NormalizeExternalId(scheme, value);
  if (!id.ok()) return "error: " + std::string(id.status().message());
  return id->first + "|" + id->second;
}

std::string Parsed(std::string_view text) {
  absl::StatusOr<ExternalIdPair> id = ParseExternalId(text);
  if (!id.ok()) return "error: " + std::string(id.status().message());
  return id->first + "|" + id->second;
}

TEST(NormalizeExternalIdTest, SpellsArxivIdsInOneWay) {
  for (std::string_view spelling :
       {"2410.01131", "2410.01131v2", "arXiv:2410.01131", " 2410.01131V10 ",
        "https://arxiv.org/abs/2410.01131v2", "http://arxiv.org/abs/2410.01131",
        "https://www.arxiv.org/pdf/2410.01131v1.pdf",
        "https://export.arxiv.org/abs/2410.01131?context=cs",
        "arXiv:2410.01131v2 [cs.CL]", "oai:arXiv.org:2410.01131",
        "https://huggingface.co/papers/2410.01131",
        "10.48550/arXiv.2410.01131"}) {
    EXPECT_EQ(Normal("arXiv", spelling), "arxiv|2410.01131") << spelling;
  }
  EXPECT_EQ(Normal("arxiv", "0704.0001"), "arxiv|0704.0001");
  EXPECT_EQ(Normal("arxiv", "quant-ph/0201082v1"), "arxiv|quant-ph/0201082");
  EXPECT_EQ(Normal("arxiv", "math.GT/0309136"), "arxiv|math/0309136");
  EXPECT_EQ(Normal("arxiv", "https://arxiv.org/abs/Math.GT/0309136v3"),
            "arxiv|math/0309136");
}

TEST(NormalizeExternalIdTest, RefusesWhatIsNoArxivId) {
  for (std::string_view value :
       {"2413.01131", "2410.011", "2410.011310", "abc", "241001131",
        "quant-ph/020108", "/0201082", "-ph/0201082", "2410.01131v",
        "2410.01131v12345", "2410.01131x", "quant ph/0201082",
        "https://example.org/abs/2410.01131"}) {
    EXPECT_THAT(Normal("arxiv", value), HasSubstr("is not an arXiv id"))
        << value;
  }
}

TEST(NormalizeExternalIdTest, FoldsDois) {
  for (std::string_view spelling :
       {"10.1103/PhysRevD.93.016005", "doi:10.1103/physrevd.93.016005",
        "https://doi.org/10.1103/PhysRevD.93.016005",
        "DOI: 10.1103/PHYSREVD.93.016005",
        "http://dx.doi.org/10.1103/PhysRevD.93.016005"}) {
    EXPECT_EQ(Normal("DOI", spelling), "doi|10.1103/physrevd.93.016005")
        << spelling;
  }
  for (std::string_view value : {"11.1103/x", "10.1103", "10./x", "10.1103/",
                                 "10.x/y", "10.1103/a b", "doi:"}) {
    EXPECT_THAT(Normal("doi", value), HasSubstr("is not a DOI")) << value;
  }
}

TEST(NormalizeExternalIdTest, KeepsTheCaseOfOtherSchemes) {
  EXPECT_EQ(Normal("openreview", " HJxY12Zz "), "openreview|HJxY12Zz");
  EXPECT_EQ(Normal("openreview", "https://openreview.net/forum?id=HJxY&x=1"),
            "openreview|HJxY");
  EXPECT_EQ(Normal("acl", "https://aclanthology.org/P18-1001/"),
            "acl|P18-1001");
  EXPECT_EQ(Normal("acl", "https://aclanthology.org/2024.acl-long.1.pdf"),
            "acl|2024.acl-long.1");
  EXPECT_EQ(Normal("OpenAlex", "https://openalex.org/W123"), "openalex|W123");
  EXPECT_EQ(Normal("PMID", "PMID: 123"), "pubmed|123");
  EXPECT_EQ(Normal("CorpusId", "99"), "s2-corpus|99");
  EXPECT_EQ(Normal("PMC", "PMCID: PMC123"), "pmc|PMC123");
  EXPECT_EQ(Normal("dblp", "conf/acl/Doe18"), "dblp|conf/acl/Doe18");
}

TEST(NormalizeExternalIdTest, RefusesBadSchemesAndValues) {
  EXPECT_THAT(Normal("", "x"), HasSubstr("The scheme \"\""));
  EXPECT_THAT(Normal("a b", "x"), HasSubstr("not a word"));
  EXPECT_THAT(Normal(std::string(33, 'a'), "x"), HasSubstr("not a word"));
  EXPECT_THAT(Normal("HTTPS", "//arxiv.org/abs/2410.01131"),
              HasSubstr("\"https:\" begins an address"));
  EXPECT_THAT(Normal("acl", "  "), HasSubstr("empty"));
  EXPECT_THAT(Normal("acl", std::string(1025, 'x')), HasSubstr("1025 bytes"));
  EXPECT_THAT(Normal("acl", std::string("a\0b", 3)),
              HasSubstr("control character at byte 1"));
  EXPECT_THAT(Normal("acl", "ab\xff"), HasSubstr("UTF-8 at byte 2"));
}

TEST(ParseExternalIdTest, UnderstandsWhatPeopleWrite) {
  EXPECT_EQ(Parsed("arxiv:2410.01131v2"), "arxiv|2410.01131");
  EXPECT_EQ(Parsed("2410.01131v2"), "|2410.01131");
  EXPECT_EQ(Parsed("quant-ph/0201082v1"), "|quant-ph/0201082");
  EXPECT_EQ(Parsed("https://arxiv.org/abs/2410.01131"), "arxiv|2410.01131");
  EXPECT_EQ(Parsed("arxiv.org/abs/2410.01131"), "arxiv|2410.01131");
  EXPECT_EQ(Parsed("https://doi.org/10.1/AB"), "doi|10.1/ab");
  EXPECT_EQ(Parsed("doi:10.1/AB"), "doi|10.1/ab");
  EXPECT_EQ(Parsed("10.1/A:B"), "|10.1/a:b");
  EXPECT_EQ(Parsed("oai:arXiv.org:2410.01131"), "arxiv|2410.01131");
  EXPECT_EQ(Parsed("acl:P18-1001"), "acl|P18-1001");
  EXPECT_EQ(Parsed("P18-1001"), "|P18-1001");
  EXPECT_EQ(Parsed("own-scheme:x"), "own-scheme|x");
  EXPECT_THAT(Parsed("arxiv:nonsense"), HasSubstr("is not an arXiv id"));
  EXPECT_THAT(Parsed(""), HasSubstr("empty"));
}

TEST(ParseExternalIdTest, NormalFormsAreFixedPoints) {
  for (std::string_view text :
       {"arxiv:2410.01131v2", "doi:10.1/AB", "acl:P18-1001", "P18-1001",
        "math.GT/0309136", "10.5555/X:Y(1)<2>", "pmid:pubmed:PMID:123",
        "https:https://arxiv.org/abs/quant-ph/0100541",
        "oai:oai:arXiv.org:2410.01131",
        "openreview.net/forum?id=openreview:openreview.net/pdf?id=x"}) {
    absl::StatusOr<ExternalIdPair> once = ParseExternalId(text);
    ASSERT_TRUE(once.ok()) << once.status();
    absl::StatusOr<ExternalIdPair> twice = ParseExternalId(
        once->first.empty() ? once->second : once->first + ":" + once->second);
    ASSERT_TRUE(twice.ok()) << twice.status();
    EXPECT_EQ(*once, *twice);
  }
}

TEST(ExternalIdKeyTest, IsLowerCase) {
  EXPECT_EQ(ExternalIdKey("acl", "P18-1001"), "acl:p18-1001");
  EXPECT_EQ(ExternalIdKey("", "P18-1001"), "p18-1001");
}

}  // namespace
}  // namespace paperwire::text
