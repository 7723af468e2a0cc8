#include "service/standing/document_terms.h"

#include <algorithm>
#include <bit>

#include "service/index/postings.h"

namespace paperwire::standing {

SegmentTerms::SegmentTerms(const index::Segment& segment) : segment_(segment) {
  const uint32_t documents = segment.documents();
  // Gathered term by term, then put in the order of the documents.
  struct Gathered {
    uint32_t document;
    TermOf term;
  };
  std::vector<Gathered> gathered;
  gathered.reserve(segment.terms().size() + segment.keywords().size());
  begins_.assign(documents + 1, 0);
  const auto add = [&](uint32_t document, const TermOf& term) {
    gathered.push_back({document, term});
    ++begins_[document + 1];
  };
  for (uint32_t t = 0; t < segment.terms().size(); ++t) {
    const Key key = WordKey(segment.terms()[t]);
    index::ForEachPosting(segment, t,
                          [&](uint32_t document, query::FieldSet fields) {
                            add(document, {key, t, fields});
                          });
  }
  for (uint32_t k = 0; k < segment.keywords().size(); ++k) {
    const Key key = KeywordTermKey(segment.keywords()[k]);
    for (const uint32_t d : segment.keyword_documents(k)) {
      add(d, {key, index::kNotFound, query::kAllFields});
    }
  }
  for (uint32_t d = 0; d < documents; ++d) {
    for (auto bits = static_cast<uint64_t>(segment.links()[d]); bits != 0;
         bits &= bits - 1) {
      add(d, {LinkKey(std::countr_zero(bits)), index::kNotFound,
              query::kAllFields});
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
  filter_.fill(0);
  const size_t size = std::bit_ceil(2 * terms_.size() + 2);
  slots_.assign(size, Slot());
  mask_ = size - 1;
  for (uint32_t i = 0; i < terms_.size(); ++i) {
    const Key key = terms_[i].key;
    const uint32_t bit = static_cast<uint32_t>(key) % kFilterBits;
    filter_[bit / 64] |= uint64_t{1} << (bit % 64);
    size_t slot = key >> 20;
    while (slots_[slot & mask_].key != 0) ++slot;
    slots_[slot & mask_] = {key, i};
  }
  places_.resize(std::max(places_.size(), terms_.size()));
  placed_.assign(terms_.size(), false);
}

std::span<const uint64_t> DocumentTerms::Places(Key key) {
  const uint32_t i = Find(key);
  if (i == kNone || terms_[i].term == index::kNotFound) return {};
  if (!placed_[i]) {
    placed_[i] = true;
    places_[i].clear();
    index::PostingCursor cursor(*segment_, terms_[i].term);
    if (cursor.Find(document_)) cursor.Places(query::kAllFields, &places_[i]);
  }
  return places_[i];
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
