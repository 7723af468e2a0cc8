#include "service/http/xml.h"

#include <expat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "service/base/strings.h"
#include "service/text/utf8.h"

namespace paperwire::http {
namespace {

struct Seen {
  std::string text;
  std::string value;
};

// What a parser reads from <a b="value">text</a>; a failure for none.
Seen Parse(const std::string& document) {
  Seen seen;
  const std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(
      XML_ParserCreate("UTF-8"), XML_ParserFree);
  XML_SetUserData(parser.get(), &seen);
  XML_SetElementHandler(
      parser.get(),
      [](void* to, const XML_Char*, const XML_Char** attributes) {
        if (*attributes != nullptr) {
          static_cast<Seen*>(to)->value = attributes[1];
        }
      },
      [](void*, const XML_Char*) {});
  XML_SetCharacterDataHandler(
      parser.get(), [](void* to, const XML_Char* text, int size) {
        static_cast<Seen*>(to)->text.append(text, static_cast<size_t>(size));
      });
  EXPECT_EQ(XML_Parse(parser.get(), document.data(),
                      static_cast<int>(document.size()), 1),
            XML_STATUS_OK)
      << XML_ErrorString(XML_GetErrorCode(parser.get())) << " in " << document;
  return seen;
}

Seen RoundTrip(const std::string& text) {
  XmlWriter xml;
  xml.Text("a", text, {{"b", text}});
  return Parse(xml.Take());
}

TEST(XmlTest, MarkupIsText) {
  for (const char* text :
       {"a < b && c > d", "]]>", "<![CDATA[", "\"quoted\" and 'single'",
        "&amp;", "<!-- -->", "line\nline\ttab\rreturn", "  blanks  ", ""}) {
    const Seen seen = RoundTrip(text);
    EXPECT_EQ(seen.text, text);
    EXPECT_EQ(seen.value, text);
  }
}

TEST(XmlTest, WhatXmlCannotHoldIsLeftOut) {
  EXPECT_EQ(Clean(std::string("a\0b\x01\x1f\x7f"
                              "c",
                              7)),
            "abc");
  EXPECT_EQ(Clean("a\uFFFEb\uFFFFc\uFDD0d\U0001FFFFe"), "abcde");
  EXPECT_EQ(Clean("\u0084x\u0085y\u009f"), "x\u0085y");
  EXPECT_EQ(Clean("\u202Eright to left \U0001F9EA"),
            "\u202Eright to left \U0001F9EA");
}

TEST(XmlTest, BytesThatAreNoCharactersAreReplaced) {
  EXPECT_EQ(Clean("a\xff"
                  "b"),
            "a\uFFFDb");
  // A surrogate, an overlong slash, a cut character.
  EXPECT_EQ(Clean("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(Clean("\xc0\xaf"), "\uFFFD\uFFFD");
  EXPECT_EQ(Clean("\xf0\x9f\xa7"), "\uFFFD\uFFFD\uFFFD");
}

TEST(XmlTest, ElementsNestAndClose) {
  XmlWriter xml;
  xml.Open("feed", {{"xmlns", "urn:x"}});
  xml.Open("entry");
  xml.Empty("link", {{"rel", "self"}, {"href", "?a&b"}});
  xml.Close();
  xml.Close();
  EXPECT_EQ(xml.Take(),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
            "<feed xmlns=\"urn:x\">\n"
            "  <entry>\n"
            "    <link rel=\"self\" href=\"?a&amp;b\"/>\n"
            "  </entry>\n"
            "</feed>\n");
}

TEST(XmlRandomTest, AnyBytesComeBackClean) {
  std::mt19937 random(4287);
  const std::string_view pieces[] = {"<",
                                     "&",
                                     "]]>",
                                     "\"",
                                     "\xef\xbf\xbe",
                                     "\xed\xa0\x80",
                                     "\r\n",
                                     "\xf4\x8f\xbf\xbf",
                                     "e",
                                     "\xcc\x81",
                                     "\xe2\x80\xae"};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    while (random() % 24 != 0) {
      if (random() % 2 == 0) {
        StrAppend(&text, pieces[random() % std::size(pieces)]);
      } else {
        text.push_back(static_cast<char>(random() % 256));
      }
    }
    const std::string clean = Clean(text);
    EXPECT_EQ(Clean(clean), clean);
    EXPECT_EQ(text::FindInvalidUtf8(clean), std::string::npos);
    const Seen seen = RoundTrip(text);
    EXPECT_EQ(seen.text, clean);
    EXPECT_EQ(seen.value, clean);
  }
}

}  // namespace
}  // namespace paperwire::http
