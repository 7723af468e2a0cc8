// Windows or blocks by falling bound; of the same bound the earlier first.
//
//     FallingBounds<uint8_t> blocks;
//     for (...) blocks.Add(bound, block);
//     blocks.Begin();
//     while (!blocks.empty() && MayEnter(blocks.bound())) Visit(blocks.Take());

#ifndef PAPERWIRE_SERVICE_INDEX_FALLING_BOUNDS_H_
#define PAPERWIRE_SERVICE_INDEX_FALLING_BOUNDS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace paperwire::index {

// A heap: most are never taken.
template <typename Bound>
class FallingBounds {
 public:
  void Reserve(size_t size) { heap_.reserve(size); }
  void Add(Bound bound, uint32_t number) { heap_.emplace_back(bound, ~number); }
  // After the last Add.
  void Begin() { std::make_heap(heap_.begin(), heap_.end()); }

  bool empty() const { return heap_.empty(); }
  // The highest one left.
  Bound bound() const { return heap_.front().first; }
  // Removes it, and returns what it is of.
  uint32_t Take() {
    const uint32_t number = ~heap_.front().second;
    std::pop_heap(heap_.begin(), heap_.end());
    heap_.pop_back();
    return number;
  }

 private:
  std::vector<std::pair<Bound, uint32_t>> heap_;  // bound, ~number
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_FALLING_BOUNDS_H_
