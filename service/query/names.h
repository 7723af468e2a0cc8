// Names of authors, written out and with initials.
//
//     author:"Y. Bengio"        finds Yoshua Bengio: ReadAsName
//     author:"Yoshua Bengio"    finds Y. Bengio: WithInitials
//
// The index has words for the forenames that begin with a letter, and for those
// that are no more than one (text/names.h), so that the first is a phrase like
// others. The second is an Or of phrases, one for each way to write the name.
// Trees keep the name as it was typed; whoever evaluates one does it on its
// WithInitials. Any thread.

#ifndef PAPERWIRE_SERVICE_QUERY_NAMES_H_
#define PAPERWIRE_SERVICE_QUERY_NAMES_H_

#include <optional>
#include <string_view>
#include <vector>

#include "service/query/query.h"
#include "service/text/analyzer.h"

namespace paperwire::query {

// How many other words may stand in the name of an author, and the words of it
// in any order, when nobody says how many: "Geoffrey Hinton" finds "Geoffrey E.
// Hinton" and "Hinton, Geoffrey".
inline constexpr int kNameSlop = 1;

// Makes a phrase in the field of authors, alone, one of a name: a letter is an
// initial and stands for every forename that begins with it. Other nodes stay.
void ReadAsName(Node* phrase);

// "Bengio, Yoshua" is Yoshua Bengio: puts the words of a name in that order.
// `words` are made of `tokens`, which are those of `name`.
void PutSurnameLast(std::string_view name,
                    const std::vector<text::Token>& tokens,
                    std::vector<Word>* words);

// What a name counts for with initials instead of its first forename, and again
// instead of those behind it: they might be of somebody else.
inline constexpr float kInitialsBoost = 0.5f;

// The tree in which each name that says its forenames may also stand with their
// initials: the first as it is or its letter, and those behind it as they are
// or their letters, which makes four phrases at most. A phrase is such a name
// when it stands in the field of authors, alone, and its words may come in any
// order, the last one being the surname, of more than a letter; `exact:` words
// stay as they are. The phrases have the place of the name, and its boost times
// kInitialsBoost for either. In normal form; nothing when the tree has no such
// name.
std::optional<Node> WithInitials(const Node& root);

// What is evaluated of a tree: WithInitials, or the tree itself, which must
// then outlive this.
class Evaluated {
 public:
  explicit Evaluated(const Node& root)
      : with_initials_(WithInitials(root)), root_(root) {}
  Evaluated(const Evaluated&) = delete;
  Evaluated& operator=(const Evaluated&) = delete;

  const Node& root() const {
    return with_initials_.has_value() ? *with_initials_ : root_;
  }

 private:
  const std::optional<Node> with_initials_;
  const Node& root_;
};

}  // namespace paperwire::query

#endif  // PAPERWIRE_SERVICE_QUERY_NAMES_H_
