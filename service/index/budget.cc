#include "service/index/budget.h"

#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/index/spellings.h"
#include "service/index/statistics.h"

namespace paperwire::index {
namespace {

using query::Node;

bool FormIsLive(const SegmentView& view, uint32_t form) {
  const SpellingCounts counts =
      CountSpellings(*view.segment, GroupByTerm(*view.segment, {form}));
  return CountLive(view, counts.documents) > 0;
}

// How many spellings of living documents the leaf stands for, counted up to
// kMaxExpansions + 1. Those that only deleted ones have are told apart only
// when it matters.
int LiveSpellings(const Snapshot& snapshot, const Node& leaf,
                  std::vector<LeafCache>* caches) {
  constexpr size_t kEnough = kMaxExpansions + 1;
  absl::flat_hash_set<std::string> distinct;
  for (const bool exactly : {false, true}) {
    distinct.clear();
    for (size_t i = 0; i < snapshot.segments().size(); ++i) {
      const SegmentView& view = snapshot.segments()[i];
      for (const uint32_t f : LeafForms(*view.segment, leaf, &(*caches)[i])) {
        if (distinct.size() == kEnough) break;
        if (exactly && view.deleted_count > 0 && !FormIsLive(view, f)) continue;
        distinct.insert(std::string(view.segment->forms()[f]));
      }
    }
    if (distinct.size() < kEnough) break;
  }
  return static_cast<int>(distinct.size());
}

absl::Status TooCostly(std::string_view message, std::string_view part) {
  return WithReason(InvalidField("text", message), "QUERY_TOO_COSTLY",
                    {{"part", std::string(part)}});
}

class Budget {
 public:
  Budget(const Snapshot& snapshot, const std::function<absl::Status()>& check,
         std::vector<LeafCache>* caches)
      : snapshot_(snapshot), check_(check), caches_(caches) {}

  absl::Status Spend(const Node& node) {
    for (const Node& child : node.children) RETURN_IF_ERROR(Spend(child));
    const bool fuzzy = node.kind == Node::Kind::kFuzzy;
    if ((!fuzzy && node.kind != Node::Kind::kPrefix) || node.words.empty()) {
      return absl::OkStatus();
    }
    if (check_) RETURN_IF_ERROR(check_());
    const std::string word =
        StrCat(node.words.front().form, fuzzy ? "~" : "*");
    if (fuzzy && ++fuzzy_words_ > kMaxFuzzyWords) {
      return TooCostly(
          StrCat("More than ", kMaxFuzzyWords, " words with \"~\", from \"",
                 word, "\" on; write those without \"~\" that have no typos, "
                 "or ask the query in parts"),
          word);
    }
    const int spellings = LiveSpellings(snapshot_, node, caches_);
    const std::string_view advice =
        fuzzy ? "write a longer word, or the word without \"~\""
              : "write more letters before \"*\"";
    if (spellings > kMaxExpansions) {
      return TooCostly(StrCat("\"", word, "\" stands for more than ",
                              kMaxExpansions, " words; ", advice),
                       word);
    }
    if (spellings > most_) {
      most_ = spellings;
      costliest_ = word;
      advice_ = advice;
    }
    spellings_ += spellings;
    if (spellings_ <= kMaxExpansionsInAll) return absl::OkStatus();
    return TooCostly(
        StrCat("The words with \"*\" and \"~\" stand for more than ",
               kMaxExpansionsInAll, " words together, \"", costliest_,
               "\" alone for ", most_, "; ", advice_,
               ", or ask the query in parts"),
        costliest_);
  }

 private:
  const Snapshot& snapshot_;
  const std::function<absl::Status()>& check_;
  std::vector<LeafCache>* const caches_;
  int fuzzy_words_ = 0;
  int spellings_ = 0;
  int most_ = 0;
  std::string costliest_;
  std::string_view advice_;
};

}  // namespace

absl::Status CheckBudget(const Snapshot& snapshot, const Node& root,
                         const std::function<absl::Status()>& check,
                         std::vector<LeafCache>* caches) {
  return Budget(snapshot, check, caches).Spend(root);
}

}  // namespace paperwire::index
