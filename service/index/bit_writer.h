// Packs numbers of so many bits each into bytes, lowest bits first.
//
//     {
//       BitWriter writer(&bytes, 3);
//       for (uint32_t n : numbers) writer.Add(n);  // each below 8
//     }  // the last byte is filled up with zeros
//
// Add(n, bits) is for one of another width.

#ifndef PAPERWIRE_SERVICE_INDEX_BIT_WRITER_H_
#define PAPERWIRE_SERVICE_INDEX_BIT_WRITER_H_

#include <cstdint>
#include <vector>

namespace paperwire::index {

class BitWriter {
 public:
  BitWriter(std::vector<uint8_t>* out, int bits) : out_(*out), bits_(bits) {}
  BitWriter(const BitWriter&) = delete;
  BitWriter& operator=(const BitWriter&) = delete;
  ~BitWriter() {
    for (; held_ > 0; held_ -= 8, word_ >>= 8) {
      out_.push_back(static_cast<uint8_t>(word_));
    }
  }
  void Add(uint32_t value) { Add(value, bits_); }
  void Add(uint32_t value, int bits) {
    word_ |= uint64_t{value} << held_;
    held_ += bits;
    for (; held_ >= 8; held_ -= 8, word_ >>= 8) {
      out_.push_back(static_cast<uint8_t>(word_));
    }
  }

 private:
  std::vector<uint8_t>& out_;
  const int bits_;
  uint64_t word_ = 0;
  int held_ = 0;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_BIT_WRITER_H_
