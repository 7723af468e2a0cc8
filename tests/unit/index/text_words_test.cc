#include "service/index/text_words.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "service/text/analyzer.h"

namespace paperwire::index {
namespace {

// Two words that are their own stems and whose stems have the same hash.
std::pair<std::string, std::string> Colliding() {
  text::Analyzer analyzer;
  std::map<uint32_t, std::string> seen;
  for (int i = 0;; ++i) {
    const std::string word = "a" + std::to_string(i);
    if (analyzer.Stem(word) != word) continue;
    const auto [it, is_new] = seen.emplace(TextWords::StemHash(word), word);
    if (!is_new) return {it->second, word};
  }
}

TEST(TextWordsTest, TellsStemsOfOneHashApart) {
  const auto [one, other] = Colliding();
  text::Analyzer analyzer;
  const TextWords words(one + " neck " + other + " " + one, analyzer);
  ASSERT_EQ(words.size(), 3u);
  std::map<std::string, size_t> found;
  const uint32_t hash = TextWords::StemHash(one);
  for (uint32_t w = words.FirstWithStemHash(hash); words.HasStemHash(w, hash);
       ++w) {
    EXPECT_EQ(words.Form(w), words.Stem(w));
    found[std::string(words.Stem(w))] = words.Places(w).size();
  }
  EXPECT_EQ(found, (std::map<std::string, size_t>{{one, 2}, {other, 1}}));
}

TEST(TextWordsTest, FindsEachWordOfAText) {
  text::Analyzer analyzer;
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "word" + std::to_string(i % 333) + " ";
  const TextWords words(text, analyzer);
  EXPECT_EQ(words.size(), 333u);
  size_t places = 0;
  for (int i = 0; i < 333; ++i) {
    const std::string stem = "word" + std::to_string(i);
    const uint32_t hash = TextWords::StemHash(stem);
    bool is_there = false;
    for (uint32_t w = words.FirstWithStemHash(hash); words.HasStemHash(w, hash);
         ++w) {
      if (words.Stem(w) != stem) continue;
      is_there = true;
      places += words.Places(w).size();
      for (const TextWords::Place& place : words.Places(w)) {
        EXPECT_EQ(text.substr(static_cast<size_t>(place.begin),
                              static_cast<size_t>(place.end - place.begin)),
                  stem);
      }
    }
    EXPECT_TRUE(is_there) << stem;
  }
  EXPECT_EQ(places, 1000u);
  const uint32_t absent = TextWords::StemHash("neck");
  for (uint32_t w = words.FirstWithStemHash(absent);
       words.HasStemHash(w, absent); ++w) {
    EXPECT_NE(words.Stem(w), "neck");
  }
}

TEST(TextWordsTest, OfNoText) {
  text::Analyzer analyzer;
  const TextWords words("", analyzer);
  EXPECT_EQ(words.size(), 0u);
  EXPECT_FALSE(words.HasStemHash(words.FirstWithStemHash(0), 0));
}

}  // namespace
}  // namespace paperwire::index
