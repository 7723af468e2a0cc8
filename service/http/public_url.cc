#include "service/http/public_url.h"

#include "absl/strings/ascii.h"
#include "service/base/strings.h"

namespace paperwire::http {

absl::StatusOr<std::string> CheckPublicUrl(std::string_view url) {
  std::string_view rest = url;
  bool good =
      ConsumePrefix(&rest, "https://") || ConsumePrefix(&rest, "http://");
  const std::string_view host = rest.substr(0, rest.find('/'));
  good = good && !host.empty() && !host.starts_with(':') &&
         rest.find_first_of("?#@\\\"<>") == std::string_view::npos;
  for (const char c : rest) {
    good = good && absl::ascii_isgraph(static_cast<unsigned char>(c));
  }
  if (!good) {
    return absl::InvalidArgumentError(
        StrCat("\"", url,
               "\" is no address like https://papers.example.org "
               "or https://example.org/papers: http or https, "
               "without a user, a query or a fragment."));
  }
  while (url.ends_with('/')) url.remove_suffix(1);
  return std::string(url);
}

}  // namespace paperwire::http
