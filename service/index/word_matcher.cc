#include "service/index/word_matcher.h"

namespace paperwire::index {
namespace {

// Whether looking each candidate up beats walking the list. A look-up decodes
// a block of 128 at worst; neighbours share it.
bool IsSparse(uint32_t candidates) { return candidates <= 16; }

}  // namespace

void NarrowToPostings(PostingCursor* cursor, query::FieldSet fields,
                      const Window& window, WindowSet* set) {
  const bool any_field = fields == query::kAllFields;
  WindowSet found;
  if (IsSparse(set->Count())) {
    set->ForEach([&](uint32_t i) {
      const uint32_t d = window.begin + i;
      if (cursor->Seek(d) == d &&
          (any_field || (cursor->fields() & fields) != 0)) {
        found.Add(i);
      }
    });
    *set = found;
    return;
  }
  cursor->ForEach(window.begin, window.end, [&] {
    if (any_field || (cursor->fields() & fields) != 0) {
      found.Add(cursor->document() - window.begin);
    }
  });
  set->Intersect(found);
}

void WordMatcher::Score(const Window& window, const WindowSet& docs,
                        const LeafScorer& scorer, WindowScores* scores,
                        WindowSet* touched) {
  constexpr auto kAbstract = query::TextField::kAbstract;
  constexpr int kAbstractIndex = static_cast<int>(kAbstract);
  const auto score = [&](uint32_t i) {
    if ((cursor_.fields() & fields_) == 0) return;
    const uint32_t* lengths = segment_.lengths(window.begin + i);
    // The same arithmetic as LeafScorer::Score, for the most frequent case.
    if (const uint32_t count = cursor_.abstract_only(); count > 0) {
      (*scores)[i] +=
          scorer.weight *
          Saturate(count * scorer.norms->factor(kAbstractIndex,
                                                lengths[kAbstractIndex]));
    } else {
      (*scores)[i] += scorer.Score(cursor_.counts(), lengths);
    }
    touched->Add(i);
  };
  if (IsSparse(docs.Count())) {
    docs.ForEach([&](uint32_t i) {
      if (cursor_.Seek(window.begin + i) == window.begin + i) score(i);
    });
    return;
  }
  cursor_.ForEach(window.begin, window.end, [&] {
    const uint32_t i = cursor_.document() - window.begin;
    if (docs.Has(i)) score(i);
  });
}

FieldCounts WordMatcher::CountsOf(uint32_t document) {
  FieldCounts counts{};
  if (cursor_.Seek(document) != document) return counts;
  counts = cursor_.counts();
  for (size_t f = 0; f < counts.size(); ++f) {
    if ((fields_ >> f & 1) == 0) counts[f] = 0;
  }
  return counts;
}

}  // namespace paperwire::index
