#include "service/index/leaves.h"

#include <algorithm>

namespace paperwire::index {
namespace {

using query::Node;

void Collect(const Node& node, std::vector<const Node*>* leaves) {
  if (node.kind == Node::Kind::kNot) return;
  if (node.Scores()) leaves->push_back(&node);
  for (const Node& child : node.children) Collect(child, leaves);
}

// Whether ScoringLeaves of it has any.
bool HasScoringLeaf(const Node& node) {
  if (node.kind == Node::Kind::kNot) return false;
  return node.Scores() || std::any_of(node.children.begin(),
                                      node.children.end(), HasScoringLeaf);
}

void CollectFilters(const Node& node, std::vector<const Node*>* filters) {
  if (node.kind == Node::Kind::kAnd) {
    for (const Node& child : node.children) CollectFilters(child, filters);
    return;
  }
  if (!HasScoringLeaf(node)) filters->push_back(&node);
}

void CollectRequired(const Node& node, std::vector<const Node*>* leaves) {
  if (node.Scores()) leaves->push_back(&node);
  if (node.kind != Node::Kind::kAnd && node.kind != Node::Kind::kPhrase) return;
  for (const Node& child : node.children) CollectRequired(child, leaves);
}

}  // namespace

std::vector<const Node*> ScoringLeaves(const Node& root) {
  std::vector<const Node*> leaves;
  Collect(root, &leaves);
  return leaves;
}

bool NeedsLeaf(const Node& root) {
  const auto& children = root.children;
  switch (root.kind) {
    case Node::Kind::kAnd:
      return std::any_of(children.begin(), children.end(), NeedsLeaf);
    case Node::Kind::kOr:
      return std::all_of(children.begin(), children.end(), NeedsLeaf);
    default:
      return root.HasWords();
  }
}

const Node* Disjunction(const Node& root) {
  const auto scores = [](const Node& node) { return node.Scores(); };
  if (root.Scores()) return &root;
  if (root.kind == Node::Kind::kOr) {
    return std::all_of(root.children.begin(), root.children.end(), scores)
               ? &root
               : nullptr;
  }
  if (root.kind != Node::Kind::kAnd) return nullptr;
  const Node* found = nullptr;
  for (const Node& child : root.children) {
    if (!HasScoringLeaf(child)) continue;
    if (found != nullptr || child.kind == Node::Kind::kAnd) return nullptr;
    found = Disjunction(child);
    if (found == nullptr) return nullptr;
  }
  return found;
}

bool IsConjunction(const Node& root) {
  if (root.Scores()) return true;
  return root.kind == Node::Kind::kAnd && !root.children.empty() &&
         std::all_of(root.children.begin(), root.children.end(), IsConjunction);
}

std::vector<const Node*> RequiredLeaves(const Node& root) {
  std::vector<const Node*> leaves;
  CollectRequired(root, &leaves);
  return leaves;
}

std::vector<const Node*> RequiredFilters(const Node& root) {
  std::vector<const Node*> filters;
  CollectFilters(root, &filters);
  return filters;
}

}  // namespace paperwire::index
