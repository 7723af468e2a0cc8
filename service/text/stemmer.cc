#include "service/text/stemmer.h"

#include <libstemmer.h>

#include <algorithm>

#include "service/base/hash.h"
#include "service/text/variants.h"

namespace paperwire::text {
namespace {

constexpr size_t kSlots = 1 << 14;

// Beginnings of words that Snowball takes for others: position and positive,
// relation and relative, experiment and experience, organ and organic,
// internal and international would be one word each. Abstracts that have the
// one have the other less than half as often as chance would have it, so they
// are no help in finding each other. Here the beginning is the stem.
constexpr std::string_view kApart[] = {
    "authorit", "conductiv",  "consisten",    "conversation", "experienc",
    "extensiv", "formation",  "informal",     "integrit",     "internation",
    "modulat",  "numerous",   "organic",      "organism",     "organiz",
    "positiv",  "projectiv",  "relativist",   "relativit",    "relativ",
    "successiv", "universit",
};

std::string_view ApartStem(std::string_view word) {
  for (const std::string_view stem : kApart) {
    if (word.starts_with(stem)) return stem;
  }
  return {};
}

}  // namespace

Stemmer::Stemmer()
    : stemmer_(sb_stemmer_new("english", "UTF_8")), slots_(kSlots) {}

Stemmer::~Stemmer() { sb_stemmer_delete(stemmer_); }

std::string_view Stemmer::Stem(std::string_view form) {
  const bool plain = std::all_of(form.begin(), form.end(),
                                 [](char c) { return c >= 'a' && c <= 'z'; });
  if (form.size() <= 2 || !plain || stemmer_ == nullptr) return form;
  Slot& slot = slots_[StableHash(form) % kSlots];
  if (slot.form == form) return slot.stem;
  word_ = form;
  ToOneSpelling(&word_);
  if (const std::string_view apart = ApartStem(word_); !apart.empty()) {
    slot.form = form;
    slot.stem = apart;
    return slot.stem;
  }
  const sb_symbol* stem = sb_stemmer_stem(
      stemmer_, reinterpret_cast<const sb_symbol*>(word_.data()),
      static_cast<int>(word_.size()));
  if (stem == nullptr) return form;  // out of memory
  slot.form = form;
  slot.stem.assign(reinterpret_cast<const char*>(stem),
                   static_cast<size_t>(sb_stemmer_length(stemmer_)));
  return slot.stem;
}

}  // namespace paperwire::text
