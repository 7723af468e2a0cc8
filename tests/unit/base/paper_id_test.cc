#include "service/base/paper_id.h"

#include <set>

#include "tests/unit/status_matchers.h"

namespace paperwire {
namespace {

TEST(PaperIdTest, NamesAndNumbersGoBothWays) {
  std::set<std::string> names;
  for (int64_t number = 1; number < 20000; ++number) {
    const std::string name = PaperName(number);
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(NumberOfName(name), number);
  }
  EXPECT_EQ(NumberOfName(PaperName(kMaxPaperNumber - 1)), kMaxPaperNumber - 1);
}

TEST(PaperIdTest, OtherTextsAreNoNames) {
  for (const char* name : {"", "papers/", "papers/123", "papers/01234567890",
                           "paper/0123456789", "papers/012345678u",
                           "papers/ABCDEFGHJK", "0123456789"}) {
    EXPECT_EQ(NumberOfName(name), std::nullopt) << name;
  }
}

// Names are stored and handed out: they must never change.
TEST(PaperIdTest, NamesStayTheSame) {
  EXPECT_EQ(PaperName(1), "papers/f6zywwk53v");
  EXPECT_EQ(PaperName(123456), "papers/s04sebdqz4");
}

}  // namespace
}  // namespace paperwire
