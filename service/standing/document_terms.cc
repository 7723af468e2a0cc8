#include "service/standing/document_terms.h"

#include <algorithm>
#include <bit>

#include "service/base/priority.h"
#include "service/index/postings.h"

namespace paperwire::standing {
namespace {

// How far ahead memory is asked for.
constexpr size_t kAhead = 8;

// The numbers of keys, kAlways for those that have none.
std::vector<TermId> FindAll(const std::vector<Key>& keys, const TermIds& ids) {
  std::vector<TermId> found(keys.size());
  for (size_t i = 0; i < keys.size() + kAhead; ++i) {
    GiveWayAt(i);
    if (i < keys.size()) ids.Prefetch(keys[i]);
    if (i >= kAhead) found[i - kAhead] = ids.Find(keys[i - kAhead]);
  }
  return found;
}

}  // namespace

SegmentTerms::SegmentTerms(const index::Segment& segment, const TermIds& ids)
    : segment_(segment), end_(ids.end()) {
  const uint32_t documents = segment.documents();
  const auto stems = static_cast<uint32_t>(segment.terms().size());
  const auto keywords = static_cast<uint32_t>(segment.keywords().size());
  std::vector<Key> keys;
  keys.reserve(stems + keywords);
  for (uint32_t t = 0; t < stems; ++t) {
    GiveWayAt(t);
    keys.push_back(WordKey(segment.terms()[t]));
  }
  for (uint32_t k = 0; k < keywords; ++k) {
    keys.push_back(KeywordTermKey(segment.keywords()[k]));
  }
  const std::vector<TermId> found = FindAll(keys, ids);
  // Gathered term by term, then put in the order of the documents.
  struct Gathered {
    uint32_t document;
    TermOf term;
  };
  std::vector<Gathered> gathered;
  gathered.reserve(keys.size());
  begins_.assign(documents + 1, 0);
  const auto add = [&](uint32_t document, const TermOf& term) {
    gathered.push_back({document, term});
    ++begins_[document + 1];
  };
  for (uint32_t t = 0; t < stems; ++t) {
    if (found[t] == kAlways) continue;
    index::ForEachPosting(segment, t,
                          [&](uint32_t document, query::FieldSet fields) {
                            add(document, {found[t], t, fields});
                          });
  }
  for (uint32_t k = 0; k < keywords; ++k) {
    if (found[stems + k] == kAlways) continue;
    segment.keyword_documents(k).ForEach([&](uint32_t d) {
      add(d, {found[stems + k], index::kNotFound, query::kAllFields});
    });
  }
  uint64_t links = 0;
  for (uint32_t d = 0; d < documents; ++d) {
    links |= static_cast<uint64_t>(segment.links()[d]);
  }
  for (; links != 0; links &= links - 1) {
    const int bit = std::countr_zero(links);
    const TermId id = ids.Find(LinkKey(bit));
    for (uint32_t d = 0; d < documents && id != kAlways; ++d) {
      if ((segment.links()[d] >> bit & 1) == 0) continue;
      add(d, {id, index::kNotFound, query::kAllFields});
    }
  }
  for (uint32_t d = 0; d < documents; ++d) begins_[d + 1] += begins_[d];
  terms_.resize(gathered.size());
  std::vector<uint32_t> next(begins_.begin(), begins_.end() - 1);
  for (const Gathered& g : gathered) terms_[next[g.document]++] = g.term;
}

void DocumentTerms::Load(const SegmentTerms& all, uint32_t document) {
  segment_ = &all.segment();
  document_ = document;
  terms_ = all.of(document);
  for (const uint32_t word : to_clear_) has_[word] = 0;
  to_clear_.clear();
  has_.resize(all.end() / 32 + 1);
  const auto set = [this](TermId id) {
    has_[id / 32] |= uint32_t{1} << (id % 32);
    to_clear_.push_back(id / 32);
  };
  set(kAlways);
  const size_t size = std::bit_ceil(2 * terms_.size() + 2);
  slots_.assign(size, Slot());
  mask_ = size - 1;
  for (uint32_t i = 0; i < terms_.size(); ++i) {
    const TermId id = terms_[i].id;
    set(id);
    size_t slot = id;
    while (slots_[slot & mask_].id != kAlways) ++slot;
    slots_[slot & mask_] = {id, i};
  }
  if (places_.size() < terms_.size()) places_.resize(terms_.size());
  placed_.assign(terms_.size(), false);
}

const StemPlaces& DocumentTerms::Places(TermId id) {
  static const StemPlaces kNowhere;
  const uint32_t i = Find(id);
  if (i == kNone || terms_[i].ordinal == index::kNotFound) return kNowhere;
  StemPlaces& places = places_[i];
  if (!placed_[i]) {
    placed_[i] = true;
    places.all.clear();
    places.bits = 0;
    index::PostingCursor cursor(*segment_, terms_[i].ordinal);
    if (cursor.Find(document_)) cursor.Places(query::kAllFields, &places.all);
    for (const uint64_t place : places.all) {
      places.bits |= uint64_t{1} << (place % 64);
    }
  }
  return places;
}

bool DocumentTerms::In(query::Range::Column column, int64_t min,
                       int64_t max) const {
  const bool votes = column == query::Range::Column::kVotes;
  const uint8_t has = votes ? index::kHasVotes : index::kHasPublished;
  if ((segment_->flags()[document_] & has) == 0) return false;
  const int64_t value =
      (votes ? segment_->votes() : segment_->published())[document_];
  return value >= min && value <= max;
}

}  // namespace paperwire::standing
