// Byte strings that are kept and found by a number, packed into large blocks.
//
//     RecordStore store;
//     const uint32_t place = store.Add(bytes);
//     const uint8_t* begin = store.At(place);  // until Clear
//     store.Drop(bytes.size());                // they stay where they are
//
// What is dropped is only counted: whoever owns the records adds those that
// live to a new store now and then. A record's length is its own business.

#ifndef PAPERWIRE_SERVICE_STANDING_RECORD_STORE_H_
#define PAPERWIRE_SERVICE_STANDING_RECORD_STORE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace paperwire::standing {

// Up to 4 GiB, in records of at most kBlockBytes.
class RecordStore {
 public:
  static constexpr size_t kBlockBytes = 1 << 18;

  uint32_t Add(std::string_view bytes) {
    if (blocks_.empty() || used_ + bytes.size() > kBlockBytes) {
      blocks_.push_back(std::make_unique_for_overwrite<uint8_t[]>(kBlockBytes));
      used_ = 0;
    }
    const size_t place = (blocks_.size() - 1) * kBlockBytes + used_;
    std::memcpy(blocks_.back().get() + used_, bytes.data(), bytes.size());
    used_ += bytes.size();
    live_ += bytes.size();
    return static_cast<uint32_t>(place);
  }

  const uint8_t* At(uint32_t place) const {
    return blocks_[place / kBlockBytes].get() + place % kBlockBytes;
  }

  void Drop(size_t bytes) { live_ -= bytes; }

  // The bytes that were not dropped, and those of all blocks.
  size_t live() const { return live_; }
  size_t memory() const { return blocks_.size() * kBlockBytes; }

 private:
  std::vector<std::unique_ptr<uint8_t[]>> blocks_;
  size_t used_ = 0;  // of the last block
  size_t live_ = 0;
};

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_RECORD_STORE_H_
