#include "service/index/string_table.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace paperwire::index {
namespace {

std::span<const char> Letters(const std::vector<uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::string> Strings(const std::vector<uint8_t>& table,
                                 const std::vector<uint8_t>& bytes) {
  EXPECT_TRUE(StringTable::Fits(table, Letters(bytes)));
  const StringTable strings(table, Letters(bytes));
  std::vector<std::string> found;
  for (uint32_t i = 0; i < strings.size(); ++i) {
    found.emplace_back(strings[i]);
  }
  return found;
}

TEST(StringTableTest, GivesBackWhatWasPut) {
  const std::vector<std::vector<std::string>> all = {
      {}, {""}, {"", "a", "ab", "b"}, {"\x01", "z", "\xff\xff"}};
  for (const std::vector<std::string>& strings : all) {
    std::vector<uint8_t> table, bytes;
    PutTable(std::vector<std::string_view>(strings.begin(), strings.end()),
             &table, &bytes);
    EXPECT_EQ(Strings(table, bytes), strings);
    const StringTable read(table, Letters(bytes));
    for (uint32_t i = 0; i < strings.size(); ++i) {
      EXPECT_EQ(read.Find(strings[i]), i);
    }
    EXPECT_EQ(read.Find("aa"), kNotFound);
  }
}

TEST(StringTableTest, StemsShareTheBytesOfTheirSpellings) {
  const std::vector<std::string_view> terms = {"graph", "happi", "lone", "run"};
  const std::vector<std::string_view> forms = {"graph", "graphs", "happiness",
                                               "happy", "ran", "runs"};
  // "run" begins otherwise, "lone" has no spelling.
  const std::vector<uint32_t> first_forms = {0, 2, kNotFound, 4};
  std::vector<uint8_t> term_table, form_table, bytes;
  PutWordTables(terms, forms, first_forms, &term_table, &form_table, &bytes);
  EXPECT_EQ(Strings(term_table, bytes),
            std::vector<std::string>(terms.begin(), terms.end()));
  EXPECT_EQ(Strings(form_table, bytes),
            std::vector<std::string>(forms.begin(), forms.end()));
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()),
            "graphshappinesshappyranrunrunslone");
}

TEST(StringTableTest, RefusesWhatIsNoTable) {
  const auto fits = [](std::vector<std::string_view> strings,
                       size_t bytes_left) {
    std::vector<uint8_t> table, bytes;
    PutTable(strings, &table, &bytes);
    return StringTable::Fits(table, Letters(bytes).first(bytes_left));
  };
  EXPECT_TRUE(fits({"a", "b"}, 2));
  EXPECT_FALSE(fits({"a", "b"}, 1));
  EXPECT_FALSE(fits({"b", "a"}, 2));
  EXPECT_FALSE(fits({"a", "a"}, 2));
  std::vector<uint8_t> table, bytes;
  PutTable(std::vector<std::string_view>{"a", "b"}, &table, &bytes);
  for (size_t n = 0; n < table.size(); ++n) {
    EXPECT_FALSE(StringTable::Fits(std::span(table).first(n), Letters(bytes)));
  }
}

}  // namespace
}  // namespace paperwire::index
