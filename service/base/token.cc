#include "service/base/token.h"

#include "absl/strings/escaping.h"
#include "service/base/error_details.h"
#include "service/base/hash.h"
#include "service/base/strings.h"

namespace paperwire {
namespace {

constexpr int kChecksumBytes = 4;

void AppendVarint(uint64_t value, std::string* out) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

bool ReadVarint(std::string_view* in, uint64_t* value) {
  *value = 0;
  for (int shift = 0; shift < 64 && !in->empty(); shift += 7) {
    const unsigned char byte = static_cast<unsigned char>(in->front());
    in->remove_prefix(1);
    *value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

std::string Checksum(std::string_view body) {
  const uint64_t hash = StableHash(body);
  std::string sum(kChecksumBytes, '\0');
  for (int i = 0; i < kChecksumBytes; ++i) {
    sum[i] = static_cast<char>(hash >> (8 * i));
  }
  return sum;
}

}  // namespace

std::string SealToken(char kind, absl::Span<const uint64_t> fields) {
  std::string body(1, kind);
  for (uint64_t field : fields) AppendVarint(field, &body);
  return absl::WebSafeBase64Escape(StrCat(body, Checksum(body)));
}

absl::StatusOr<std::vector<uint64_t>> OpenToken(
    char kind, std::string_view token, size_t count,
    std::string_view request_field) {
  const auto malformed = [&] {
    return InvalidField(
        request_field,
        StrCat("This is not a token that a server gave out, or it was "
                     "cut or changed on its way (", token.size(),
                     " characters). Give back a token exactly as it came, or "
                     "start without one."));
  };
  std::string bytes;
  if (token.size() > 1024 || !absl::WebSafeBase64Unescape(ToAbsl(token), &bytes) ||
      bytes.size() < 1 + kChecksumBytes) {
    return malformed();
  }
  // Base64 ignores stray bits at the end; only the text we gave out counts.
  if (absl::WebSafeBase64Escape(bytes) != ToAbsl(token)) return malformed();
  std::string_view body(bytes.data(), bytes.size() - kChecksumBytes);
  if (Checksum(body) != bytes.substr(body.size()) || body[0] != kind) {
    return malformed();
  }
  body.remove_prefix(1);
  std::vector<uint64_t> fields;
  while (!body.empty()) {
    uint64_t value;
    if (!ReadVarint(&body, &value)) return malformed();
    fields.push_back(value);
  }
  if (fields.size() != count) return malformed();
  return fields;
}

}  // namespace paperwire
