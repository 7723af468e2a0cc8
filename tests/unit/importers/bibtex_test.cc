#include "client/cpp/importers/bibtex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/importers/importing.h"

namespace paperwire::importers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::Paper Only(std::string_view text) {
  return OnlyPaper(text, Format::kBibtex);
}

TEST(Bibtex, ReadsAnEntry) {
  const v1::Paper paper = Only(R"(
This text between entries, with an address like me@home.example, is ignored.
@string{acl = "Annual Meeting of the " # {Association}}
@comment{@inproceedings{not, title={Me}}}
@preamble{"\newcommand{\x}{y}"}
@InProceedings{devlin-2019,
  author    = "Devlin, Jacob and Ming{-}Wei Chang and {The {BERT} Team} and
               Knuth, Jr., Donald and Erd{\H{o}}s, P{\'a}l and others",
  TITLE     = {{BERT}: Pre-training of {D}eep \& wide {\ss}-Transformers in $O(n^{2})$},
  booktitle = acl # " 2019",
  year = 2019, month = jun, pages = {4171--4186},
  doi       = {https://doi.org/10.18653/v1/N19-1423},
  url       = {https://aclanthology.org/N19-1423},
  eprint = {1810.04805v2}, archivePrefix = {arXiv}, primaryClass = "cs.CL",
  keywords  = {language models; pre-training, {NLP}},
  abstract  = {We introduce
    a model.},
}
)");
  EXPECT_EQ(Ids(paper),
            "arxiv:1810.04805 doi:10.18653/v1/n19-1423 acl:N19-1423");
  EXPECT_EQ(paper.title(),
            "BERT: Pre-training of Deep & wide {\\ss}-Transformers in "
            "$O(n^{2})$");
  EXPECT_EQ(Authors(paper),
            "Jacob Devlin; Ming-Wei Chang; The BERT Team; Donald Knuth Jr.; "
            "Pál Erdős");
  EXPECT_EQ(paper.venue(), "Annual Meeting of the Association 2019");
  EXPECT_EQ(Published(paper), "2019-06-01T00:00:00Z");
  EXPECT_EQ(paper.published_precision(), v1::DATE_PRECISION_MONTH);
  EXPECT_THAT(paper.categories(), ElementsAre("cs.CL"));
  EXPECT_THAT(paper.keywords(),
              ElementsAre("language models", "pre-training", "NLP"));
  EXPECT_EQ(paper.abstract(), "We introduce a model.");
  EXPECT_THAT(paper.sources(), ElementsAre("bibtex"));
}

TEST(Bibtex, MakesAReferenceOfTheJournal) {
  const v1::Paper paper = Only(
      "@article(key, title = {A (nested) title}, journal={Nature}, volume=12,"
      "number = {3}, pages=\"1--9\", year={1998}, month={March}, day=4)");
  EXPECT_EQ(paper.title(), "A (nested) title");
  EXPECT_EQ(paper.venue(), "Nature");
  EXPECT_EQ(paper.journal_ref(), "Nature, vol. 12, no. 3, pp. 1-9 (1998)");
  EXPECT_EQ(Published(paper), "1998-03-04T00:00:00Z");
  EXPECT_EQ(paper.published_precision(), v1::DATE_PRECISION_DAY);
}

TEST(Bibtex, FindsArxivIdsWherePeoplePutThem) {
  EXPECT_EQ(Ids(Only("@misc{a, title={T}, journal={arXiv preprint "
                     "arXiv:2410.01131}}")),
            "arxiv:2410.01131");
  EXPECT_EQ(Ids(Only("@article{a, title={T}, journal={CoRR}, "
                     "volume={abs/1810.04805}}")),
            "arxiv:1810.04805");
  EXPECT_EQ(Ids(Only("@misc{a, title={T}, url={http://arxiv.org/abs/"
                     "quant-ph/0201082v1}}")),
            "arxiv:quant-ph/0201082");
  EXPECT_EQ(Ids(Only("@misc{a, title={T}, eprint={hep-th/9901001}}")),
            "arxiv:hep-th/9901001");
  EXPECT_EQ(Ids(Only("@misc{a, title={T}, eprint={12345}, eprinttype={jstor},"
                     "pmid={77}}")),
            "pubmed:77");
  EXPECT_EQ(Only("@misc{a, title={T}, journal={CoRR}}").venue(), "");
}

TEST(Bibtex, RejectsBrokenEntriesAndGoesOn) {
  const Imported all = ImportText(
      "@article{a, title={First}}\n"
      "@article{b, title={Lost {brace}, year=2001}\n"
      "\n"
      "@article{c, title={Third}}\n"
      "@article{d, title}\n"
      "@article{e, year=2000}\n"
      "@article{f, title={Lat\xe9in}}\n"
      "@article{g, title={Seventh}} @article{h, title={Eighth}}\n"
      "@article{i, title={Unfinished");
  EXPECT_TRUE(all.status.ok());
  ASSERT_EQ(all.records.size(), 4u);
  EXPECT_EQ(all.records[1].paper.title(), "Third");
  EXPECT_EQ(all.records[1].line, 4);
  EXPECT_EQ(all.records[3].paper.title(), "Eighth");
  ASSERT_EQ(all.rejects.size(), 5u);
  const std::pair<int64_t, const char*> expected[] = {
      {2, "not closed before line 4"},
      {5, "expected \"name = value\""},
      {6, "no title"},
      {7, "invalid UTF-8"},
      {9, "the file ends inside of this entry"}};
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(all.rejects[i].line, expected[i].first);
    EXPECT_THAT(all.rejects[i].reason, HasSubstr(expected[i].second));
  }
}

TEST(Bibtex, AMacroCannotSmuggleInvalidUtf8In) {
  const Imported all = ImportText(
      "@string{x = \"caf\xe9\"}\n@misc{a, title={T}, journal = x}\n"
      "@misc{b, title={T}}\n");
  EXPECT_EQ(all.records.size(), 1u);
  ASSERT_EQ(all.rejects.size(), 1u);
  EXPECT_THAT(all.rejects[0].reason,
              HasSubstr("invalid UTF-8 at byte 3 of the field journal"));
}

TEST(Bibtex, BoundsEntries) {
  const Imported all =
      ImportText("@misc{a, title={" + std::string(20000, '\n') +
                     "}}\n@misc{b, title={B}}\n",
                 Format::kBibtex, {.max_record_bytes = 5000});
  EXPECT_EQ(all.records.size(), 1u);
  ASSERT_EQ(all.rejects.size(), 1u);
  EXPECT_THAT(all.rejects[0].reason, HasSubstr("longer than 5000 bytes"));
  // Macros that double each time must not fill the memory.
  std::string bomb = "@string{m0 = {xxxxxxxxxx}}\n";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "m" + std::to_string(i - 1);
    bomb += "@string{m" + std::to_string(i) + " = " + before + " # " + before +
            "}\n";
  }
  const Imported survived =
      ImportText(bomb + "@misc{a, title = m59 # m59}\n", Format::kBibtex);
  EXPECT_EQ(survived.records.size() + survived.rejects.size(), 1u);
}

TEST(WithoutProtection, KeepsWhatBelongsToCommands) {
  const std::pair<const char*, const char*> cases[] = {
      {"{{Whole Title}}", "Whole Title"},
      {"{BERT}: {P}re", "BERT: Pre"},
      {"Erd{\\H{o}}s", "Erd{\\H{o}}s"},
      {"\\'{e}t\\'e", "\\'{e}t\\'e"},
      {"\\emph{x}{y}", "\\emph{x}{y}"},
      {"$x^{2}_{i}$ {A}", "$x^{2}_{i}$ A"},
      {"50\\% \\& more~text", "50% & more text"},
      {"open {brace", "open {brace"},
      {"}", "}"},
      {"", ""},
  };
  for (const auto& [title, expected] : cases) {
    EXPECT_EQ(WithoutProtection(title), expected) << title;
  }
  EXPECT_EQ(WithoutProtection(std::string(5000, '{')).size(), 5000u);
}

TEST(BibtexNames, ReadsBothOrders) {
  EXPECT_THAT(BibtexNames("Knuth, Donald E. AND\n Ada Lovelace"),
              ElementsAre("Donald E. Knuth", "Ada Lovelace"));
  EXPECT_THAT(BibtexNames("Sandberg, Anders and others"),
              ElementsAre("Anders Sandberg"));
  EXPECT_THAT(BibtexNames("{Barnes and Noble, Inc.}"),
              ElementsAre("{Barnes and Noble, Inc.}"));
  EXPECT_THAT(BibtexNames(""), ElementsAre());
}

}  // namespace
}  // namespace paperwire::importers
