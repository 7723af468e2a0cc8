// Any bytes as a text, a name and an external id.

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "service/text/analyzer.h"
#include "service/text/external_id.h"
#include "service/text/utf8.h"
#include "tests/fuzz/check.h"

namespace paperwire {
namespace {

bool IsUtf8(std::string_view text) {
  return text::FindInvalidUtf8(text) == std::string_view::npos;
}

void CheckWords(std::string_view input) {
  static auto& used = *new text::Analyzer();
  static auto& fresh = *new text::Analyzer();
  const std::vector<text::Token>& tokens = used.Tokenize(input);
  // Its last text is always this one, which ends in the midst of things.
  fresh.Tokenize("models \\textsc{a $x^{\\H");
  const std::vector<text::Token>& same = fresh.Tokenize(input);
  Check(tokens.size() == same.size(), "an Analyzer remembers nothing");
  const text::Token* last = nullptr;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const text::Token& token = tokens[i];
    const text::Token& other = same[i];
    Check(token.begin < token.end && token.end <= input.size(),
          "a word stands inside of its text");
    Check(!token.form.empty() && token.form.size() <= text::kMaxTokenBytes,
          "a word has 1 to kMaxTokenBytes bytes", token.form);
    Check(IsUtf8(token.form), "a word is UTF-8", token.form);
    Check(last == nullptr ||
              (last->begin <= token.begin && last->position < token.position),
          "words come in their order", token.form);
    Check(std::tie(token.form, token.position, token.begin, token.end) ==
              std::tie(other.form, other.position, other.begin, other.end),
          "an Analyzer remembers nothing", token.form);
    last = &token;
    const std::string stem(used.Stem(token.form));
    Check(!stem.empty() && stem.size() <= text::kMaxTokenBytes,
          "a stem has 1 to kMaxTokenBytes bytes", token.form);
    Check(stem == fresh.Stem(token.form), "a stem is always the same",
          token.form);
    Check(IsUtf8(stem), "a stem is UTF-8", stem);
    text::IsStopWord(token.form);
  }
}

void CheckId(const absl::StatusOr<text::ExternalIdPair>& id) {
  if (!id.ok()) {
    Check(id.status().code() == absl::StatusCode::kInvalidArgument,
          "an id is refused as INVALID_ARGUMENT");
    Check(IsUtf8({id.status().message().data(), id.status().message().size()}),
          "a reason is UTF-8");
    return;
  }
  const auto& [scheme, value] = *id;
  Check(!value.empty() && value.size() <= text::kMaxExternalIdBytes,
        "an id has 1 to kMaxExternalIdBytes bytes", value);
  Check(scheme.size() <= text::kMaxSchemeBytes, "a scheme is short", scheme);
  Check(IsUtf8(value), "an id is UTF-8", value);
  const std::string key = text::ExternalIdKey(scheme, value);
  Check(!key.empty(), "an id has a key", value);
  const auto of_key = text::ParseExternalId(key);
  Check(
      of_key.ok() && text::ExternalIdKey(of_key->first, of_key->second) == key,
      "a key is understood as the id it is of", key);
  if (scheme.empty()) return;
  const auto again = text::NormalizeExternalId(scheme, value);
  Check(again.ok() && *again == *id, "an id has one spelling", value);
}

}  // namespace
}  // namespace paperwire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace paperwire;  // NOLINT
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  CheckWords(input);
  const std::string unicode = text::TexToUnicode(input);
  Check(!IsUtf8(input) || IsUtf8(unicode), "UTF-8 stays UTF-8", unicode);
  CheckId(text::ParseExternalId(input));
  const size_t colon = input.find(':');
  if (colon != input.npos) {
    CheckId(text::NormalizeExternalId(input.substr(0, colon),
                                      input.substr(colon + 1)));
  }
  return 0;
}
