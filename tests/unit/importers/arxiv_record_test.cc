#include "client/cpp/importers/arxiv_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cpp/importers/paper_builder.h"
#include "tests/unit/importers/importing.h"

namespace paperwire::importers {
namespace {

std::string AuthorsOf(std::string_view text) {
  v1::Paper paper;
  AddArxivAuthors(text, &paper);
  return Authors(paper);
}

TEST(AddArxivAuthors, SplitsFreeText) {
  EXPECT_EQ(AuthorsOf("C. Bal\\'azs, E. L. Berger, P. M. Nadolsky and C.-P.\n"
                      "  Yuan"),
            "C. Balázs; E. L. Berger; P. M. Nadolsky; C.-P. Yuan");
  EXPECT_EQ(AuthorsOf("Ileana Streinu and Louis Theran"),
            "Ileana Streinu; Louis Theran");
  EXPECT_EQ(AuthorsOf("A. One (1), B. Two (1 and 2), and C. Three (2) ((1) "
                      "Univ, of X, (2) Lab (of Y))"),
            "A. One; B. Two; C. Three");
  EXPECT_EQ(AuthorsOf("Jane Doe, Jr., John Smith III & Ann Poe"),
            "Jane Doe Jr.; John Smith III; Ann Poe");
  EXPECT_EQ(AuthorsOf("Anders Sandberg"), "Anders Sandberg")
      << "an \"and\" inside of a name separates nothing";
  EXPECT_EQ(AuthorsOf("{The A, B and C} Team"), "The A, B and C Team");
  EXPECT_EQ(AuthorsOf("A. One (Univ. of X, Y"), "A. One") << "cut off";
  EXPECT_EQ(AuthorsOf(" , and "), "and");
  EXPECT_EQ(AuthorsOf(""), "");
}

TEST(SaysWithdrawn, KnowsWhatAuthorsWrite) {
  for (const char* text :
       {"This paper has been withdrawn by the author due to an error",
        "This paper has been withdrawn", "Withdrawn", "withdrawn.",
        "Withdrawn due to a likely error", "Paper withdrawn",
        "The paper was withdrawn", "This submission is temporarily withdrawn",
        "This article is being withdrawn because I recently discovered",
        "This preprint has now been withdrawn", "  *** WITHDRAWN ***",
        "This paper has been withdrawn from arXiv, since we re-submit",
        "4 pages; this paper has been withdrawn by the author",
        "7 pages, 1 Figure. This paper has been withdrawn by the authors",
        "arXiv admin note: submission has been withdrawn by arXiv "
        "administrators"}) {
    EXPECT_TRUE(SaysWithdrawn(text)) << text;
  }
}

TEST(SaysWithdrawn, IsNotFooled) {
  for (const char* text :
       {"", "12 pages", "Lemma 2 has been withdrawn", "withdrawnness",
        "Withdrawn from ICML 2014, to appear elsewhere",
        "Was accepted at ICUFN but later withdrawn",
        "The withdrawn claim is replaced", "has been withdrawn",
        "The author's preceding paper was withdrawn",
        "An appendix of this paper has been withdrawn by the authors",
        "This paper withdraws a conjecture", "Withdrawal of water from wells",
        "Replaces the withdrawn arXiv:1607.03877"}) {
    EXPECT_FALSE(SaysWithdrawn(text)) << text;
  }
}

TEST(IsArxivCategory, TellsSubjectsFromCodes) {
  for (const char* term : {"cs.CL", "hep-th", "cond-mat.mtrl-sci", "q-bio.NC",
                           "physics.acc-ph", "chao-dyn"}) {
    EXPECT_TRUE(IsArxivCategory(term)) << term;
  }
  for (const char* term :
       {"", "68N30", "D.2.5", "I.2.7; F.4", "60J10, 60K35"}) {
    EXPECT_FALSE(IsArxivCategory(term)) << term;
  }
}

TEST(AddDois, SplitsOnlyWhereADoiBegins) {
  const auto dois = [](std::string_view field) {
    v1::Paper paper;
    AddDois(field, &paper);
    return Ids(paper);
  };
  EXPECT_EQ(dois("10.1103/A, 10.1103/B;10.1103/C 10.1103/D"),
            "doi:10.1103/a doi:10.1103/b doi:10.1103/c doi:10.1103/d");
  EXPECT_EQ(dois("10.1002/(SICI)1097-461X(2000)76:2<244::AID-QUA13>3.0.CO;2-T"),
            "doi:10.1002/(sici)1097-461x(2000)76:2<244::aid-qua13>3.0.co;2-t");
  EXPECT_EQ(dois("10.1103/PhysRevB.81,115417"),
            "doi:10.1103/physrevb.81,115417");
  EXPECT_EQ(dois("https://doi.org/10.1/2;"), "doi:10.1/2");
  EXPECT_EQ(dois("10.5120/1-4 10.5120/1-4"), "doi:10.5120/1-4");
  EXPECT_EQ(dois("none"), "");
  EXPECT_EQ(dois(""), "");
}

TEST(OneLine, CollapsesWhiteSpaceAndControls) {
  EXPECT_EQ(OneLine("  a\n\t b\r\nc  "), "a b c");
  EXPECT_EQ(OneLine(std::string_view("a\0b\x7f", 4)), "a b");
  EXPECT_EQ(OneLine(" \n "), "");
}

TEST(AddLink, KeepsAddressesOfTheWebOnce) {
  v1::Paper paper;
  AddLink(v1::Link::KIND_PDF, " HTTPS://x.example/A ", &paper);
  AddLink(v1::Link::KIND_PDF, "https://x.example/A", &paper);
  for (const char* bad : {"", "x.example", "file:///etc/passwd",
                          "javascript:alert(1)", "https://a b.example"}) {
    AddLink(v1::Link::KIND_PDF, bad, &paper);
  }
  AddLink(v1::Link::KIND_PDF, "https://x.example/" + std::string(3000, 'x'),
          &paper);
  ASSERT_EQ(paper.links_size(), 1);
  EXPECT_EQ(paper.links(0).uri(), "https://x.example/A");
}

TEST(ParseVersion, ReadsNumbers) {
  EXPECT_EQ(ParseVersion("v10"), 10);
  EXPECT_EQ(ParseVersion("2"), 2);
  for (const char* bad : {"", "v", "x1", "v-1", "v99999999999"}) {
    EXPECT_EQ(ParseVersion(bad), 0) << bad;
  }
}

}  // namespace
}  // namespace paperwire::importers
