#include "service/index/phrase_matcher.h"

#include <algorithm>
#include <utility>

#include "service/index/field_words.h"
#include "service/index/word_matcher.h"

namespace paperwire::index {

PhraseMatcher::PhraseMatcher(const Segment& segment,
                             std::vector<AcceptedTerm> words, int slop,
                             query::FieldSet fields,
                             std::shared_ptr<PhraseMemo> memo)
    : segment_(segment),
      words_(std::move(words)),
      slop_(std::min(slop, kMaxSlop)),
      fields_(fields),
      memo_(std::move(memo)) {
  std::vector<uint32_t> terms;
  for (const AcceptedTerm& word : words_) terms.push_back(word.term);
  std::sort(terms.begin(), terms.end(), [&](uint32_t a, uint32_t b) {
    const uint32_t x = segment.term(a).documents;
    const uint32_t y = segment.term(b).documents;
    return x != y ? x < y : a < b;
  });
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  for (const uint32_t term : terms) {
    stems_.emplace_back().cursor =
        std::make_unique<PostingCursor>(segment, term);
  }
  in_order_ = slop_ == 0 &&
              std::all_of(words_.begin(), words_.end(),
                          [](const AcceptedTerm& word) { return word.all; });
  for (const AcceptedTerm& word : words_) {
    const size_t stem = static_cast<size_t>(
        std::find(terms.begin(), terms.end(), word.term) - terms.begin());
    word_stems_.push_back(stem);
    PhraseWord& w = positions_.emplace_back();
    w.stem = stem;
    if (!word.all) {
      w.spelling = static_cast<uint32_t>(
          std::find(word.ordinals.begin(), word.ordinals.end(), true) -
          word.ordinals.begin());
    }
  }
  lead_ = static_cast<size_t>(
      std::find(word_stems_.begin(), word_stems_.end(), size_t{0}) -
      word_stems_.begin());
  lead_repeats_ =
      std::count(word_stems_.begin(), word_stems_.end(), size_t{0}) > 1;
}

void PhraseMatcher::NarrowToStems(const Window& window, WindowSet* set) {
  for (Stem& stem : stems_) {
    NarrowToPostings(stem.cursor.get(), fields_, window, set);
    if (set->Empty()) return;
  }
}

bool PhraseMatcher::Count(FieldCounts* counts) {
  counts->fill(0);
  if (memo_->Stops()) return false;
  query::FieldSet fields = fields_;
  for (Stem& stem : stems_) {
    fields &= stem.cursor->fields(stem.cursor->document(), stem.cursor->code());
  }
  if (fields == 0) return false;
  if (in_order_) return CountInOrder(fields, counts);
  for (Stem& stem : stems_) stem.cursor->Occurrences(&stem.occurrences);
  bool any = false;
  for (uint8_t f = 0; f < query::kTextFields; ++f) {
    if ((fields >> f & 1) == 0) continue;
    for (Stem& stem : stems_) {
      stem.places.clear();
      for (const Occurrence& o : stem.occurrences) {
        if (o.field == f) stem.places.push_back({o.position, o.ordinal});
      }
    }
    for (PhraseWord& word : positions_) word.places = stems_[word.stem].places;
    (*counts)[f] = counter_.Count(positions_, slop_);
    any = any || (*counts)[f] > 0;
  }
  return any;
}

namespace {

// Whether `place` is among the places, which rise. Most are few.
bool Holds(const std::vector<uint64_t>& places, uint64_t place) {
  constexpr size_t kFew = 16;
  if (places.size() > kFew) {
    return std::binary_search(places.begin(), places.end(), place);
  }
  return std::find(places.begin(), places.end(), place) != places.end();
}

}  // namespace

bool PhraseMatcher::CountInOrder(query::FieldSet fields, FieldCounts* counts) {
  // Where the phrase could begin, from the places of its first word that is
  // of the rarest stem; one word after the other leaves some of them over.
  begins_.clear();
  const auto may_begin = [&](uint64_t place) {
    if ((fields >> (place >> 32) & 1) != 0 && (place & UINT32_MAX) >= lead_) {
      begins_.push_back(place - lead_);
    }
  };
  uint64_t single;
  if (stems_[0].cursor->SinglePlace(&single)) {
    may_begin(single);
  } else {
    stems_[0].cursor->Places(fields, &places_);
    for (const uint64_t place : places_) may_begin(place);
  }
  const auto keep = [&](size_t stem, auto stands_at) {
    for (size_t i = 0; i < word_stems_.size(); ++i) {
      if (word_stems_[i] != stem || i == lead_) continue;
      std::erase_if(begins_,
                    [&](uint64_t begin) { return !stands_at(begin + i); });
    }
  };
  if (lead_repeats_) {
    if (stems_[0].cursor->SinglePlace(&single)) return false;
    keep(0, [&](uint64_t place) { return Holds(places_, place); });
  }
  for (size_t s = 1; s < stems_.size() && !begins_.empty(); ++s) {
    PostingCursor& cursor = *stems_[s].cursor;
    if (cursor.SinglePlace(&single)) {
      keep(s, [single](uint64_t place) { return place == single; });
      continue;
    }
    // Most often it is too late already.
    if (cursor.FirstPlace() > begins_.back() + word_stems_.size() - 1) {
      return false;
    }
    cursor.Places(fields, &places_);
    keep(s, [&](uint64_t place) { return Holds(places_, place); });
  }
  for (const uint64_t begin : begins_) ++(*counts)[begin >> 32];
  return !begins_.empty();
}

void PhraseMatcher::Learn(const Window& window, const WindowSet& docs) {
  WindowSet unknown = docs;
  if (memo_->window == window.begin) {
    unknown.Subtract(memo_->known);
    if (unknown.Empty()) return;
    unknown = docs;
  }
  memo_->window = window.begin;
  memo_->known = docs;
  memo_->found.clear();
  constexpr uint32_t kFew = 64;  // to look up at once
  if (unknown.Count() > kFew) NarrowToStems(window, &unknown);
  FieldCounts counts;
  unknown.ForEach([&](uint32_t i) {
    for (Stem& stem : stems_) {
      if (!stem.cursor->Find(window.begin + i)) return;
    }
    if (Count(&counts)) memo_->found.emplace_back(i, counts);
  });
}

void PhraseMatcher::Narrow(const Window& window, WindowSet* set) {
  Learn(window, *set);
  WindowSet found;
  for (const auto& [i, counts] : memo_->found) found.Add(i);
  set->Intersect(found);
}

void PhraseMatcher::Score(const Window& window, const WindowSet& docs,
                          const LeafScorer& scorer, WindowScores* scores,
                          WindowSet* touched) {
  Learn(window, docs);
  for (const auto& [i, counts] : memo_->found) {
    if (!docs.Has(i)) continue;
    (*scores)[i] +=
        scorer.Score(counts, segment_.lengths(window.begin + i).data());
    touched->Add(i);
  }
}

FieldCounts PhraseMatcher::CountsOf(uint32_t document) {
  FieldCounts counts{};
  const uint32_t i = document % kWindowSize;
  if (memo_->window == document - i && memo_->known.Has(i)) {
    const auto it = std::lower_bound(
        memo_->found.begin(), memo_->found.end(), i,
        [](const auto& found, uint32_t at) { return found.first < at; });
    return it != memo_->found.end() && it->first == i ? it->second : counts;
  }
  for (Stem& stem : stems_) {
    if (!stem.cursor->Find(document)) return counts;
  }
  Count(&counts);
  return counts;
}

std::vector<PostingCursor*> PhraseMatcher::cursors() const {
  std::vector<PostingCursor*> cursors;
  for (const Stem& stem : stems_) cursors.push_back(stem.cursor.get());
  return cursors;
}

// In order, words stand nowhere more often than the less frequent one; near
// each other, each place of either can count.
uint8_t PhraseMatcher::Together(uint8_t a, uint8_t b) const {
  if (!AddsUp()) return std::min(a, b);
  return static_cast<uint8_t>(std::min(255, a + b));
}

void PhraseMatcher::RaiseBounds(std::vector<uint8_t>* bounds) {
  std::vector<uint8_t> all, one;
  for (Stem& stem : stems_) {
    one.assign(bounds->size(), 0);
    stem.cursor->RaiseBounds(&one);
    if (all.empty()) {
      all = one;
      continue;
    }
    for (size_t w = 0; w < one.size(); ++w) {
      all[w] = all[w] == 0 || one[w] == 0 ? 0 : Together(all[w], one[w]);
    }
  }
  for (size_t w = 0; w < all.size(); ++w) {
    (*bounds)[w] = std::max((*bounds)[w], all[w]);
  }
}

uint64_t PhraseMatcher::CostIn(uint32_t window) const {
  uint64_t cost = 0;
  for (const Stem& stem : stems_) cost += stem.cursor->SizeIn(window);
  return cost;
}

uint32_t PhraseMatcher::ImpactAt(uint32_t document,
                                 const ImpactTable& impacts) {
  const uint8_t cls = segment_.classes()[document];
  uint8_t all = 0;
  for (Stem& stem : stems_) {
    if (!stem.cursor->Find(document)) return 0;
    const uint8_t one = impacts.at(stem.cursor->code(), cls);
    all = &stem == stems_.data() ? one : Together(all, one);
  }
  return all;
}

void PhraseMatcher::ImpactsIn(const Window& window, const ImpactTable& impacts,
                              uint32_t least, WindowSet* set, uint8_t* out) {
  NarrowToStems(window, set);
  const uint8_t* const classes = segment_.classes() + window.begin;
  for (Stem& stem : stems_) {
    if (set->Empty()) return;
    const bool first = &stem == stems_.data();
    // In order, each stem must do by itself; else all of them together.
    const bool last = &stem == &stems_.back();
    const WindowSet among = *set;
    stem.cursor->ForEachIn(
        window.begin / kWindowSize, among, [&](uint32_t place, uint8_t code) {
          const uint8_t one = impacts.at(code, classes[place]);
          out[place] = first ? one : Together(out[place], one);
          if ((last || slop_ == 0) && out[place] < least) set->Remove(place);
        });
  }
}

}  // namespace paperwire::index
