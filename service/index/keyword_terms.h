// How keywords are spelled in a segment's table: a letter for the kind, then
// the value in lower case ("ccs.cl", "sarxiv", "iarxiv:2410.01131"). What a
// paper has links to (has:code) is in a column instead.

#ifndef PAPERWIRE_SERVICE_INDEX_KEYWORD_TERMS_H_
#define PAPERWIRE_SERVICE_INDEX_KEYWORD_TERMS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/index/document.h"
#include "service/query/query.h"

namespace paperwire::index {

// Everything that a keyword can be true of, without repetition.
std::vector<std::string> KeywordTerms(const Document& document);

// The entry that a keyword of a query looks for. Not for kHas.
std::string KeywordTerm(const query::Keyword& keyword);

// The bit of Document::link_kinds that a kHas keyword asks for; 0 for a word
// that names no kind of link.
uint32_t LinkBit(const query::Keyword& keyword);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_KEYWORD_TERMS_H_
