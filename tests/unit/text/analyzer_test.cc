#include "service/text/analyzer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "service/text/utf8.h"

namespace paperwire::text {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Turns <U+200B> into the code point and <FF> into the byte.
std::string Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const size_t close = text.find('>', i);
    if (text[i] == '<' && close != text.npos) {
      const std::string_view body = text.substr(i + 1, close - i - 1);
      const bool point = body.starts_with("U+");
      const std::string hex(point ? body.substr(2) : body);
      if ((point || hex.size() == 2) && !hex.empty() &&
          hex.find_first_not_of("0123456789ABCDEF") == hex.npos) {
        const unsigned long value = std::stoul(hex, nullptr, 16);
        if (point) {
          AppendUtf8(static_cast<char32_t>(value), &out);
        } else {
          out.push_back(static_cast<char>(value));
        }
        i = close + 1;
        continue;
      }
    }
    out.push_back(text[i++]);
  }
  return out;
}

struct WordCase {
  int line = 0;
  std::string text;
  std::vector<std::string> words;
};

std::vector<WordCase> ReadCases() {
  std::ifstream file(std::string(PAPERWIRE_SOURCE_DIR) +
                     "/tests/unit/text/cases/words.txt");
  std::vector<WordCase> cases;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const size_t arrow = line.find(" ->");
    if (line.starts_with('#') || arrow == line.npos) continue;
    WordCase c;
    c.line = number;
    c.text = Unescape(line.substr(0, arrow));
    std::string rest = line.substr(arrow + 3);
    // A blank separates words except between « and ».
    std::string word;
    bool inside = false;
    for (size_t i = 0; i <= rest.size(); ++i) {
      if (rest.compare(i, 2, "«") == 0) inside = true;
      if (rest.compare(i, 2, "»") == 0) inside = false;
      if (i == rest.size() || (rest[i] == ' ' && !inside)) {
        if (!word.empty()) c.words.push_back(word);
        word.clear();
      } else {
        word += rest[i];
      }
    }
    cases.push_back(c);
  }
  return cases;
}

class WordsTest : public ::testing::TestWithParam<WordCase> {};

TEST_P(WordsTest, AreCutAndFolded) {
  Analyzer analyzer;
  const std::string& text = GetParam().text;
  std::vector<std::string> words;
  uint32_t position = 0;
  for (const Token& token : analyzer.Tokenize(text)) {
    ASSERT_LE(token.begin, token.end);
    ASSERT_LE(token.end, text.size());
    EXPECT_EQ(token.position, position++);
    std::string word(token.form);
    if (words.size() < GetParam().words.size() &&
        GetParam().words[words.size()].find("«") != std::string::npos) {
      word += "«" + text.substr(token.begin, token.end - token.begin) + "»";
    }
    words.push_back(word);
  }
  std::vector<std::string> expected;
  for (const std::string& word : GetParam().words) {
    expected.push_back(Unescape(word));
  }
  EXPECT_EQ(words, expected) << "line " << GetParam().line << ": " << text;
}

INSTANTIATE_TEST_SUITE_P(Cases, WordsTest, ::testing::ValuesIn(ReadCases()),
                         [](const auto& info) {
                           return "Line" + std::to_string(info.param.line);
                         });

TEST(AnalyzerTest, CutsLongWordsAtACodePoint) {
  Analyzer analyzer;
  EXPECT_EQ(analyzer.Tokenize(std::string(1000, 'x'))[0].form,
            std::string(kMaxTokenBytes, 'x'));
  EXPECT_EQ(analyzer.Tokenize(std::string(1000, 'x'))[0].end, 1000u);
  for (size_t letters = 40; letters < 100; ++letters) {
    for (const char* const behind : {"", " ", "                  "}) {
      // The first letters are read by themselves.
      const std::string text = "ÜÜÜ" + std::string(letters, 'X') + behind;
      const std::vector<Token>& tokens = analyzer.Tokenize(text);
      ASSERT_EQ(tokens.size(), 1u);
      const std::string form = "uuu" + std::string(letters, 'x');
      EXPECT_EQ(tokens[0].form, form.substr(0, kMaxTokenBytes));
      EXPECT_EQ(tokens[0].end, 6 + letters);
    }
  }
  // 63 bytes and a letter of two.
  const std::string text = std::string(63, 'x') + "жzz next";
  const std::vector<Token>& tokens = analyzer.Tokenize(text);
  ASSERT_EQ(tokens.size(), 2u);
  EXPECT_EQ(tokens[0].form, std::string(63, 'x'));
  EXPECT_EQ(tokens[0].end, 67u);
  EXPECT_EQ(tokens[1].form, "next");
  // A point before the cut belongs to no digit any more.
  const std::string digits(63, '7');
  EXPECT_EQ(analyzer.Tokenize(digits + ".5")[0].form, digits);
}

TEST(AnalyzerTest, ForgetsTheTextBefore) {
  Analyzer analyzer;
  EXPECT_EQ(analyzer.Tokenize("$open {word").size(), 2u);
  const std::vector<Token>& tokens = analyzer.Tokenize("$\\frac{a}{b}$");
  ASSERT_EQ(tokens.size(), 2u);
  EXPECT_EQ(tokens[0].form, "a");
  EXPECT_THAT(analyzer.Tokenize(""), IsEmpty());
}

// Any bytes give words that are not empty, not too long, valid UTF-8, free of
// separators, in order, and the same words again when they are the text.
TEST(AnalyzerTest, KeepsItsPromisesOnAnyBytes) {
  const std::vector<std::string> pieces = {"a",        "B",
                                           "7",        "é",
                                           "ß",        "λ",
                                           "αβγ",      "深",
                                           "ﷺ",        "½",
                                           "\\",       "{",
                                           "}",        "$",
                                           "^",        "_",
                                           "'",        "’",
                                           "\"",       ".",
                                           ",",        "+",
                                           "#",        "-",
                                           " ",        "\n",
                                           "\\H",      "\\o",
                                           "\\i",      "\\alpha",
                                           "\\mathrm", "\\cite",
                                           "\\frac",   "\\unknown",
                                           "\xff",     "\xc3",
                                           "\xe2\x82", std::string(1, '\0'),
                                           "\u200b",   "\u0301",
                                           "'s",       "\\'",
                                           "\\\"",     "~",
                                           "1,000",    "²",
                                           "ﾊﾞ",       "𝐁",
                                           "Lemma",    "Characteristically"};
  std::mt19937 random(20);
  Analyzer analyzer;
  Analyzer again;
  Analyzer spaced;
  for (int round = 0; round < 40000; ++round) {
    std::string text;
    for (int n = random() % 24; n > 0; --n) {
      if (random() % 16 == 0) {
        text.push_back(static_cast<char>(random()));
      } else {
        text += pieces[random() % pieces.size()];
      }
    }
    // Words at the end of a text are read in another way than those before.
    const std::vector<Token>& not_last =
        spaced.Tokenize(text + std::string(kReadableFormBytes, ' '));
    size_t count = 0;
    uint32_t end = 0;
    for (const Token& token : analyzer.Tokenize(text)) {
      ASSERT_LT(count, not_last.size()) << text;
      ASSERT_EQ(token.form, not_last[count++].form) << text;
      // The sanitizers would not have it otherwise.
      ASSERT_TRUE(std::string(token.form.data(), kReadableFormBytes)
                      .starts_with(token.form.substr(0, kReadableFormBytes)));
      ASSERT_FALSE(token.form.empty());
      ASSERT_LE(token.form.size(), kMaxTokenBytes);
      ASSERT_EQ(FindInvalidUtf8(token.form), std::string_view::npos) << text;
      ASSERT_LT(token.begin, token.end) << text;
      ASSERT_LE(token.end, text.size());
      ASSERT_GE(token.end, end);
      end = token.end;
      const std::vector<Token>& same = again.Tokenize(token.form);
      ASSERT_EQ(same.size(), 1u) << token.form << " in " << text;
      ASSERT_EQ(same[0].form, token.form) << text;
    }
    ASSERT_EQ(count, not_last.size()) << text;
  }
}

// The same of every code point there is, alone and between letters and digits.
TEST(AnalyzerTest, WordsOfEveryCodePointAreWordsAgain) {
  Analyzer analyzer;
  Analyzer again;
  for (char32_t c = 0x80; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;  // surrogates
    std::string point;
    AppendUtf8(c, &point);
    for (const std::string& text :
         {point, "a" + point + "b", "1" + point + "2", point + point}) {
      for (const Token& token : analyzer.Tokenize(text)) {
        const std::vector<Token>& same = again.Tokenize(token.form);
        ASSERT_EQ(same.size(), 1u)
            << std::hex << "U+" << static_cast<uint32_t>(c) << " in " << text;
        ASSERT_EQ(same[0].form, token.form)
            << std::hex << "U+" << static_cast<uint32_t>(c) << " in " << text;
      }
    }
  }
}

TEST(AnalyzerTest, TakesLinearTime) {
  Analyzer analyzer;
  for (std::string_view piece :
       {"{", "\\'", "$", "\\cite{", "α", "a'", "1,", "\xcc\x81", "\\"}) {
    const auto time = [&](size_t times) {
      std::string text;
      for (size_t i = 0; i < times; ++i) text += piece;
      const auto start = std::chrono::steady_clock::now();
      analyzer.Tokenize(text);
      return std::chrono::steady_clock::now() - start;
    };
    time(1000);
    // Quadratic work on a megabyte would take minutes.
    EXPECT_LT(time(300000), std::chrono::seconds(2)) << piece;
  }
}

TEST(StemTest, IsSnowballEnglish) {
  Analyzer analyzer;
  for (std::string_view form : {"bottleneck", "bottlenecks", "bottlenecked"}) {
    EXPECT_EQ(analyzer.Stem(form), "bottleneck");
    EXPECT_EQ(analyzer.Stem(form), "bottleneck");  // from the cache
  }
  EXPECT_EQ(analyzer.Stem("generalization"), "general");
}

TEST(StemTest, BringsSpellingsTogetherAsTheCasesSay) {
  std::ifstream file(std::string(PAPERWIRE_SOURCE_DIR) +
                     "/tests/unit/text/cases/stems.txt");
  Analyzer analyzer;
  int cases = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    ++cases;
    std::istringstream words(line);
    std::string stem;
    bool together = true;
    for (std::string word; words >> word;) {
      if (word == "|") {
        together = false;
        continue;
      }
      const std::string its(analyzer.Stem(word));
      if (stem.empty()) {
        stem = its;
      } else if (together) {
        EXPECT_EQ(its, stem) << word << " in: " << line;
      } else {
        EXPECT_NE(its, stem) << word << " in: " << line;
      }
    }
  }
  EXPECT_GT(cases, 20);
}

TEST(StemTest, LeavesWhatIsNoEnglishWord) {
  Analyzer analyzer;
  for (std::string_view form :
       {"as", "is", "c++", "4s", "gpt4s", "москвами", "", "3.5s"}) {
    EXPECT_EQ(analyzer.Stem(form), form);
  }
}

TEST(StemTest, IsRightWhenTheCacheOverflows) {
  Analyzer analyzer;
  for (int round = 0; round < 2; ++round) {
    for (char a = 'a'; a <= 'z'; ++a) {
      for (char b = 'a'; b <= 'z'; ++b) {
        for (char c = 'a'; c <= 'z'; ++c) {
          for (char d : {'b', 'k'}) {
            const std::string word = {a, b, 'o', c, d};
            ASSERT_EQ(analyzer.Stem(word + "ings"), analyzer.Stem(word + "ing"))
                << word;
          }
        }
      }
    }
  }
}

TEST(StopWordsTest, AreTheCommonOnesOnly) {
  for (std::string_view word : {"the", "of", "what", "a", "yours", "is"}) {
    EXPECT_TRUE(IsStopWord(word)) << word;
  }
  for (std::string_view word :
       {"", "attention", "all", "need", "zero", "more", "without", "aa"}) {
    EXPECT_FALSE(IsStopWord(word)) << word;
  }
}

TEST(TexToUnicodeTest, SpellsNames) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"Erd\\H{o}s", "Erdős"},
      {"Paul Erd\\H os", "Paul Erdős"},
      {"G\\\"odel", "Gödel"},
      {"{\\\"O}zg{\\\"u}r", "Özgür"},
      {"na\\\"{\\i}ve", "naïve"},
      {"Mart\\'\\i n", "Martín"},
      {"Fran\\c{c}ois", "François"},
      {"Fran\\c cois", "François"},
      {"Ni\\v{s}i\\'c", "Nišić"},
      {"S\\o ren", "Søren"},
      {"S{\\o}ren \\L{}ukasz", "Søren Łukasz"},
      {"\\AA{}ngstr\\\"om", "Ångström"},
      {"\\'{\\AE}", "Ǽ"},
      {"J.~Doe", "J. Doe"},
      {"\\textsc{Doe}, J. \\& {Co}", "Doe, J. & Co"},
      {"\\alpha-team", "α-team"},
      {"already Gödel", "already Gödel"},
      {"e\u0301", "é"},
      {"\\unknown x", "\\unknown x"},
      {"\\", "\\"},
      {"\\'", ""},
      {"\\'{}", ""},
      {"", ""},
  };
  for (const auto& [tex, unicode] : cases) {
    EXPECT_EQ(TexToUnicode(tex), unicode) << tex;
  }
  EXPECT_EQ(TexToUnicode("bad \xff byte"), "bad \xff byte");
}

}  // namespace
}  // namespace paperwire::text
