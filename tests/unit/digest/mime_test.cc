#include "service/digest/mime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_replace.h"
#include "service/digest/gmime_object.h"
#include "service/digest/mime_parts.h"
#include "tests/unit/digest/letters.h"

namespace paperwire::digest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

MailHeaders SomeHeaders() {
  MailHeaders headers;
  headers.from = {"Paperwire", "digests@example.org"};
  headers.to = "reader@example.net";
  headers.message_id = "k2v9x.7@example.org";
  headers.date = absl::FromUnixMillis(1795795200123);
  headers.list_name = "Diffusion models";
  headers.list_id = "diffusion.alice.example.org";
  headers.unsubscribe_url = "https://papers.example.org/digests/stop?t=abc&x=1";
  headers.unsubscribe_mailto = "stop+abc@example.org";
  headers.one_click = true;
  return headers;
}

LetterText SomeText() {
  return {.subject = "Diffusion models: 12 new",
          .text = "Hello\n.\n-- \nFrom here\n",
          .html = "<p>Hello</p>\n"};
}

// A message as another reader, GMime's, understands it.
class Reread {
 public:
  explicit Reread(const std::string& bytes) {
    StartGMime();
    const ObjectPtr<GMimeStream> stream(
        g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
    const ObjectPtr<GMimeParser> parser(
        g_mime_parser_new_with_stream(stream.get()));
    message_.reset(g_mime_parser_construct_message(parser.get(), nullptr));
  }

  std::string Header(const char* name) const {
    const char* value =
        g_mime_object_get_header(GMIME_OBJECT(message_.get()), name);
    return value == nullptr ? "(none)" : value;
  }
  std::vector<std::string> HeaderNames() const {
    GMimeHeaderList* list =
        g_mime_object_get_header_list(GMIME_OBJECT(message_.get()));
    std::vector<std::string> names;
    for (int i = 0; i < g_mime_header_list_get_count(list); ++i) {
      names.emplace_back(
          g_mime_header_get_name(g_mime_header_list_get_header_at(list, i)));
    }
    return names;
  }
  std::string FromName() const {
    const char* name =
        internet_address_get_name(internet_address_list_get_address(
            g_mime_message_get_from(message_.get()), 0));
    return name == nullptr ? "" : name;
  }
  // Its parts, "text/plain: decoded text", with LF at line ends.
  std::vector<std::string> Parts() const {
    GMimeObject* body = g_mime_message_get_mime_part(message_.get());
    if (!GMIME_IS_MULTIPART(body)) return {};
    std::vector<std::string> parts;
    for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(body));
         ++i) {
      GMimeObject* part = g_mime_multipart_get_part(GMIME_MULTIPART(body), i);
      const CharPtr type(g_mime_content_type_get_mime_type(
          g_mime_object_get_content_type(part)));
      const CharPtr text(g_mime_text_part_get_text(GMIME_TEXT_PART(part)));
      parts.push_back(StrCat(
          type.get(), ": ", absl::StrReplaceAll(text.get(), {{"\r\n", "\n"}})));
    }
    return parts;
  }

 private:
  ObjectPtr<GMimeMessage> message_;
};

// What SMTP wants of the bytes.
void ExpectFitForTheWire(const std::string& message) {
  size_t begin = 0;
  for (size_t at = 0; at < message.size(); ++at) {
    const auto byte = static_cast<unsigned char>(message[at]);
    ASSERT_TRUE((byte >= 0x20 && byte < 0x7F) || byte == '\r' || byte == '\n' ||
                byte == '\t')
        << "byte " << int{byte} << " at " << at;
    ASSERT_TRUE(byte != '\r' || message[at + 1] == '\n') << at;
    if (byte == '\n') {
      ASSERT_GT(at, 0u);
      ASSERT_EQ(message[at - 1], '\r') << at;
      ASSERT_LE(at - begin, 998u) << message.substr(begin, 100);
      begin = at + 1;
    }
  }
  EXPECT_TRUE(message.ends_with("\r\n"));
}

TEST(MimeTest, SaysAllOfItself) {
  const std::string message = MakeMessage(SomeHeaders(), SomeText());
  ExpectFitForTheWire(message);
  const Reread read(message);
  EXPECT_EQ(read.Header("From"), "Paperwire <digests@example.org>");
  EXPECT_EQ(read.Header("To"), "reader@example.net");
  EXPECT_EQ(read.Header("Subject"), "Diffusion models: 12 new");
  EXPECT_EQ(read.Header("Date"), "Fri, 27 Nov 2026 16:00:00 +0000");
  EXPECT_EQ(read.Header("Message-ID"), "<k2v9x.7@example.org>");
  EXPECT_EQ(read.Header("MIME-Version"), "1.0");
  EXPECT_EQ(read.Header("List-Id"),
            "Diffusion models <diffusion.alice.example.org>");
  EXPECT_EQ(read.Header("List-Unsubscribe"),
            "<https://papers.example.org/digests/stop?t=abc&x=1>, "
            "<mailto:stop+abc@example.org>");
  EXPECT_EQ(read.Header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
  EXPECT_EQ(read.Header("Auto-Submitted"), "auto-generated");
  EXPECT_EQ(read.Header("X-Auto-Response-Suppress"),
            "DR, RN, NRN, OOF, AutoReply");
  EXPECT_EQ(read.Header("Precedence"), "(none)");
  EXPECT_EQ(read.HeaderNames().size(), 11u);
  EXPECT_THAT(std::string(ParseEntity(message).Find("Content-Type")),
              testing::StartsWith("multipart/alternative; boundary=\"=_"));
  EXPECT_THAT(read.Parts(), ElementsAre("text/plain: " + SomeText().text,
                                        "text/html: " + SomeText().html));
}

TEST(MimeTest, HasNothingToStopBeforeConsent) {
  MailHeaders headers = SomeHeaders();
  headers.unsubscribe_url.clear();
  headers.unsubscribe_mailto.clear();
  const Reread read(MakeMessage(headers, SomeText()));
  EXPECT_EQ(read.Header("List-Unsubscribe"), "(none)");
  EXPECT_EQ(read.Header("List-Unsubscribe-Post"), "(none)");
  EXPECT_EQ(read.Header("Auto-Submitted"), "auto-generated");
}

TEST(MimeTest, OffersOneClickByHttpsOnly) {
  MailHeaders headers = SomeHeaders();
  headers.unsubscribe_url = "http://localhost:8080/stop";
  const Reread read(MakeMessage(headers, SomeText()));
  EXPECT_THAT(read.Header("List-Unsubscribe"), HasSubstr("<http://localhost"));
  EXPECT_EQ(read.Header("List-Unsubscribe-Post"), "(none)");
  headers.unsubscribe_url = "https://papers.example.org/stop";
  headers.one_click = false;
  EXPECT_EQ(
      Reread(MakeMessage(headers, SomeText())).Header("List-Unsubscribe-Post"),
      "(none)");
}

TEST(MimeTest, IsTheSameEachTime) {
  const LetterText letter = Write(MakeLetter(20, 20));
  const std::string message = MakeMessage(SomeHeaders(), letter);
  EXPECT_EQ(MakeMessage(SomeHeaders(), letter), message);
  MailHeaders other = SomeHeaders();
  other.message_id = "k2v9x.8@example.org";
  const auto boundary = [](const std::string& bytes) {
    return ParseEntity(bytes).boundary;
  };
  EXPECT_NE(boundary(MakeMessage(other, letter)), boundary(message));
}

TEST(MimeTest, BringsLettersOverWhole) {
  Letter letter = MakeLetter(20, 20);
  letter.title = "Модели диффузии 漢字 ✨";
  v1::Paper paper = MakePaper(1);
  paper.set_title("שלום 👩‍👩‍👧 e\u0301 =3D =\t");
  letter.matches[0] = Shown(paper);
  const LetterText text = Write(letter);
  const std::string message = MakeMessage(SomeHeaders(), text);
  ExpectFitForTheWire(message);
  const Reread read(message);
  EXPECT_EQ(read.Header("Subject"), text.subject);
  EXPECT_THAT(read.Parts(), ElementsAre("text/plain: " + text.text,
                                        "text/html: " + text.html));
  // And as our own reader understands it.
  const MimeEntity entity = ParseEntity(message);
  const std::vector<std::string_view> parts = SplitMultipart(entity);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(
      absl::StrReplaceAll(DecodedBody(ParseEntity(parts[0])), {{"\r\n", "\n"}}),
      text.text);
}

TEST(MimeTest, EncodesByWhatIsShorter) {
  LetterText letter = SomeText();
  letter.text.clear();
  for (int i = 0; i < 400; ++i) letter.text += i % 30 == 0 ? "\n" : "漢字";
  letter.text += "\n";
  const std::string message = MakeMessage(SomeHeaders(), letter);
  ExpectFitForTheWire(message);
  EXPECT_THAT(message, HasSubstr("Content-Transfer-Encoding: base64"));
  EXPECT_THAT(message,
              HasSubstr("Content-Transfer-Encoding: quoted-printable"));
  EXPECT_EQ(Reread(message).Parts()[0], "text/plain: " + letter.text);
  EXPECT_LT(message.size(), letter.text.size() * 3 / 2 + 2000);
}

TEST(MimeTest, HasNoHeaderThatAnybodyAdded) {
  const std::string hostile[] = {
      "x\r\nBcc: everybody@example.org",
      "x\nBcc: everybody@example.org\n\nbody",
      "x\rBcc: everybody@example.org",
      std::string("x\0Bcc: everybody@example.org", 28),
      "x>\r\n <y>, <mailto:z@example.org",
      "=?utf-8?q?x=0D=0ABcc:_everybody@example.org?=",
      "\"x\" <everybody@example.org>, y",
      "x, everybody@example.org",
      std::string(5000, 'x'),
      std::string(2000, ' ') + "x",
      "bad \xff\xfe utf-8",
      "x\xe2\x80\xa8"
      "Bcc: y",
  };
  const std::vector<std::string> names =
      Reread(MakeMessage(SomeHeaders(), SomeText())).HeaderNames();
  for (const std::string& text : hostile) {
    MailHeaders headers = SomeHeaders();
    headers.from.name = headers.list_name = headers.list_id = text;
    headers.message_id = headers.unsubscribe_mailto = text;
    headers.unsubscribe_url = "https://example.org/" + text;
    LetterText letter = SomeText();
    letter.subject = text;
    const std::string message = MakeMessage(headers, letter);
    ExpectFitForTheWire(message);
    const Reread read(message);
    EXPECT_THAT(read.HeaderNames(), testing::IsSubsetOf(names)) << text;
    EXPECT_THAT(read.HeaderNames(), Not(testing::Contains("Bcc")));
    EXPECT_EQ(read.Header("To"), "reader@example.net") << text;
    EXPECT_THAT(read.Header("From"),
                testing::EndsWith("<digests@example.org>"));
    EXPECT_THAT(read.Parts(), ElementsAre("text/plain: " + letter.text,
                                          "text/html: " + letter.html));
  }
}

TEST(MimeTest, SpellsNamesInAnyScript) {
  MailHeaders headers = SomeHeaders();
  for (const char* name :
       {"Zürich papers", "論文", "Papers, daily", "A \"wire\"", "x@y.org"}) {
    headers.from.name = headers.list_name = name;
    const std::string message = MakeMessage(headers, SomeText());
    ExpectFitForTheWire(message);
    EXPECT_EQ(Reread(message).FromName(), name);
  }
}

TEST(MimeTest, FoldsLongHeaders) {
  MailHeaders headers = SomeHeaders();
  headers.list_name =
      "a list of models that has a very long name indeed, as "
      "long as there can be";
  LetterText letter = SomeText();
  letter.subject =
      "Diffusion models: a subject that goes on for some time and "
      "is folded then";
  const std::string message = MakeMessage(headers, letter);
  for (const std::string& line :
       Lines(message.substr(0, message.find("\r\n\r\n")))) {
    EXPECT_LE(line.size(), 79u) << line;
  }
  EXPECT_EQ(Reread(message).Header("Subject"), letter.subject);
}

TEST(MimeTest, IsWrittenByManyThreads) {
  const LetterText letter = Write(MakeLetter(5));
  const std::string message = MakeMessage(SomeHeaders(), letter);
  std::vector<std::string> made(4);
  std::vector<std::thread> threads;
  for (std::string& one : made) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) one = MakeMessage(SomeHeaders(), letter);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& one : made) EXPECT_EQ(one, message);
}

}  // namespace
}  // namespace paperwire::digest
