// Completes what someone types: the titles, authors and terms that it could
// become.
//
//     TypedText typed = ReadTyped("concept bott", &analyzer);
//     ASSIGN_OR_RETURN(std::vector<Suggestion> titles,
//                      SuggestTitles(*snapshot, typed, options));
//
// Made to be asked at every key. What a short beginning could become is more
// than can be searched for in time, so that only its most frequent words are,
// within a budget of postings.
//
// Nothing completes a text of common words alone ("of the "). Any thread.
// Errors: what SuggestOptions::check and ::read return.

#ifndef PAPERWIRE_SERVICE_INDEX_SUGGEST_H_
#define PAPERWIRE_SERVICE_INDEX_SUGGEST_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "paperwire/v1/paper.pb.h"
#include "service/index/snapshot.h"
#include "service/index/typed_text.h"

namespace paperwire::index {

struct Suggestion {
  std::string text;    // to show
  std::string query;   // in the search-box language, to find it
  std::string paper;   // its resource name; of a title only
  int64_t papers = 0;  // how many match `query`; of a title 1
};

struct SuggestOptions {
  size_t limit = 5;
  // A paper as it was when the journal had this sequence number. Titles and
  // authors are shown as papers have them, and the index does not keep that.
  std::function<absl::StatusOr<v1::Paper>(int64_t sequence)> read = nullptr;
  // As SearchOptions::check.
  std::function<absl::Status()> check = nullptr;
};

// Papers whose title has every word and one that begins with the fragment:
// those with the words side by side first, then those with more votes, then
// by score. Common words need not be there.
absl::StatusOr<std::vector<Suggestion>> SuggestTitles(
    const Snapshot& snapshot, const TypedText& typed,
    const SuggestOptions& options);

// Names that have every word and one that begins with the fragment, by
// falling count of papers, then by name. Names that fold to the same are one.
// When many begin so, only those of the papers with the most votes are looked
// at.
absl::StatusOr<std::vector<Suggestion>> SuggestAuthors(
    const Snapshot& snapshot, const TypedText& typed,
    const SuggestOptions& options);

// The words with the fragment completed, by falling count of papers that have
// all of them. Of the words that the fragment could become, only the most
// frequent are tried. None for an empty fragment. Reads no papers.
absl::StatusOr<std::vector<Suggestion>> SuggestTerms(
    const Snapshot& snapshot, const TypedText& typed,
    const SuggestOptions& options);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_SUGGEST_H_
