// Doubtful words get a list of candidates each, the likeliest first. What is
// tried is not every combination: the likeliest for all words, then one word
// at a time with a less likely one. Each try is counted, so that nothing is
// offered that finds nothing.

#include "service/index/did_you_mean.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/index/rewrite.h"
#include "service/index/spelling.h"
#include "service/text/analyzer.h"

namespace paperwire::index {
namespace {

using query::Node;
using v1::QueryRewrite;

constexpr size_t kMaxDoubtful = 4;
constexpr size_t kCandidates = 3;
constexpr size_t kSplits = 2;
constexpr size_t kMaxJoins = 4;
constexpr size_t kMaxTries = 12;

bool IsWords(const Node& node) {
  return node.kind == Node::Kind::kWord || node.kind == Node::Kind::kPhrase;
}

// The leaves that a paper must or may match by their words, in order.
void CollectLeaves(const Node& node, std::vector<const Node*>* leaves) {
  if (node.kind == Node::Kind::kNot) return;
  if (IsWords(node)) {
    leaves->push_back(&node);
    return;
  }
  for (const Node& child : node.children) CollectLeaves(child, leaves);
}

// A word of the query in whose place others may stand.
struct Doubtful {
  size_t leaf = 0;  // in order
  size_t word = 0;
  bool unknown = false;  // no paper has it
  std::vector<Correction> candidates;
};

// Words word to word + count - 1 of a leaf become others. A word that was
// joined to the next leaf takes that leaf's place, too.
struct Replacement {
  size_t leaf = 0;
  size_t word = 0;
  size_t count = 1;
  bool next_leaf = false;
  std::vector<query::Word> words;
};

class Guesser {
 public:
  Guesser(const Snapshot& snapshot, const v1::Query& request, int64_t matches,
          const std::function<absl::Status()>& check)
      : snapshot_(snapshot),
        request_(request),
        matches_(matches),
        check_(check),
        book_(snapshot),
        tree_(TextTree(request)) {
    CollectLeaves(tree_, &leaves_);
  }

  absl::StatusOr<std::vector<QueryRewrite>> Run() {
    RETURN_IF_ERROR(FindDoubtful());
    RETURN_IF_ERROR(TryCorrections());
    RETURN_IF_ERROR(TryJoins());
    return std::move(offers_);
  }

 private:
  absl::Status FindDoubtful() {
    for (size_t l = 0; l < leaves_.size(); ++l) {
      for (size_t w = 0; w < leaves_[l]->words.size(); ++w) {
        const query::Word& word = leaves_[l]->words[w];
        const int64_t documents = book_.Documents(word);
        if (!book_.IsRare(documents)) continue;
        if (doubtful_.size() == kMaxDoubtful) return absl::OkStatus();
        if (check_) RETURN_IF_ERROR(check_());
        Doubtful doubtful{l, w, documents == 0,
                          book_.Corrections(word, kCandidates)};
        ASSIGN_OR_RETURN(std::vector<Correction> splits, CountedSplits(word));
        // A blank left out is one edit.
        auto at = doubtful.candidates.begin();
        while (at != doubtful.candidates.end() &&
               !book_.IsRare(at->documents) && at->edits == 1 &&
               !splits.empty() && at->documents >= splits[0].documents) {
          ++at;
        }
        doubtful.candidates.insert(at, splits.begin(), splits.end());
        if (!doubtful.candidates.empty()) {
          doubtful_.push_back(std::move(doubtful));
        }
      }
    }
    return absl::OkStatus();
  }

  // Splits whose words stand side by side somewhere, with how often they do.
  absl::StatusOr<std::vector<Correction>> CountedSplits(
      const query::Word& word) {
    std::vector<Correction> counted;
    for (Correction& split : book_.Splits(word, kSplits)) {
      v1::Query side_by_side;
      side_by_side.set_text(
          StrCat("\"", split.words[0].form, " ", split.words[1].form, "\""));
      ASSIGN_OR_RETURN(split.documents,
                       CountMatches(snapshot_, side_by_side, check_));
      if (split.documents > 0) counted.push_back(std::move(split));
    }
    std::stable_sort(counted.begin(), counted.end(),
                     [](const Correction& a, const Correction& b) {
                       return a.documents > b.documents;
                     });
    return counted;
  }

  absl::Status TryCorrections() {
    if (doubtful_.empty()) return absl::OkStatus();
    // Which candidate stands for each doubtful word; none for -1.
    std::vector<int> unknown_only, all(doubtful_.size(), 0);
    for (const Doubtful& d : doubtful_) {
      unknown_only.push_back(d.unknown ? 0 : -1);
    }
    std::vector<std::vector<int>> choices = {unknown_only, all};
    for (size_t i = 0; i < doubtful_.size(); ++i) {
      for (size_t c = 1; c < doubtful_[i].candidates.size(); ++c) {
        choices.push_back(doubtful_[i].unknown ? unknown_only : all);
        choices.back()[i] = static_cast<int>(c);
      }
    }
    for (size_t i = 0; i < choices.size() && !Done(); ++i) {
      if (std::find(choices.begin(), choices.begin() + i, choices[i]) !=
          choices.begin() + i) {
        continue;
      }
      std::vector<Replacement> replacements;
      for (size_t d = 0; d < doubtful_.size(); ++d) {
        if (choices[i][d] < 0) continue;
        const Correction& to =
            doubtful_[d].candidates[static_cast<size_t>(choices[i][d])];
        replacements.push_back(
            {doubtful_[d].leaf, doubtful_[d].word, 1, false, to.words});
      }
      RETURN_IF_ERROR(Try(replacements));
    }
    return absl::OkStatus();
  }

  // Neighbours that are one word without the blank between them.
  absl::Status TryJoins() {
    size_t joins = 0;
    for (size_t l = 0; l < leaves_.size() && !Done(); ++l) {
      const Node& leaf = *leaves_[l];
      for (size_t w = 0; w < leaf.words.size() && joins < kMaxJoins; ++w) {
        Replacement join{l, w, 2, false, {}};
        const query::Word* next = nullptr;
        if (w + 1 < leaf.words.size()) {
          next = &leaf.words[w + 1];
        } else if (l + 1 < leaves_.size() && AreNeighbours(l)) {
          next = &leaves_[l + 1]->words[0];
          join.count = 1;
          join.next_leaf = true;
        }
        if (next == nullptr) continue;
        query::Word joined = leaf.words[w];
        joined.form += next->form;
        const int64_t documents = book_.Documents(joined.form);
        if (documents == 0 || book_.IsRare(documents)) continue;
        ++joins;
        text::Analyzer analyzer;
        joined.stem = std::string(analyzer.Stem(joined.form));
        join.words.push_back(std::move(joined));
        RETURN_IF_ERROR(Try({join}));
      }
    }
    return absl::OkStatus();
  }

  // Whether leaf l and the next are words side by side that must both match.
  bool AreNeighbours(size_t l) const {
    const Node& a = *leaves_[l];
    const Node& b = *leaves_[l + 1];
    if (tree_.kind != Node::Kind::kAnd || a.kind != Node::Kind::kWord ||
        b.kind != Node::Kind::kWord || a.fields != b.fields ||
        a.boost != b.boost || a.words[0].exact != b.words[0].exact) {
      return false;
    }
    const Node* first = tree_.children.data();
    return &a >= first && &b == &a + 1 && &b < first + tree_.children.size();
  }

  bool Done() const {
    return offers_.size() == kMaxMeanings || tries_ == kMaxTries;
  }

  // The leaf with its words replaced.
  static Node Replace(const Node& leaf, size_t index,
                      const std::vector<Replacement>& replacements) {
    Node changed = leaf;
    changed.words.clear();
    for (size_t w = 0; w < leaf.words.size(); ++w) {
      const auto found = std::find_if(
          replacements.begin(), replacements.end(),
          [&](const Replacement& r) { return r.leaf == index && r.word == w; });
      if (found == replacements.end()) {
        changed.words.push_back(leaf.words[w]);
        continue;
      }
      changed.words.insert(changed.words.end(), found->words.begin(),
                           found->words.end());
      w += found->count - 1;
    }
    changed.kind =
        changed.words.size() > 1 ? Node::Kind::kPhrase : Node::Kind::kWord;
    if (changed.kind == Node::Kind::kWord) changed.slop = 0;
    if (!leaf.children.empty()) query::ScoreByWords(&changed);
    return changed;
  }

  absl::Status Try(const std::vector<Replacement>& replacements) {
    if (replacements.empty()) return absl::OkStatus();
    ++tries_;
    std::vector<Edit> edits;
    const Node root = ChangeLeaves(tree_, [&](const Node& leaf) {
      // The callback gets leaves of tree_ itself.
      const auto it = std::find(leaves_.begin(), leaves_.end(), &leaf);
      const auto index = static_cast<size_t>(it - leaves_.begin());
      std::optional<Node> changed = leaf;
      bool touched = false;
      uint32_t end = leaf.end;
      for (const Replacement& r : replacements) {
        if (r.next_leaf && r.leaf + 1 == index) return std::optional<Node>();
        if (r.leaf != index) continue;
        touched = true;
        if (r.next_leaf) end = leaves_[index + 1]->end;
      }
      if (!touched) return changed;
      changed = Replace(leaf, index, replacements);
      // Behind the prefixes that stand there.
      Node bare = *changed;
      bare.fields = query::kAllFields;
      for (query::Word& word : bare.words) word.exact = false;
      if (!bare.children.empty()) query::ScoreByWords(&bare);
      edits.push_back({leaf.begin, end, query::ToString(bare)});
      return changed;
    });
    v1::Query request = request_;
    request.set_text(RewriteText(request_.text(), std::move(edits), root));
    ASSIGN_OR_RETURN(const int64_t matches,
                     CountMatches(snapshot_, request, check_));
    if (matches <= matches_) return absl::OkStatus();
    QueryRewrite& offer = offers_.emplace_back();
    *offer.mutable_query() = std::move(request);
    offer.set_kind(QueryRewrite::KIND_SPELLING);
    offer.set_total_full_matches(matches);
    std::string description;
    for (const Replacement& r : replacements) {
      v1::WordChange* change = offer.add_word_changes();
      const Node& leaf = *leaves_[r.leaf];
      std::string from = leaf.words[r.word].form;
      if (r.count == 2) StrAppend(&from, " ", leaf.words[r.word + 1].form);
      if (r.next_leaf) {
        StrAppend(&from, " ", leaves_[r.leaf + 1]->words[0].form);
      }
      std::string to;
      for (const query::Word& word : r.words) {
        StrAppend(&to, to.empty() ? "" : " ", word.form);
      }
      StrAppend(&description, description.empty() ? "" : ", ", to, " for ",
                from);
      change->set_old_text(std::move(from));
      change->set_new_text(std::move(to));
    }
    offer.set_description(std::move(description));
    return absl::OkStatus();
  }

  const Snapshot& snapshot_;
  const v1::Query& request_;
  const int64_t matches_;
  const std::function<absl::Status()>& check_;
  const SpellingBook book_;
  const Node tree_;
  std::vector<const Node*> leaves_;  // of tree_
  std::vector<Doubtful> doubtful_;
  std::vector<QueryRewrite> offers_;
  size_t tries_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<QueryRewrite>> DidYouMean(
    const Snapshot& snapshot, const v1::Query& request, int64_t matches,
    const std::function<absl::Status()>& check) {
  return Guesser(snapshot, request, matches, check).Run();
}

bool HasUnknownWord(const Snapshot& snapshot, const query::Node& root) {
  if (root.kind == Node::Kind::kNot) return false;
  const SpellingBook book(snapshot);
  if (IsWords(root) && std::any_of(root.words.begin(), root.words.end(),
                                   [&](const query::Word& w) {
                                     return book.Documents(w) == 0;
                                   })) {
    return true;
  }
  return std::any_of(
      root.children.begin(), root.children.end(),
      [&](const Node& child) { return HasUnknownWord(snapshot, child); });
}

}  // namespace paperwire::index
