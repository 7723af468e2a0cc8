// The HTML part of a mail.
//
// Tables and inline styles, because Outlook lays out with Word and Gmail drops
// what it does not know; a style sheet for dark mode and for phones on top,
// which those that understand it take. Nothing is loaded from anywhere: no
// image, no font, no script, nothing that tells when it was read.

#ifndef PAPERWIRE_SERVICE_DIGEST_LETTER_HTML_H_
#define PAPERWIRE_SERVICE_DIGEST_LETTER_HTML_H_

#include <string>

#include "service/digest/letter.h"
#include "service/digest/paper_words.h"

namespace paperwire::digest {

// Some 8,000 bytes, and 1,600 for each paper in full.
std::string WriteHtml(const Letter& letter, Detail detail);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_LETTER_HTML_H_
