// What all formats of arXiv have in common.

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_ARXIV_RECORD_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_ARXIV_RECORD_H_

#include <string_view>

#include "absl/status/status.h"
#include "paperwire/v1/paper.pb.h"

namespace paperwire::importers {

// Gives a paper its arXiv id, the links to its abstract page and its PDF, and
// the source "arxiv". INVALID_ARGUMENT when it is no arXiv id; a version at
// its end is no part of it.
absl::Status SetArxivId(std::string_view id, v1::Paper* paper);

// Whether a term is a subject of arXiv ("cs.CL", "hep-th") rather than a code
// of the ACM ("D.2.5") or the MSC ("68N30").
bool IsArxivCategory(std::string_view term);

// Codes of other classifications, separated by commas or semicolons; they
// become keywords.
void AddClassCodes(std::string_view field, v1::Paper* paper);

// Categories separated by blanks, the primary one first.
void AddArxivCategories(std::string_view field, v1::Paper* paper);

// The authors of a free text: separated by commas, "and" or "&" outside of
// braces; "(1)", "(Univ. of X)" and the like are no names; "Jr." belongs to
// the name before it.
void AddArxivAuthors(std::string_view text, v1::Paper* paper);

// Whether a comment or an abstract says that the paper was withdrawn: at its
// beginning ("This article was withdrawn", "Withdrawn due to an error") or, in
// arXiv's own words, further on ("4 pages. This paper has been withdrawn by
// the author"). "Lemma 2 has been withdrawn" does not.
bool SaysWithdrawn(std::string_view text);

// Sets comment and state from the authors' remark, and the state from what
// stands in place of the abstract.
void SetArxivComment(std::string_view comment, v1::Paper* paper);

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_ARXIV_RECORD_H_
