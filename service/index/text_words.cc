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
// Letters of forms and of stems that do not begin them.
static_assert(size_t{kMaxFieldWords} * text::kMaxTokenBytes * 2 < 1 << 24);

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
    Word word{};
    uint32_t hash = 0;
    uint32_t count = 0;
  };
  std::string letters;
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
      Word& word = found.emplace_back().word;
      word.form = word.stem = static_cast<uint32_t>(letters.size()) & 0xFFFFFF;
      word.form_size = static_cast<uint8_t>(token.form.size());
      letters.append(token.form);
    }
    word_of[i] = it->second;
    ++found[it->second].count;
    places.push_back(
        {token.position, character(token.begin), character(token.end)});
  }
  // The forms point into the analyzer only until it is called again.
  known.clear();
  for (Found& f : found) {
    const std::string form = letters.substr(f.word.form, f.word.form_size);
    const std::string_view stem = analyzer.Stem(form);
    f.hash = StemHash(stem);
    f.word.stem_size = static_cast<uint8_t>(stem.size());
    if (!form.starts_with(stem)) {
      f.word.stem = static_cast<uint32_t>(letters.size()) & 0xFFFFFF;
      letters.append(stem);
    }
  }

  std::vector<uint32_t> order(found.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return std::pair(found[a].hash, a) < std::pair(found[b].hash, b);
  });
  size_ = static_cast<uint32_t>(found.size());
  places_ = static_cast<uint32_t>(count);
  memory_.resize((size_ + 1) / 2 +
                 (size_ * sizeof(Word) + places_ * sizeof(Place) +
                  letters.size() + sizeof(uint32_t) - 1) /
                     sizeof(uint32_t));
  auto* const to_hashes = const_cast<uint16_t*>(hashes());
  auto* const to_words = const_cast<Word*>(words());
  auto* const to_places = const_cast<Place*>(this->places());
  std::vector<uint32_t> next(size_);  // where the next place goes
  uint32_t begin = 0;
  for (uint32_t w = 0; w < size_; ++w) {
    Found& f = found[order[w]];
    next[order[w]] = begin;
    f.word.places = begin;
    begin += f.count;
    to_hashes[w] = static_cast<uint16_t>(f.hash);
    to_words[w] = f.word;
  }
  for (size_t i = 0; i < count; ++i) to_places[next[word_of[i]]++] = places[i];
  letters.copy(const_cast<char*>(this->letters()), letters.size());
}

std::string_view TextWords::Form(uint32_t word) const {
  const Word& w = words()[word];
  return std::string_view(letters() + w.form, w.form_size);
}

std::string_view TextWords::Stem(uint32_t word) const {
  const Word& w = words()[word];
  return std::string_view(letters() + w.stem, w.stem_size);
}

absl::Span<const TextWords::Place> TextWords::Places(uint32_t word) const {
  const size_t begin = words()[word].places;
  const size_t end = word + 1 < size_ ? words()[word + 1].places : places_;
  return absl::MakeConstSpan(places() + begin, end - begin);
}

uint32_t TextWords::FirstWithStemHash(uint32_t hash) const {
  // Halves without a branch that could be guessed wrong.
  const uint16_t* first = hashes();
  for (uint32_t left = size_; left > 0;) {
    const uint32_t half = left / 2;
    const bool below = first[half] < hash;
    first = below ? first + half + 1 : first;
    left = below ? left - half - 1 : half;
  }
  return static_cast<uint32_t>(first - hashes());
}

uint32_t TextWords::StemHash(std::string_view stem) {
  return static_cast<uint16_t>(StableHash(stem));
}

void TextWords::Prefetch() const {
  constexpr size_t kCacheLine = 64;
  for (size_t i = 0; i < size_; i += kCacheLine / sizeof(uint16_t)) {
    __builtin_prefetch(hashes() + i);
  }
}

size_t TextWords::bytes() const {
  return sizeof(*this) + memory_.capacity() * sizeof(uint32_t);
}

}  // namespace paperwire::index
