// The subject of a mail: what the digest is called, and what is in this one.
//
//     Subject(letter);  // "Diffusion models: 12 new, 5 trending"

#ifndef PAPERWIRE_SERVICE_DIGEST_SUBJECT_H_
#define PAPERWIRE_SERVICE_DIGEST_SUBJECT_H_

#include <string>

#include "service/digest/letter.h"

namespace paperwire::digest {

// One line of at most kSubjectColumns; what is in it is never cut off. A single
// paper is called by its title.
std::string Subject(const Letter& letter);

inline constexpr int kSubjectColumns = 120;

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_SUBJECT_H_
