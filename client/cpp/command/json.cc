#include "client/cpp/command/json.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_format.h"
#include "service/base/strings.h"
#include "service/text/utf8.h"

namespace paperwire::command {

std::string ToJson(const google::protobuf::Message& message,
                   Defaults defaults) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = defaults == Defaults::kWrite;
  std::string json;
  // Fails for values that proto3 JSON cannot say, such as a time outside of
  // the years 1 to 9999. The line says so instead of being lost.
  const auto status =
      google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) {
    return StrCat("{\"error\":", JsonString(status.ToString()), "}");
  }
  return json;
}

std::string JsonString(std::string_view text) {
  std::string result = "\"";
  for (size_t at = 0; at < text.size();) {
    const paperwire::text::CodePoint c = paperwire::text::DecodeAt(text, at);
    if (c.value == paperwire::text::kBadCodePoint) {
      result += "\xEF\xBF\xBD";
    } else if (c.value == '"' || c.value == '\\') {
      StrAppend(&result, "\\", text.substr(at, 1));
    } else if (c.value < 0x20 || c.value == 0x7F) {
      absl::StrAppendFormat(&result, "\\u%04x", static_cast<unsigned>(c.value));
    } else {
      result += text.substr(at, c.size);
    }
    at += c.size;
  }
  return result + "\"";
}

}  // namespace paperwire::command
