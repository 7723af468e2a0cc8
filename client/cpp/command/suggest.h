// "Did you mean": the nearest of the words there are.
//
//     Suggest("serach", {"search", "status"});  // "search"

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_SUGGEST_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_SUGGEST_H_

#include <string>
#include <string_view>
#include <vector>

namespace paperwire::command {

// How many letters to insert, delete, replace or swap with their neighbour to
// get from `a` to `b` (Damerau-Levenshtein, optimal string alignment).
int EditDistance(std::string_view a, std::string_view b);

// The candidate that `word` was most probably meant to be: one that it begins
// or that begins with it, or the nearest within a third of its letters. Empty
// when none is near.
std::string Suggest(std::string_view word,
                    const std::vector<std::string>& candidates);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_SUGGEST_H_
