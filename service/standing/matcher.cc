// A paper brings up some thousands of a million queries, and matches a good
// part of them, so that what counts is how much memory is read for each, and
// how often the processor guesses wrong. A paper is matched in four steps, each
// of which asks for the memory of the next one before that begins:
//
// 1. Its words and keywords are looked up, once for all papers of a segment
//    (document_terms.h), and become bits in a bitmap.
// 2. The lists of its words are gone through: rows of conditions on that
//    bitmap, no branches (conditions.h). A query of words that all must be
//    there is filed under the rarest and has the others as conditions. A query
//    of alternatives is filed under each, on condition that none of those
//    before is there: so it comes up once.
// 3. Programs are run, of the queries whose next rarest word is there.
// 4. What remains undecided is searched for, query by query.

#include "service/standing/matcher.h"

#include <algorithm>
#include <string>
#include <utility>

#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/index/search.h"
#include "service/query/names.h"
#include "service/query/parser.h"
#include "service/standing/program.h"

namespace paperwire::standing {
namespace {

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
  return FindAnchors(query::Evaluated(query.root).root(), any, &anchors);
}

absl::Status CheckBreadth(const query::Query& query, const Unanchored& there,
                          const Unanchored& max) {
  if (IsAnchored(query)) return absl::OkStatus();
  const bool searched = NeedsSearch(query::Evaluated(query.root).root());
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
  const query::Evaluated tree(query.root);
  std::vector<Anchor> anchors;
  // A query is brought up by as many papers as have its anchor. Where that is
  // not known, many queries that want a word hint that it is frequent.
  const bool anchored = FindAnchors(
      tree.root(),
      [&](const query::Node& leaf, Key key) {
        const TermId id = ids_.Find(key);
        const size_t filed = id < filed_.size() ? filed_[id].size() : 0;
        return (frequency(leaf, key) + 1) * kMaxHint +
               static_cast<int64_t>(std::min<size_t>(filed, kMaxHint - 1));
      },
      &anchors);
  const bool searched = NeedsSearch(tree.root());
  const uint32_t handle = NewHandle();
  SetBit(&live_, handle);
  if (searched) {
    std::string text = query::ToString(query.root);
    text_bytes_ += text.size();
    texts_[handle] = std::move(text);
  }
  if (anchored) {
    File(handle, tree.root(), anchors);
  } else {
    unanchored_.AddProgram({.handle = handle}, kAlways,
                           CompileProgram(tree.root(), Anchor(), &ids_));
    without_anchor_.insert(handle);
    ++unanchored_count_;
    unanchored_searched_ += searched;
  }
  return handle;
}

void Matcher::File(uint32_t handle, const query::Node& root,
                   const std::vector<Anchor>& anchors) {
  std::vector<conditions::Condition> all;
  if (AnchorDecides(root) && anchors.size() <= QueryList::kMaxConditions + 1) {
    // The first one of the anchors that a document has brings the query up.
    for (const Anchor& anchor : anchors) {
      ListOf(anchor.key).Add(handle, all);
      all.push_back(ids_.Intern(anchor.key) | conditions::kAbsent);
    }
    return;
  }
  const bool several = anchors.size() > 1;
  for (const Anchor& anchor : anchors) {
    const auto keys = KeysThatDecide(root, anchor);
    if (!several && keys && keys->size() <= QueryList::kMaxConditions) {
      for (const Key key : *keys) all.push_back(ids_.Intern(key));
      ListOf(anchor.key).Add(handle, all);
      return;
    }
    const TermId check =
        anchor.check == 0 ? kAlways : ids_.Intern(anchor.check);
    const std::string program = CompileProgram(root, anchor, &ids_);
    ListOf(anchor.key)
        .AddProgram({.handle = handle, .several = several}, check, program);
  }
}

QueryList& Matcher::ListOf(Key key) {
  const TermId id = ids_.Intern(key);
  if (id >= filed_.size()) {
    // By a quarter, not twice as many: lists are large.
    if (id >= filed_.capacity()) filed_.reserve(ids_.end() + ids_.end() / 4);
    filed_.resize(ids_.end());
  }
  return filed_[id];
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
  const SegmentTerms terms(segment, ids_);
  std::vector<Matched> matched, maybe;
  for (uint32_t d = 0; d < segment.documents(); ++d) {
    terms_.Load(terms, d);
    MatchOne(d, &matched, &maybe);
  }
  RETURN_IF_ERROR(Search(segment, std::move(maybe), &matched));
  return matched;
}

void Matcher::MatchOne(uint32_t document, std::vector<Matched>* matched,
                       std::vector<Matched>* maybe) {
  hit_count_ = 0;
  maybe_.clear();
  lists_.clear();
  for (const TermOf& term : terms_.terms()) {
    if (term.id < filed_.size()) __builtin_prefetch(&filed_[term.id]);
  }
  for (const TermOf& term : terms_.terms()) {
    if (term.id >= filed_.size() || filed_[term.id].size() == 0) continue;
    filed_[term.id].Prefetch();
    lists_.push_back(&filed_[term.id]);
  }
  for (const QueryList* list : lists_) Filter(*list);
  Filter(unanchored_);
  RunPrograms();
  Append(std::span(hits_).first(hit_count_), document, matched);
  Append(maybe_, document, maybe);
}

void Matcher::Filter(const QueryList& list) {
  // Whatever matches by a program has room as well.
  const size_t room = hit_count_ + programs_.size() + list.size();
  if (hits_.size() < room) hits_.resize(2 * room);
  hit_count_ += list.Filter(table_, terms_.has(), hits_.data() + hit_count_);
  if (list.programs() == 0) return;
  if (places_.size() < list.programs()) places_.resize(2 * list.programs());
  const uint32_t n = list.FilterPrograms(table_, terms_.has(), places_.data());
  for (const uint32_t place : std::span(places_).first(n)) {
    programs_.push_back(list.at(place));
    __builtin_prefetch(programs_.back());
  }
}

void Matcher::RunPrograms() {
  for (const uint8_t* const at : programs_) {
    ProgramQuery query;
    const uint8_t* const program = QueryList::Read(at, &query);
    if (query.several) {
      uint64_t& seen = seen_[query.handle / 64];
      const uint64_t bit = uint64_t{1} << (query.handle % 64);
      if ((seen & bit) != 0) continue;
      seen |= bit;
      to_clear_.push_back(query.handle);
    }
    const Decision decision = RunProgram(program, &terms_);
    if (decision == Decision::kYes) hits_[hit_count_++] = query.handle;
    if (decision == Decision::kMaybe) maybe_.push_back(query.handle);
  }
  programs_.clear();
  for (const uint32_t handle : to_clear_) ClearBit(&seen_, handle);
  to_clear_.clear();
}

void Matcher::Append(std::span<const uint32_t> handles, uint32_t document,
                     std::vector<Matched>* to) const {
  const size_t before = to->size();
  to->resize(before + handles.size());
  Matched* next = to->data() + before;
  for (const uint32_t handle : handles) {
    *next = {handle, document};
    next += dead_ == 0 || IsLive(handle) ? 1 : 0;
  }
  to->resize(static_cast<size_t>(next - to->data()));
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
  const auto is_gone = [this](uint32_t handle) { return !IsLive(handle); };
  std::vector<bool> used(ids_.end());
  const auto use = [&used](TermId id) { used[id] = true; };
  const auto sweep = [&](QueryList* list) {
    list->RemoveIf(is_gone);
    list->ForEachTerm(use);
  };
  for (TermId id = 0; id < filed_.size(); ++id) {
    sweep(&filed_[id]);
    if (filed_[id].size() == 0) {
      filed_[id] = QueryList();
    } else {
      use(id);
    }
  }
  sweep(&unanchored_);
  ids_.KeepOnly(used);
  free_.clear();
  for (uint32_t handle = 0; handle < handles_; ++handle) {
    if (!IsLive(handle)) free_.push_back(handle);
  }
  dead_ = 0;
}

size_t Matcher::memory() const {
  size_t bytes =
      ids_.memory() + filed_.capacity() * sizeof(QueryList) +
      texts_.capacity() * (sizeof(std::pair<uint32_t, std::string>) + 1) +
      text_bytes_ + unanchored_.memory() + free_.capacity() * sizeof(uint32_t) +
      (live_.capacity() + seen_.capacity()) * sizeof(uint64_t);
  for (const QueryList& list : filed_) bytes += list.memory();
  return bytes;
}

}  // namespace paperwire::standing
