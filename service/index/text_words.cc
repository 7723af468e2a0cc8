#include "service/index/text_words.h"

#include <algorithm>
#include <numeric>

#include "absl/container/flat_hash_map.h"
#include "service/base/hash.h"
#include "service/index/field_words.h"
#include "service/text/utf8.h"

namespace paperwire::index {
namespace {

static_assert(text::kMaxTokenBytes <= 0xFF);

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c & 0x80) == 0; });
}

// For each byte of the text, how many code points begin before it.
std::vector<int32_t> CodePointsBefore(std::string_view text) {
  std::vector<int32_t> before(text.size() + 1);
  int32_t count = 0;
  size_t next = 0;
  for (size_t at = 0; at <= text.size(); ++at) {
    before[at] = count;
    if (at == next && at < text.size()) {
      next += text::DecodeAt(text, at).size;
      ++count;
    }
  }
  return before;
}

}  // namespace

TextWords::TextWords(std::string_view text, text::Analyzer& analyzer)
    : ascii_(IsAscii(text)) {
  const std::vector<int32_t> before =
      ascii_ ? std::vector<int32_t>() : CodePointsBefore(text);
  const auto character = [&](uint32_t byte) {
    return ascii_ ? static_cast<int32_t>(byte) : before[byte];
  };
  const std::vector<text::Token>& tokens = analyzer.Tokenize(text);
  const size_t count = std::min<size_t>(tokens.size(), kMaxFieldWords);

  struct Found {
    Word word;
    uint32_t hash = 0;
    uint32_t count = 0;
  };
  std::vector<Found> found;
  std::vector<uint32_t> word_of(count);
  std::vector<Place> places;
  absl::flat_hash_map<std::string_view, uint32_t> known;
  places.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const text::Token& token = tokens[i];
    const auto [it, is_new] =
        known.try_emplace(token.form, static_cast<uint32_t>(found.size()));
    if (is_new) {
      const auto begin = static_cast<uint32_t>(letters_.size());
      found.push_back({});
      found.back().word = {.form = begin,
                           .stem = begin,
                           .places = 0,
                           .form_size = static_cast<uint8_t>(token.form.size()),
                           .stem_size = 0};
      letters_.append(token.form);
    }
    word_of[i] = it->second;
    ++found[it->second].count;
    places.push_back(
        {token.position, character(token.begin), character(token.end)});
  }
  // The forms point into the analyzer only until it is called again.
  known.clear();
  for (Found& f : found) {
    const std::string form = letters_.substr(f.word.form, f.word.form_size);
    const std::string_view stem = analyzer.Stem(form);
    f.hash = StemHash(stem);
    f.word.stem_size = static_cast<uint8_t>(stem.size());
    if (!form.starts_with(stem)) {
      f.word.stem = static_cast<uint32_t>(letters_.size());
      letters_.append(stem);
    }
  }
  letters_.shrink_to_fit();

  std::vector<uint32_t> order(found.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return std::pair(found[a].hash, a) < std::pair(found[b].hash, b);
  });
  hashes_.reserve(found.size());
  words_.reserve(found.size());
  std::vector<uint32_t> next(found.size());  // where the next place goes
  uint32_t begin = 0;
  for (const uint32_t i : order) {
    next[i] = begin;
    found[i].word.places = begin;
    begin += found[i].count;
    hashes_.push_back(found[i].hash);
    words_.push_back(found[i].word);
  }
  places_.resize(count);
  for (size_t i = 0; i < count; ++i) places_[next[word_of[i]]++] = places[i];
}

std::string_view TextWords::Form(uint32_t word) const {
  return std::string_view(letters_).substr(words_[word].form,
                                           words_[word].form_size);
}

std::string_view TextWords::Stem(uint32_t word) const {
  return std::string_view(letters_).substr(words_[word].stem,
                                           words_[word].stem_size);
}

absl::Span<const TextWords::Place> TextWords::Places(uint32_t word) const {
  const size_t begin = words_[word].places;
  const size_t end =
      word + 1 < words_.size() ? words_[word + 1].places : places_.size();
  return absl::MakeConstSpan(places_).subspan(begin, end - begin);
}

uint32_t TextWords::FirstWithStemHash(uint32_t hash) const {
  return static_cast<uint32_t>(
      std::lower_bound(hashes_.begin(), hashes_.end(), hash) - hashes_.begin());
}

uint32_t TextWords::StemHash(std::string_view stem) {
  return static_cast<uint32_t>(StableHash(stem));
}

void TextWords::Prefetch() const {
  constexpr size_t kCacheLine = 64;
  for (size_t i = 0; i < hashes_.size(); i += kCacheLine / sizeof(uint32_t)) {
    __builtin_prefetch(hashes_.data() + i);
  }
}

size_t TextWords::bytes() const {
  return sizeof(*this) + letters_.capacity() +
         hashes_.capacity() * sizeof(uint32_t) +
         words_.capacity() * sizeof(Word) + places_.capacity() * sizeof(Place);
}

}  // namespace paperwire::index
