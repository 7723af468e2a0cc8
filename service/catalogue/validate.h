// What a paper must be to be stored.

#ifndef PAPERWIRE_SERVICE_CATALOGUE_VALIDATE_H_
#define PAPERWIRE_SERVICE_CATALOGUE_VALIDATE_H_

#include "absl/status/status.h"
#include "paperwire/v1/paper.pb.h"

namespace paperwire::catalogue {

// Brings a paper that came in into the form in which papers are stored:
// blanks at the ends and line breaks removed, external ids in their normal
// form (text/external_id.h), an arXiv id that only its DOI tells added, links
// found in abstract and comment added, what only the server may set cleared.
//
// INVALID_ARGUMENT, naming the field ("authors[3].name") and what to do, when
// it breaks a limit of paper.proto. A missing title is not judged here: a
// report on a known paper needs none.
absl::Status Normalize(v1::Paper* paper);

}  // namespace paperwire::catalogue

#endif  // PAPERWIRE_SERVICE_CATALOGUE_VALIDATE_H_
