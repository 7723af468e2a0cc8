// The text part of a mail: for those who read without HTML, and for machines.

#ifndef PAPERWIRE_SERVICE_DIGEST_LETTER_TEXT_H_
#define PAPERWIRE_SERVICE_DIGEST_LETTER_TEXT_H_

#include <string>

#include "service/digest/letter.h"
#include "service/digest/paper_words.h"

namespace paperwire::digest {

// Lines of at most kTextColumns, but for addresses, which stay whole.
std::string WriteText(const Letter& letter, Detail detail);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_LETTER_TEXT_H_
