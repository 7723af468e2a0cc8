#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cpp/command/bytes.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/paper_text.h"
#include "client/cpp/command/progress.h"
#include "client/cpp/command/table.h"
#include "client/cpp/command/text_layout.h"
#include "client/cpp/command/times.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::command {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Cut(const std::string& text, int columns, Pad pad = Pad::kNone) {
  return Render(Fit({{text}}, columns, pad), false);
}

TEST(PrintableTest, SpellsOutWhatATerminalWouldObey) {
  EXPECT_EQ(Printable("plain"), "plain");
  EXPECT_EQ(Printable("\x1b[31mred\x1b]0;title\x07"),
            "\\x1b[31mred\\x1b]0;title\\x07");
  EXPECT_EQ(Printable(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(Printable("del\x7F"), "del\\x7f");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "31m"),
            "\\x9b31m");  // CSI in one character
  EXPECT_EQ(Printable("\xE2\x80\xAE"
                      "evil"),
            "\\u202eevil");
  EXPECT_EQ(Printable("a\xE2\x80\xA8"
                      "b"),
            "a\\u2028b");
  EXPECT_EQ(Printable("\xFF\xC3"), "\\xff\\xc3");           // not UTF-8
  EXPECT_EQ(Printable("\xED\xA0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(Printable("\xF3\xA0\x81\x81x"), "\\ue0041x");   // an invisible tag
}

TEST(PrintableTest, MakesOneLine) {
  EXPECT_EQ(Printable("a\r\n  b\tc\xC2\xA0"), "a b c ");
}

TEST(WidthTest, CountsColumnsNotBytes) {
  EXPECT_EQ(Width("abc"), 3);
  EXPECT_EQ(Width("é"), 1);
  EXPECT_EQ(Width("e\xCC\x81"), 1);  // a letter and a combining accent
  EXPECT_EQ(Width("論文"), 4);
  EXPECT_EQ(Width("🔬"), 2);
  EXPECT_EQ(Width(""), 0);
}

TEST(FitTest, CutsAndFillsByColumns) {
  EXPECT_EQ(Cut("abcdef", 6), "abcdef");
  EXPECT_EQ(Cut("abcdef", 4), "abc…");
  EXPECT_EQ(Cut("ab", 4, Pad::kRight), "ab  ");
  EXPECT_EQ(Cut("ab", 4, Pad::kLeft), "  ab");
  EXPECT_EQ(Cut("論文論文", 5), "論文…");
  EXPECT_EQ(Cut("論文論文", 4, Pad::kRight), "論… ");  // no half characters
  EXPECT_EQ(Cut("abc", 0), "");
  EXPECT_EQ(Cut("abc", -3), "");
  EXPECT_EQ(Cut("論文", 1), "…");
  // The accent goes with its letter.
  EXPECT_EQ(Cut("e\xCC\x81"
                "e\xCC\x81"
                "e\xCC\x81",
                2),
            "e\xCC\x81…");
}

TEST(FitTest, NeverTakesMoreRoomThanThereIs) {
  const std::string text = "Ünïcode 論文 e\xCC\x81 🔬 plain text";
  for (int columns = 0; columns < 40; ++columns) {
    EXPECT_LE(Width(Cut(text, columns)), columns);
    EXPECT_EQ(Width(Cut(text, columns, Pad::kRight)), columns);
  }
}

TEST(WrapTest, BreaksAtBlanks) {
  std::vector<std::string> lines;
  for (const Line& line : Wrap({{"one two three"}}, 8)) {
    lines.push_back(Render(line, false));
  }
  EXPECT_THAT(lines, ElementsAre("one two", "three"));
  lines.clear();
  for (const Line& line : Wrap({{"論文論文論文 x"}}, 5)) {
    lines.push_back(Render(line, false));
  }
  EXPECT_THAT(lines, ElementsAre("論文", "論文", "論文", "x"));
}

TEST(RenderTest, ColoursOnlyWhenAsked) {
  const Line line = {{"a"}, {"b", Style::kMatch}};
  EXPECT_EQ(Render(line, false), "ab");
  EXPECT_EQ(Render(line, true), "a\x1b[1;33mb\x1b[0m");
}

std::string PrintTable(int columns) {
  std::string text;
  const auto out = Output::ToString(&text, columns);
  Table table({{.heading = "TITLE", .stretch = true},
               {.heading = "NEVER", .drop = 9},
               {.heading = "WHO", .drop = 2},
               {.heading = "N", .right = true}});
  table.AddRow({{{"機械学習による論文検索 and a rather long title behind it"}},
                {},
                {{"Somebody Known"}},
                {{"7"}}});
  table.AddRemark({{"— apart —"}});
  table.AddRow({{{"Short"}}, {}, {{"Me"}}, {{"123"}}});
  table.Print(*out);
  return text;
}

TEST(TableTest, AlignsWideCharacters) {
  EXPECT_EQ(PrintTable(72),
            "TITLE                                                "
            "WHO               N\n"
            "機械学習による論文検索 and a rather long title beh…  "
            "Somebody Known    7\n"
            "— apart —\n"
            "Short                                                "
            "Me              123\n");
}

TEST(TableTest, DropsColumnsBeforeItCutsTheTitleShort) {
  const std::string narrow = PrintTable(50);
  EXPECT_THAT(narrow, Not(HasSubstr("WHO")));
  EXPECT_THAT(narrow, HasSubstr("機械学習による論文検索"));
}

TEST(TableTest, NeverWraps) {
  for (int columns = 20; columns < 120; ++columns) {
    const std::string text = PrintTable(columns);
    size_t begin = 0;
    for (size_t end; (end = text.find('\n', begin)) != text.npos;
         begin = end + 1) {
      EXPECT_LE(Width(text.substr(begin, end - begin)), columns) << columns;
    }
  }
}

TEST(TableTest, IsWholeAndTabbedForPrograms) {
  EXPECT_EQ(PrintTable(0),
            "機械学習による論文検索 and a rather long title behind it\t\t"
            "Somebody Known\t7\n"
            "Short\t\tMe\t123\n");
}

TEST(PaperTextTest, MarksMatchesByCharacters) {
  v1::Paper paper;
  paper.set_title("Über 論文 search");
  google::protobuf::RepeatedPtrField<v1::Highlight> highlights;
  v1::Highlight* highlight = highlights.Add();
  highlight->set_field("title");
  v1::Span* span = highlight->add_spans();
  span->set_start(5);
  span->set_end(7);
  span = highlight->add_spans();
  span->set_start(8);
  span->set_end(99);  // beyond the end, as a broken server might say
  EXPECT_EQ(Render(TitleLine(paper, highlights), true),
            "Über \x1b[1;33m論文\x1b[0m \x1b[1;33msearch\x1b[0m");
}

TEST(PaperTextTest, SnippetsCountFromWhereTheyStart) {
  google::protobuf::RepeatedPtrField<v1::Highlight> highlights;
  v1::Highlight* highlight = highlights.Add();
  highlight->set_field("abstract");
  highlight->set_snippet("the bottleneck is");
  highlight->set_snippet_start(100);
  for (const auto& [start, end] :
       std::vector<std::pair<int, int>>{{3, 9}, {104, 114}, {300, 310}}) {
    v1::Span* span = highlight->add_spans();
    span->set_start(start);
    span->set_end(end);
  }
  EXPECT_EQ(Render(SnippetLine(highlights), true),
            "the \x1b[1;33mbottleneck\x1b[0m is");
}

TEST(PaperTextTest, ShortensAuthorsAndIds) {
  v1::Paper paper;
  EXPECT_EQ(ShortAuthors(paper), "");
  paper.add_authors()->set_name("Ada \x1b[2J");
  EXPECT_EQ(ShortAuthors(paper), "Ada \\x1b[2J");
  paper.add_authors()->set_name("Bo");
  EXPECT_EQ(ShortAuthors(paper), "Ada \\x1b[2J, Bo");
  paper.add_authors()->set_name("Cy");
  EXPECT_EQ(ShortAuthors(paper), "Ada \\x1b[2J +2");

  paper.set_name("papers/x1");
  EXPECT_EQ(ShownId(paper), "papers/x1");
  v1::ExternalId* id = paper.add_external_ids();
  id->set_scheme("doi");
  id->set_value("10.1234/" + std::string(80, 'x'));
  EXPECT_EQ(ShownId(paper), "papers/x1");
  id = paper.add_external_ids();
  id->set_scheme("acl");
  id->set_value("P19-1001");
  EXPECT_EQ(ShownId(paper), "acl:P19-1001");
  id = paper.add_external_ids();
  id->set_scheme("arxiv");
  id->set_value("2410.01131");
  EXPECT_EQ(ShownId(paper), "2410.01131");
}

TEST(PaperTextTest, UnderstandsNamesAsPeopleWriteThem) {
  for (const auto& [word, name] :
       std::vector<std::pair<std::string, std::string>>{
           {"papers/abc", "papers/abc"},
           {"papers/arxiv:2410.01131", "papers/arxiv:2410.01131"},
           {"arxiv:2410.01131v2", "papers/arxiv:2410.01131"},
           {"2410.01131", "papers/arxiv:2410.01131"},
           {"https://arxiv.org/abs/2410.01131", "papers/arxiv:2410.01131"},
           {"quant-ph/0201082v1", "papers/arxiv:quant-ph/0201082"},
           {"doi:10.1103/PhysRevD.93.016005",
            "papers/doi:10.1103/physrevd.93.016005"},
           {"https://doi.org/10.1103/x", "papers/doi:10.1103/x"},
           {"abc123", "papers/abc123"}}) {
    const absl::StatusOr<std::string> parsed = ParsePaperName(word);
    ASSERT_OK(parsed);
    EXPECT_EQ(*parsed, name) << word;
  }
}

TEST(TimesTest, UnderstandsDaysAsPeopleWriteThem) {
  const absl::Time now = absl::FromUnixSeconds(1'783'692'000);  // 2026-07-10
  const auto say = [&](const char* text) {
    const absl::StatusOr<Span> span = ParseTime(text, now);
    if (!span.ok()) return std::string("error");
    const auto show = [](absl::Time time) {
      return absl::FormatTime("%Y-%m-%dT%H", time, absl::UTCTimeZone());
    };
    return show(span->start) + " " + show(span->end);
  };
  EXPECT_EQ(say("2026"), "2026-01-01T00 2027-01-01T00");
  EXPECT_EQ(say("2026-12"), "2026-12-01T00 2027-01-01T00");
  EXPECT_EQ(say("2024-02-29"), "2024-02-29T00 2024-03-01T00");
  EXPECT_EQ(say("today"), "2026-07-10T00 2026-07-11T00");
  EXPECT_EQ(say("yesterday"), "2026-07-09T00 2026-07-10T00");
  EXPECT_EQ(say("2026-07-10T14:00:00+02:00"), "2026-07-10T12 2026-07-10T12");
  EXPECT_EQ(say("7d"), "2026-07-03T14 2026-07-03T14");
  EXPECT_EQ(say("12h"), "2026-07-10T02 2026-07-10T02");
  EXPECT_EQ(say("2w"), "2026-06-26T14 2026-06-26T14");
  for (const char* bad :
       {"", "soon", "2026-13", "2026-02-30", "0999", "26-07-10", "2026-7-1",
        "2026-07-10x", "99999999999d", "infinite-future"}) {
    EXPECT_EQ(say(bad), "error") << bad;
  }
}

TEST(TimesTest, UnderstandsTimesToCome) {
  const absl::Time now = absl::FromUnixSeconds(1'783'692'000);  // 2026-07-10
  const auto say = [&](const char* text) {
    const absl::StatusOr<absl::Time> time = ParseFuture(text, now);
    return time.ok()
               ? absl::FormatTime("%Y-%m-%dT%H", *time, absl::UTCTimeZone())
               : std::string(time.status().message());
  };
  EXPECT_EQ(say("12h"), "2026-07-11T02");
  EXPECT_EQ(say("30d"), "2026-08-09T14");
  EXPECT_EQ(say("2w"), "2026-07-24T14");
  EXPECT_EQ(say("2026-12-31"), "2027-01-01T00");
  EXPECT_EQ(say("today"), "2026-07-11T00");
  EXPECT_EQ(say("2026-07-10T15:00:00Z"), "2026-07-10T15");
  EXPECT_THAT(say("2026-07-10T13:00:00Z"), HasSubstr("is over already"));
  EXPECT_THAT(say("yesterday"), HasSubstr("is over already"));
  EXPECT_THAT(say("soon"), HasSubstr("no time to come; write 12h"));
}

TEST(TimesTest, ShowsADateAsPreciselyAsItIsKnown) {
  v1::Paper paper;
  EXPECT_EQ(PublishedDate(paper), "");
  paper.mutable_published_time()->set_seconds(1'783'692'000);
  EXPECT_EQ(PublishedDate(paper), "2026-07-10");
  paper.set_published_precision(v1::DATE_PRECISION_MONTH);
  EXPECT_EQ(PublishedDate(paper), "2026-07");
  paper.set_published_precision(v1::DATE_PRECISION_YEAR);
  EXPECT_EQ(PublishedDate(paper), "2026");
}

TEST(NumbersTest, AreReadable) {
  EXPECT_EQ(WithCommas(0), "0");
  EXPECT_EQ(WithCommas(999), "999");
  EXPECT_EQ(WithCommas(148161), "148,161");
  EXPECT_EQ(WithCommas(-1234567), "-1,234,567");
  EXPECT_EQ(WithCommas(-999), "-999");
  EXPECT_EQ(Bytes(512), "512 B");
  EXPECT_EQ(Bytes(3482), "3.4 KiB");
  EXPECT_EQ(Bytes(int64_t{128} << 20), "128 MiB");
  EXPECT_EQ(RoughDuration(absl::Seconds(5)), "5 s");
  EXPECT_EQ(RoughDuration(absl::Hours(72)), "3 days");
}

TEST(ProgressTest, SaysHowFarHowFastAndHowLong) {
  const std::string line = Progress::Describe(
      {.done = 50, .all = 100, .papers = 77412}, absl::Seconds(6), 80);
  EXPECT_THAT(line, HasSubstr(" 50%"));
  EXPECT_THAT(line, HasSubstr("77,412 papers"));
  EXPECT_THAT(line, HasSubstr("12,902/s"));
  EXPECT_THAT(line, HasSubstr("0:06 left"));
  EXPECT_THAT(line, HasSubstr("█░"));
  // Without a size there is no telling how long.
  EXPECT_THAT(Progress::Describe({.papers = 5}, absl::Seconds(6), 80),
              Not(HasSubstr("left")));
  for (int columns = 1; columns < 100; ++columns) {
    EXPECT_LE(Width(Progress::Describe({.done = 1, .all = 3, .papers = 123456},
                                       absl::Hours(2), columns)),
              columns);
  }
}

TEST(ProgressTest, DrawsOnTerminalsOnly) {
  std::string text;
  {
    const auto err = Output::ToString(&text);
    Progress progress(*err, true);
    progress.Update({.done = 1, .all = 2, .papers = 3});
    progress.Say("a line");
  }
  EXPECT_EQ(text, "a line\n");
  text.clear();
  {
    const auto err = Output::ToString(&text, 80);
    Progress progress(*err, true);
    progress.Update({.done = 1, .all = 2, .papers = 3});
    progress.Say("a line");
  }
  EXPECT_THAT(text, HasSubstr("3 papers"));
  EXPECT_THAT(text, HasSubstr("\r\x1b[Ka line\n"));
  EXPECT_TRUE(text.ends_with("\r\x1b[K"));
}

TEST(JsonTest, StringsAreValid) {
  EXPECT_EQ(JsonString("a\"b\\c\n\x01"), "\"a\\\"b\\\\c\\u000a\\u0001\"");
  EXPECT_EQ(JsonString("\xFF"), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(JsonString("論"), "\"論\"");
}

}  // namespace
}  // namespace paperwire::command
