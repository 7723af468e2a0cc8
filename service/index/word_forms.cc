#include "service/index/word_forms.h"

#include <numeric>

#include "service/index/framed_column.h"
#include "service/index/string_table.h"

namespace paperwire::index {

WordForms::WordForms(uint32_t stems, std::span<const uint32_t> terms)
    : terms_(terms.begin(), terms.end()),
      ordinals_(terms.size()),
      begins_(stems + size_t{1}),
      forms_(terms.size()) {
  for (const uint32_t term : terms_) ++begins_[term + 1];
  std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
  std::vector<uint32_t> counts(stems);
  for (uint32_t f = 0; f < terms_.size(); ++f) {
    const uint32_t term = terms_[f];
    ordinals_[f] = counts[term]++;
    forms_[begins_[term] + ordinals_[f]] = f;
  }
}

void WordForms::Write(std::span<const std::string_view> stems,
                      std::span<const std::string_view> forms,
                      SectionBuffers* sections) const {
  std::vector<uint32_t> first_forms(stems.size());
  for (uint32_t t = 0; t < stems.size(); ++t) {
    first_forms[t] = count(t) > 0 ? forms_[begins_[t]] : kNotFound;
  }
  PutWordTables(stems, forms, first_forms, &(*sections)[Section::kTermTable],
                &(*sections)[Section::kFormTable],
                &(*sections)[Section::kWordBytes]);
  PutFramed(std::vector<int64_t>(forms_.begin(), forms_.end()),
            &(*sections)[Section::kTermForms]);
  PutFramed(std::vector<int64_t>(terms_.begin(), terms_.end()),
            &(*sections)[Section::kForms]);
}

}  // namespace paperwire::index
