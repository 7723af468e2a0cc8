// One spelling for words that English spells in two ways.
//
//     std::string word = "tumours";
//     ToOneSpelling(&word);    // "tumors"
//
// British and American spellings (`behaviour`, `fibre`, `optimise`,
// `anaemia`), plurals that no rule of endings undoes (`women`, `matrices`,
// `hypotheses`, `llms`), and adjectives that are their noun in other words
// (`viral`, `dietary`, `fibrotic`). What comes out is for the stemmer, not for
// people: of two spellings the one whose stem covers more is taken, right or
// not.

#ifndef PAPERWIRE_SERVICE_TEXT_VARIANTS_H_
#define PAPERWIRE_SERVICE_TEXT_VARIANTS_H_

#include <string>

namespace paperwire::text {

// `word` is of the letters a to z. Afterwards it may be longer than before, by
// a letter or two, but not if it was of more than 32. Idempotent.
void ToOneSpelling(std::string* word);

}  // namespace paperwire::text

#endif  // PAPERWIRE_SERVICE_TEXT_VARIANTS_H_
