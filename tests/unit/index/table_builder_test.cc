#include "service/index/table_builder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace paperwire::index {
namespace {

// Of few letters, so that many begin or end alike; a NUL is one of them.
std::string RandomString(std::mt19937_64& random) {
  std::string s(random() % 20, '\0');
  for (char& c : s) c = "ab\0"[random() % 3];
  return s;
}

TEST(TableBuilderTest, NumbersStringsAsTheyCome) {
  std::mt19937_64 random(7);
  TableBuilder builder;
  std::map<std::string, uint32_t> expected;
  for (int i = 0; i < 200'000; ++i) {
    const std::string s = RandomString(random);
    const auto [it, is_new] =
        expected.try_emplace(s, static_cast<uint32_t>(expected.size()));
    // What stands behind a form is not part of it.
    std::string behind = s;
    for (size_t b = 0; b < text::kReadableFormBytes; ++b) {
      behind.push_back("ab\0"[random() % 3]);
    }
    const auto added =
        random() % 2 == 0
            ? builder.Add(s)
            : builder.AddForm(std::string_view(behind).substr(0, s.size()));
    ASSERT_EQ(added, std::pair(it->second, is_new)) << i;
    ASSERT_EQ(builder[added.first], s);
  }
  ASSERT_EQ(builder.size(), expected.size());

  std::vector<uint32_t> ranks;
  const std::vector<std::string_view> ranked = builder.Ranked(&ranks);
  ASSERT_EQ(ranked.size(), expected.size());
  uint32_t rank = 0;
  for (const auto& [s, number] : expected) {
    ASSERT_EQ(ranked[rank], s);
    ASSERT_EQ(ranks[number], rank);
    ++rank;
  }
}

}  // namespace
}  // namespace paperwire::index
