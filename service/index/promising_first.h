// Offers candidates, the most promising first: they raise the bar for the
// others, most of which need not be scored then.

#ifndef PAPERWIRE_SERVICE_INDEX_PROMISING_FIRST_H_
#define PAPERWIRE_SERVICE_INDEX_PROMISING_FIRST_H_

#include <algorithm>
#include <cstddef>
#include <vector>

namespace paperwire::index {

// Calls offer(c) for every candidate of which may_enter(c) is true when its
// turn comes. before(a, b): a is more promising. They are as good as sorted
// where there are many. The candidates are used up.
template <typename Candidate, typename Before, typename MayEnter,
          typename Offer>
void OfferPromisingFirst(std::vector<Candidate>* candidates, Before before,
                         MayEnter may_enter, Offer offer) {
  constexpr ptrdiff_t kFirst = 16;
  auto next = candidates->begin();
  const auto offer_up_to = [&](auto end) {
    for (; next != end; ++next) {
      if (may_enter(*next)) offer(*next);
    }
  };
  while (candidates->end() - next > 2 * kFirst) {
    std::nth_element(next, next + kFirst, candidates->end(), before);
    offer_up_to(next + kFirst);
    candidates->erase(
        std::remove_if(next, candidates->end(),
                       [&](const Candidate& c) { return !may_enter(c); }),
        candidates->end());
  }
  offer_up_to(candidates->end());
}

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_PROMISING_FIRST_H_
