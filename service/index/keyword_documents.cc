#include "service/index/keyword_documents.h"

#include "service/index/framed_column.h"

namespace paperwire::index {

void KeywordWriter::Add(std::span<const uint32_t> documents) {
  begins_.push_back(listed_);
  const uint32_t k = keywords_++;
  const size_t words = KeywordBitmapWords(documents_);
  if (documents.size_bytes() <= words * sizeof(uint64_t)) {
    listed_ += static_cast<int64_t>(documents.size());
    return sections_.Append(Section::kKeywordDocuments, documents);
  }
  std::vector<uint64_t> bitmap(words);
  for (const uint32_t d : documents) bitmap[d / 64] |= uint64_t{1} << (d % 64);
  sections_.Append(Section::kFrequentKeywords,
                   FrequentKeyword{k, static_cast<uint32_t>(documents.size())});
  sections_.Append(Section::kKeywordBitmaps, std::span<const uint64_t>(bitmap));
}

void KeywordWriter::Finish() {
  begins_.push_back(listed_);
  PutFramed(begins_, &sections_[Section::kKeywordBegins]);
}

}  // namespace paperwire::index
