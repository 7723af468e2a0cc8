#include "service/standing/frequency.h"

#include <utility>

#include "service/index/keyword_terms.h"

namespace paperwire::standing {
namespace {

int64_t CountKeyword(const index::Segment& segment,
                     const query::Keyword& keyword) {
  if (keyword.kind == query::Keyword::Kind::kHas) {
    return segment.documents() / 2;  // not counted, and not rare
  }
  const uint32_t k = segment.keywords().Find(index::KeywordTerm(keyword));
  if (k == index::kNotFound) return 0;
  return segment.keyword_documents(k).count;
}

int64_t CountWord(const index::Segment& segment, const query::Word& word) {
  const uint32_t term = segment.FindTerm(word.stem);
  return term == index::kNotFound ? 0 : segment.term(term).documents;
}

}  // namespace

Frequency FrequencyIn(
    std::function<std::shared_ptr<const index::Snapshot>()> snapshot) {
  return [snapshot = std::move(snapshot)](const query::Node& leaf, Key) {
    int64_t count = 0;
    const std::shared_ptr<const index::Snapshot> now = snapshot();
    for (const index::SegmentView& view : now->segments()) {
      count += leaf.kind == query::Node::Kind::kKeyword
                   ? CountKeyword(*view.segment, leaf.keyword)
                   : CountWord(*view.segment, leaf.words[0]);
    }
    return count;
  };
}

}  // namespace paperwire::standing
