#include "service/index/fuzzy_lookup.h"

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/index/edit_distance.h"

namespace paperwire::index {
namespace {

// Over code points, by the definition.
int Slow(const std::u32string& a, const std::u32string& b) {
  std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      d[i][j] = static_cast<int>(std::max(i, j));
      if (i == 0 || j == 0) continue;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1,
                          d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

constexpr std::string_view kLetters[] = {"a", "b", "c", "é", "λ", "語"};
constexpr std::u32string_view kCodePoints = U"abcéλ語";

struct RandomWord {
  std::string bytes;
  std::u32string characters;
  bool operator<(const RandomWord& other) const { return bytes < other.bytes; }
};

class FuzzyLookupTest : public ::testing::Test {
 protected:
  RandomWord Make() {
    RandomWord word;
    for (auto n = Below(9); n > 0; --n) {
      const auto letter = Below(Below(2) == 0 ? 2 : 6);
      word.bytes += kLetters[letter];
      word.characters += kCodePoints[letter];
    }
    return word;
  }
  size_t Below(size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(random_);
  }
  std::mt19937_64 random_{11};
};

TEST_F(FuzzyLookupTest, FindsWhatTheDefinitionFinds) {
  for (int round = 0; round < 40; ++round) {
    std::set<RandomWord> words;
    for (auto n = Below(400); n > 0; --n) words.insert(Make());
    std::vector<std::string_view> strings;
    for (const RandomWord& word : words) strings.push_back(word.bytes);
    std::vector<uint8_t> places, bytes;
    PutTable(strings, &places, &bytes);
    const StringTable table(
        places, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    for (int i = 0; i < 20; ++i) {
      const RandomWord wanted = Make();
      for (const int distance : {1, 2}) {
        std::vector<uint32_t> expected;
        uint32_t place = 0;
        for (const RandomWord& word : words) {
          const int d = Slow(word.characters, wanted.characters);
          if (d <= distance) expected.push_back(place);
          EXPECT_EQ(EditDistance(word.bytes, wanted.bytes, distance),
                    std::min(d, distance + 1))
              << word.bytes << " " << wanted.bytes;
          ++place;
        }
        const FuzzyLookup lookup;
        ASSERT_EQ(lookup.Find(table, wanted.bytes, distance), expected)
            << wanted.bytes << "~" << distance;
        const std::string prefix = Make().bytes.substr(0, Below(3));
        std::erase_if(expected, [&](uint32_t i) {
          return !strings[i].starts_with(prefix);
        });
        ASSERT_EQ(lookup.Find(table, wanted.bytes, distance, prefix), expected)
            << wanted.bytes << "~" << distance << " from " << prefix;
      }
    }
  }
}

TEST_F(FuzzyLookupTest, SwapsCountOnce) {
  EXPECT_EQ(EditDistance("from", "form", 2), 1);
  EXPECT_EQ(EditDistance("naïve", "naive", 2), 1);
  EXPECT_EQ(EditDistance("", "ab", 2), 2);
  EXPECT_EQ(EditDistance("ca", "abc", 2), 3);  // no code point edited twice
  EXPECT_EQ(EditDistance("transformer", "transfomer", 1), 1);
}

}  // namespace
}  // namespace paperwire::index
