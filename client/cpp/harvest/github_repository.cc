#include "client/cpp/harvest/github_repository.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "service/base/strings.h"

namespace paperwire::harvest {
namespace {

// Pages of GitHub itself whose addresses have two parts. None of them can be
// the name of a user.
constexpr std::array<std::string_view, 24> kPages = {
    "about",       "apps",     "blog",
    "collections", "contact",  "customer-stories",
    "events",      "explore",  "features",
    "issues",      "login",    "orgs",
    "marketplace", "new",      "notifications",
    "pulls",       "readme",   "search",
    "security",    "settings", "sponsors",
    "topics",      "trending", "users",
};

// What sentences and templates leave at the end of an address.
constexpr std::string_view kTail = ".,;:!?)]}>'\"*";

// The next part of a path that is not empty, taken off its front.
std::string_view NextPart(std::string_view* path) {
  while (ConsumePrefix(path, "/")) {
  }
  const std::string_view part = path->substr(0, path->find('/'));
  path->remove_prefix(part.size());
  return part;
}

std::string_view WithoutTail(std::string_view text) {
  const size_t last = text.find_last_not_of(kTail);
  return last == text.npos ? std::string_view() : text.substr(0, last + 1);
}

bool IsWord(std::string_view text, size_t most, std::string_view others) {
  return !text.empty() && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  others.find(c) != others.npos;
         });
}

}  // namespace

std::optional<std::string> RepositoryOf(std::string_view uri) {
  const std::string lower = absl::AsciiStrToLower(ToAbsl(uri));
  std::string_view rest = lower;
  if (!ConsumePrefix(&rest, "https://") && !ConsumePrefix(&rest, "http://")) {
    return std::nullopt;
  }
  rest = rest.substr(0, rest.find_first_of("?#"));
  ConsumePrefix(&rest, "www.");
  if (!ConsumePrefix(&rest, "github.com/")) return std::nullopt;
  const std::string_view owner = NextPart(&rest);
  std::string_view name = WithoutTail(NextPart(&rest));
  if (ConsumeSuffix(&name, ".git")) name = WithoutTail(name);
  // Organisations of an enterprise have names like "acme_corp".
  if (!IsWord(owner, 39, "-_") || owner.front() == '-' ||
      !IsWord(name, 100, "-_.") || name == "." || name == ".." ||
      std::find(kPages.begin(), kPages.end(), owner) != kPages.end()) {
    return std::nullopt;
  }
  return StrCat(owner, "/", name);
}

}  // namespace paperwire::harvest
