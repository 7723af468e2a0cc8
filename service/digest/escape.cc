#include "service/digest/escape.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "service/base/strings.h"

namespace paperwire::digest {
namespace {

constexpr size_t kMostAddress = 900;

}  // namespace

std::string Escaped(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size() + text.size() / 16);
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped.push_back(c);
    }
  }
  return escaped;
}

bool IsWebAddress(std::string_view uri) {
  if (uri.size() > kMostAddress ||
      !std::all_of(uri.begin(), uri.end(), [](char c) {
        return c > ' ' && c < '\x7f' && c != '"' && c != '<' && c != '>' &&
               c != '\\' && c != '`';
      })) {
    return false;
  }
  const size_t colon = uri.find("://");
  if (colon == std::string_view::npos) return false;
  const std::string_view scheme = uri.substr(0, colon);
  if (!absl::EqualsIgnoreCase(ToAbsl(scheme), "https") &&
      !absl::EqualsIgnoreCase(ToAbsl(scheme), "http")) {
    return false;
  }
  const std::string_view rest = uri.substr(colon + 3);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  return !host.empty() && host.find('@') == std::string_view::npos;
}

}  // namespace paperwire::digest
