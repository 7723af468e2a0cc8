// JSON as importers see it: a bounded parser, and ways to look into an object
// that do not care about missing, null or mistyped members.
//
//     JsonParser parser;
//     ASSIGN_OR_RETURN(const JsonValue* record, parser.Parse(line));
//     std::string_view title = TextOf(*record, "title");        // "" if none
//     std::optional<int64_t> votes = CountOf(*record, "upvotes");
//
// Parsing is RapidJSON's, iterative, so that no input overflows the stack.
// "NaN" and "Infinity", which Python writes, are read and count as missing.

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_JSON_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_JSON_H_

#include <rapidjson/document.h>
#include <rapidjson/reader.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace paperwire::importers {

using JsonValue = rapidjson::Value;

// Deepest nesting that is read; real records have 6.
inline constexpr int kMaxJsonDepth = 64;

// Not thread-safe. Keeps its memory from record to record.
class JsonParser {
 public:
  JsonParser();
  ~JsonParser();
  JsonParser(const JsonParser&) = delete;
  JsonParser& operator=(const JsonParser&) = delete;

  // One JSON value, valid until the next call. INVALID_ARGUMENT says what is
  // wrong and at which byte of `text`: syntax, invalid UTF-8, too deep.
  absl::StatusOr<const JsonValue*> Parse(std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A member of an object. Null when `value` is no object, and when the member
// is missing or null.
const JsonValue* Find(const JsonValue& value, std::string_view key);

// A member that is a string; otherwise "".
std::string_view TextOf(const JsonValue& value, std::string_view key);

// The string itself; otherwise "".
std::string_view Text(const JsonValue& value);

// A member that is a whole number, as a number ("12", "12.0") or as a string
// of digits. Nothing for anything else, and for what no count can be: below
// zero or beyond 2^53.
std::optional<int64_t> CountOf(const JsonValue& value, std::string_view key);

// A member that is a true boolean.
bool IsTrue(const JsonValue& value, std::string_view key);

// The elements of a member that is an array; otherwise none.
std::vector<const JsonValue*> ElementsOf(const JsonValue& value,
                                         std::string_view key);

// The strings of a member that is an array, or the member itself when it is
// one string.
std::vector<std::string_view> TextsOf(const JsonValue& value,
                                      std::string_view key);

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_JSON_H_
