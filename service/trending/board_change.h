// What is different between two boards, as a change that makes the one of the
// other.
//
//     const BoardChange change = Difference(told.places, now.places);
//     if (!change.empty()) Tell(change);
//
// Scores that fade by time alone are no change of their own, else there would
// be one every second; they come along with the next.

#ifndef PAPERWIRE_SERVICE_TRENDING_BOARD_CHANGE_H_
#define PAPERWIRE_SERVICE_TRENDING_BOARD_CHANGE_H_

#include <cstdint>
#include <vector>

#include "service/trending/boards.h"

namespace paperwire::trending {

struct BoardChange {
  struct Left {
    int64_t number = 0;
    int rank = 0;  // that it had
  };
  struct Moved {
    int from = 0;
    Place place;  // now
  };
  std::vector<Place> entered;  // by rank
  std::vector<Left> left;      // by the ranks they had
  // Something about these is different, if only the score; by rank.
  std::vector<Moved> moved;

  bool empty() const {
    return entered.empty() && left.empty() && moved.empty();
  }
};

// Both are the first places of a board, by rank. Empty when nothing but scores
// differs; otherwise it makes `after` of `before`, scores and all.
BoardChange Difference(const std::vector<Place>& before,
                       const std::vector<Place>& after);

// Tells boards apart, all but scores: those hang on the order in which votes
// are summed up, which a restart changes.
uint64_t Fingerprint(const std::vector<Place>& places);

}  // namespace paperwire::trending

#endif  // PAPERWIRE_SERVICE_TRENDING_BOARD_CHANGE_H_
