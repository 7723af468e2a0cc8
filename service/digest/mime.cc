#include "service/digest/mime.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "service/base/strings.h"
#include "service/digest/escape.h"
#include "service/digest/gmime_object.h"
#include "service/digest/line.h"

namespace paperwire::digest {
namespace {

constexpr int kNameColumns = 100;
constexpr size_t kFoldedLine = 76;
constexpr std::string_view kListId = "List-Id";
// Of an id or an address in a header; it leaves room in a line of 998.
constexpr size_t kMostToken = 900;
// Hexadecimal digits of a hash in a boundary: it cannot be met by chance.
constexpr size_t kBoundaryDigits = 32;

struct FreeFormat {
  void operator()(GMimeFormatOptions* options) const {
    g_mime_format_options_free(options);
  }
};
using FormatPtr = std::unique_ptr<GMimeFormatOptions, FreeFormat>;

struct UnrefDate {
  void operator()(GDateTime* date) const { g_date_time_unref(date); }
};

// What stands between angle brackets: no byte can end it or its header.
std::string Token(std::string_view text) {
  std::string token;
  for (const char c : text) {
    if (c > ' ' && c < '\x7f' && c != '<' && c != '>') token.push_back(c);
  }
  return token.substr(0, kMostToken);
}

std::string Name(std::string_view name) {
  return Cut(OneLine(name), kNameColumns);
}

// `text` broken at blanks, so that lines stay below kFoldedLine where words do;
// the first has less `room`.
std::string Folded(std::string_view text, size_t room) {
  std::string folded;
  size_t left = room;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (!folded.empty()) {
      const bool fits = word.size() < left;
      folded += fits ? " " : "\n ";
      left = fits ? left - 1 : kFoldedLine - 1;
    }
    folded.append(word);
    left -= std::min(left, word.size());
  }
  return folded;
}

// "=_" is in nothing that is quoted-printable or base64.
std::string Boundary(std::string_view message_id) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(message_id.data(), message_id.size(), hash, &size, EVP_sha256(),
             nullptr);
  const std::string digits = absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(hash), size));
  return StrCat("=_", digits.substr(0, kBoundaryDigits));
}

// How long the text gets, about.
size_t QuotedPrintableSize(std::string_view text) {
  const auto escaped =
      static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return c == '=' || static_cast<unsigned char>(c) >= 0x7F;
      }));
  const size_t bytes = text.size() + 2 * escaped;
  return bytes + bytes / 25;  // a soft line break is 3 bytes in 76
}

size_t Base64Size(std::string_view text) {
  const size_t bytes = (text.size() + 2) / 3 * 4;
  return bytes + bytes / 38;
}

ObjectPtr<GMimePart> MakePart(const char* subtype, const std::string& text) {
  ObjectPtr<GMimePart> part(g_mime_part_new_with_type("text", subtype));
  g_mime_object_set_content_type_parameter(GMIME_OBJECT(part.get()), "charset",
                                           "utf-8");
  const bool base64 = Base64Size(text) < QuotedPrintableSize(text);
  // What is base64 is not touched on the way: its lines end as those of mail
  // do (RFC 2045, 6.8). Those of quoted-printable are written so.
  const std::string content =
      base64 ? absl::StrReplaceAll(text, {{"\n", "\r\n"}}) : text;
  const ObjectPtr<GMimeStream> stream(
      g_mime_stream_mem_new_with_buffer(content.data(), content.size()));
  const ObjectPtr<GMimeDataWrapper> wrapper(g_mime_data_wrapper_new_with_stream(
      stream.get(), GMIME_CONTENT_ENCODING_DEFAULT));
  g_mime_part_set_content(part.get(), wrapper.get());
  g_mime_part_set_content_encoding(
      part.get(), base64 ? GMIME_CONTENT_ENCODING_BASE64
                         : GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  return part;
}

class MessageWriter {
 public:
  MessageWriter(const MailHeaders& headers, const LetterText& letter)
      : headers_(headers),
        letter_(letter),
        message_(g_mime_message_new(FALSE)),
        format_(g_mime_format_options_new()) {
    g_mime_format_options_set_newline_format(format_.get(),
                                             GMIME_NEWLINE_FORMAT_DOS);
  }

  std::string Run() && {
    AddAddresses();
    g_mime_message_set_subject(message_.get(), OneLine(letter_.subject).c_str(),
                               "utf-8");
    const std::unique_ptr<GDateTime, UnrefDate> date(
        g_date_time_new_from_unix_utc(absl::ToUnixSeconds(headers_.date)));
    if (date != nullptr) g_mime_message_set_date(message_.get(), date.get());
    const std::string id = Token(headers_.message_id);
    g_mime_message_set_message_id(message_.get(), id.c_str());
    AddListHeaders();
    Add("Auto-Submitted", "auto-generated");
    Add("X-Auto-Response-Suppress", "DR, RN, NRN, OOF, AutoReply");
    Add("MIME-Version", "1.0");
    AddParts(Boundary(id));
    return Bytes();
  }

 private:
  // `value` is ASCII and folded: its lines are separated by "\n ".
  void Add(std::string_view name, std::string_view value) {
    GMimeHeaderList* list =
        g_mime_object_get_header_list(GMIME_OBJECT(message_.get()));
    const std::string terminated(name);
    g_mime_header_list_append(list, terminated.c_str(), "", nullptr);
    // As it is: GMime would encode and fold it as text.
    g_mime_header_set_raw_value(
        g_mime_header_list_get_header(list, terminated.c_str()),
        StrCat(" ", value, "\n").c_str());
  }

  void AddAddresses() {
    const std::string name = Name(headers_.from.name);
    g_mime_message_add_mailbox(message_.get(), GMIME_ADDRESS_TYPE_FROM,
                               name.empty() ? nullptr : name.c_str(),
                               Token(headers_.from.address).c_str());
    g_mime_message_add_mailbox(message_.get(), GMIME_ADDRESS_TYPE_TO, nullptr,
                               Token(headers_.to).c_str());
    // Else GMime takes the smallest character set that there is for the name.
    internet_address_set_charset(
        internet_address_list_get_address(
            g_mime_message_get_from(message_.get()), 0),
        "utf-8");
  }

  void AddListHeaders() {
    const std::string list = Token(headers_.list_id);
    if (!list.empty()) Add(kListId, StrCat(ListName(), "<", list, ">"));
    const std::string url = IsWebAddress(headers_.unsubscribe_url)
                                ? headers_.unsubscribe_url
                                : std::string();
    const std::string mailto = Token(headers_.unsubscribe_mailto);
    std::string ways;
    if (!url.empty()) ways = StrCat("<", url, ">");
    if (!mailto.empty()) {
      StrAppend(&ways, ways.empty() ? "" : ",\n ", "<mailto:", mailto, ">");
    }
    if (!ways.empty()) Add("List-Unsubscribe", ways);
    if (headers_.one_click && url.starts_with("https://")) {
      Add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    }
  }

  // With what separates it from the id; empty when there is none.
  std::string ListName() const {
    const std::string name = Name(headers_.list_name);
    if (name.empty()) return "";
    const CharPtr phrase(
        g_mime_utils_header_encode_phrase(nullptr, name.c_str(), "utf-8"));
    return StrCat(Folded(phrase.get(), kFoldedLine - kListId.size()), "\n ");
  }

  void AddParts(const std::string& boundary) {
    const ObjectPtr<GMimeMultipart> parts(
        g_mime_multipart_new_with_subtype("alternative"));
    g_mime_multipart_set_boundary(parts.get(), boundary.c_str());
    // Clients show the last one that they can.
    const ObjectPtr<GMimePart> text = MakePart("plain", letter_.text);
    const ObjectPtr<GMimePart> html = MakePart("html", letter_.html);
    g_mime_multipart_add(parts.get(), GMIME_OBJECT(text.get()));
    g_mime_multipart_add(parts.get(), GMIME_OBJECT(html.get()));
    g_mime_message_set_mime_part(message_.get(), GMIME_OBJECT(parts.get()));
  }

  std::string Bytes() {
    const ObjectPtr<GMimeStream> stream(g_mime_stream_mem_new());
    g_mime_object_write_to_stream(GMIME_OBJECT(message_.get()), format_.get(),
                                  stream.get());
    const GByteArray* bytes =
        g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
    return std::string(reinterpret_cast<const char*>(bytes->data), bytes->len);
  }

  const MailHeaders& headers_;
  const LetterText& letter_;
  const ObjectPtr<GMimeMessage> message_;
  const FormatPtr format_;
};

}  // namespace

std::string MakeMessage(const MailHeaders& headers, const LetterText& letter) {
  StartGMime();
  return MessageWriter(headers, letter).Run();
}

}  // namespace paperwire::digest
