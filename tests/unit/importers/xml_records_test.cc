#include "client/cpp/importers/xml_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paperwire::importers {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Read {
  std::vector<std::string> texts;
  std::vector<int64_t> lines;
  absl::Status status;
};

Read ReadRecords(std::string text, size_t max = 1 << 20) {
  auto source = FromString(std::move(text));
  XmlRecords records(source.get(), {"r"}, max);
  Read read;
  XmlRecord record;
  while (true) {
    const auto more = records.Next(&record);
    if (!more.ok()) {
      read.status = more.status();
      return read;
    }
    if (!*more) return read;
    read.texts.push_back(record.root == nullptr ? "TOO LONG"
                                                : record.root->Text());
    read.lines.push_back(record.line);
  }
}

TEST(XmlRecords, FindsRecordsAtAnyDepth) {
  const Read read = ReadRecords(
      "<a><r>one</r>\n<b><x:r>t<i>w</i>o<r>!</r></x:r></b>\n\n"
      "<r/><r><![CDATA[<&]]> &amp; &#233;</r></a>");
  EXPECT_TRUE(read.status.ok()) << read.status;
  EXPECT_THAT(read.texts, ElementsAre("one", "two!", "", "<& & \xc3\xa9"));
  EXPECT_THAT(read.lines, ElementsAre(1, 2, 4, 4));
}

TEST(XmlRecords, TellsWhatIsAround) {
  auto source = FromString("<c id='1'><v x:id='2'><m/><r k='v'/></v></c>");
  XmlRecords records(source.get(), {"r"}, 1000);
  XmlRecord record;
  ASSERT_TRUE(*records.Next(&record));
  ASSERT_EQ(record.around.size(), 2u);
  EXPECT_EQ(record.around[0].name, "c");
  EXPECT_EQ(record.around[1].Attribute("id"), "2");
  EXPECT_EQ(record.root->Attribute("k"), "v");
  EXPECT_EQ(record.root->Attribute("none"), "");
}

TEST(XmlRecords, KeepsWhatComesBeforeMalformedXml) {
  const Read read = ReadRecords("<a>\n<r>one</r>\n <r>two</x>\n</a>");
  EXPECT_THAT(read.texts, ElementsAre("one"));
  EXPECT_TRUE(absl::IsInvalidArgument(read.status)) << read.status;
  EXPECT_THAT(std::string(read.status.message()),
              AllOf(HasSubstr("line 3, column "), HasSubstr("mismatched tag")));
}

TEST(XmlRecords, SaysThatTheEndIsMissing) {
  for (const char* text :
       {"<a><r>one</r>", "<a><r>one</r><r>tw", "<a><r>one</r><r",
        "<a><r>one</r><!-- ", "<a><r>one</r><![CDATA[ x"}) {
    const Read read = ReadRecords(text);
    EXPECT_THAT(read.texts, ElementsAre("one")) << text;
    EXPECT_TRUE(absl::IsDataLoss(read.status)) << text << read.status;
  }
}

TEST(XmlRecords, RefusesEntities) {
  // Billion laughs.
  constexpr std::string_view kLaughs =
      "<!DOCTYPE a [<!ENTITY l 'lol'><!ENTITY m '&l;&l;&l;'>]>"
      "<a><r>&m;</r></a>";
  // A file of the machine, and an address.
  constexpr std::string_view kFile =
      "<!DOCTYPE a [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><a><r>&f;</r></a>";
  constexpr std::string_view kAddress =
      "<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://x.example/'> %p;]><a/>";
  for (std::string_view text : {kLaughs, kFile, kAddress}) {
    const Read read = ReadRecords(std::string(text));
    EXPECT_TRUE(read.texts.empty()) << text;
    EXPECT_TRUE(absl::IsInvalidArgument(read.status)) << text;
    EXPECT_THAT(std::string(read.status.message()),
                HasSubstr("declares the entity"));
  }
  EXPECT_FALSE(ReadRecords("<a><r>&undeclared;</r></a>").status.ok());
}

TEST(XmlRecords, BoundsTheDepth) {
  std::string deep = "<a>";
  for (int i = 0; i < 100000; ++i) deep += "<b>";
  const Read read = ReadRecords(deep);
  EXPECT_THAT(std::string(read.status.message()), HasSubstr("deep"));
  std::string record = "<r>";
  for (int i = 0; i < 100; ++i) record += "<b>";
  EXPECT_THAT(std::string(ReadRecords(record).status.message()),
              HasSubstr("deep"));
}

TEST(XmlRecords, PassesOverLargeRecords) {
  const std::string text(2000, 'x');
  std::string elements;
  for (int i = 0; i < 1000; ++i) elements += "<e/>";
  const Read read =
      ReadRecords("<a><r>one</r><r><b>" + text + "</b>" + text + "</r><r>" +
                      elements + "</r><r>four</r></a>",
                  1000);
  EXPECT_TRUE(read.status.ok()) << read.status;
  EXPECT_THAT(read.texts, ElementsAre("one", "TOO LONG", "TOO LONG", "four"));
}

TEST(XmlRecords, RefusesEndlessTags) {
  const Read read = ReadRecords("<a><r>one</r><b k='" +
                                std::string(3 << 20, 'x') + "'/></a>");
  EXPECT_THAT(read.texts, ElementsAre("one"));
  EXPECT_THAT(std::string(read.status.message()),
              HasSubstr("longer than 1048576 bytes"));
}

TEST(XmlRecords, ReadsOtherEncodings) {
  const Read read =
      ReadRecords("<?xml version='1.0' encoding='ISO-8859-1'?><r>caf\xe9</r>");
  EXPECT_THAT(read.texts, ElementsAre("caf\xc3\xa9"));
  EXPECT_FALSE(ReadRecords("<r>caf\xe9</r>").status.ok()) << "no UTF-8";
}

TEST(XmlRecords, AnEmptyFileHasNoRecords) {
  EXPECT_TRUE(ReadRecords("").status.ok());
  EXPECT_FALSE(ReadRecords("no xml").status.ok());
}

}  // namespace
}  // namespace paperwire::importers
