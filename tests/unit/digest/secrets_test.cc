#include "service/digest/secrets.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paperwire::digest {
namespace {

using testing::ElementsAre;
using testing::Optional;

TEST(SecretsTest, OpensWhatItSigned) {
  const Secrets secrets(RandomKey());
  const std::string link = secrets.Sign(Secrets::kIssue, {17, 3});
  EXPECT_THAT(secrets.Open(Secrets::kIssue, link),
              Optional(ElementsAre(17, 3)));
  EXPECT_TRUE(link.starts_with("17.3."));
  // Nothing that an address or a Message-ID would have to escape.
  EXPECT_EQ(link.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
                                   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."),
            std::string::npos);
}

TEST(SecretsTest, RefusesEverythingElse) {
  const Secrets secrets(RandomKey());
  const std::string link = secrets.Sign(Secrets::kManage, {17});
  EXPECT_FALSE(secrets.Open(Secrets::kUnsubscribe, link).has_value());
  EXPECT_FALSE(Secrets(RandomKey()).Open(Secrets::kManage, link).has_value());
  for (size_t i = 0; i < link.size(); ++i) {
    std::string changed = link;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(secrets.Open(Secrets::kManage, changed).has_value()) << i;
    EXPECT_FALSE(secrets.Open(Secrets::kManage, link.substr(0, i)).has_value());
  }
  EXPECT_FALSE(
      secrets.Open(Secrets::kManage, "18" + link.substr(2)).has_value());
  EXPECT_FALSE(secrets.Open(Secrets::kManage, link + "=").has_value());
  EXPECT_FALSE(secrets.Open(Secrets::kManage, "").has_value());
  EXPECT_FALSE(secrets.Open(Secrets::kManage, ".").has_value());
}

TEST(SecretsTest, TokensDiffer) {
  std::set<std::string> tokens;
  for (int i = 0; i < 1000; ++i) tokens.insert(RandomToken());
  EXPECT_EQ(tokens.size(), 1000);
  EXPECT_EQ(tokens.begin()->size(), 22);
  EXPECT_EQ(HashOfToken("a"), HashOfToken("a"));
  EXPECT_NE(HashOfToken("a"), HashOfToken("b"));
}

}  // namespace
}  // namespace paperwire::digest
