// Names of people, who are called by all of their forenames, by some, or by
// initials.
//
//     Initial("yoshua") == Initial("y");
//     BareInitial("y");                   // of "yoshua" there is none
//     ForEachForename("Bengio, Yoshua", tokens, visit);   // visit(tokens[1])
//
// The index keeps the initial of every forename as a word of its own, at the
// place of the forename, so that "Y. Bengio" finds Yoshua Bengio; and where no
// more than the initial is written another one, so that "Yoshua Bengio" finds
// Y. Bengio, and not Yann. No text and no query has such words, so that
// "vitamin D" does not find David. Any thread.

#ifndef PAPERWIRE_SERVICE_TEXT_NAMES_H_
#define PAPERWIRE_SERVICE_TEXT_NAMES_H_

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "service/text/analyzer.h"

namespace paperwire::text {

// The word that stands for all forenames with the initial of this folded one;
// empty when it does not begin with a letter from a to z.
inline std::string Initial(std::string_view forename) {
  if (forename.empty() || forename[0] < 'a' || forename[0] > 'z') return {};
  return std::string("\x01initial") + forename[0];
}

// The word that stands for all forenames that are this letter and no more;
// empty when it is no letter from a to z.
inline std::string BareInitial(std::string_view forename) {
  std::string initial = Initial(forename.size() == 1 ? forename : "");
  if (!initial.empty()) initial += '.';
  return initial;
}

// Calls visit(token) for each forename of `name`, which was cut into `tokens`:
// all words but the last, or, in "Bengio, Yoshua", those behind the comma.
template <typename Visit>
void ForEachForename(std::string_view name, const std::vector<Token>& tokens,
                     Visit visit) {
  static constexpr std::array<std::string_view, 8> kSuffixes = {
      "jr", "sr", "ii", "iii", "iv", "md", "phd", "dr"};
  if (tokens.empty()) return;
  const bool suffix = std::find(kSuffixes.begin(), kSuffixes.end(),
                                tokens.back().form) != kSuffixes.end();
  const size_t comma = name.find(',');
  const bool reversed =
      comma != std::string_view::npos && !suffix && tokens.back().begin > comma;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (reversed ? tokens[i].begin > comma : i + 1 < tokens.size()) {
      visit(tokens[i]);
    }
  }
}

}  // namespace paperwire::text

#endif  // PAPERWIRE_SERVICE_TEXT_NAMES_H_
