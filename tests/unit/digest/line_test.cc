#include "service/digest/line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "service/digest/escape.h"
#include "tests/unit/digest/letters.h"

namespace paperwire::digest {
namespace {

constexpr char kHebrew[] = "שלום";
constexpr char kFamily[] = "👩‍👩‍👧";
constexpr char kScotland[] = "🏴󠁧󠁢󠁳󠁣󠁴󠁿";

TEST(LineTest, IsOneLineWithoutControls) {
  EXPECT_EQ(OneLine("  a\r\nBcc:\tx \n"), "a Bcc: x");
  EXPECT_EQ(OneLine(std::string("a\0b\x1b[2Jc\x7f", 9)), "ab[2Jc");
  EXPECT_EQ(OneLine("a\xc2\x85"
                    "b\xe2\x80\xa8"
                    "c\xc2\x9b"
                    "d"),
            "a b cd")
      << "NEL and LINE SEPARATOR separate, CSI is dropped";
  EXPECT_EQ(OneLine("\n \t"), "");
}

TEST(LineTest, DropsWhatTurnsTheDirectionAroundIt) {
  EXPECT_EQ(OneLine("a\u202eb\u2066c\u2069d\u200fe"), "abcde");
}

TEST(LineTest, MarksBytesThatAreNoText) {
  EXPECT_EQ(OneLine("a\xff\xfe\x80z"), "a\ufffdz");
  EXPECT_EQ(OneLine("\xc3"), "\ufffd");
  EXPECT_EQ(OneLine("\xed\xa0\x80"), "\ufffd") << "a surrogate";
}

TEST(LineTest, KeepsEmojiAndMarks) {
  for (const std::string text :
       {kFamily, kScotland, "❤️", "e\u0301", "क्षि", kHebrew}) {
    EXPECT_EQ(OneLine(text), text);
  }
  EXPECT_EQ(OneLine("a\U000E0067\U000E007F"), "a") << "tags hide text";
}

TEST(LineTest, IsolatesWhatIsWrittenFromRightToLeft) {
  EXPECT_EQ(Isolated("Zürich 漢字"), "Zürich 漢字");
  EXPECT_EQ(Isolated(kHebrew), std::string("\u2068") + kHebrew + "\u2069");
  EXPECT_TRUE(HasRightToLeft("x العربية"));
}

TEST(LineTest, CutsAtAWord) {
  EXPECT_EQ(Cut("one two three", 13), "one two three");
  EXPECT_EQ(Cut("one two three", 12), "one two…");
  EXPECT_EQ(Cut("one two three", 8), "one two…");
  EXPECT_EQ(Cut("abcdefghijkl", 8), "abcdefg…");
  EXPECT_EQ(Cut("a bcdefghijkl", 8), "a bcdef…") << "a blank too far ahead";
  EXPECT_EQ(Cut("漢字漢字", 6), "漢字…");
  EXPECT_EQ(Cut(std::string("abc") + kFamily + kFamily, 9), "abc…")
      << "what is joined is not taken apart";
  EXPECT_EQ(Cut("abce\u0301f", 5), "abce\u0301f");
  EXPECT_EQ(Cut("abce\u0301fg", 5), "abce\u0301…");
}

TEST(LineTest, CutsAtASentence) {
  EXPECT_EQ(CutAtSentence("We do this. We show that. And more.", 26),
            "We do this. We show that.");
  EXPECT_EQ(CutAtSentence("We do this. We show that. And more.", 25),
            "We do this. We show that.");
  EXPECT_EQ(CutAtSentence("As Noether et al. have shown, it is so.", 25),
            "As Noether et al. have…");
  EXPECT_EQ(CutAtSentence("Short. A sentence that does not end anywhere", 30),
            "Short. A sentence that does…");
  EXPECT_EQ(CutAtSentence("All of it.", 30), "All of it.");
}

TEST(LineTest, Wraps) {
  std::string text;
  Wrap(std::string(30, 'a') + " " + std::string(30, 'b') + " ccc " +
           std::string(30, 'd'),
       {.first = " 1. ", .rest = "    "}, &text);
  EXPECT_EQ(text, " 1. " + std::string(30, 'a') + " " + std::string(30, 'b') +
                      " ccc\n    " + std::string(30, 'd') + "\n");
  text.clear();
  Wrap("", {.first = "- "}, &text);
  EXPECT_EQ(text, "- \n");
  text.clear();
  const std::string address = "https://example.org/" + std::string(100, 'x');
  Wrap("see " + address + " there", {}, &text);
  EXPECT_EQ(text, "see\n" + address + "\nthere\n");
}

TEST(LineTest, WrapsByWhatTheEyeSees) {
  std::string chinese;
  for (int i = 0; i < 100; ++i) chinese += "漢";
  std::string text;
  Wrap(chinese, {}, &text);
  for (const std::string& line : Lines(text)) {
    EXPECT_LE(Width(line), kTextColumns);
  }
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
}

TEST(EscapeTest, LeavesNoMarkup) {
  EXPECT_EQ(Escaped("<a href=\"x\" b='y'>&amp;"),
            "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;");
}

TEST(EscapeTest, TellsAddressesOfTheWeb) {
  for (const char* uri :
       {"https://example.org", "http://example.org/a?b=c&d=e#f",
        "HTTPS://EXAMPLE.ORG/", "https://example.org/@user"}) {
    EXPECT_TRUE(IsWebAddress(uri)) << uri;
  }
  for (const std::string uri :
       {"", "example.org", "//example.org", "https://", "https:///x",
        "javascript:alert(1)", "data:text/html,x", "ftp://example.org",
        "javascript://example.org/%0aalert(1)", "https://a\"b.org",
        "https://example.org/<x>", "https://example.org/a b",
        "https://example.org/\r\nBcc: x", "https://user@example.org",
        "https://example.org\\@other.org/", "https://bücher.example"}) {
    EXPECT_FALSE(IsWebAddress(uri)) << uri;
  }
  EXPECT_FALSE(IsWebAddress("https://example.org/" + std::string(1000, 'x')));
}

}  // namespace
}  // namespace paperwire::digest
