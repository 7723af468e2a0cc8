#include "service/base/token.h"

#include "tests/unit/status_matchers.h"

namespace paperwire {
namespace {

using testing::ElementsAre;

TEST(TokenTest, GivesBackWhatWasSealed) {
  const std::string token = SealToken('w', {1, 0, UINT64_MAX});
  EXPECT_THAT(*OpenToken('w', token, 3, "f"), ElementsAre(1, 0, UINT64_MAX));
}

TEST(TokenTest, RefusesEverythingElse) {
  const std::string token = SealToken('w', {1, 2, 3});
  const auto refused = IsError(absl::StatusCode::kInvalidArgument, "token");
  EXPECT_THAT(OpenToken('p', token, 3, "f"), refused);
  EXPECT_THAT(OpenToken('w', token, 4, "f"), refused);
  EXPECT_THAT(OpenToken('w', "", 3, "f"), refused);
  EXPECT_THAT(OpenToken('w', "nonsense!", 3, "f"), refused);
  EXPECT_THAT(OpenToken('w', std::string(100000, 'A'), 3, "f"), refused);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string cut = token;
    cut.erase(i, 1);
    EXPECT_THAT(OpenToken('w', cut, 3, "f"), refused) << cut;
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(OpenToken('w', changed, 3, "f"), refused) << changed;
  }
}

}  // namespace
}  // namespace paperwire
