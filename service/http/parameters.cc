#include "service/http/parameters.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "service/base/strings.h"
#include "service/text/utf8.h"

namespace paperwire::http {
namespace {

constexpr size_t kShown = 100;

std::string Listed(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) {
    StrAppend(&text, text.empty() ? "" : ", ", word);
  }
  return text;
}

// A piece of what was sent, fit to be sent back.
std::string Shown(std::string_view text) {
  std::string shown(text.substr(0, kShown));
  for (char& c : shown) {
    if (!absl::ascii_isprint(static_cast<unsigned char>(c))) c = '?';
  }
  return shown;
}

}  // namespace

absl::StatusOr<Parameters> Parameters::Of(
    const std::multimap<std::string, std::string>& given,
    std::initializer_list<std::string_view> known) {
  Parameters parameters;
  for (const auto& [name, value] : given) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return absl::InvalidArgumentError(
          known.size() == 0
              ? StrCat("There is no parameter \"", Shown(name),
                       "\" here; there are none.")
              : StrCat("There is no parameter \"", Shown(name),
                       "\" here. There are: ", Listed(known), "."));
    }
    if (text::FindInvalidUtf8(value) != std::string_view::npos) {
      return absl::InvalidArgumentError(
          StrCat(name,
                 ": It is not valid UTF-8. Encode its bytes as UTF-8, "
                 "then as %XX."));
    }
    if (!parameters.values_.emplace(name, value).second) {
      return absl::InvalidArgumentError(
          StrCat(name, ": It stands there twice. Give it once."));
    }
  }
  return parameters;
}

std::string Parameters::Text(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? "" : found->second;
}

absl::StatusOr<int> Parameters::Number(std::string_view name, int otherwise,
                                       int min, int max) const {
  const std::string text = Text(name);
  if (text.empty()) return otherwise;
  int number = 0;
  if (!absl::SimpleAtoi(text, &number) || number < min || number > max) {
    return absl::InvalidArgumentError(StrCat(name, ": \"", Shown(text),
                                             "\" is no whole number from ", min,
                                             " to ", max, "."));
  }
  return number;
}

absl::Status Parameters::NoChoice(std::string_view name, std::string_view text,
                                  const std::vector<std::string_view>& words) {
  return absl::InvalidArgumentError(
      StrCat(name, ": There is no \"", Shown(text),
             "\". There are: ", Listed(words), "."));
}

std::string AddressOf(
    std::string_view path,
    std::initializer_list<std::pair<std::string_view, std::string>> pairs) {
  std::string address(path);
  char separator = '?';
  for (const auto& [name, value] : pairs) {
    if (value.empty()) continue;
    StrAppend(&address, std::string_view(&separator, 1), name, "=",
              PercentEncode(value));
    separator = '&';
  }
  return address;
}

std::string PercentEncode(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
        c == '.' || c == '_' || c == '~') {
      encoded.push_back(c);
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace paperwire::http
