#include "service/index/highlight.h"

#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/query/parser.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::index {
namespace {

using query::TextField;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Code points [begin, end) of a text whose characters are all ASCII or "é".
std::string Characters(std::string_view text, int32_t begin, int32_t end) {
  std::string out;
  int32_t at = -1;
  for (const char c : text) {
    if ((c & 0xC0) != 0x80) ++at;
    if (at >= begin && at < end) out.push_back(c);
  }
  return out;
}

FieldHighlight Mark(std::string_view query, std::string_view text,
                    TextField field = TextField::kAbstract) {
  v1::Query request;
  request.set_text(std::string(query));
  const auto parsed = query::Parse(request);
  EXPECT_OK(parsed);
  text::Analyzer analyzer;
  return Highlight(*parsed, field, text, analyzer);
}

// The marked words.
std::vector<std::string> Marked(std::string_view query, std::string_view text,
                                TextField field = TextField::kAbstract) {
  std::vector<std::string> words;
  for (const CharSpan& s : Mark(query, text, field).spans) {
    words.push_back(Characters(text, s.begin, s.end));
  }
  return words;
}

TEST(HighlightTest, MarksEverySpellingOfAWord) {
  EXPECT_THAT(Marked("bottleneck", "Bottlenecks: the bottleneck of models"),
              ElementsAre("Bottlenecks", "bottleneck"));
  EXPECT_THAT(Marked("exact:bottleneck", "Bottlenecks: the bottleneck"),
              ElementsAre("bottleneck"));
}

TEST(HighlightTest, CountsCodePoints) {
  const FieldHighlight h = Mark("naive", "é é naïve", TextField::kTitle);
  ASSERT_THAT(h.spans, SizeIs(1));
  EXPECT_EQ(h.spans[0].begin, 4);
  EXPECT_EQ(h.spans[0].end, 9);
}

TEST(HighlightTest, MarksPrefixesAndTypos) {
  EXPECT_THAT(Marked("auto*", "An automatic auto encoder"),
              ElementsAre("automatic", "auto"));
  EXPECT_THAT(Marked("transfomer~", "a transformer transforms"),
              ElementsAre("transformer"));
}

TEST(HighlightTest, MarksPhrasesOnlyWhereTheyStand) {
  EXPECT_THAT(Marked("\"neural network\"",
                     "network of neural things, a neural network"),
              ElementsAre("neural", "network"));
  EXPECT_THAT(Marked("\"neural network\"", "neural nets and a network"),
              IsEmpty());
  EXPECT_THAT(
      Marked("\"neural network\"~2", "a network of neural x x x x x neural"),
      ElementsAre("network", "neural"));
}

TEST(HighlightTest, MarksNamesAsTheyAreWritten) {
  constexpr std::string_view kName = "author:\"Yoshua Bengio\"";
  EXPECT_THAT(Marked(kName, "Bengio, Y.", TextField::kAuthor),
              ElementsAre("Bengio", "Y"));
  EXPECT_THAT(Marked(kName, "Yoshua Bengio", TextField::kAuthor),
              ElementsAre("Yoshua", "Bengio"));
  EXPECT_THAT(Marked(kName, "Yann Bengio", TextField::kAuthor), IsEmpty());
}

TEST(HighlightTest, LeavesOutOtherFieldsAndWhatIsExcluded) {
  EXPECT_THAT(Marked("title:graph network", "graph network"),
              ElementsAre("network"));
  EXPECT_THAT(Marked("network -graph", "graph network"),
              ElementsAre("network"));
}

TEST(HighlightTest, ChoosesThePieceWithTheMostWords) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "filler text ";
  const auto at = static_cast<int32_t>(text.size());
  text += "here sparse graphs meet sparse networks\n";
  for (int i = 0; i < 100; ++i) text += "filler text ";
  text += "sparse";
  const FieldHighlight h = Mark("sparse graphs networks", text);
  EXPECT_THAT(h.spans, SizeIs(5));
  EXPECT_LE(h.snippet.size(), 300u);
  EXPECT_GE(h.snippet.size(), 250u);
  EXPECT_THAT(h.snippet,
              ::testing::HasSubstr("here sparse graphs meet sparse networks "));
  EXPECT_LE(h.snippet_begin, at);
  EXPECT_EQ(h.snippet.find('\n'), std::string::npos);
  // Whole words.
  EXPECT_TRUE(h.snippet.starts_with("filler") || h.snippet.starts_with("text"))
      << h.snippet;
  EXPECT_TRUE(h.snippet.ends_with("filler") || h.snippet.ends_with("text"))
      << h.snippet;
  EXPECT_EQ(text[static_cast<size_t>(h.snippet_begin) - 1], ' ');
}

TEST(HighlightTest, WithoutAMatchTheSnippetIsTheBeginning) {
  const std::string text(1000, 'x');
  const FieldHighlight h = Mark("graph", "Some words. " + text);
  EXPECT_THAT(h.spans, IsEmpty());
  EXPECT_EQ(h.snippet_begin, 0);
  EXPECT_TRUE(h.snippet.starts_with("Some words.")) << h.snippet;
  EXPECT_LE(h.snippet.size(), 300u);
}

TEST(HighlightTest, TitlesAreWhole) {
  const std::string title = "On graphs " + std::string(500, 'y');
  const FieldHighlight h = Mark("graphs", title, TextField::kTitle);
  EXPECT_EQ(h.snippet, title);
}

TEST(HighlightTest, SurvivesAnyBytes) {
  std::string text;
  for (int i = 0; i < 700; ++i) text.push_back(static_cast<char>(i % 256));
  text += " graph ";
  EXPECT_THAT(Mark("graph", text).spans, SizeIs(1));
  std::string repeated;
  std::string phrase = "\"";
  for (int i = 0; i < 20000; ++i) repeated += "a ";
  for (int i = 0; i < 200; ++i) phrase += "a ";
  EXPECT_FALSE(Mark(phrase + "\"~900", repeated).spans.empty());
}

}  // namespace
}  // namespace paperwire::index
