#include "service/index/phrase_count.h"

#include <algorithm>

namespace paperwire::index {
namespace {

bool StandsAt(const PhraseWord& word, uint32_t position) {
  auto it = std::lower_bound(
      word.places.begin(), word.places.end(), position,
      [](const PhrasePlace& p, uint32_t at) { return p.position < at; });
  for (; it != word.places.end() && it->position == position; ++it) {
    if (word.Accepts(it->spelling)) return true;
  }
  return false;
}

}  // namespace

uint32_t PhraseCounter::Count(const std::vector<PhraseWord>& words, int slop) {
  return slop > 0 ? CountNear(words, slop) : CountExact(words);
}

uint32_t PhraseCounter::CountExact(const std::vector<PhraseWord>& words) {
  // The word with the fewest places leads.
  uint32_t lead = 0;
  for (uint32_t i = 1; i < words.size(); ++i) {
    if (words[i].places.size() < words[lead].places.size()) lead = i;
  }
  uint32_t count = 0;
  uint32_t last = UINT32_MAX;
  for (const PhrasePlace& place : words[lead].places) {
    if (place.position < lead || place.position == last ||
        !words[lead].Accepts(place.spelling)) {
      continue;
    }
    last = place.position;
    bool all = true;
    for (uint32_t i = 0; i < words.size() && all; ++i) {
      all = i == lead || StandsAt(words[i], place.position - lead + i);
    }
    count += all;
  }
  return count;
}

uint32_t PhraseCounter::CountNear(const std::vector<PhraseWord>& words,
                                  int slop) {
  demands_.clear();
  events_.clear();
  const auto need = [this](size_t stem, uint32_t spelling) {
    for (Demand& d : demands_) {
      if (d.stem == stem && d.spelling == spelling) {
        ++d.needed;
        return false;
      }
    }
    demands_.push_back({stem, spelling, 1, 0});
    return true;
  };
  for (const PhraseWord& word : words) {
    need(word.stem, PhraseWord::kAnySpelling);
    if (word.spelling != PhraseWord::kAnySpelling) {
      need(word.stem, word.spelling);
    }
  }
  // The places that some word could take, once each.
  for (size_t i = 0; i < words.size(); ++i) {
    bool seen = false;
    for (size_t k = 0; k < i; ++k)
      seen = seen || words[k].stem == words[i].stem;
    if (seen) continue;
    for (const PhrasePlace& place : words[i].places) {
      const bool wanted =
          std::any_of(words.begin(), words.end(), [&](const PhraseWord& w) {
            return w.stem == words[i].stem && w.Accepts(place.spelling);
          });
      if (wanted) {
        events_.push_back({place.position, place.spelling, words[i].stem});
      }
    }
  }
  std::sort(events_.begin(), events_.end());

  const uint64_t reach = words.size() - 1 + static_cast<uint64_t>(slop);
  size_t missing = demands_.size();
  const auto count_in = [&](const Event& e, bool enters) {
    for (Demand& d : demands_) {
      if (d.stem != e.stem || (d.spelling != PhraseWord::kAnySpelling &&
                               d.spelling != e.spelling)) {
        continue;
      }
      if (enters) {
        missing -= ++d.have == d.needed;
      } else {
        missing += d.have-- == d.needed;
      }
    }
  };
  uint32_t count = 0;
  size_t end = 0;
  for (size_t begin = 0; begin < events_.size(); ++begin) {
    for (; end < events_.size() &&
           events_[end].position <= events_[begin].position + reach;
         ++end) {
      count_in(events_[end], true);
    }
    const bool first_here =
        begin == 0 || events_[begin - 1].position != events_[begin].position;
    if (first_here && missing == 0) ++count;
    count_in(events_[begin], false);
  }
  return count;
}

}  // namespace paperwire::index
