#include "service/query/normalize.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "service/text/analyzer.h"

namespace paperwire::query {
namespace {

using Kind = Node::Kind;

Node MakeParent(Kind kind, std::vector<Node> children) {
  Node node;
  node.kind = kind;
  if (!children.empty()) {
    node.begin = children.front().begin;
    node.end = children.back().end;
  }
  node.children = std::move(children);
  return node;
}

// What stands below a Not does not score.
void DropBoosts(bool below_not, Node* node) {
  if (below_not) node->boost = 1;
  if (below_not && node->kind == Kind::kPhrase) node->children.clear();
  below_not = below_not || node->kind == Kind::kNot;
  for (Node& child : node->children) DropBoosts(below_not, &child);
}

Node NotOf(Node child) {
  if (child.kind == Kind::kNot) return std::move(child.children[0]);
  return MakeNot(std::move(child));
}

// Puts children of the same kind in the place of their parent.
std::vector<Node> Flatten(Kind kind, std::vector<Node> children) {
  std::vector<Node> flat;
  for (Node& child : children) {
    if (child.kind == kind) {
      std::move(child.children.begin(), child.children.end(),
                std::back_inserter(flat));
    } else {
      flat.push_back(std::move(child));
    }
  }
  return flat;
}

Node AndOf(std::vector<Node> children) {
  children = Flatten(Kind::kAnd, std::move(children));
  std::erase_if(children, [](const Node& n) { return n.kind == Kind::kAll; });
  if (children.empty()) return Node();
  if (children.size() == 1) return std::move(children[0]);
  return MakeParent(Kind::kAnd, std::move(children));
}

Node OrOf(std::vector<Node> children) {
  children = Flatten(Kind::kOr, std::move(children));
  for (const Node& child : children) {
    if (child.kind == Kind::kAll) return Node();
  }
  const auto negated =
      std::stable_partition(children.begin(), children.end(),
                            [](const Node& n) { return n.kind != Kind::kNot; });
  if (negated == children.end()) {
    if (children.size() == 1) return std::move(children[0]);
    return MakeParent(Kind::kOr, std::move(children));
  }
  // De Morgan: a OR NOT b is NOT (b AND NOT a).
  std::vector<Node> missing;
  for (auto it = negated; it != children.end(); ++it) {
    missing.push_back(std::move(it->children[0]));
  }
  children.erase(negated, children.end());
  if (!children.empty()) missing.push_back(NotOf(OrOf(std::move(children))));
  return NotOf(AndOf(std::move(missing)));
}

Node Reduce(Node node) {
  for (Node& child : node.children) child = Reduce(std::move(child));
  switch (node.kind) {
    case Kind::kAnd:
      return AndOf(std::move(node.children));
    case Kind::kOr:
      return OrOf(std::move(node.children));
    case Kind::kNot:
      return NotOf(std::move(node.children[0]));
    default:
      return node;
  }
}

}  // namespace

Node MakeAnd(std::vector<Node> children) {
  return MakeParent(Kind::kAnd, std::move(children));
}

Node MakeOr(std::vector<Node> children) {
  return MakeParent(Kind::kOr, std::move(children));
}

Node MakeNot(Node child) {
  std::vector<Node> children;
  children.push_back(std::move(child));
  return MakeParent(Kind::kNot, std::move(children));
}

void ScoreByWords(Node* phrase) {
  phrase->children.clear();
  if (phrase->kind != Kind::kPhrase) return;
  for (const Word& word : phrase->words) {
    if (text::IsStopWord(word.form)) continue;
    Node& child = phrase->children.emplace_back();
    child.kind = Kind::kWord;
    child.words = {word};
    child.fields = phrase->fields;
    child.boost = phrase->boost;
    child.begin = phrase->begin;
    child.end = phrase->end;
  }
}

Node Normalize(Node node) {
  Node reduced = Reduce(std::move(node));
  DropBoosts(false, &reduced);
  return reduced;
}

}  // namespace paperwire::query
