// Every format, fed with damaged input of its own: each import must come to
// an end, and what it gives must be fit to be sent on.

#include <gtest/gtest.h>

#include <random>

#include "service/text/utf8.h"
#include "tests/unit/importers/importing.h"
#include "tests/unit/importers/small_files.h"

namespace paperwire::importers {
namespace {

// Damages a few places: bytes changed, cut out, repeated, moved.
std::string Mutate(std::string text, std::mt19937& random) {
  const auto below = [&random](size_t n) { return random() % n; };
  for (size_t changes = 1 + below(4); changes > 0 && !text.empty(); --changes) {
    const size_t at = below(text.size());
    const size_t n = 1 + below(std::min<size_t>(30, text.size() - at));
    switch (below(6)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text[at] = "{}[]<>\"\\,:&;@()=#$\n\0 "[below(21)];
        break;
      case 2:
        text.erase(at, n);
        break;
      case 3:
        text.insert(at, text.substr(at, n));
        break;
      case 4:
        text.insert(below(text.size()), text.substr(at, n));
        break;
      default:
        text.resize(at);
    }
  }
  return text;
}

bool IsUtf8(std::string_view text) {
  return text::FindInvalidUtf8(text) == std::string_view::npos;
}

TEST(Mutations, NeverHurt) {
  std::mt19937 random(20260710);
  int records = 0;
  int rejects = 0;
  int failures = 0;
  for (const auto& [format, seed] : SmallFiles()) {
    ASSERT_FALSE(ImportText(seed, format).records.empty()) << seed;
    ASSERT_EQ(ImportText(seed).format, format) << "detected";
    for (int i = 0; i < 1500; ++i) {
      const std::string input = Mutate(std::string(seed), random);
      const Imported all = ImportText(input, format);
      for (const Record& record : all.records) {
        EXPECT_GE(record.line, 1);
        EXPECT_FALSE(record.paper.title().empty() &&
                     record.paper.external_ids().empty());
        // What is no UTF-8 could not be sent on.
        v1::Paper copy;
        EXPECT_TRUE(copy.ParseFromString(record.paper.SerializeAsString()))
            << input;
        EXPECT_EQ(record.paper.title().find('\n'), std::string::npos);
        for (const v1::Link& link : record.paper.links()) {
          EXPECT_EQ(link.uri().rfind("http", 0), 0u) << link.uri();
        }
      }
      for (const Reject& reject : all.rejects) {
        EXPECT_GE(reject.line, 1);
        EXPECT_FALSE(reject.reason.empty());
        EXPECT_TRUE(IsUtf8(reject.reason)) << reject.reason;
        EXPECT_TRUE(IsUtf8(reject.excerpt)) << reject.excerpt;
      }
      EXPECT_TRUE(IsUtf8(std::string(all.status.message())));
      records += static_cast<int>(all.records.size());
      rejects += static_cast<int>(all.rejects.size());
      failures += all.status.ok() ? 0 : 1;
    }
  }
  // The damage is of every kind.
  EXPECT_GT(records, 1000);
  EXPECT_GT(rejects, 1000);
  EXPECT_GT(failures, 1000);
}

}  // namespace
}  // namespace paperwire::importers
