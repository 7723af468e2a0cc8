#include "service/index/statistics.h"

#include <algorithm>

#include "service/index/postings.h"
#include "service/index/ranking.h"
#include "service/index/spellings.h"

namespace paperwire::index {
namespace {

using query::Node;

// Deleted documents in which the stem stands.
uint32_t DeletedDocuments(const SegmentView& view, uint32_t term) {
  PostingCursor cursor(*view.segment, term);
  uint32_t count = 0;
  for (uint32_t w = 0; w < WindowCount(view.segment->documents()); ++w) {
    WindowSet deleted;
    deleted.AddBitmap(view.deleted->data(), view.deleted->size(),
                      w * kWindowSize);
    if (deleted.Empty()) continue;
    cursor.Narrow(w, &deleted);
    count += deleted.Count();
  }
  return count;
}

}  // namespace

uint32_t CountLive(const SegmentView& view,
                   const std::vector<uint32_t>& documents) {
  if (view.deleted_count == 0) return static_cast<uint32_t>(documents.size());
  return static_cast<uint32_t>(
      std::count_if(documents.begin(), documents.end(),
                    [&](uint32_t d) { return view.IsLive(d); }));
}

uint32_t LiveDocuments(const SegmentView& view, uint32_t term) {
  const uint32_t all = view.segment->term(term).documents;
  if (view.deleted_count == 0) return all;
  return all - view.deleted_counts->Of(
                   term, [&] { return DeletedDocuments(view, term); });
}

namespace {

// The living documents of one segment that have the word.
int64_t DocumentsWith(const SegmentView& view, const query::Word& word,
                      const AcceptedTerm& accepted) {
  if (accepted.term == kNotFound) return 0;
  if (accepted.all) return LiveDocuments(view, accepted.term);
  if (view.deleted_count == 0) {
    return view.segment->form(view.segment->forms().Find(word.form)).documents;
  }
  return CountLive(view, CountSpellings(*view.segment, {accepted}).documents);
}

}  // namespace

int64_t DocumentsWithWord(const Snapshot& snapshot, const query::Word& word) {
  int64_t documents = 0;
  for (const SegmentView& view : snapshot.segments()) {
    documents += DocumentsWith(view, word, AcceptWord(*view.segment, word));
  }
  return documents;
}

double LeafIdf(const Snapshot& snapshot, const Node& leaf,
               std::vector<LeafCache>* caches) {
  const int64_t all = snapshot.documents();
  if (leaf.kind == Node::Kind::kWord) {
    int64_t documents = 0;
    for (size_t i = 0; i < snapshot.segments().size(); ++i) {
      const SegmentView& view = snapshot.segments()[i];
      documents += DocumentsWith(view, leaf.words.front(),
                                 LeafWord(*view.segment, leaf, &(*caches)[i]));
    }
    return Idf(all, documents);
  }
  if (leaf.kind == Node::Kind::kPhrase) {
    std::vector<int64_t> documents(leaf.words.size());
    for (size_t i = 0; i < snapshot.segments().size(); ++i) {
      const SegmentView& view = snapshot.segments()[i];
      const std::vector<AcceptedTerm>& words =
          LeafWords(*view.segment, leaf, &(*caches)[i]);
      for (size_t w = 0; w < words.size(); ++w) {
        documents[w] += DocumentsWith(view, leaf.words[w], words[w]);
      }
    }
    double sum = 0;
    for (const int64_t count : documents) sum += Idf(all, count);
    return sum;
  }
  int64_t documents = 0;
  for (size_t i = 0; i < snapshot.segments().size(); ++i) {
    const SegmentView& view = snapshot.segments()[i];
    documents += CountLive(
        view, LeafCounts(*view.segment, leaf, &(*caches)[i])->documents);
  }
  return Idf(all, documents);
}

}  // namespace paperwire::index
