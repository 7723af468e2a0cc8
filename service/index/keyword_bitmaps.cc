#include "service/index/keyword_bitmaps.h"

#include "service/index/window.h"

namespace paperwire::index {
namespace {

// A list entry has 32 bits: from one document in 32 on, a bitmap is smaller.
constexpr uint64_t kWorthIt = 32;

}  // namespace

const uint64_t* KeywordBitmaps::Of(uint32_t k, std::span<const uint32_t> with,
                                   uint32_t documents) const {
  if (with.size() * kWorthIt < documents) return nullptr;
  MutexLock lock(&mutex_);
  std::unique_ptr<std::vector<uint64_t>>& bitmap = bitmaps_[k];
  if (bitmap == nullptr) {
    bitmap = std::make_unique<std::vector<uint64_t>>(
        size_t{WindowCount(documents)} * WindowSet::kWords);
    for (const uint32_t d : with) {
      (*bitmap)[d / 64] |= uint64_t{1} << (d % 64);
    }
  }
  return bitmap->data();
}

}  // namespace paperwire::index
