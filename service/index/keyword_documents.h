// Which documents of a segment have a keyword: a list, or, where that is
// smaller, a bitmap, which is also quicker to combine with others.
//
//     KeywordWriter writer(&sections, meta.documents);
//     writer.Add(documents_of_the_first);  // by rising keyword
//     writer.Finish();
//
//     segment.keyword_documents(k).ForEach([](uint32_t document) { ... });

#ifndef PAPERWIRE_SERVICE_INDEX_KEYWORD_DOCUMENTS_H_
#define PAPERWIRE_SERVICE_INDEX_KEYWORD_DOCUMENTS_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "service/index/sections.h"
#include "service/index/window.h"

namespace paperwire::index {

struct KeywordDocuments {
  uint32_t count = 0;
  std::span<const uint32_t> list;  // rising; or
  std::span<const uint64_t> bitmap;

  // Calls visit(document) for each, rising.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const uint32_t d : list) visit(d);
    for (size_t w = 0; w < bitmap.size(); ++w) {
      for (uint64_t bits = bitmap[w]; bits != 0; bits &= bits - 1) {
        visit(static_cast<uint32_t>(w * 64) +
              static_cast<uint32_t>(std::countr_zero(bits)));
      }
    }
  }
};

// The words of a bitmap of a segment: whole windows.
constexpr size_t KeywordBitmapWords(uint32_t documents) {
  return size_t{WindowCount(documents)} * WindowSet::kWords;
}

class KeywordWriter {
 public:
  // Of a segment of so many documents. `sections` must outlive it.
  KeywordWriter(SectionBuffers* sections, uint32_t documents)
      : sections_(*sections), documents_(documents) {}

  // The documents of the next keyword, rising.
  void Add(std::span<const uint32_t> documents);
  void Finish();

 private:
  SectionBuffers& sections_;
  const uint32_t documents_;
  uint32_t keywords_ = 0;
  int64_t listed_ = 0;
  std::vector<int64_t> begins_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_KEYWORD_DOCUMENTS_H_
