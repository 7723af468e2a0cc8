#include "service/index/counts_matcher.h"

#include <algorithm>

#include "service/index/postings.h"

namespace paperwire::index {

SpellingCounts CountSpellings(const Segment& segment,
                              const std::vector<AcceptedTerm>& terms) {
  if (terms.empty()) return {};  // what follows takes time for each document
  std::vector<std::pair<uint32_t, FieldCounts>> found;
  std::vector<uint32_t> slots(segment.documents(), kNotFound);
  std::vector<Occurrence> occurrences;
  for (const AcceptedTerm& accepted : terms) {
    PostingCursor cursor(segment, accepted.term);
    cursor.ForEach([&](uint32_t document) {
      FieldCounts counts{};
      if (accepted.all) {
        counts = cursor.counts();
      } else {
        cursor.Occurrences(&occurrences);
        bool any = false;
        for (const Occurrence& o : occurrences) {
          if (!accepted.ordinals[o.ordinal]) continue;
          ++counts[o.field];
          any = true;
        }
        if (!any) return;
      }
      uint32_t& slot = slots[document];
      if (slot == kNotFound) {
        slot = static_cast<uint32_t>(found.size());
        found.emplace_back(document, counts);
        return;
      }
      for (size_t f = 0; f < counts.size(); ++f) {
        found[slot].second[f] += counts[f];
      }
    });
  }
  SpellingCounts result;
  result.documents.reserve(found.size());
  result.counts.reserve(found.size());
  for (uint32_t d = 0; d < slots.size() && !found.empty(); ++d) {
    if (slots[d] == kNotFound) continue;
    result.documents.push_back(d);
    result.counts.push_back(found[slots[d]].second);
  }
  return result;
}

bool CountsMatcher::InFields(const FieldCounts& counts) const {
  for (size_t f = 0; f < counts.size(); ++f) {
    if (counts[f] > 0 && (fields_ >> f & 1) != 0) return true;
  }
  return false;
}

template <typename Visit>
void CountsMatcher::ForEachIn(const Window& window, Visit visit) {
  const std::vector<uint32_t>& documents = list_->documents;
  for (size_t k = static_cast<size_t>(
           std::lower_bound(documents.begin(), documents.end(), window.begin) -
           documents.begin());
       k < documents.size() && documents[k] < window.end; ++k) {
    if (InFields(list_->counts[k])) {
      visit(documents[k] - window.begin, list_->counts[k]);
    }
  }
}

void CountsMatcher::Narrow(const Window& window, WindowSet* set) {
  WindowSet found;
  ForEachIn(window, [&](uint32_t i, const FieldCounts&) { found.Add(i); });
  set->Intersect(found);
}

void CountsMatcher::Score(const Window& window, const WindowSet& docs,
                          const LeafScorer& scorer, WindowScores* scores,
                          WindowSet* touched) {
  ForEachIn(window, [&](uint32_t i, const FieldCounts& counts) {
    if (!docs.Has(i)) return;
    (*scores)[i] +=
        scorer.Score(counts, segment_.lengths(window.begin + i).data());
    touched->Add(i);
  });
}

FieldCounts CountsMatcher::CountsOf(uint32_t document) {
  FieldCounts counts{};
  const std::vector<uint32_t>& documents = list_->documents;
  const auto it =
      std::lower_bound(documents.begin(), documents.end(), document);
  if (it == documents.end() || *it != document) return counts;
  counts = list_->counts[static_cast<size_t>(it - documents.begin())];
  for (size_t f = 0; f < counts.size(); ++f) {
    if ((fields_ >> f & 1) == 0) counts[f] = 0;
  }
  return counts;
}

void CountsMatcher::RaiseBounds(std::vector<uint8_t>* bounds) {
  for (const uint32_t d : list_->documents) (*bounds)[d / kWindowSize] = 255;
}

uint32_t CountsMatcher::ImpactAt(uint32_t document,
                                 const ImpactTable& impacts) {
  const FieldCounts counts = CountsOf(document);
  return counts == FieldCounts{} ? 0
                                 : impacts.at(kCodeTable.code(counts),
                                              segment_.classes()[document]);
}

}  // namespace paperwire::index
