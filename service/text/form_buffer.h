// The letters of folded words, one word behind the other, in a buffer that may
// be read and written in whole blocks behind its end.
//
//     FormBuffer forms;
//     forms.Append("naive");
//     forms.Extend(FoldBlock(text, forms.Block()));  // so much of it counts
//
// Not thread-safe.

#ifndef PAPERWIRE_SERVICE_TEXT_FORM_BUFFER_H_
#define PAPERWIRE_SERVICE_TEXT_FORM_BUFFER_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "service/text/analyzer.h"
#include "service/text/ascii_block.h"

namespace paperwire::text {

class FormBuffer {
 public:
  static_assert(kBlockBytes >= kReadableFormBytes);
  FormBuffer() : bytes_(kBlockBytes) {}

  void Clear() { size_ = 0; }
  size_t size() const { return size_; }
  const char* data() const { return bytes_.data(); }
  char back() const { return bytes_[size_ - 1]; }
  std::string_view From(size_t begin) const {
    return std::string_view(data() + begin, size_ - begin);
  }

  void Append(std::string_view letters) {
    Reserve(letters.size());
    letters.copy(bytes_.data() + size_, letters.size());
    size_ += letters.size();
  }

  // Where a block may be written; valid until the next call of another member.
  char* Block() {
    Reserve(kBlockBytes);
    return bytes_.data() + size_;
  }
  void Extend(size_t letters) { size_ += letters; }

 private:
  void Reserve(size_t more) {
    if (bytes_.size() - size_ >= more + kBlockBytes) return;
    bytes_.resize(2 * bytes_.size() + more + kBlockBytes);
  }

  std::vector<char> bytes_;  // at least a block more than count
  size_t size_ = 0;
};

}  // namespace paperwire::text

#endif  // PAPERWIRE_SERVICE_TEXT_FORM_BUFFER_H_
