// The parts of a query tree that scores and partial matches are made of.

#ifndef PAPERWIRE_SERVICE_INDEX_LEAVES_H_
#define PAPERWIRE_SERVICE_INDEX_LEAVES_H_

#include <vector>

#include "service/query/query.h"

namespace paperwire::index {

// The scoring leaves that are not under a Not, in the order of the tree. They
// point into it.
std::vector<const query::Node*> ScoringLeaves(const query::Node& root);

// What partial matches must satisfy: of the parts that the tree's top joins
// with And, those in which no scoring leaf stands outside of a Not.
std::vector<const query::Node*> RequiredFilters(const query::Node& root);

// Whether some scoring leaf is true of every full match.
bool NeedsLeaf(const query::Node& root);

// The part of the tree that is a leaf or an Or of leaves, when a document
// matches fully if and only if it satisfies RequiredFilters and any scoring
// leaf is true of it; else null.
const query::Node* Disjunction(const query::Node& root);

// Whether a document matches fully if and only if all scoring leaves are true
// of it.
bool IsConjunction(const query::Node& root);

// The scoring leaves that are true of every full match.
std::vector<const query::Node*> RequiredLeaves(const query::Node& root);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_LEAVES_H_
