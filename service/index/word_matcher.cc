#include "service/index/word_matcher.h"

namespace paperwire::index {
namespace {

// Whether looking each candidate up beats going through the window's
// postings.
bool IsSparse(const WindowSet& candidates) {
  return !candidates.HasMoreThan(4);
}

// The documents of the window in which the stem stands in one of the fields.
void AddFields(PostingCursor* cursor, query::FieldSet fields,
               const Window& window, WindowSet* set) {
  const PostingCursor::Run run = cursor->Load(window.begin / kWindowSize);
  for (uint32_t i = 0; i < run.size; ++i) {
    const uint32_t d = run.documents[i];
    if ((cursor->fields(d, run.codes[i]) & fields) != 0) {
      set->Add(d - window.begin);
    }
  }
}

}  // namespace

void NarrowToPostings(PostingCursor* cursor, query::FieldSet fields,
                      const Window& window, WindowSet* set) {
  const bool any_field = fields == query::kAllFields;
  if (IsSparse(*set)) {
    set->ForEach([&](uint32_t i) {
      const uint32_t d = window.begin + i;
      if (!cursor->Find(d) ||
          (!any_field && (cursor->fields(d, cursor->code()) & fields) == 0)) {
        set->Remove(i);
      }
    });
  } else if (any_field) {
    cursor->Narrow(window.begin / kWindowSize, set);
  } else {
    WindowSet found;
    AddFields(cursor, fields, window, &found);
    set->Intersect(found);
  }
}

void WordMatcher::AddTo(const Window& window, const WindowSet&,
                        WindowSet* set) {
  if (fields_ == query::kAllFields) {
    cursor_.AddTo(window.begin / kWindowSize, set);
  } else {
    AddFields(&cursor_, fields_, window, set);
  }
}

void WordMatcher::Score(const Window& window, const WindowSet& docs,
                        const LeafScorer& scorer, WindowScores* scores,
                        WindowSet* touched) {
  const PostingCursor::Run run = cursor_.Load(window.begin / kWindowSize);
  for (uint32_t i = 0; i < run.size; ++i) {
    const uint32_t d = run.documents[i];
    const uint32_t at = d - window.begin;
    if (!docs.Has(at) || (cursor_.fields(d, run.codes[i]) & fields_) == 0) {
      continue;
    }
    (*scores)[at] += scorer.Score(cursor_.counts(d, run.codes[i]),
                                  segment_.lengths(d).data());
    touched->Add(at);
  }
}

FieldCounts WordMatcher::CountsOf(uint32_t document) {
  FieldCounts counts{};
  if (!cursor_.Find(document)) return counts;
  counts = cursor_.counts();
  for (size_t f = 0; f < counts.size(); ++f) {
    if ((fields_ >> f & 1) == 0) counts[f] = 0;
  }
  return counts;
}

}  // namespace paperwire::index
