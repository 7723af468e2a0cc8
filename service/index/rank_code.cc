#include "service/index/rank_code.h"

#include <algorithm>

#include "service/index/bit_writer.h"
#include "service/index/rice_code.h"

namespace paperwire::index {
namespace {

constexpr int kMostRunBits = (1 << kRankShift) - 1;
constexpr int kMostRankBits = kMostRunBits - 1;  // 1 more is written

void AddRice(uint32_t number, int k, BitWriter* writer) {
  constexpr uint32_t kZeros = 24;  // at a time
  uint32_t high = number >> k;
  for (; high >= kZeros; high -= kZeros) writer->Add(0, kZeros);
  writer->Add(1u << high, static_cast<int>(high) + 1);
  writer->Add(number & ((1u << k) - 1), k);
}

}  // namespace

void PutRanks(std::span<const uint32_t> ranks, std::vector<uint8_t>* out) {
  std::vector<uint32_t> runs, more;  // what the ranks are more than 1
  uint32_t run = 0;
  uint32_t most = 0;
  for (const uint32_t rank : ranks) {
    if (rank == 0) {
      ++run;
      continue;
    }
    runs.push_back(run);
    more.push_back(rank - 1);
    most = std::max(most, rank);
    run = 0;
  }
  if (most == 0) return PutVarint(out, 0);

  const int run_k = std::min(BestRiceK(runs), kMostRunBits);
  const int rank_k = std::min(BestRiceK(more), kMostRankBits);
  std::vector<uint8_t> stream = {
      static_cast<uint8_t>(run_k | (most > 1 ? rank_k + 1 : 0) << kRankShift)};
  {
    BitWriter writer(&stream, 1);
    for (size_t i = 0; i < runs.size(); ++i) {
      AddRice(runs[i], run_k, &writer);
      if (most > 1) AddRice(more[i], rank_k, &writer);
    }
    if (run > 0) AddRice(run, run_k, &writer);
  }
  PutVarint(out, stream.size());
  out->insert(out->end(), stream.begin(), stream.end());
}

}  // namespace paperwire::index
