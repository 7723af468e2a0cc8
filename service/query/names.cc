#include "service/query/names.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "service/query/normalize.h"
#include "service/text/names.h"

namespace paperwire::query {
namespace {

bool IsOfAuthors(const Node& node) {
  return node.kind == Node::Kind::kPhrase &&
         node.fields == OnlyField(TextField::kAuthor);
}

bool IsLetter(const Word& word) { return word.form.size() == 1; }

// Whether the word may also stand as its letter. Letters do already.
bool HasInitial(const Word& word) {
  return !word.exact && !IsLetter(word) && !text::Initial(word.form).empty();
}

bool SaysForenames(const Node& node) {
  if (!IsOfAuthors(node) || node.slop == 0) return false;
  const Word& surname = node.words.back();
  return !IsLetter(surname) && !surname.exact &&
         std::any_of(node.words.begin(), node.words.end() - 1, HasInitial);
}

bool HasNames(const Node& node) {
  return SaysForenames(node) ||
         std::any_of(node.children.begin(), node.children.end(), HasNames);
}

// Makes letters of the words [begin, end); false when none can be one.
bool Shorten(size_t begin, size_t end, Node* name) {
  bool any = false;
  for (size_t i = begin; i < end; ++i) {
    Word& word = name->words[i];
    if (!HasInitial(word)) continue;
    // Not what ReadAsName makes of it: that stands for other forenames, too.
    word.form.resize(1);
    word.stem = text::BareInitial(word.form);
    any = true;
  }
  return any;
}

Node WaysToWrite(const Node& name) {
  std::vector<Node> ways = {name};
  const auto add_shorter = [&](size_t begin, size_t end) {
    for (size_t i = 0, n = ways.size(); i < n; ++i) {
      Node way = ways[i];
      if (!Shorten(begin, end, &way)) continue;
      way.boost *= kInitialsBoost;
      ways.push_back(std::move(way));
    }
  };
  const size_t surname = name.words.size() - 1;
  add_shorter(0, 1);
  add_shorter(1, surname);
  return MakeOr(std::move(ways));
}

Node Spell(Node node) {
  if (SaysForenames(node)) return WaysToWrite(node);
  for (Node& child : node.children) child = Spell(std::move(child));
  return node;
}

}  // namespace

void ReadAsName(Node* phrase) {
  if (!IsOfAuthors(*phrase)) return;
  for (Word& word : phrase->words) {
    if (!IsLetter(word) || word.exact) continue;
    if (std::string initial = text::Initial(word.form); !initial.empty()) {
      word.stem = std::move(initial);
    }
  }
}

void PutSurnameLast(std::string_view name,
                    const std::vector<text::Token>& tokens,
                    std::vector<Word>* words) {
  std::vector<Word> forenames;
  text::ForEachForename(name, tokens, [&](const text::Token& token) {
    Word& word = (*words)[static_cast<size_t>(&token - tokens.data())];
    forenames.push_back(std::move(word));
    word.form.clear();
  });
  std::erase_if(*words, [](const Word& word) { return word.form.empty(); });
  words->insert(words->begin(), std::make_move_iterator(forenames.begin()),
                std::make_move_iterator(forenames.end()));
}

std::optional<Node> WithInitials(const Node& root) {
  if (!HasNames(root)) return std::nullopt;
  return Normalize(Spell(root));
}

}  // namespace paperwire::query
