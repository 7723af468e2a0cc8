// Highlights are found in the text itself, word by word, by what the leaves of
// the query say; phrases by the same count of positions as in the index, taken
// apart into the places that make it up.

#include "service/index/highlight.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "service/index/field_words.h"
#include "service/index/fuzzy_scan.h"
#include "service/index/leaves.h"
#include "service/index/phrase_places.h"
#include "service/index/snippet.h"
#include "service/text/utf8.h"

namespace paperwire::index {
namespace {

using query::Node;

struct TextWord {
  std::string form;
  std::string stem;
  uint32_t position;
  uint32_t begin, end;  // bytes
};

bool WordMatches(const TextWord& word, const query::Word& wanted) {
  return wanted.exact ? word.form == wanted.form : word.stem == wanted.stem;
}

// Marks the words that a leaf stands for.
void Mark(const Node& leaf, const std::vector<TextWord>& words,
          std::vector<bool>* marked) {
  if (leaf.words.empty()) return;
  const query::Word& wanted = leaf.words.front();
  switch (leaf.kind) {
    case Node::Kind::kWord:
      for (size_t i = 0; i < words.size(); ++i) {
        if (WordMatches(words[i], wanted)) (*marked)[i] = true;
      }
      return;
    case Node::Kind::kPrefix:
      for (size_t i = 0; i < words.size(); ++i) {
        if (words[i].form.starts_with(wanted.form)) (*marked)[i] = true;
      }
      return;
    case Node::Kind::kFuzzy: {
      absl::flat_hash_map<std::string, bool> known;
      for (size_t i = 0; i < words.size(); ++i) {
        const auto [it, is_new] = known.try_emplace(words[i].form, false);
        if (is_new) {
          it->second = EditDistance(words[i].form, wanted.form,
                                    leaf.distance) <= leaf.distance;
        }
        if (it->second) (*marked)[i] = true;
      }
      return;
    }
    case Node::Kind::kPhrase: {
      using Ordinals = std::vector<uint32_t>;
      absl::flat_hash_map<std::string, Ordinals> by_form, by_stem;
      for (uint32_t w = 0; w < leaf.words.size(); ++w) {
        const query::Word& word = leaf.words[w];
        (word.exact ? by_form[word.form] : by_stem[word.stem]).push_back(w);
      }
      std::vector<PlacedWord> placed;
      for (uint32_t i = 0; i < words.size(); ++i) {
        PlacedWord p{words[i].position, i, {}};
        if (const auto it = by_form.find(words[i].form); it != by_form.end()) {
          p.could_be = it->second;
        }
        if (const auto it = by_stem.find(words[i].stem); it != by_stem.end()) {
          p.could_be.insert(p.could_be.end(), it->second.begin(),
                            it->second.end());
          std::sort(p.could_be.begin(), p.could_be.end());
        }
        if (!p.could_be.empty()) placed.push_back(std::move(p));
      }
      for (const uint32_t i : PhrasePlaces(placed, leaf.words.size(),
                                           std::min(leaf.slop, kMaxSlop))) {
        (*marked)[i] = true;
      }
      return;
    }
    default:
      return;
  }
}

// The marked words in code points; what overlaps is joined.
std::vector<CharSpan> Spans(std::string_view text,
                            const std::vector<TextWord>& words,
                            const std::vector<bool>& marked) {
  std::vector<std::pair<uint32_t, uint32_t>> bytes;
  for (size_t i = 0; i < words.size(); ++i) {
    if (marked[i] && words[i].begin < words[i].end) {
      bytes.emplace_back(words[i].begin, words[i].end);
    }
  }
  std::sort(bytes.begin(), bytes.end());
  std::vector<CharSpan> spans;
  size_t at = 0;
  int32_t character = 0;
  const auto go_to = [&](size_t byte) {
    while (at < byte && at < text.size()) {
      at += text::DecodeAt(text, at).size;
      ++character;
    }
    return character;
  };
  uint32_t last_end = 0;
  for (const auto& [begin, end] : bytes) {
    if (!spans.empty() && begin < last_end) {
      if (end > last_end) spans.back().end = go_to(end);
    } else {
      const int32_t from = go_to(begin);
      spans.push_back({from, go_to(end)});
    }
    last_end = std::max(last_end, end);
  }
  return spans;
}

}  // namespace

FieldHighlight Highlight(const query::Query& query, query::TextField field,
                         std::string_view text, text::Analyzer& analyzer) {
  std::vector<TextWord> words;
  for (const text::Token& token : analyzer.Tokenize(text)) {
    if (words.size() == kMaxFieldWords) break;
    words.push_back(
        {std::string(token.form), {}, token.position, token.begin, token.end});
  }
  for (TextWord& word : words) word.stem = analyzer.Stem(word.form);

  std::vector<bool> marked(words.size());
  for (const Node* leaf : ScoringLeaves(query.root)) {
    if ((leaf->fields & query::OnlyField(field)) != 0) {
      Mark(*leaf, words, &marked);
    }
  }
  FieldHighlight highlight;
  highlight.field = field;
  highlight.spans = Spans(text, words, marked);
  if (field == query::TextField::kAbstract) {
    Snippet snippet = ChooseSnippet(text, highlight.spans);
    highlight.snippet = std::move(snippet.text);
    highlight.snippet_begin = snippet.begin;
  } else {
    highlight.snippet = std::string(text);
    std::replace(highlight.snippet.begin(), highlight.snippet.end(), '\n', ' ');
  }
  return highlight;
}

}  // namespace paperwire::index
