#include "service/catalogue/links.h"

#include "service/base/strings.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::catalogue {
namespace {

std::vector<std::string> LinksOf(const std::string& text) {
  v1::Paper paper;
  AddLinksFromText(text, &paper);
  std::vector<std::string> links;
  for (const v1::Link& link : paper.links()) {
    links.push_back(StrCat(v1::Link::Kind_Name(link.kind()).substr(5), " ",
                           link.uri()));
  }
  return links;
}

using testing::ElementsAre;
using testing::IsEmpty;

TEST(LinksTest, FindsAddressesWithoutTheSentenceAroundThem) {
  EXPECT_THAT(LinksOf("Code: https://github.com/a/b."),
              ElementsAre("CODE https://github.com/a/b"));
  EXPECT_THAT(LinksOf("(see https://github.com/a/b)."),
              ElementsAre("CODE https://github.com/a/b"));
  EXPECT_THAT(LinksOf("at github.com/a/b, and more"),
              ElementsAre("CODE https://github.com/a/b"));
  EXPECT_THAT(LinksOf("https://en.wikipedia.org/wiki/X_(y)"),
              ElementsAre("PROJECT https://en.wikipedia.org/wiki/X_(y)"));
}

TEST(LinksTest, UndoesTex) {
  EXPECT_THAT(LinksOf("\\url{https://github.com/a/b\\_c}."),
              ElementsAre("CODE https://github.com/a/b_c"));
  EXPECT_THAT(LinksOf("\\href{https://a.github.io/b/}{here}"),
              ElementsAre("PROJECT https://a.github.io/b/"));
}

TEST(LinksTest, KnowsTheKinds) {
  EXPECT_THAT(LinksOf("https://huggingface.co/datasets/a/b "
                      "https://huggingface.co/spaces/a/b "
                      "https://huggingface.co/a/b"),
              ElementsAre("DATA https://huggingface.co/datasets/a/b",
                          "DEMO https://huggingface.co/spaces/a/b",
                          "MODEL https://huggingface.co/a/b"));
}

TEST(LinksTest, LeavesOtherPapersAndNonsenseAlone) {
  EXPECT_THAT(LinksOf("as in https://arxiv.org/abs/1706.03762 and "
                      "https://doi.org/10.1/x"),
              IsEmpty());
  EXPECT_THAT(LinksOf("http:// https:// http://x github.com/"), IsEmpty());
}

TEST(LinksTest, KeepsOneOfEachAddress) {
  v1::Paper paper;
  AddLink(v1::Link::KIND_CODE, "https://github.com/A/b", &paper);
  AddLinksFromText("http://www.github.com/a/b.git", &paper);
  EXPECT_EQ(paper.links_size(), 1);
}

}  // namespace
}  // namespace paperwire::catalogue
