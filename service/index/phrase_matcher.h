// Words side by side, or near each other: candidates by postings, then the
// positions of those.

#ifndef PAPERWIRE_SERVICE_INDEX_PHRASE_MATCHER_H_
#define PAPERWIRE_SERVICE_INDEX_PHRASE_MATCHER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "service/index/matcher.h"
#include "service/index/phrase_count.h"
#include "service/index/postings.h"
#include "service/index/spellings.h"

namespace paperwire::index {

// What was found out about the last window, shared by the matchers of one
// leaf: what is scored has just been matched, as a rule.
struct PhraseMemo {
  uint32_t window = kNoDocument;  // its begin
  WindowSet known;                // the documents that were looked at
  std::vector<std::pair<uint32_t, FieldCounts>> found;  // those with it

  // SearchOptions::check, if any, asked after so many documents: of one
  // window that are few, unless somebody wrote them to be slow. Once it failed
  // nothing is found any more, and the search ends with what it says.
  static constexpr uint32_t kDocumentsBetweenChecks = 32;
  const std::function<absl::Status()>* check = nullptr;
  uint32_t documents = 0;
  bool stopped = false;

  bool Stops() {
    if (check != nullptr && ++documents % kDocumentsBetweenChecks == 0) {
      stopped = stopped || !(*check)().ok();
    }
    return stopped;
  }
};

class PhraseMatcher : public LeafMatcher {
 public:
  // `words` are the words of the phrase in order; all were found.
  PhraseMatcher(const Segment& segment, std::vector<AcceptedTerm> words,
                int slop, query::FieldSet fields,
                std::shared_ptr<PhraseMemo> memo);

  void Narrow(const Window& window, WindowSet* set) override;
  uint32_t NextWindow(uint32_t window) override {
    return stems_.front().cursor->NextWindow(window);
  }
  uint64_t Cost() const override { return stems_.front().cursor->documents(); }
  void Score(const Window& window, const WindowSet& docs,
             const LeafScorer& scorer, WindowScores* scores,
             WindowSet* touched) override;
  FieldCounts CountsOf(uint32_t document) override;
  PostingCursor* lead() override { return stems_.front().cursor.get(); }
  PhraseMatcher* phrase() override { return this; }
  void RaiseBounds(std::vector<uint8_t>* bounds) override;
  uint64_t CostIn(uint32_t window) const override;
  uint32_t ImpactAt(uint32_t document, const ImpactTable& impacts) override;
  void ImpactsIn(const Window& window, const ImpactTable& impacts,
                 uint32_t least, WindowSet* set, uint8_t* out) override;

  // For who goes from document to document (one_phrase.h).
  //
  // Those of the stems, the rarest first.
  std::vector<PostingCursor*> cursors() const;
  // Whether the impact of the phrase is at most the sum of those of its words.
  // Else, as they have to stand in order, the least of them.
  bool AddsUp() const { return slop_ != 0; }
  // A bound of the impact of two words together.
  uint8_t Together(uint8_t a, uint8_t b) const;
  // Counts in the document that all cursors are on.
  bool Count(FieldCounts* counts);

 private:
  // A stem of the phrase; several words can share it.
  struct Stem {
    std::unique_ptr<PostingCursor> cursor;
    std::vector<Occurrence> occurrences;
    std::vector<PhrasePlace> places;  // of one field
  };

  void NarrowToStems(const Window& window, WindowSet* set);
  // Makes the memo cover these documents of the window.
  void Learn(const Window& window, const WindowSet& docs);
  // Count when the words follow each other, in any spelling.
  bool CountInOrder(query::FieldSet fields, FieldCounts* counts);

  const Segment& segment_;
  const std::vector<AcceptedTerm> words_;
  const int slop_;
  const query::FieldSet fields_;
  bool in_order_ = false;  // no slop, and every word in any spelling
  const std::shared_ptr<PhraseMemo> memo_;
  std::vector<Stem> stems_;         // the rarest first
  std::vector<size_t> word_stems_;  // by word: index in stems_
  std::vector<PhraseWord> positions_;
  size_t lead_ = 0;            // the first word of the rarest stem
  bool lead_repeats_ = false;  // whether others are of it, too
  // CountInOrder's.
  std::vector<uint64_t> begins_, places_;
  PhraseCounter counter_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_PHRASE_MATCHER_H_
