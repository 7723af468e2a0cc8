#include "service/index/statistics.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "service/base/error_details.h"
#include "service/base/strings.h"
#include "service/index/postings.h"
#include "service/index/search.h"
#include "service/index/spellings.h"

namespace paperwire::index {
namespace {

using query::Node;

uint32_t CountLive(const SegmentView& view,
                   const std::vector<uint32_t>& documents) {
  if (view.deleted_count == 0) return static_cast<uint32_t>(documents.size());
  return static_cast<uint32_t>(
      std::count_if(documents.begin(), documents.end(),
                    [&](uint32_t d) { return view.IsLive(d); }));
}

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

bool FormIsLive(const SegmentView& view, uint32_t form) {
  const SpellingCounts counts =
      CountSpellings(*view.segment, GroupByTerm(*view.segment, {form}));
  return CountLive(view, counts.documents) > 0;
}

// How many spellings of living documents the leaf stands for. Those that only
// deleted ones have are told apart only when it matters.
size_t LiveSpellings(const Snapshot& snapshot, const Node& leaf,
                     std::vector<LeafCache>* caches) {
  absl::flat_hash_set<std::string> distinct;
  for (const bool exactly : {false, true}) {
    distinct.clear();
    for (size_t i = 0; i < snapshot.segments().size(); ++i) {
      const SegmentView& view = snapshot.segments()[i];
      for (const uint32_t f : LeafForms(*view.segment, leaf, &(*caches)[i])) {
        if (exactly && !FormIsLive(view, f)) continue;
        distinct.insert(std::string(view.segment->forms()[f]));
      }
    }
    if (distinct.size() <= kMaxExpansions) break;
  }
  return distinct.size();
}

}  // namespace

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
    double sum = 0;
    for (const query::Word& word : leaf.words) {
      sum += Idf(all, DocumentsWithWord(snapshot, word));
    }
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

absl::Status CheckExpansions(const Snapshot& snapshot, const Node& root,
                             std::vector<LeafCache>* caches) {
  for (const Node& child : root.children) {
    absl::Status status = CheckExpansions(snapshot, child, caches);
    if (!status.ok()) return status;
  }
  const bool fuzzy = root.kind == Node::Kind::kFuzzy;
  if ((!fuzzy && root.kind != Node::Kind::kPrefix) || root.words.empty() ||
      LiveSpellings(snapshot, root, caches) <= kMaxExpansions) {
    return absl::OkStatus();
  }
  const std::string_view word = root.words.front().form;
  return InvalidField(
      "text", StrCat("\"", word, fuzzy ? "~" : "*", "\" stands for more than ",
                     kMaxExpansions, " words; ",
                     fuzzy ? "write a longer word, or the word without \"~\""
                           : "write more letters before \"*\""));
}

}  // namespace paperwire::index
