#include "service/index/leaves.h"

namespace paperwire::index {
namespace {

using query::Node;

void Collect(const Node& node, std::vector<const Node*>* leaves) {
  if (node.Scores()) leaves->push_back(&node);
  if (node.kind != Node::Kind::kAnd && node.kind != Node::Kind::kOr) return;
  for (const Node& child : node.children) Collect(child, leaves);
}

void CollectFilters(const Node& node, std::vector<const Node*>* filters) {
  if (node.kind == Node::Kind::kAnd) {
    for (const Node& child : node.children) CollectFilters(child, filters);
    return;
  }
  if (ScoringLeaves(node).empty()) filters->push_back(&node);
}

}  // namespace

std::vector<const Node*> ScoringLeaves(const Node& root) {
  std::vector<const Node*> leaves;
  Collect(root, &leaves);
  return leaves;
}

std::vector<const Node*> RequiredFilters(const Node& root) {
  std::vector<const Node*> filters;
  CollectFilters(root, &filters);
  return filters;
}

}  // namespace paperwire::index
