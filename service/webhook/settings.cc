#include "service/webhook/settings.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>

#include "absl/strings/ascii.h"
#include "google/protobuf/util/field_mask_util.h"
#include "paperwire/v1/paper.pb.h"
#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/webhook/addresses.h"
#include "service/webhook/signature.h"

namespace paperwire::webhook {
namespace {

constexpr size_t kMaxUrl = 2048;
constexpr int kDefaultBatch = 100;
constexpr int kMaxBatch = 1000;
constexpr absl::Duration kDefaultGiveUp = absl::Hours(24);
constexpr absl::Duration kMinGiveUp = absl::Minutes(1);
constexpr absl::Duration kMaxGiveUp = absl::Hours(7 * 24);

constexpr std::string_view kHowToAllow =
    "If the receiver is meant to be there, run the server with "
    "--allow-private-webhooks.";

// A part of a URL as libcurl understands it, which is who connects; empty when
// there is none.
std::string Part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  std::string copy = text;
  curl_free(text);
  return copy;
}

bool IsNameOfThisMachine(std::string_view host) {
  ConsumeSuffix(&host, ".");
  const std::string name = absl::AsciiStrToLower(ToAbsl(host));
  return name == "localhost" || name == "localhost.localdomain" ||
         std::string_view(name).ends_with(".localhost");
}

absl::Status CheckHost(const std::string& host) {
  const std::optional<sockaddr_storage> address = ParseAddress(host);
  if (address.has_value()) {
    const auto& generic = reinterpret_cast<const sockaddr&>(*address);
    if (IsPublic(generic) && !IsOfThisMachine(generic)) {
      return absl::OkStatus();
    }
  } else if (!IsNameOfThisMachine(host)) {
    return absl::OkStatus();
  }
  return InvalidField("url",
                      StrCat(host,
                             " is this machine, or in a private or reserved "
                             "network. Give a public address. ",
                             kHowToAllow));
}

}  // namespace

absl::Status CheckUrl(const std::string& url, bool allow_private) {
  if (url.empty()) {
    return InvalidField("url",
                        "There is none. Give the https address to POST to.");
  }
  if (url.size() > kMaxUrl) {
    return InvalidField("url", StrCat("It has ", url.size(), " bytes; at most ",
                                      kMaxUrl, " are kept."));
  }
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(
      curl_url(), &curl_url_cleanup);
  const bool printable = std::all_of(
      url.begin(), url.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!printable || parsed == nullptr ||
      curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(),
                   CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return InvalidField("url",
                        "It is no address. Write it like "
                        "https://example.org/hooks/papers, in ASCII, without "
                        "spaces.");
  }
  const std::string scheme = Part(parsed.get(), CURLUPART_SCHEME);
  if (scheme != "https" && (scheme != "http" || !allow_private)) {
    return InvalidField(
        "url",
        scheme == "http"
            ? StrCat("Deliveries are posted by https only. ", kHowToAllow)
            : std::string("Give an address that begins with https://."));
  }
  if (!Part(parsed.get(), CURLUPART_USER).empty() ||
      !Part(parsed.get(), CURLUPART_PASSWORD).empty()) {
    return InvalidField("url",
                        "It has a user or a password, which everybody who "
                        "reads the subscription would see. The receiver knows "
                        "deliveries by their signature; leave it out.");
  }
  return allow_private ? absl::OkStatus()
                       : CheckHost(Part(parsed.get(), CURLUPART_HOST));
}

absl::Status CheckWebhook(const v1::Webhook& webhook, bool allow_private) {
  RETURN_IF_ERROR(CheckUrl(webhook.url(), allow_private));
  if (!webhook.secret().empty()) {
    const absl::Status status = DecodeSecret(webhook.secret()).status();
    if (!status.ok()) return InvalidField("secret", ToStd(status.message()));
  }
  if (webhook.max_batch_size() < 0 || webhook.max_batch_size() > kMaxBatch) {
    return InvalidField(
        "max_batch_size",
        StrCat("It is ", webhook.max_batch_size(), "; 1 to ", kMaxBatch,
               " are allowed, and 0 for ", kDefaultBatch, "."));
  }
  if (webhook.has_give_up_after()) {
    const absl::Duration time = GiveUpAfter(webhook);
    if (time < kMinGiveUp || time > kMaxGiveUp) {
      return InvalidField("give_up_after",
                          StrCat("It is ", absl::FormatDuration(time),
                                 "; one minute to 7 days are allowed. Leave it "
                                 "out for 24 hours."));
    }
  }
  for (const std::string& path : webhook.read_mask().paths()) {
    if (!google::protobuf::util::FieldMaskUtil::IsValidPath<v1::Paper>(path)) {
      return InvalidField("read_mask",
                          StrCat("A paper has no field \"",
                                 std::string_view(path).substr(0, 100),
                                 "\". Write names of fields of Paper, such as "
                                 "\"title\"."));
    }
  }
  return absl::OkStatus();
}

int BatchSize(const v1::Webhook& webhook) {
  return webhook.max_batch_size() > 0 ? webhook.max_batch_size()
                                      : kDefaultBatch;
}

absl::Duration GiveUpAfter(const v1::Webhook& webhook) {
  if (!webhook.has_give_up_after()) return kDefaultGiveUp;
  return absl::Seconds(webhook.give_up_after().seconds()) +
         absl::Nanoseconds(webhook.give_up_after().nanos());
}

}  // namespace paperwire::webhook
