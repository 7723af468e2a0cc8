// When two reports are of the same paper.
//
// 1. They share an external id (text/external_id.h).
// 2. They share the normalised title and the first author's surname, were
//    published within one year of each other, and do not carry different ids
//    of a scheme that gives one paper one id (arXiv, ACL). Titles of fewer
//    than three words ("Preface") prove nothing.
// 3. One of them has no author or no date, and title and abstract are the
//    same word for word.

#ifndef PAPERWIRE_SERVICE_CATALOGUE_IDENTITY_H_
#define PAPERWIRE_SERVICE_CATALOGUE_IDENTITY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "paperwire/v1/paper.pb.h"
#include "service/text/analyzer.h"

namespace paperwire::catalogue {

// What a paper is found again by.
struct Likeness {
  // "scheme:value" of each external id.
  std::vector<std::string> ids;
  // A hash of the title's words, for rules 2 and 3: papers that share it are
  // candidates. 0: the title is too short to prove anything.
  int64_t title = 0;
};

Likeness LikenessOf(const v1::Paper& paper, text::Analyzer& analyzer);

// Whether two papers that share the title are the same by rule 2 or 3.
bool SamePaper(const v1::Paper& a, const v1::Paper& b,
               text::Analyzer& analyzer);

}  // namespace paperwire::catalogue

#endif  // PAPERWIRE_SERVICE_CATALOGUE_IDENTITY_H_
