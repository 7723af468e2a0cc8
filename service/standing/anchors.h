// Under which words a standing query is filed.
//
//     std::vector<Anchor> anchors;
//     if (FindAnchors(query.root, frequency, &anchors)) {
//       // Every paper that matches has one of anchors[i].key.
//     }
//
// Of an And, the anchors are those of its rarest part; of an Or, those of all
// its parts together; of a phrase, its rarest word. A range, a wildcard or an
// exclusion has none.
//
// Words and keywords go by 64-bit keys. That a word of a paper has by chance
// the key of another word, which queries ask for, so that these are taken to
// match, happens once in some 10^11 papers with a million such words.

#ifndef PAPERWIRE_SERVICE_STANDING_ANCHORS_H_
#define PAPERWIRE_SERVICE_STANDING_ANCHORS_H_

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "service/query/query.h"

namespace paperwire::standing {

// Stands for a stem, a keyword or a kind of link. Never 0.
using Key = uint64_t;

Key WordKey(std::string_view stem);
// Of a keyword as the index spells it (index/keyword_terms.h).
Key KeywordTermKey(std::string_view term);
// Of a bit of index::Document::link_kinds.
Key LinkKey(int bit);
// Of a keyword in a query; 0 for one that no paper can have.
Key KeywordKey(const query::Keyword& keyword);

// How many papers have this word or keyword, a leaf of kind kWord or kKeyword;
// `key` is its key. An estimate will do.
using Frequency = std::function<int64_t(const query::Node& leaf, Key key)>;

struct Anchor {
  Key key = 0;
  // The key of something else that every match by this anchor has; 0 when
  // there is nothing.
  Key check = 0;
};

// Appends the anchors of a tree. False: it has none, and nothing is appended.
bool FindAnchors(const query::Node& root, const Frequency& frequency,
                 std::vector<Anchor>* anchors);

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_ANCHORS_H_
