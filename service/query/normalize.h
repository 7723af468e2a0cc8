// The normal form of query.h.
//
//     Node root = Normalize(std::move(tree));
//
// Keeps what the tree matches. Any thread; recursion as deep as the tree.

#ifndef PAPERWIRE_SERVICE_QUERY_NORMALIZE_H_
#define PAPERWIRE_SERVICE_QUERY_NORMALIZE_H_

#include <vector>

#include "service/query/query.h"

namespace paperwire::query {

// Flattens And and Or, takes off And and Or of one child and double Nots, and
// moves a Not out of an Or: "a OR -b" is "-(b -a)". Leaves under a Not lose
// their boost, which could not count.
Node Normalize(Node node);

// And, Or and Not of nodes, not normalised.
Node MakeAnd(std::vector<Node> children);
Node MakeOr(std::vector<Node> children);
Node MakeNot(Node child);

}  // namespace paperwire::query

#endif  // PAPERWIRE_SERVICE_QUERY_NORMALIZE_H_
