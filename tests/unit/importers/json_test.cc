#include "client/cpp/importers/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cpp/importers/json_records.h"

namespace paperwire::importers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(JsonParser, LooksIntoObjects) {
  JsonParser parser;
  const auto value = parser.Parse(
      R"({"s":"t","n":null,"i":3,"f":3.0,"h":3.5,"neg":-1,"q":"12","b":true,
          "big":1e30,"nan":NaN,"a":["x",1,"y"]})");
  ASSERT_TRUE(value.ok()) << value.status();
  const JsonValue& v = **value;
  EXPECT_EQ(TextOf(v, "s"), "t");
  EXPECT_EQ(TextOf(v, "i"), "");
  EXPECT_EQ(Find(v, "n"), nullptr);
  EXPECT_EQ(Find(v, "missing"), nullptr);
  EXPECT_EQ(CountOf(v, "i"), 3);
  EXPECT_EQ(CountOf(v, "f"), 3);
  EXPECT_EQ(CountOf(v, "q"), 12);
  for (const char* key : {"h", "neg", "s", "n", "b", "big", "nan", "none"}) {
    EXPECT_EQ(CountOf(v, key), std::nullopt) << key;
  }
  EXPECT_TRUE(IsTrue(v, "b"));
  EXPECT_FALSE(IsTrue(v, "i"));
  EXPECT_THAT(TextsOf(v, "a"), ElementsAre("x", "y"));
  EXPECT_THAT(TextsOf(v, "s"), ElementsAre("t"));
  EXPECT_EQ(ElementsOf(v, "a").size(), 3u);
}

TEST(JsonParser, RefusesWhatIsNoJson) {
  JsonParser parser;
  for (const char* text :
       {"", "{", "{\"a\":}", "[1,]", "{} {}", "nul", "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\ude00\"}", "{\"a\":\"\\ud66d\\ude00\"}", "{\"\\ude00\":1}",
        "{\"a\":1,}"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(parser.Parse(text).status())) << text;
  }
  EXPECT_TRUE(parser.Parse("{}").ok()) << "and still works";
}

TEST(JsonParser, SaysWhereUtf8IsInvalid) {
  JsonParser parser;
  for (const char* bad :
       {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
    const auto value =
        parser.Parse("{\"title\":\"ab" + std::string(bad) + "\"}");
    ASSERT_TRUE(absl::IsInvalidArgument(value.status())) << bad;
    EXPECT_THAT(std::string(value.status().message()),
                HasSubstr("invalid UTF-8 at byte 1"));
  }
}

TEST(JsonParser, BoundsTheDepth) {
  JsonParser parser;
  const auto nested = [](int depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parser.Parse(nested(kMaxJsonDepth)).ok());
  const auto deep = parser.Parse(nested(kMaxJsonDepth + 1));
  ASSERT_FALSE(deep.ok());
  EXPECT_THAT(std::string(deep.status().message()), HasSubstr("nested"));
  EXPECT_FALSE(parser.Parse(std::string(5000000, '[')).ok());
  EXPECT_FALSE(parser.Parse(std::string(5000000, '{')).ok());
}

std::vector<std::string> Split(const std::string& text, JsonLayout layout,
                               absl::Status* status = nullptr,
                               std::vector<int64_t>* lines = nullptr,
                               size_t max = 16 << 20) {
  auto source = FromString(text);
  JsonRecords records(source.get(), layout, {"results"}, max);
  std::vector<std::string> found;
  JsonRecord record;
  while (true) {
    const auto more = records.Next(&record);
    if (!more.ok()) {
      EXPECT_NE(status, nullptr) << more.status();
      if (status != nullptr) *status = more.status();
      return found;
    }
    if (!*more) return found;
    EXPECT_EQ(record.number, static_cast<int64_t>(found.size()) + 1);
    found.push_back(record.too_long ? "TOO LONG" : std::string(record.text));
    if (lines != nullptr) lines->push_back(record.line);
  }
}

TEST(JsonRecords, FindsElements) {
  const auto split = [](const std::string& text) {
    return Split(text, JsonLayout::kElements);
  };
  EXPECT_THAT(split(""), ElementsAre());
  EXPECT_THAT(split("[]"), ElementsAre());
  EXPECT_THAT(split("[{\"a\":1},{\"b\":[2]}]"),
              ElementsAre("{\"a\":1}", "{\"b\":[2]}"));
  EXPECT_THAT(split("\xef\xbb\xbf[1, null, \"x,]\\\"\", {}]"),
              ElementsAre("1", "null", "\"x,]\\\"\"", "{}"));
  EXPECT_THAT(split("[{\"a\":1}]\n[{\"a\":2}]\n"),
              ElementsAre("{\"a\":1}", "{\"a\":2}"))
      << "an array a line";
  EXPECT_THAT(split("{\n\"a\":\n1}\n{\"b\":\"}\"}"),
              ElementsAre("{\n\"a\":\n1}", "{\"b\":\"}\"}"));
}

TEST(JsonRecords, OpensObjectsThatWrapTheRecords) {
  EXPECT_THAT(Split("{\"meta\":{\"results\":[0]},\"results\":[{\"a\":1},{}],"
                    "\"more\":\"]}\"}",
                    JsonLayout::kElements),
              ElementsAre("{\"a\":1}", "{}"));
}

TEST(JsonRecords, CountsLines) {
  std::vector<int64_t> lines;
  Split("[\n{\n},\n\n{}]", JsonLayout::kElements, nullptr, &lines);
  EXPECT_THAT(lines, ElementsAre(2, 5));
  lines.clear();
  Split("{}\n\n \n{}\n", JsonLayout::kLines, nullptr, &lines);
  EXPECT_THAT(lines, ElementsAre(1, 4)) << "blank lines are no records";
}

TEST(JsonRecords, SaysThatAnArrayWasCutOff) {
  for (const char* text : {"[", "[{}", "[{},", "[{},{\"a\":", "{\"results\":[",
                           "{\"results\":[{}]", "{\"a\""}) {
    absl::Status status;
    Split(text, JsonLayout::kElements, &status);
    EXPECT_TRUE(absl::IsDataLoss(status)) << text << " " << status;
  }
}

TEST(JsonRecords, StopsAtGarbage) {
  for (const char* text : {"}", "[}", "[:", "[{}] x", "abc"}) {
    absl::Status status;
    Split(text, JsonLayout::kElements, &status);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text << " " << status;
  }
}

TEST(JsonRecords, PassesOverLongRecords) {
  const std::string text =
      "[{\"a\":1},{\"b\":\"" + std::string(100000, 'x') + "\"},{\"c\":3}]";
  EXPECT_THAT(Split(text, JsonLayout::kElements, nullptr, nullptr, 5000),
              ElementsAre("{\"a\":1}", "TOO LONG", "{\"c\":3}"));
}

TEST(JsonRecords, ALongRecordIsSplitAcrossReads) {
  const std::string record = "{\"a\":\"" + std::string(300000, 'x') + "\"}";
  EXPECT_THAT(Split("[" + record + "," + record + "]", JsonLayout::kElements),
              ElementsAre(record, record));
}

TEST(LayoutOf, TellsLinesFromElements) {
  const auto is_lines = [](std::string_view head) {
    return LayoutOf(head, {"results"}) == JsonLayout::kLines;
  };
  EXPECT_TRUE(is_lines("{\"a\":1}\n{\"a\":2}"));
  EXPECT_TRUE(is_lines("\n {\"a\":1}"));
  EXPECT_TRUE(is_lines("{\"a\": \"a very long first li"));
  EXPECT_TRUE(is_lines("{\"a\": 1,\n{\"a\": 2}\n")) << "a line cut off";
  EXPECT_TRUE(is_lines("{\"a\": \"cut in a string\n{\"a\": 2}\n"));
  EXPECT_FALSE(is_lines("[{}]"));
  EXPECT_FALSE(is_lines("{\n  \"a\": 1\n}"));
  EXPECT_FALSE(is_lines("{\"meta\":{},\"results\":[{}]}"));
  EXPECT_TRUE(is_lines("{\"meta\":{\"results\":[1]},\"a\":1}\n{}"));
}

}  // namespace
}  // namespace paperwire::importers
