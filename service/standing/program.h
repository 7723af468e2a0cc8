// A query tree as a few bytes that decide about one document.
//
//     std::string program = CompileProgram(query.root, anchor);
//     switch (RunProgram(program.data(), &document)) {
//       case Decision::kYes: ...
//
// A step is an operation byte and its operands, children behind their parent:
//
//     kAll, kNone           every document, no document
//     kAnd, kOr   n         of n steps that follow
//     kNot                  of the step that follows
//     kAnywhere   key       a stem or keyword, wherever it stands
//     kAllOf      n keys    all of these, wherever they stand
//     kInFields   f key     a stem in these fields
//     kPhrase     f n keys  n stems in a row in one of these fields
//     kTogether   f n keys  maybe, if all n stems stand in one of the fields
//     kRange      c min max a column, 8 bytes each
//     kMaybe                not decided here
//
// n is a varint, key takes kKeyBytes. Wildcards, near phrases and exact words
// are not decided here, but most documents are told at once not to match.

#ifndef PAPERWIRE_SERVICE_STANDING_PROGRAM_H_
#define PAPERWIRE_SERVICE_STANDING_PROGRAM_H_

#include <cstdint>
#include <string>

#include "service/query/query.h"
#include "service/standing/document_terms.h"

namespace paperwire::standing {

enum class Decision : uint8_t {
  kNo,
  kYes,
  kMaybe,  // ask the search code
};

// For documents that are known to have the anchor's key.
std::string CompileProgram(const query::Node& root, const Anchor& anchor);

// Whether a program can come to kMaybe.
bool NeedsSearch(const query::Node& root);

// Whether every document that has an anchor of the tree matches it.
bool AnchorDecides(const query::Node& root);

Decision RunProgram(const uint8_t* program, DocumentTerms* document);

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_PROGRAM_H_
