#include "service/text/ascii_block.h"

#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <string>

namespace paperwire::text {
namespace {

using Fold = size_t (*)(const char* text, char* folded);

std::string Folded(Fold fold, const std::string& text) {
  std::array<char, kBlockBytes> folded{};
  const size_t size = fold(text.data(), folded.data());
  return std::string(folded.data(), size);
}

class AsciiBlockTest : public ::testing::TestWithParam<Fold> {};

TEST_P(AsciiBlockTest, StopsWhereTheWordDoes) {
  EXPECT_EQ(Folded(GetParam(), "Bottlenecks of t"), "bottlenecks");
  EXPECT_EQ(Folded(GetParam(), "GPT4 and the oth"), "gpt4");
  EXPECT_EQ(Folded(GetParam(), " as the other sa"), "");
  EXPECT_EQ(Folded(GetParam(), "na\xc3\xafve approach "), "na");
  EXPECT_EQ(Folded(GetParam(), "CHARACTERISTICALLY"), "characteristical");
}

TEST_P(AsciiBlockTest, KnowsEveryByte) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool word = byte < 0x80 && std::isalnum(byte) != 0;
    for (size_t at = 0; at < kBlockBytes; ++at) {
      std::string text(kBlockBytes, 'Z');
      text[at] = c;
      std::string expected(at, 'z');
      if (word) {
        expected += static_cast<char>(std::tolower(byte));
        expected.resize(kBlockBytes, 'z');
      }
      ASSERT_EQ(Folded(GetParam(), text), expected) << byte << " at " << at;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Paths, AsciiBlockTest,
                         ::testing::Values(&FoldBlock, &FoldBlockPortable),
                         [](const auto& info) {
                           return info.index == 0 ? "Fastest" : "Portable";
                         });

}  // namespace
}  // namespace paperwire::text
