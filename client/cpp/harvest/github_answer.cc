#include "client/cpp/harvest/github_answer.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "client/cpp/importers/json.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::harvest {
namespace {

// What GitHub asks for when it says nothing more exact.
constexpr absl::Duration kMinute = absl::Minutes(1);

std::string_view HeaderOf(const HttpResponse& response,
                          const std::string& name) {
  const auto header = response.headers.find(name);
  return header == response.headers.end() ? std::string_view()
                                          : std::string_view(header->second);
}

std::optional<int64_t> NumberOf(const HttpResponse& response,
                                const std::string& name) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(ToAbsl(HeaderOf(response, name)), &number)) {
    return std::nullopt;
  }
  return number;
}

bool SpeaksOfRateLimit(const std::string& body) {
  const std::string words = absl::AsciiStrToLower(body.substr(0, 4096));
  return words.find("rate limit") != words.npos;
}

// 403 is also said of a repository that is blocked for what it holds.
bool IsBlocked(const HttpResponse& response) {
  importers::JsonParser parser;
  const auto body = parser.Parse(response.body);
  return body.ok() && importers::Find(**body, "block") != nullptr;
}

}  // namespace

Limit ReadGithubLimit(const HttpResponse& response, absl::Time now) {
  const std::optional<int64_t> reset = NumberOf(response, "x-ratelimit-reset");
  const bool used_up =
      NumberOf(response, "x-ratelimit-remaining") == 0 && reset.has_value();
  // A second later: `reset` is cut to whole ones.
  const absl::Duration until_reset =
      used_up ? absl::FromUnixSeconds(*reset) - now + absl::Seconds(1)
              : absl::ZeroDuration();
  if (response.status != 403 && response.status != 429) {
    if (until_reset <= absl::ZeroDuration()) return {};
    return {.refused = false, .wait = until_reset};
  }
  const std::optional<absl::Duration> asked =
      ParseRetryAfter(HeaderOf(response, "retry-after"), now);
  if (asked.has_value()) return {.refused = true, .wait = *asked};
  // A clock that is wrong must not make a storm of requests.
  if (used_up) return {.refused = true, .wait = std::max(until_reset, kMinute)};
  if (response.status == 429 || SpeaksOfRateLimit(response.body)) {
    return {.refused = true, .wait = kMinute};
  }
  return {};
}

absl::StatusOr<GithubAnswer> ReadGithubAnswer(const std::string& url,
                                              const HttpResponse& response) {
  using Kind = GithubAnswer::Kind;
  switch (response.status) {
    case 200:
      break;
    case 304:
      return GithubAnswer{.kind = Kind::kUnchanged};
    case 404:
    case 410:
    case 451:
      return GithubAnswer{.kind = Kind::kGone};
    case 403:
      if (IsBlocked(response)) return GithubAnswer{.kind = Kind::kGone};
      return Refusal(url, response);
    default:
      return Refusal(url, response);
  }
  importers::JsonParser parser;
  const auto body = parser.Parse(response.body);
  if (!body.ok()) {
    return absl::DataLossError(
        StrCat("the answer is no whole JSON: ", body.status().message()));
  }
  const std::optional<int64_t> stars =
      importers::CountOf(**body, "stargazers_count");
  if (!stars.has_value()) {
    return GithubAnswer{
        .kind = Kind::kUnusable,
        .why =
            "stargazers_count: is missing, or no count; the answer is not "
            "that of a repository"};
  }
  const std::string_view etag = HeaderOf(response, "etag");
  return GithubAnswer{
      .kind = Kind::kCounted,
      .stars = *stars,
      .etag = IsOneWord(etag) ? std::string(etag) : std::string(),
      .name = absl::AsciiStrToLower(
          ToAbsl(importers::TextOf(**body, "full_name")))};
}

bool IsOneWord(std::string_view text) {
  return !text.empty() && text.size() <= 256 &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace paperwire::harvest
