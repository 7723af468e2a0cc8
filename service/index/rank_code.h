// Which of its spellings a stem has at each of its positions: the rank of the
// spelling (FormsByRank in postings.h), most often 0.
//
// Packed are the runs of zeros, each with the rank that ends it, both in a Rice
// code (rice_code.h) and in one stream: they are read in order, and passed over
// a run at a time.
//
//     PutRanks(ranks, &bytes);
//     const uint8_t* p = bytes.data();
//     RankReader reader(&p);  // p is behind them now
//     reader.Skip(7);
//     reader.Next();          // ranks[7]
//
// May look at up to 15 bytes behind the last.

#ifndef PAPERWIRE_SERVICE_INDEX_RANK_CODE_H_
#define PAPERWIRE_SERVICE_INDEX_RANK_CODE_H_

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "service/index/load.h"
#include "service/index/varint.h"

namespace paperwire::index {

// What precedes the stream, a byte: k of the runs, and so many bits higher k of
// the ranks and 1 more; 0 there: all of these ranks are 1.
inline constexpr int kRankShift = 4;

void PutRanks(std::span<const uint32_t> ranks, std::vector<uint8_t>* out);

class RankReader {
 public:
  RankReader() = default;  // of nothing but zeros
  explicit RankReader(const uint8_t** data) {
    const uint64_t bytes = GetVarint(data);
    all_zeros_ = bytes == 0;
    if (all_zeros_) return;
    stream_ = *data;
    *data += bytes;
    const uint32_t head = *stream_++;
    run_k_ = head & ((1u << kRankShift) - 1);
    rank_k_ = head >> kRankShift;
  }

  uint32_t Next() {
    if (all_zeros_) return 0;
    ReadRun();
    if (run_ > 0) {
      --run_;
      return 0;
    }
    return EndRun();
  }

  void Skip(uint64_t count) {
    while (!all_zeros_ && count > 0) {
      ReadRun();
      if (run_ >= count) {
        run_ -= count;
        return;
      }
      count -= run_ + 1;
      EndRun();
    }
  }

 private:
  void ReadRun() {
    if (in_run_) return;
    in_run_ = true;
    run_ = ReadRice(run_k_);
  }
  // The rank that is not 0.
  uint32_t EndRun() {
    in_run_ = false;
    if (rank_k_ == 0) return 1;
    return static_cast<uint32_t>(ReadRice(rank_k_ - 1)) + 1;
  }
  uint64_t Word() const {
    return LoadAs<uint64_t>(stream_ + bit_ / 8) >> (bit_ % 8);
  }
  uint64_t ReadRice(uint32_t k) {
    uint64_t high = 0;
    uint64_t word = Word();
    while (word == 0) {
      const uint64_t passed = 64 - bit_ % 8;
      high += passed;
      bit_ += passed;
      word = Word();
    }
    const auto zeros = static_cast<uint64_t>(std::countr_zero(word));
    bit_ += zeros + 1;
    const uint64_t low = Word() & ((uint64_t{1} << k) - 1);
    bit_ += k;
    return (high + zeros) << k | low;
  }

  bool all_zeros_ = true;
  const uint8_t* stream_ = nullptr;
  uint32_t run_k_ = 0;
  uint32_t rank_k_ = 0;  // and 1 more, or 0
  uint64_t bit_ = 0;
  bool in_run_ = false;
  uint64_t run_ = 0;  // what is left of it
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_RANK_CODE_H_
