#include "service/query/error.h"

#include <algorithm>

#include "service/base/error_details.h"
#include "service/base/strings.h"
#include "service/text/utf8.h"

namespace paperwire::query {

absl::Status ErrorAt(std::string_view text, size_t offset,
                     std::string_view problem, std::string_view suggestion) {
  size_t character = 0;
  for (size_t at = 0; at < text.size() && at <= offset;) {
    at += text::DecodeAt(text, at).size;
    ++character;
  }
  character = std::max<size_t>(character, 1);
  return WithReason(InvalidField("text", StrCat(problem, " at character ",
                                                character, ": ", suggestion)),
                    "INVALID_QUERY", {{"position", StrCat(character)}});
}

std::string Quoted(std::string_view part) {
  size_t at = 0;
  for (int i = 0; i < 40 && at < part.size(); ++i) {
    at += text::DecodeAt(part, at).size;
  }
  return StrCat("\"", part.substr(0, at), at < part.size() ? "..." : "", "\"");
}

}  // namespace paperwire::query
