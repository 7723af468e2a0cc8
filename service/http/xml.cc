#include "service/http/xml.h"

#include "service/base/strings.h"
#include "service/text/utf8.h"

namespace paperwire::http {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// The production Char of XML 1.0, without the controls of C1 and the
// non-characters that it allows but advises against.
bool MayStand(char32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  if (c >= 0x7F && c <= 0x9F) return c == 0x85;
  return (c & 0xFFFE) != 0xFFFE && !(c >= 0xFDD0 && c <= 0xFDEF);
}

}  // namespace

std::string Clean(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const text::CodePoint c = text::DecodeAt(text, at);
    if (c.value == text::kBadCodePoint) {
      StrAppend(&clean, kReplacement);
    } else if (MayStand(c.value)) {
      StrAppend(&clean, text.substr(at, c.size));
    }
    at += c.size;
  }
  return clean;
}

std::string Escape(std::string_view text) {
  std::string escaped;
  const std::string clean = Clean(text);
  escaped.reserve(clean.size());
  for (const char c : clean) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;  // as of "]]>"
      case '"':
        escaped += "&quot;";
        break;
      // Parsers make other white space of these unless they are escaped.
      case '\t':
        escaped += "&#9;";
        break;
      case '\n':
        escaped += "&#10;";
        break;
      case '\r':
        escaped += "&#13;";
        break;
      default:
        escaped.push_back(c);
    }
  }
  return escaped;
}

void XmlWriter::Start(std::string_view name, Attributes attributes) {
  out_.append(2 * open_.size(), ' ');
  StrAppend(&out_, "<", name);
  for (const auto& [key, value] : attributes) {
    StrAppend(&out_, " ", key, "=\"", Escape(value), "\"");
  }
}

void XmlWriter::Open(std::string_view name, Attributes attributes) {
  Start(name, attributes);
  StrAppend(&out_, ">\n");
  open_.emplace_back(name);
}

void XmlWriter::Close() {
  const std::string name = std::move(open_.back());
  open_.pop_back();
  out_.append(2 * open_.size(), ' ');
  StrAppend(&out_, "</", name, ">\n");
}

void XmlWriter::Text(std::string_view name, std::string_view text,
                     Attributes attributes) {
  Start(name, attributes);
  StrAppend(&out_, ">", Escape(text), "</", name, ">\n");
}

void XmlWriter::Empty(std::string_view name, Attributes attributes) {
  Start(name, attributes);
  StrAppend(&out_, "/>\n");
}

}  // namespace paperwire::http
