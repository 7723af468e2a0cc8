#include "service/webhook/signature.h"

#include "absl/strings/escaping.h"
#include "service/base/strings.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::webhook {
namespace {

using testing::HasSubstr;
using testing::Not;

// The vector that the libraries of Standard Webhooks are tested with.
TEST(SignatureTest, SignsAsStandardWebhooksDoes) {
  const absl::StatusOr<std::string> key =
      DecodeSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_OK(key);
  EXPECT_EQ(Sign(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                 R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(SignatureTest, EveryPartIsSigned) {
  const std::string key(32, 'k');
  const std::string signature = Sign(key, "dl-7-12", 1700000000, "{}");
  EXPECT_EQ(signature, Sign(key, "dl-7-12", 1700000000, "{}"));
  EXPECT_NE(signature, Sign(key, "dl-7-13", 1700000000, "{}"));
  EXPECT_NE(signature, Sign(key, "dl-7-12", 1700000001, "{}"));
  EXPECT_NE(signature, Sign(key, "dl-7-12", 1700000000, "{ }"));
  EXPECT_NE(signature, Sign(std::string(32, 'l'), "dl-7-12", 1700000000, "{}"));
}

std::string SecretOf(size_t bytes) {
  return StrCat("whsec_", absl::Base64Escape(std::string(bytes, '\xff')));
}

TEST(SignatureTest, ASecretIsOf24To64Bytes) {
  EXPECT_THAT(DecodeSecret(SecretOf(23)),
              IsError(absl::StatusCode::kInvalidArgument, "24 to 64"));
  EXPECT_EQ(*DecodeSecret(SecretOf(24)), std::string(24, '\xff'));
  EXPECT_EQ(*DecodeSecret(SecretOf(64)), std::string(64, '\xff'));
  EXPECT_THAT(DecodeSecret(SecretOf(65)),
              IsError(absl::StatusCode::kInvalidArgument, "24 to 64"));
}

TEST(SignatureTest, AnErrorDoesNotRepeatTheSecret) {
  for (const char* secret :
       {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa!!", "whsec_TfKQ"}) {
    const absl::StatusOr<std::string> key = DecodeSecret(secret);
    ASSERT_THAT(key, IsError(absl::StatusCode::kInvalidArgument, "openssl"));
    EXPECT_THAT(std::string(key.status().message()), Not(HasSubstr("fKQ")));
  }
}

}  // namespace
}  // namespace paperwire::webhook
