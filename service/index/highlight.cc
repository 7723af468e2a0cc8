// Highlights are found in the text itself, word by word, by what the leaves of
// the query say; phrases by the same count of positions as in the index, taken
// apart into the places that make it up. What a leaf stands for is looked up
// among the different words of the text; only then come the places.

#include "service/index/highlight.h"

#include <algorithm>
#include <utility>

#include "service/index/edit_distance.h"
#include "service/index/field_words.h"
#include "service/index/leaves.h"
#include "service/index/phrase_places.h"
#include "service/index/snippet.h"
#include "service/text/names.h"

namespace paperwire::index {
namespace {

using query::Node;

// Calls visit(word) for the words of the text that `wanted` stands for.
template <typename Visit>
void ForEachMatch(const TextWords& words, const query::Word& wanted,
                  uint32_t stem_hash, Visit visit) {
  const bool bare = wanted.stem == text::BareInitial(wanted.form);
  if (bare || wanted.stem == text::Initial(wanted.form)) {
    for (uint32_t word = 0; word < words.size(); ++word) {
      const std::string_view form = words.Form(word);
      if (bare ? form == wanted.form : form.starts_with(wanted.form)) {
        visit(word);
      }
    }
    return;
  }
  for (uint32_t word = words.FirstWithStemHash(stem_hash);
       words.HasStemHash(word, stem_hash); ++word) {
    if (wanted.exact ? words.Form(word) == wanted.form
                     : words.Stem(word) == wanted.stem) {
      visit(word);
    }
  }
}

}  // namespace

Highlighter::Highlighter(const query::Query& query) : tree_(query.root) {
  for (const Node* node : ScoringLeaves(tree_.root())) {
    if (node->words.empty()) continue;
    Leaf leaf{node, {}};
    for (const query::Word& word : node->words) {
      leaf.stem_hashes.push_back(TextWords::StemHash(word.stem));
    }
    leaves_.push_back(std::move(leaf));
  }
}

// Marks the words that a leaf stands for.
void Highlighter::MarkLeaf(const Leaf& leaf, const TextWords& words) {
  const query::Word& wanted = leaf.node->words.front();
  const auto mark = [&](uint32_t word) {
    for (const TextWords::Place& place : words.Places(word)) {
      marked_.push_back({place.begin, place.end});
    }
  };
  switch (leaf.node->kind) {
    case Node::Kind::kWord:
      ForEachMatch(words, wanted, leaf.stem_hashes.front(), mark);
      return;
    case Node::Kind::kPrefix:
      for (uint32_t word = 0; word < words.size(); ++word) {
        if (words.Form(word).starts_with(wanted.form)) mark(word);
      }
      return;
    case Node::Kind::kFuzzy:
      for (uint32_t word = 0; word < words.size(); ++word) {
        if (EditDistance(words.Form(word), wanted.form, leaf.node->distance) <=
            leaf.node->distance) {
          mark(word);
        }
      }
      return;
    case Node::Kind::kPhrase:
      MarkPhrase(leaf, words);
      return;
    default:
      return;
  }
}

void Highlighter::MarkPhrase(const Leaf& leaf, const TextWords& words) {
  const std::vector<query::Word>& phrase = leaf.node->words;
  // Which words of the phrase each word of the text could be.
  std::vector<std::pair<uint32_t, uint32_t>> could_be;
  for (uint32_t i = 0; i < phrase.size(); ++i) {
    const size_t before = could_be.size();
    ForEachMatch(words, phrase[i], leaf.stem_hashes[i],
                 [&](uint32_t word) { could_be.emplace_back(word, i); });
    if (could_be.size() == before) return;  // one that is not there at all
  }
  std::sort(could_be.begin(), could_be.end());
  std::vector<const TextWords::Place*> places;
  std::vector<PlacedWord> placed;
  for (size_t i = 0; i < could_be.size();) {
    const uint32_t word = could_be[i].first;
    std::vector<uint32_t> of_phrase;
    for (; i < could_be.size() && could_be[i].first == word; ++i) {
      of_phrase.push_back(could_be[i].second);
    }
    for (const TextWords::Place& place : words.Places(word)) {
      placed.push_back(
          {place.position, static_cast<uint32_t>(places.size()), of_phrase});
      places.push_back(&place);
    }
  }
  std::sort(placed.begin(), placed.end(),
            [](const PlacedWord& a, const PlacedWord& b) {
              return std::pair(a.position, a.id) < std::pair(b.position, b.id);
            });
  for (const uint32_t i : PhrasePlaces(placed, phrase.size(),
                                       std::min(leaf.node->slop, kMaxSlop))) {
    marked_.push_back({places[i]->begin, places[i]->end});
  }
}

// What is marked, in order; what overlaps is joined.
std::vector<CharSpan> Highlighter::Spans() {
  std::sort(marked_.begin(), marked_.end(),
            [](const CharSpan& a, const CharSpan& b) {
              return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
            });
  std::vector<CharSpan> spans;
  spans.reserve(marked_.size());
  for (const CharSpan& span : marked_) {
    if (span.begin == span.end) continue;
    if (!spans.empty() && span.begin < spans.back().end) {
      spans.back().end = std::max(spans.back().end, span.end);
    } else {
      spans.push_back(span);
    }
  }
  return spans;
}

FieldHighlight Highlighter::Mark(query::TextField field, std::string_view text,
                                 const TextWords& words) {
  marked_.clear();
  for (const Leaf& leaf : leaves_) {
    if ((leaf.node->fields & query::OnlyField(field)) != 0) {
      MarkLeaf(leaf, words);
    }
  }
  FieldHighlight highlight;
  highlight.field = field;
  highlight.spans = Spans();
  if (field == query::TextField::kAbstract) {
    Snippet snippet = ChooseSnippet(text, words.ascii(), highlight.spans);
    highlight.snippet = std::move(snippet.text);
    highlight.snippet_begin = snippet.begin;
  } else {
    highlight.snippet = std::string(text);
    BreaksToSpaces(&highlight.snippet);
  }
  return highlight;
}

FieldHighlight Highlight(const query::Query& query, query::TextField field,
                         std::string_view text, text::Analyzer& analyzer) {
  return Highlighter(query).Mark(field, text, TextWords(text, analyzer));
}

}  // namespace paperwire::index
