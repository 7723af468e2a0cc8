#include "service/index/packed_codes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "service/index/posting_codes.h"

namespace paperwire::index {
namespace {

// Codes that are below `limit`, most of them 0, but for one in `rare` of them.
std::vector<uint8_t> MakeCodes(size_t n, int limit, int rare,
                               std::mt19937* random) {
  std::vector<uint8_t> codes(n);
  for (uint8_t& code : codes) {
    const int below = (*random)() % rare == 0 ? 256 : limit;
    code = (*random)() % 4 < 3 && below < 256
               ? 0
               : static_cast<uint8_t>((*random)() % below);
  }
  return codes;
}

TEST(PackedCodesTest, GivesBackWhatWasPut) {
  std::mt19937 random(5);
  constexpr size_t kSlack = 16;
  int planes = 0;
  for (const size_t n : {1, 7, 127, 128, 129, 640, 4096}) {
    for (const int limit : {1, 2, 3, 15, 256}) {
      for (const int rare : {2, 20, 1000000}) {
        const std::vector<uint8_t> codes = MakeCodes(n, limit, rare, &random);
        const CodePacking packing = ChoosePacking(codes);
        std::vector<uint8_t> bytes;
        PutCodes(codes, packing, &bytes);
        EXPECT_LE(bytes.size(), n + n / 32);
        planes += packing.plane;
        bytes.resize(bytes.size() + kSlack);
        const PackedCodes packed(bytes.data(), static_cast<uint32_t>(n),
                                 packing.head(), packing.exceptions);
        std::vector<uint8_t> decoded(n + kSlack);
        packed.Decode(decoded.data());
        decoded.resize(n);
        ASSERT_EQ(decoded, codes) << n << " " << limit << " " << rare;
        for (uint32_t i = 0; i < n; ++i) ASSERT_EQ(packed.At(i), codes[i]) << i;
        for (uint32_t chunk = 0; chunk * kCodeChunk < n; ++chunk) {
          std::vector<uint8_t> some(kCodeChunk + kSlack);
          packed.DecodeChunk(chunk, some.data());
          const size_t begin = size_t{chunk} * kCodeChunk;
          const size_t end = std::min(n, begin + kCodeChunk);
          ASSERT_TRUE(std::equal(codes.begin() + begin, codes.begin() + end,
                                 some.begin()));
        }
      }
    }
  }
  EXPECT_GE(planes, 10);
}

TEST(PackedCodesTest, SumsOccurrences) {
  std::mt19937 random(6);
  for (uint32_t n = 0; n <= 128; ++n) {
    std::vector<uint8_t> codes =
        MakeCodes(n, 15, n % 3 == 0 ? 4 : 1000, &random);
    uint32_t sum = 0;
    bool any = false;
    for (const uint8_t code : codes) {
      sum += kCodeTable.occurrences(code);
      any = any || code == kNoCode;
    }
    codes.resize(n + 16, 1);  // what must not be counted
    bool escaped = false;
    EXPECT_EQ(SumOccurrences(codes.data(), n, &escaped), sum);
    EXPECT_EQ(escaped, any);
  }
}

}  // namespace
}  // namespace paperwire::index
