#include "service/standing/anchors.h"

#include <algorithm>
#include <bit>
#include <string>

#include "service/base/hash.h"
#include "service/base/strings.h"
#include "service/index/keyword_terms.h"

namespace paperwire::standing {
namespace {

using query::Node;
using Kind = Node::Kind;

Key MakeKey(std::string_view bytes) {
  const Key key = StableHash(bytes);
  return key != 0 ? key : 1;
}

// Anchors, and how many papers they bring up together.
struct Choice {
  bool found = false;
  int64_t cost = 0;
  std::vector<Anchor> anchors;
};

Choice One(Key key, int64_t cost) {
  return {.found = true, .cost = cost, .anchors = {{key, 0}}};
}

Choice Choose(const Node& node, const Frequency& frequency);

// The cheapest part of something that needs them all, checked by the cheapest
// other part that is a single key.
Choice ChooseOne(std::vector<Choice> parts) {
  const auto best = std::min_element(
      parts.begin(), parts.end(), [](const Choice& a, const Choice& b) {
        return a.found != b.found ? a.found : a.cost < b.cost;
      });
  if (best == parts.end() || !best->found) return {};
  Choice chosen = *best;
  const Choice* check = nullptr;
  for (const Choice& part : parts) {
    if (&part == &*best || !part.found || part.anchors.size() != 1) continue;
    if (check == nullptr || part.cost < check->cost) check = &part;
  }
  if (check == nullptr) return chosen;
  const Key key = check->anchors[0].key;
  for (Anchor& anchor : chosen.anchors) {
    if (anchor.check == 0 && anchor.key != key) anchor.check = key;
  }
  return chosen;
}

Choice ChooseAll(const Node& node, const Frequency& frequency) {
  Choice all = {.found = true, .cost = 0, .anchors = {}};
  for (const Node& child : node.children) {
    Choice one = Choose(child, frequency);
    if (!one.found) return {};
    all.cost += one.cost;
    all.anchors.insert(all.anchors.end(), one.anchors.begin(),
                       one.anchors.end());
  }
  return all;
}

Choice ChooseWord(const query::Word& word, const Frequency& frequency) {
  Node leaf;
  leaf.kind = Kind::kWord;
  leaf.words.push_back(word);
  const Key key = WordKey(word.stem);
  return One(key, frequency(leaf, key));
}

Choice Choose(const Node& node, const Frequency& frequency) {
  std::vector<Choice> parts;
  switch (node.kind) {
    case Kind::kWord:
      return ChooseWord(node.words[0], frequency);
    case Kind::kPhrase:
      for (const query::Word& word : node.words) {
        parts.push_back(ChooseWord(word, frequency));
      }
      return ChooseOne(std::move(parts));
    case Kind::kAnd:
      for (const Node& child : node.children) {
        parts.push_back(Choose(child, frequency));
      }
      return ChooseOne(std::move(parts));
    case Kind::kOr:
      return ChooseAll(node, frequency);
    case Kind::kKeyword: {
      const Key key = KeywordKey(node.keyword);
      // One that no paper has needs no anchor to find nothing.
      if (key == 0) return {.found = true, .cost = 0, .anchors = {}};
      return One(key, frequency(node, key));
    }
    case Kind::kAll:
    case Kind::kNot:
    case Kind::kPrefix:
    case Kind::kFuzzy:
    case Kind::kRange:
      return {};
  }
  return {};
}

}  // namespace

Key WordKey(std::string_view stem) { return MakeKey(stem); }

// No stem begins with a control character.
Key KeywordTermKey(std::string_view term) {
  return MakeKey(StrCat("\x01", term));
}

Key LinkKey(int bit) { return MakeKey(StrCat("\x02", bit)); }

Key KeywordKey(const query::Keyword& keyword) {
  if (keyword.kind != query::Keyword::Kind::kHas) {
    return KeywordTermKey(index::KeywordTerm(keyword));
  }
  const uint32_t bit = index::LinkBit(keyword);
  return bit != 0 ? LinkKey(std::countr_zero(bit)) : 0;
}

bool FindAnchors(const Node& root, const Frequency& frequency,
                 std::vector<Anchor>* anchors) {
  const Choice choice = Choose(root, frequency);
  if (!choice.found) return false;
  anchors->insert(anchors->end(), choice.anchors.begin(), choice.anchors.end());
  return true;
}

}  // namespace paperwire::standing
