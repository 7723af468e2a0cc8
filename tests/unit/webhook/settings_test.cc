#include "service/webhook/settings.h"

#include "service/base/error_details.h"
#include "service/base/strings.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::webhook {
namespace {

// The field that is at fault; "" when it can be stored.
std::string Fault(const v1::Webhook& webhook, bool allow_private = false) {
  const absl::Status status = CheckWebhook(webhook, allow_private);
  return status.ok() ? "" : FieldOf(status).value_or("?");
}

bool Takes(const std::string& url, bool allow_private = false) {
  return CheckUrl(url, allow_private).ok();
}

v1::Webhook Good() {
  v1::Webhook webhook;
  webhook.set_url("https://example.org/hooks?who=me");
  webhook.set_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  return webhook;
}

TEST(SettingsTest, TakesWhatIsPublic) {
  for (const char* url :
       {"https://example.org", "https://example.org:8443/a/b?c=d#e",
        "HTTPS://EXAMPLE.ORG/", "https://8.8.8.8/", "https://[2606:4700::1]/x",
        "https://localhost.example.org/", "https://10.example.org/"}) {
    EXPECT_OK(CheckUrl(url, false)) << url;
  }
}

TEST(SettingsTest, RefusesWhatIsNot) {
  for (const char* url :
       {"https://localhost/", "https://LOCALHOST.:443/", "https://a.localhost/",
        "https://localhost.localdomain", "https://127.0.0.1/", "https://127.1/",
        "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/",
        "https://10.0.0.1:8080", "https://[::1]/",
        "https://[::ffff:192.168.1.1]/", "https://[fe80::1%25eth0]/",
        "https://169.254.169.254/latest/meta-data", "https://0.0.0.0/",
        "http://example.org/"}) {
    EXPECT_THAT(
        CheckUrl(url, false),
        IsError(absl::StatusCode::kInvalidArgument, "--allow-private-webhooks"))
        << url;
    EXPECT_OK(CheckUrl(url, true)) << url;
  }
}

TEST(SettingsTest, RefusesWhatIsNoAddressOfTheWeb) {
  for (const char* url :
       {"", "example", "example.org/x", "//example.org", "https://",
        "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/",
        "https://example.org/a b", "https://example.org/\n",
        "https://user@example.org/", "https://user:pass@example.org/",
        "https://ex\xc3\xa4mple.org/"}) {
    EXPECT_FALSE(Takes(url, false)) << url;
    EXPECT_FALSE(Takes(url, true)) << url;
  }
  EXPECT_TRUE(Takes("https://example.org/" + std::string(2028, 'a')));
  EXPECT_FALSE(Takes("https://example.org/" + std::string(2029, 'a')));
}

TEST(SettingsTest, NamesTheFieldAtFault) {
  EXPECT_EQ(Fault(Good()), "");
  v1::Webhook webhook = Good();
  webhook.set_url("gopher://x");
  EXPECT_EQ(Fault(webhook), "url");
  webhook = Good();
  webhook.clear_secret();
  EXPECT_EQ(Fault(webhook), "");  // an update may keep the stored one
  webhook.set_secret("whsec_short");
  EXPECT_EQ(Fault(webhook), "secret");
  webhook = Good();
  webhook.set_max_batch_size(-1);
  EXPECT_EQ(Fault(webhook), "max_batch_size");
  webhook.set_max_batch_size(1001);
  EXPECT_EQ(Fault(webhook), "max_batch_size");
  webhook = Good();
  webhook.mutable_read_mask()->add_paths("titel");
  EXPECT_EQ(Fault(webhook), "read_mask");
}

TEST(SettingsTest, Bounds) {
  v1::Webhook webhook = Good();
  EXPECT_EQ(BatchSize(webhook), 100);
  EXPECT_EQ(GiveUpAfter(webhook), absl::Hours(24));
  webhook.set_max_batch_size(1000);
  webhook.mutable_give_up_after()->set_seconds(60);
  EXPECT_EQ(Fault(webhook), "");
  EXPECT_EQ(BatchSize(webhook), 1000);
  EXPECT_EQ(GiveUpAfter(webhook), absl::Minutes(1));
  for (const int64_t seconds :
       {int64_t{-5}, int64_t{0}, int64_t{59}, int64_t{7 * 24 * 3600 + 1}}) {
    webhook.mutable_give_up_after()->set_seconds(seconds);
    EXPECT_EQ(Fault(webhook), "give_up_after") << seconds;
  }
  webhook.mutable_give_up_after()->set_seconds(7 * 24 * 3600);
  EXPECT_EQ(Fault(webhook), "");
}

}  // namespace
}  // namespace paperwire::webhook
