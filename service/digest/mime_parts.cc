#include "service/digest/mime_parts.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "service/base/strings.h"

namespace paperwire::digest {
namespace {

constexpr size_t kMostFields = 1000;
constexpr size_t kMostValue = 16 << 10;
constexpr size_t kMostParts = 32;
constexpr size_t kMostBody = 64 << 10;
constexpr size_t kMostBoundary = 200;  // 70 by RFC 2046

std::string_view Stripped(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

// Takes a line off, without its end.
std::string_view TakeLine(std::string_view* text) {
  const size_t end = text->find('\n');
  std::string_view line = text->substr(0, end);
  text->remove_prefix(end == std::string_view::npos ? text->size() : end + 1);
  ConsumeSuffix(&line, "\r");
  return line;
}

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// RFC 5322, 3.6.8: printable ASCII without a colon.
bool IsFieldName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return c > ' ' && c < '\x7f' && c != ':';
  });
}

void AppendUpTo(size_t most, std::string_view text, std::string* value) {
  value->append(text.substr(0, most - std::min(most, value->size())));
}

// The value of a parameter such as `boundary` in a Content-Type; quoted or not.
// Comments in it, which nobody writes, are not understood.
std::string Parameter(std::string_view value, std::string_view name) {
  size_t at = value.find(';');
  while (at < value.size()) {
    ++at;  // the semicolon
    const size_t equals = value.find_first_of("=;", at);
    if (equals == std::string_view::npos) return "";
    if (value[equals] == ';') {
      at = equals;
      continue;
    }
    const std::string_view key = Stripped(value.substr(at, equals - at));
    at = equals + 1;
    while (at < value.size() && IsBlank(value[at])) ++at;
    std::string found;
    if (at < value.size() && value[at] == '"') {
      for (++at; at < value.size() && value[at] != '"'; ++at) {
        if (value[at] == '\\' && at + 1 < value.size()) ++at;
        found.push_back(value[at]);
      }
      at = std::min(value.find(';', at), value.size());
    } else {
      const size_t end = std::min(value.find(';', at), value.size());
      found = Stripped(value.substr(at, end - at));
      at = end;
    }
    if (absl::EqualsIgnoreCase(ToAbsl(key), ToAbsl(name))) return found;
  }
  return "";
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// RFC 2045, 6.7; a "=" that is followed by anything else stands for itself.
std::string FromQuotedPrintable(std::string_view text) {
  std::string decoded;
  for (size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("=\r\n")) {
      at += 2;
    } else if (rest.starts_with("=\n")) {
      at += 1;
    } else if (rest.size() >= 3 && rest[0] == '=' && HexValue(rest[1]) >= 0 &&
               HexValue(rest[2]) >= 0) {
      decoded.push_back(
          static_cast<char>(HexValue(rest[1]) * 16 + HexValue(rest[2])));
      at += 2;
    } else {
      decoded.push_back(text[at]);
    }
  }
  return decoded;
}

int Base64Value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

// RFC 2045, 6.8: what is not of its alphabet is passed over. Not by Abseil,
// which wants all of it to be right, and this may end in the middle.
std::string FromBase64(std::string_view text) {
  std::string decoded;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    const int value = Base64Value(c);
    if (value < 0) continue;
    bits = (bits << 6 | static_cast<uint32_t>(value)) & 0xFFFF;
    count += 6;
    if (count >= 8) {
      count -= 8;
      decoded.push_back(static_cast<char>(bits >> count & 0xFF));
    }
  }
  return decoded;
}

}  // namespace

std::vector<MimeField> ReadFields(std::string_view* text) {
  std::vector<MimeField> fields;
  while (!text->empty()) {
    std::string_view rest = *text;
    const std::string_view line = TakeLine(&rest);
    if (line.empty()) {
      *text = rest;
      break;
    }
    if (IsBlank(line[0]) && !fields.empty()) {
      AppendUpTo(kMostValue, " ", &fields.back().value);
      AppendUpTo(kMostValue, Stripped(line), &fields.back().value);
      *text = rest;
      continue;
    }
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || fields.size() == kMostFields) break;
    const std::string_view name = Stripped(line.substr(0, colon));
    if (!IsFieldName(name)) break;
    fields.push_back({name, ""});
    AppendUpTo(kMostValue, Stripped(line.substr(colon + 1)),
               &fields.back().value);
    *text = rest;
  }
  for (MimeField& field : fields) {
    field.value = std::string(Stripped(field.value));
  }
  return fields;
}

std::string_view FindField(const std::vector<MimeField>& fields,
                           std::string_view name) {
  for (const MimeField& field : fields) {
    if (absl::EqualsIgnoreCase(ToAbsl(field.name), ToAbsl(name))) {
      return field.value;
    }
  }
  return "";
}

MimeEntity ParseEntity(std::string_view bytes) {
  MimeEntity entity;
  entity.fields = ReadFields(&bytes);
  entity.body = bytes;
  const std::string_view content_type = entity.Find("Content-Type");
  entity.type = absl::AsciiStrToLower(
      ToAbsl(Stripped(content_type.substr(0, content_type.find(';')))));
  if (entity.type.empty()) entity.type = "text/plain";
  entity.boundary = Parameter(content_type, "boundary");
  return entity;
}

std::vector<std::string_view> SplitMultipart(const MimeEntity& entity) {
  std::vector<std::string_view> parts;
  if (!entity.type.starts_with("multipart/") || entity.boundary.empty() ||
      entity.boundary.size() > kMostBoundary) {
    return parts;
  }
  const std::string delimiter = StrCat("--", entity.boundary);
  std::string_view rest = entity.body;
  std::optional<std::string_view> part;  // from its beginning on
  while (!rest.empty()) {
    const size_t at = entity.body.size() - rest.size();
    std::string_view line = TakeLine(&rest);
    if (!ConsumePrefix(&line, delimiter)) continue;
    const bool closes = ConsumePrefix(&line, "--");
    // The boundary of a part inside may begin with this one.
    if (!Stripped(line).empty()) continue;
    if (part.has_value()) {
      const size_t begin = entity.body.size() - part->size();
      // The line end before a boundary is a part of that.
      std::string_view whole = part->substr(0, at - begin);
      ConsumeSuffix(&whole, "\n");
      ConsumeSuffix(&whole, "\r");
      parts.push_back(whole);
      part.reset();
    }
    if (closes || parts.size() == kMostParts) return parts;
    part = rest;
  }
  if (part.has_value()) parts.push_back(*part);
  return parts;
}

std::string DecodedBody(const MimeEntity& entity) {
  const std::string_view body = entity.body.substr(0, kMostBody);
  const std::string encoding =
      absl::AsciiStrToLower(ToAbsl(entity.Find("Content-Transfer-Encoding")));
  if (encoding == "quoted-printable") return FromQuotedPrintable(body);
  if (encoding == "base64") return FromBase64(body);
  return std::string(body);
}

}  // namespace paperwire::digest
