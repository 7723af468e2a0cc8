// A query tree as a few bytes that decide about one document.
//
//     std::string program = CompileProgram(query.root, anchor, &ids);
//     switch (RunProgram(program.data(), &document)) {
//       case Decision::kYes: ...
//
// A step is an operation byte and its operands, children behind their parent:
//
//     kAll, kNone           every document, no document
//     kAnd, kOr   n         of n steps that follow
//     kNot                  of the step that follows
//     kAnywhere   id        a stem or keyword, wherever it stands
//     kAllOf      n ids     all of these, wherever they stand
//     kInFields   f id      a stem in these fields
//     kPhrase     f n ids   n stems in a row in one of these fields
//     kNear       f r n ids n different stems in any order, within r places of
//                           the first, in one of these fields
//     kTogether   f n ids   maybe, if all n stems stand in one of the fields
//     kRange      c min max a column, 8 bytes each
//     kMaybe                not decided here
//
// n and r are varints, id a TermId of four bytes. Wildcards, exact words and near
// phrases with a word twice are not decided here, but most documents are told at
// once not to match.

#ifndef PAPERWIRE_SERVICE_STANDING_PROGRAM_H_
#define PAPERWIRE_SERVICE_STANDING_PROGRAM_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "service/query/query.h"
#include "service/standing/anchors.h"
#include "service/standing/document_terms.h"
#include "service/standing/term_ids.h"

namespace paperwire::standing {

enum class Decision : uint8_t {
  kNo,
  kYes,
  kMaybe,  // ask the search code
};

// For documents that are known to have the anchor's key and its check. The
// words and keywords that it names get numbers.
std::string CompileProgram(const query::Node& root, const Anchor& anchor,
                           TermIds* ids);

// Whether a program can come to kMaybe.
bool NeedsSearch(const query::Node& root);

// Whether every document that has an anchor of the tree matches it.
bool AnchorDecides(const query::Node& root);

// The keys that a document with the anchor needs besides, the check first,
// when it matches as soon as it has them; nothing for other trees.
std::optional<std::vector<Key>> KeysThatDecide(const query::Node& root,
                                               const Anchor& anchor);

Decision RunProgram(const uint8_t* program, DocumentTerms* document);

// Calls visit(term) for each term that a program names.
void ForEachTermOf(const uint8_t* program,
                   const std::function<void(TermId)>& visit);

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_PROGRAM_H_
