// Each segment names its own most frequent spellings; those that any of them
// names are then counted in all. Few are named, so counting is cheap, and a
// word that is frequent in the whole is frequent in some segment.

#include "service/index/prefix_words.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "service/text/analyzer.h"

namespace paperwire::index {
namespace {

// The places [begin, end) of the spellings with a prefix.
struct Range {
  uint32_t begin = 0;
  uint32_t end = 0;
};

Range FindRange(const StringTable& table, std::string_view prefix) {
  Range range;
  range.begin = table.LowerBound(prefix);
  uint32_t low = range.begin;
  uint32_t high = table.size();
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (table[middle].starts_with(prefix)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  range.end = low;
  return range;
}

// The place of `form` among those of the range, or kNotFound.
uint32_t FindIn(const StringTable& table, const Range& range,
                std::string_view form) {
  uint32_t low = range.begin;
  uint32_t high = range.end;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (table[middle] < form) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < range.end && table[low] == form ? low : kNotFound;
}

// The most frequent spelling of each stem, the most frequent stems first.
std::vector<uint32_t> MostFrequent(const Segment& segment, const Range& range,
                                   size_t limit) {
  const auto more = [&](uint32_t a, uint32_t b) {
    const uint32_t x = segment.form(a).documents;
    const uint32_t y = segment.form(b).documents;
    return x != y ? x > y : a < b;
  };
  // A heap with the least frequent on top.
  std::vector<uint32_t> heap;
  for (uint32_t f = range.begin; f < range.end; ++f) {
    if (heap.size() == limit && !more(f, heap.front())) continue;
    if (segment.forms()[f].size() < 2 || text::IsStopWord(segment.forms()[f])) {
      continue;
    }
    const auto same = std::find_if(heap.begin(), heap.end(), [&](uint32_t g) {
      return segment.form_term(g) == segment.form_term(f);
    });
    if (same != heap.end()) {
      if (!more(f, *same)) continue;
      *same = f;
      std::make_heap(heap.begin(), heap.end(), more);
      continue;
    }
    if (heap.size() == limit) {
      std::pop_heap(heap.begin(), heap.end(), more);
      heap.pop_back();
    }
    heap.push_back(f);
    std::push_heap(heap.begin(), heap.end(), more);
  }
  return heap;
}

}  // namespace

std::vector<PrefixWord> FindPrefixWords(const Snapshot& snapshot,
                                        std::string_view prefix, size_t limit) {
  std::vector<Range> ranges;
  absl::flat_hash_set<std::string_view> forms;
  for (const SegmentView& view : snapshot.segments()) {
    const Segment& segment = *view.segment;
    const Range range = FindRange(segment.forms(), prefix);
    ranges.push_back(range);
    for (const uint32_t f : MostFrequent(segment, range, limit)) {
      forms.insert(segment.forms()[f]);
    }
  }
  absl::flat_hash_map<std::string_view, PrefixWord> by_stem;
  for (const std::string_view form : forms) {
    PrefixWord found;
    std::string_view stem;
    for (size_t i = 0; i < ranges.size(); ++i) {
      const Segment& segment = *snapshot.segments()[i].segment;
      const uint32_t f = FindIn(segment.forms(), ranges[i], form);
      if (f == kNotFound) continue;
      found.documents += segment.form(f).documents;
      stem = segment.terms()[segment.form_term(f)];
    }
    PrefixWord& best = by_stem[stem];
    if (found.documents < best.documents ||
        (found.documents == best.documents && best.word.form <= form)) {
      continue;
    }
    found.word.form = std::string(form);
    found.word.stem = std::string(stem);
    best = std::move(found);
  }
  std::vector<PrefixWord> words;
  for (auto& [stem, word] : by_stem) words.push_back(std::move(word));
  std::sort(words.begin(), words.end(),
            [](const PrefixWord& a, const PrefixWord& b) {
              return a.documents != b.documents ? a.documents > b.documents
                                                : a.word.form < b.word.form;
            });
  if (words.size() > limit) words.resize(limit);
  return words;
}

}  // namespace paperwire::index
