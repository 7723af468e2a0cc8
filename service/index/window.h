// 4,096 neighbouring documents of a segment, and sets of them.
//
// Queries are evaluated window by window: the sets of one window stay in the
// processor's nearest cache, conjunctions are a few hundred ANDs, and counts
// are population counts.

#ifndef PAPERWIRE_SERVICE_INDEX_WINDOW_H_
#define PAPERWIRE_SERVICE_INDEX_WINDOW_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace paperwire::index {

inline constexpr uint32_t kWindowSize = 4096;
// Bounds on scores are kept for each eighth of a window, too.
inline constexpr uint32_t kEighths = 8;
inline constexpr uint32_t kEighthSize = kWindowSize / kEighths;

constexpr uint32_t WindowCount(uint32_t documents) {
  return (documents + kWindowSize - 1) / kWindowSize;
}

struct Window {
  uint32_t begin = 0;
  uint32_t end = 0;  // at most begin + kWindowSize
};

// A set of documents of one window; they count from the window's begin.
class WindowSet {
 public:
  static constexpr size_t kWords = kWindowSize / 64;

  void Add(uint32_t i) { words_[i / 64] |= uint64_t{1} << (i % 64); }
  void Remove(uint32_t i) { words_[i / 64] &= ~(uint64_t{1} << (i % 64)); }
  bool Has(uint32_t i) const { return (words_[i / 64] >> (i % 64) & 1) != 0; }

  // Adds 0 to size - 1.
  void AddFirst(uint32_t size) {
    const size_t whole = size / 64;
    std::fill_n(words_.begin(), whole, ~uint64_t{0});
    if (size % 64 != 0) words_[whole] |= (uint64_t{1} << (size % 64)) - 1;
  }

  bool Empty() const {
    uint64_t any = 0;
    for (const uint64_t w : words_) any |= w;
    return any == 0;
  }
  uint32_t Count() const {
    int count = 0;
    for (const uint64_t w : words_) count += std::popcount(w);
    return static_cast<uint32_t>(count);
  }
  bool HasMoreThan(uint32_t limit) const {
    uint32_t count = 0;
    for (const uint64_t w : words_) {
      count += static_cast<uint32_t>(std::popcount(w));
      if (count > limit) return true;
    }
    return false;
  }
  void Clear() { words_.fill(0); }
  void Intersect(const WindowSet& other) {
    for (size_t w = 0; w < kWords; ++w) words_[w] &= other.words_[w];
  }
  void Unite(const WindowSet& other) {
    for (size_t w = 0; w < kWords; ++w) words_[w] |= other.words_[w];
  }
  void Subtract(const WindowSet& other) {
    for (size_t w = 0; w < kWords; ++w) words_[w] &= ~other.words_[w];
  }
  // The same with kWords words that lie elsewhere.
  void UniteWords(const uint64_t* words) {
    for (size_t w = 0; w < kWords; ++w) words_[w] |= words[w];
  }
  void IntersectWords(const uint64_t* words) {
    for (size_t w = 0; w < kWords; ++w) words_[w] &= words[w];
  }
  const uint64_t* words() const { return words_.data(); }
  // Adds what a bitmap of the whole segment holds. `begin` is the window's.
  void AddBitmap(const uint64_t* bitmap, size_t bitmap_words, uint32_t begin) {
    for (size_t w = 0; w < kWords && begin / 64 + w < bitmap_words; ++w) {
      words_[w] |= bitmap[begin / 64 + w];
    }
  }
  // Keeps only those in the eighths e of which bit e is set.
  void KeepEighths(uint32_t eighths) {
    for (size_t e = 0; e < kEighths; ++e) {
      if ((eighths >> e & 1) != 0) continue;
      std::fill_n(
          words_.begin() + static_cast<ptrdiff_t>(e * kWords / kEighths),
          kWords / kEighths, 0);
    }
  }
  // Removes what a bitmap of the whole segment holds. `begin` is the window's
  // and a multiple of 64.
  void SubtractBitmap(const uint64_t* bitmap, size_t bitmap_words,
                      uint32_t begin) {
    for (size_t w = 0; w < kWords && begin / 64 + w < bitmap_words; ++w) {
      words_[w] &= ~bitmap[begin / 64 + w];
    }
  }

  // Calls f(i) for each member in rising order; f may remove i.
  template <typename F>
  void ForEach(F f) const {
    for (size_t w = 0; w < kWords; ++w) {
      for (uint64_t bits = words_[w]; bits != 0; bits &= bits - 1) {
        f(static_cast<uint32_t>(w * 64) +
          static_cast<uint32_t>(std::countr_zero(bits)));
      }
    }
  }

 private:
  std::array<uint64_t, kWords> words_{};
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_WINDOW_H_
