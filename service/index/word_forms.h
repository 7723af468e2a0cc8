// The spellings of each stem of a segment that is being made, numbered among
// themselves in byte order.
//
//     WordForms words(stems.size(), terms);  // terms[f]: the stem of form f
//     words.ordinal(f);                      // among the forms of its stem
//     words.Write(stems, forms, &sections);

#ifndef PAPERWIRE_SERVICE_INDEX_WORD_FORMS_H_
#define PAPERWIRE_SERVICE_INDEX_WORD_FORMS_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "service/index/sections.h"

namespace paperwire::index {

class WordForms {
 public:
  // `terms`: the stem of each spelling, these in byte order.
  WordForms(uint32_t stems, std::span<const uint32_t> terms);

  uint32_t ordinal(uint32_t form) const { return ordinals_[form]; }
  // How many a stem has.
  uint32_t count(uint32_t term) const {
    return begins_[term + 1] - begins_[term];
  }

  // Writes the tables of both, and who belongs to whom. Where those of each
  // stem begin is for PostingsWriter to write.
  void Write(std::span<const std::string_view> stems,
             std::span<const std::string_view> forms,
             SectionBuffers* sections) const;

 private:
  std::vector<uint32_t> terms_;     // by form
  std::vector<uint32_t> ordinals_;  // by form
  std::vector<uint32_t> begins_;    // by stem, in:
  std::vector<uint32_t> forms_;     // those of each stem, rising
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_WORD_FORMS_H_
