// Searches, held against a model.

#ifndef PAPERWIRE_TESTS_TORTURE_SEARCHING_H_
#define PAPERWIRE_TESTS_TORTURE_SEARCHING_H_

#include "service/index/snapshot.h"
#include "tests/torture/model.h"
#include "tests/torture/question.h"

namespace paperwire::torture {

// Expects that a search for the question finds the papers of the model that
// match it, and no others.
void ExpectFinds(const index::Snapshot& snapshot, const Question& question,
                 const Model& model);

}  // namespace paperwire::torture

#endif  // PAPERWIRE_TESTS_TORTURE_SEARCHING_H_
