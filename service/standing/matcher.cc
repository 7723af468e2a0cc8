#include "service/standing/matcher.h"

#include <algorithm>
#include <string>
#include <utility>

#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/index/search.h"
#include "service/index/varint.h"
#include "service/query/parser.h"
#include "service/standing/program.h"

namespace paperwire::standing {
namespace {

// How far ahead memory is asked for.
constexpr size_t kAhead = 8;
// Removed queries that are worth a sweep.
constexpr size_t kMinDead = 1024;

// The normal form of a query from its text.
absl::StatusOr<query::Query> ParseText(std::string_view text) {
  // It was within the limits once; its normal form is longer.
  query::Limits limits;
  limits.max_text_bytes = RecordStore::kBlockBytes;
  limits.max_clauses = 1 << 16;
  limits.max_depth = 1 << 10;
  v1::Query request;
  request.set_text(std::string(text));
  return query::Parse(request, limits);
}

void SetBit(std::vector<uint64_t>* bits, uint32_t i) {
  (*bits)[i / 64] |= uint64_t{1} << (i % 64);
}

void ClearBit(std::vector<uint64_t>* bits, uint32_t i) {
  (*bits)[i / 64] &= ~(uint64_t{1} << (i % 64));
}

}  // namespace

bool IsAnchored(const query::Query& query) {
  std::vector<Anchor> anchors;
  const Frequency any = [](const query::Node&, Key) { return int64_t{0}; };
  return FindAnchors(query.root, any, &anchors);
}

absl::Status CheckBreadth(const query::Query& query, const Unanchored& there,
                          const Unanchored& max) {
  if (IsAnchored(query)) return absl::OkStatus();
  const bool searched = NeedsSearch(query.root);
  if (there.all < max.all && (!searched || there.searched < max.searched)) {
    return absl::OkStatus();
  }
  return WithReason(
      absl::ResourceExhaustedError(StrCat(
          "Nothing in this query narrows it down: it asks for ",
          searched ? "wildcards" : "ranges or exclusions",
          " only, so that every new paper has to be compared with it, and the "
          "server holds ",
          searched ? there.searched : there.all,
          " such queries already, as many as it can. Add a word, an author, a "
          "category or a source that every match must have.")),
      "QUERY_TOO_BROAD");
}

uint32_t Matcher::Add(const query::Query& query, const Frequency& frequency) {
  std::vector<Anchor> anchors;
  // A list that is long already is as dear as a frequent word.
  const bool anchored = FindAnchors(
      query.root,
      [&](const query::Node& leaf, Key key) {
        const auto it = filed_.find(key);
        const size_t filed = it == filed_.end() ? 0 : it->second.size();
        return frequency(leaf, key) + static_cast<int64_t>(filed);
      },
      &anchors);
  const bool searched = NeedsSearch(query.root);
  const std::string text =
      searched ? query::ToString(query.root) : std::string();
  std::vector<uint8_t> length;
  index::PutVarint(&length, text.size());
  std::string record(length.begin(), length.end());
  StrAppend(&record, text, CompileProgram(query.root));

  const uint32_t handle = NewHandle();
  begins_[handle] = records_.Add(record);
  sizes_[handle] = static_cast<uint32_t>(record.size());
  text_bytes_ += text.size();
  SetBit(&live_, handle);
  if (!anchored) {
    unanchored_.push_back(handle);
    unanchored_searched_ += searched;
    return handle;
  }
  const uint32_t decided = AnchorDecides(query.root) ? kDecided : 0;
  for (const Anchor& anchor : anchors) {
    filed_[anchor.key].push_back(
        {handle | decided, static_cast<uint32_t>(anchor.check)});
  }
  return handle;
}

void Matcher::Remove(uint32_t handle) {
  ClearBit(&live_, handle);
  text_bytes_ -= TextOf(handle).size();
  const auto it = std::find(unanchored_.begin(), unanchored_.end(), handle);
  if (it != unanchored_.end()) {
    unanchored_searched_ -= !TextOf(handle).empty();
    unanchored_.erase(it);
  }
  records_.Drop(sizes_[handle]);
  ++dead_;
  if (dead_ > std::max(kMinDead, begins_.size() / 4)) Sweep();
}

absl::StatusOr<std::vector<Matched>> Matcher::Match(
    const index::Segment& segment) {
  return Match(SegmentTerms(segment));
}

absl::StatusOr<std::vector<Matched>> Matcher::Match(
    const SegmentTerms& segment) {
  std::vector<Matched> matched, maybe;
  for (uint32_t d = 0; d < segment.segment().documents(); ++d) {
    terms_.Load(segment, d);
    MatchOne(d, &matched, &maybe);
  }
  RETURN_IF_ERROR(Search(segment.segment(), std::move(maybe), &matched));
  return matched;
}

void Matcher::Collect(uint32_t document, std::vector<Matched>* matched) {
  lists_.clear();
  candidates_.clear();
  const std::span<const TermOf> terms = terms_.terms();
  for (size_t i = 0; i < std::min(kAhead, terms.size()); ++i) {
    filed_.prefetch(terms[i].key);
  }
  for (size_t i = 0; i < terms.size(); ++i) {
    if (i + kAhead < terms.size()) filed_.prefetch(terms[i + kAhead].key);
    const auto it = filed_.find(terms[i].key);
    if (it == filed_.end()) continue;
    __builtin_prefetch(it->second.data());
    lists_.push_back(&it->second);
  }
  for (const List* list : lists_) {
    for (const Filed& filed : *list) {
      if (filed.check != 0 && !terms_.MayHave(filed.check)) continue;
      const uint32_t handle = filed.query & ~kDecided;
      const uint64_t bit = uint64_t{1} << (handle % 64);
      uint64_t& seen = seen_[handle / 64];
      if ((seen & bit) != 0 || (live_[handle / 64] & bit) == 0) continue;
      seen |= bit;  // other anchors may bring it up again
      if ((filed.query & kDecided) != 0) {
        matched->push_back({handle, document});
      } else {
        candidates_.push_back(handle);
      }
    }
  }
  candidates_.insert(candidates_.end(), unanchored_.begin(), unanchored_.end());
}

void Matcher::MatchOne(uint32_t document, std::vector<Matched>* matched,
                       std::vector<Matched>* maybe) {
  const size_t before = matched->size();
  Collect(document, matched);
  for (size_t i = before; i < matched->size(); ++i) {
    ClearBit(&seen_, (*matched)[i].handle);
  }
  for (size_t i = 0; i < candidates_.size(); ++i) {
    if (i + 2 * kAhead < candidates_.size()) {
      __builtin_prefetch(&begins_[candidates_[i + 2 * kAhead]]);
    }
    if (i + kAhead < candidates_.size()) {
      __builtin_prefetch(records_.At(begins_[candidates_[i + kAhead]]));
    }
    const uint32_t handle = candidates_[i];
    ClearBit(&seen_, handle);
    switch (RunProgram(ProgramOf(handle), &terms_)) {
      case Decision::kNo:
        break;
      case Decision::kYes:
        matched->push_back({handle, document});
        break;
      case Decision::kMaybe:
        maybe->push_back({handle, document});
    }
  }
}

absl::Status Matcher::Search(const index::Segment& segment,
                             std::vector<Matched> maybe,
                             std::vector<Matched>* matched) const {
  std::sort(maybe.begin(), maybe.end());
  // Of all documents at once, query by query.
  for (size_t i = 0; i < maybe.size();) {
    const uint32_t handle = maybe[i].handle;
    ASSIGN_OR_RETURN(query::Query query, ParseText(TextOf(handle)));
    ASSIGN_OR_RETURN(std::vector<int64_t> numbers,
                     index::MatchSegment(segment, query));
    for (; i < maybe.size() && maybe[i].handle == handle; ++i) {
      if (std::binary_search(numbers.begin(), numbers.end(),
                             segment.numbers()[maybe[i].document])) {
        matched->push_back(maybe[i]);
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Matcher::Matches(uint32_t handle,
                                      const index::Segment& segment,
                                      uint32_t document,
                                      DocumentTerms* terms) const {
  const Decision decision = RunProgram(ProgramOf(handle), terms);
  if (decision != Decision::kMaybe) return decision == Decision::kYes;
  std::vector<Matched> matched;
  RETURN_IF_ERROR(Search(segment, {{handle, document}}, &matched));
  return !matched.empty();
}

const uint8_t* Matcher::ProgramOf(uint32_t handle) const {
  const uint8_t* p = records_.At(begins_[handle]);
  const uint64_t text = index::GetVarint(&p);
  return p + text;
}

std::string_view Matcher::TextOf(uint32_t handle) const {
  const uint8_t* p = records_.At(begins_[handle]);
  const uint64_t size = index::GetVarint(&p);
  return {reinterpret_cast<const char*>(p), size};
}

uint32_t Matcher::NewHandle() {
  if (!free_.empty()) {
    const uint32_t handle = free_.back();
    free_.pop_back();
    return handle;
  }
  const auto handle = static_cast<uint32_t>(begins_.size());
  begins_.push_back(0);
  sizes_.push_back(0);
  if (handle / 64 == live_.size()) {
    live_.push_back(0);
    seen_.push_back(0);
  }
  return handle;
}

void Matcher::Sweep() {
  for (auto it = filed_.begin(); it != filed_.end();) {
    List& list = it->second;
    list.erase(std::remove_if(list.begin(), list.end(),
                              [&](const Filed& f) {
                                return !IsLive(f.query & ~kDecided);
                              }),
               list.end());
    if (list.empty()) {
      filed_.erase(it++);
    } else {
      ++it;
    }
  }
  RecordStore records;
  free_.clear();
  for (uint32_t handle = 0; handle < begins_.size(); ++handle) {
    if (!IsLive(handle)) {
      free_.push_back(handle);
      continue;
    }
    begins_[handle] = records.Add(
        {reinterpret_cast<const char*>(records_.At(begins_[handle])),
         sizes_[handle]});
  }
  records_ = std::move(records);
  dead_ = 0;
}

size_t Matcher::memory() const {
  size_t bytes = records_.memory() +
                 filed_.capacity() * (sizeof(std::pair<Key, List>) + 1) +
                 (begins_.capacity() + sizes_.capacity() +
                  unanchored_.capacity() + free_.capacity()) *
                     sizeof(uint32_t) +
                 (live_.capacity() + seen_.capacity()) * sizeof(uint64_t);
  for (const auto& [key, list] : filed_) {
    if (list.capacity() > 1) bytes += list.capacity() * sizeof(Filed);
  }
  return bytes;
}

}  // namespace paperwire::standing
