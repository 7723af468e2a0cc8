#include "service/standing/matcher.h"

#include <algorithm>
#include <string>
#include <utility>

#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/index/search.h"
#include "service/query/parser.h"
#include "service/standing/program.h"

namespace paperwire::standing {
namespace {

// How far ahead memory is asked for.
constexpr size_t kAhead = 8;
// What a query takes in a list.
constexpr size_t kTypicalBytes = 24;
// How much the length of a list counts against a paper more.
constexpr int64_t kMaxHint = 1024;
// Removed queries that are worth a sweep.
constexpr size_t kMinDead = 1024;

// The normal form of a query from its text.
absl::StatusOr<query::Query> ParseText(std::string_view text) {
  // It was within the limits once; its normal form is longer.
  query::Limits limits;
  limits.max_text_bytes = 1 << 20;
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
  // A query is brought up by as many papers as have its anchor. Where that is
  // not known, many queries that want a word hint that it is frequent.
  const bool anchored = FindAnchors(
      query.root,
      [&](const query::Node& leaf, Key key) {
        const auto it = filed_.find(key);
        const size_t filed =
            it == filed_.end() ? 0 : it->second.bytes() / kTypicalBytes;
        return (frequency(leaf, key) + 1) * kMaxHint +
               static_cast<int64_t>(std::min<size_t>(filed, kMaxHint - 1));
      },
      &anchors);
  const bool searched = NeedsSearch(query.root);
  const uint32_t handle = NewHandle();
  SetBit(&live_, handle);
  if (searched) {
    std::string text = query::ToString(query.root);
    text_bytes_ += text.size();
    texts_[handle] = std::move(text);
  }
  if (!anchored) {
    unanchored_.Add({.handle = handle}, CompileProgram(query.root, Anchor()));
    without_anchor_.insert(handle);
    ++unanchored_count_;
    unanchored_searched_ += searched;
    return handle;
  }
  FiledQuery filed;
  filed.handle = handle;
  filed.decided = AnchorDecides(query.root);
  filed.several = anchors.size() > 1;
  for (const Anchor& anchor : anchors) {
    filed.check = static_cast<uint32_t>(anchor.check);
    filed_[anchor.key].Add(filed, CompileProgram(query.root, anchor));
  }
  return handle;
}

void Matcher::Remove(uint32_t handle) {
  ClearBit(&live_, handle);
  const auto text = texts_.find(handle);
  if (without_anchor_.erase(handle) > 0) {
    --unanchored_count_;
    unanchored_searched_ -= text != texts_.end();
  }
  if (text != texts_.end()) {
    text_bytes_ -= text->second.size();
    texts_.erase(text);
  }
  ++dead_;
  if (dead_ > std::max(kMinDead, size_t{handles_} / 4)) Sweep();
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

void Matcher::Try(const QueryList& list, uint32_t document,
                  std::vector<Matched>* matched, std::vector<Matched>* maybe) {
  list.ForEach([&](const FiledQuery& query) {
    if (query.check != 0 && !terms_.MayHave(query.check)) return;
    if (dead_ > 0 && !IsLive(query.handle)) return;
    if (query.several) {
      uint64_t& seen = seen_[query.handle / 64];
      const uint64_t bit = uint64_t{1} << (query.handle % 64);
      if ((seen & bit) != 0) return;
      seen |= bit;
      to_clear_.push_back(query.handle);
    }
    const Decision decision =
        query.decided ? Decision::kYes : RunProgram(query.program, &terms_);
    if (decision == Decision::kNo) return;
    (decision == Decision::kYes ? matched : maybe)
        ->push_back({query.handle, document});
  });
}

void Matcher::MatchOne(uint32_t document, std::vector<Matched>* matched,
                       std::vector<Matched>* maybe) {
  lists_.clear();
  const std::span<const TermOf> terms = terms_.terms();
  for (size_t i = 0; i < terms.size() + kAhead; ++i) {
    if (i < terms.size()) filed_.prefetch(terms[i].key);
    if (i < kAhead) continue;
    const auto it = filed_.find(terms[i - kAhead].key);
    if (it == filed_.end()) continue;
    __builtin_prefetch(it->second.begin());
    lists_.push_back(&it->second);
  }
  for (const QueryList* list : lists_) {
    Try(*list, document, matched, maybe);
  }
  Try(unanchored_, document, matched, maybe);
  for (const uint32_t handle : to_clear_) ClearBit(&seen_, handle);
  to_clear_.clear();
}

absl::Status Matcher::Search(const index::Segment& segment,
                             std::vector<Matched> maybe,
                             std::vector<Matched>* matched) const {
  std::sort(maybe.begin(), maybe.end());
  // Of all documents at once, query by query.
  for (size_t i = 0; i < maybe.size();) {
    const uint32_t handle = maybe[i].handle;
    ASSIGN_OR_RETURN(query::Query query, ParseText(texts_.at(handle)));
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

uint32_t Matcher::NewHandle() {
  if (!free_.empty()) {
    const uint32_t handle = free_.back();
    free_.pop_back();
    return handle;
  }
  const uint32_t handle = handles_++;
  if (handle / 64 == live_.size()) {
    live_.push_back(0);
    seen_.push_back(0);
  }
  return handle;
}

void Matcher::Sweep() {
  const auto is_gone = [this](const FiledQuery& query) {
    return !IsLive(query.handle);
  };
  for (auto it = filed_.begin(); it != filed_.end();) {
    it->second.RemoveIf(is_gone);
    if (it->second.empty()) {
      filed_.erase(it++);
    } else {
      ++it;
    }
  }
  unanchored_.RemoveIf(is_gone);
  free_.clear();
  for (uint32_t handle = 0; handle < handles_; ++handle) {
    if (!IsLive(handle)) free_.push_back(handle);
  }
  dead_ = 0;
}

size_t Matcher::memory() const {
  size_t bytes =
      filed_.capacity() * (sizeof(std::pair<Key, QueryList>) + 1) +
      texts_.capacity() * (sizeof(std::pair<uint32_t, std::string>) + 1) +
      text_bytes_ + unanchored_.memory() + free_.capacity() * sizeof(uint32_t) +
      (live_.capacity() + seen_.capacity()) * sizeof(uint64_t);
  // What malloc adds to each piece.
  constexpr size_t kPiece = 8;
  for (const auto& [key, list] : filed_) bytes += list.memory() + kPiece;
  return bytes;
}

}  // namespace paperwire::standing
