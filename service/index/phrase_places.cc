#include "service/index/phrase_places.h"

#include <algorithm>

namespace paperwire::index {
namespace {

// Words of the phrase that are looked at in all, before giving up.
constexpr int64_t kBudget = 2'000'000;

bool CouldBe(const PlacedWord& word, uint32_t w) {
  return std::binary_search(word.could_be.begin(), word.could_be.end(), w);
}

// Without slop: the run that begins at words[first].
void AddRun(const std::vector<PlacedWord>& words, size_t first, size_t size,
            std::vector<uint32_t>* ids) {
  std::vector<uint32_t> run;
  for (size_t i = first; i < words.size() && run.size() < size; ++i) {
    const uint32_t due =
        words[first].position + static_cast<uint32_t>(run.size());
    if (words[i].position > due) break;
    if (words[i].position == due &&
        CouldBe(words[i], static_cast<uint32_t>(run.size()))) {
      run.push_back(words[i].id);
    }
  }
  if (run.size() == size) ids->insert(ids->end(), run.begin(), run.end());
}

// Gives words[i] a word of the phrase, moving others to theirs' if need be
// (augmenting paths, Kuhn 1955).
bool Assign(const std::vector<PlacedWord>& words, size_t i,
            std::vector<size_t>* taken_by, std::vector<bool>* tried,
            int64_t* budget) {
  for (const uint32_t w : words[i].could_be) {
    if (--*budget < 0) return false;
    if ((*tried)[w]) continue;
    (*tried)[w] = true;
    if ((*taken_by)[w] == SIZE_MAX ||
        Assign(words, (*taken_by)[w], taken_by, tried, budget)) {
      (*taken_by)[w] = i;
      return true;
    }
  }
  return false;
}

// With slop: the words of the window that begins at words[first], if every
// word of the phrase finds a place among them.
void AddWindow(const std::vector<PlacedWord>& words, size_t first, size_t size,
               int slop, int64_t* budget, std::vector<uint32_t>* ids) {
  const uint64_t reach = size - 1 + static_cast<uint64_t>(slop);
  std::vector<size_t> taken_by(size, SIZE_MAX);
  size_t assigned = 0;
  for (size_t i = first; i < words.size() && assigned < size &&
                         words[i].position <= words[first].position + reach;
       ++i) {
    std::vector<bool> tried(size);
    assigned += Assign(words, i, &taken_by, &tried, budget);
  }
  if (assigned < size) return;
  for (const size_t i : taken_by) ids->push_back(words[i].id);
}

}  // namespace

std::vector<uint32_t> PhrasePlaces(const std::vector<PlacedWord>& words,
                                   size_t size, int slop) {
  std::vector<uint32_t> ids;
  int64_t budget = kBudget;
  for (size_t i = 0; i < words.size() && size > 0 && budget >= 0; ++i) {
    if (slop > 0) {
      AddWindow(words, i, size, slop, &budget, &ids);
    } else if (CouldBe(words[i], 0)) {
      AddRun(words, i, size, &ids);
    }
  }
  return ids;
}

}  // namespace paperwire::index
