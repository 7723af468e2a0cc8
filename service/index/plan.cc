#include "service/index/plan.h"

#include <utility>
#include <vector>

#include "service/index/boolean_matchers.h"
#include "service/index/filter_matchers.h"
#include "service/index/phrase_matcher.h"
#include "service/index/spellings.h"
#include "service/index/word_matcher.h"

namespace paperwire::index {
namespace {

using query::Node;

std::unique_ptr<LeafMatcher> MakePhrase(const Segment& segment,
                                        const Node& leaf, LeafCache* cache) {
  std::vector<AcceptedTerm> words = LeafWords(segment, leaf, cache);
  for (const AcceptedTerm& word : words) {
    if (word.term == kNotFound) return nullptr;
  }
  std::shared_ptr<PhraseMemo>& memo = (*cache)[&leaf].phrase;
  if (memo == nullptr) memo = std::make_shared<PhraseMemo>();
  return std::make_unique<PhraseMatcher>(segment, std::move(words), leaf.slop,
                                         leaf.fields, memo);
}

std::unique_ptr<Matcher> MakeAnd(const Segment& segment, const Node& node,
                                 LeafCache* cache) {
  std::vector<std::unique_ptr<Matcher>> children;
  for (const Node& child : node.children) {
    std::unique_ptr<Matcher> m = MakeMatcher(segment, child, cache);
    if (MatchesNothing(*m)) return m;
    children.push_back(std::move(m));
  }
  if (children.empty()) {
    return std::make_unique<AllMatcher>(segment.documents());
  }
  return std::make_unique<AndMatcher>(std::move(children));
}

std::unique_ptr<Matcher> MakeOr(const Segment& segment, const Node& node,
                                LeafCache* cache) {
  std::vector<std::unique_ptr<Matcher>> children;
  for (const Node& child : node.children) {
    std::unique_ptr<Matcher> m = MakeMatcher(segment, child, cache);
    if (!MatchesNothing(*m)) children.push_back(std::move(m));
  }
  if (children.empty()) return std::make_unique<NoneMatcher>();
  if (children.size() == 1) return std::move(children.front());
  return std::make_unique<OrMatcher>(std::move(children));
}

// A leaf among other nodes.
class SharedMatcher : public Matcher {
 public:
  explicit SharedMatcher(std::shared_ptr<LeafMatcher> leaf)
      : leaf_(std::move(leaf)) {}
  void Narrow(const Window& window, WindowSet* set) override {
    leaf_->Narrow(window, set);
  }
  uint32_t NextWindow(uint32_t window) override {
    return leaf_->NextWindow(window);
  }
  void AddTo(const Window& window, const WindowSet& among,
             WindowSet* set) override {
    leaf_->AddTo(window, among, set);
  }
  uint64_t Cost() const override { return leaf_->Cost(); }
  int64_t KnownCount() const override { return leaf_->KnownCount(); }

 private:
  const std::shared_ptr<LeafMatcher> leaf_;
};

std::unique_ptr<LeafMatcher> MakeLeafMatcher(const Segment& segment,
                                             const Node& leaf,
                                             LeafCache* cache);

}  // namespace

bool MatchesNothing(const Matcher& matcher) {
  return dynamic_cast<const NoneMatcher*>(&matcher) != nullptr;
}

const std::vector<uint32_t>& LeafForms(const Segment& segment, const Node& leaf,
                                       LeafCache* cache) {
  auto& forms = (*cache)[&leaf].forms;
  if (forms == nullptr) {
    forms = std::make_shared<const std::vector<uint32_t>>(
        ExpandForms(segment, leaf));
  }
  return *forms;
}

const AcceptedTerm& LeafWord(const Segment& segment, const Node& leaf,
                             LeafCache* cache) {
  std::optional<AcceptedTerm>& word = (*cache)[&leaf].word;
  if (!word.has_value()) word = AcceptWord(segment, leaf.words.front());
  return *word;
}

const std::vector<AcceptedTerm>& LeafWords(const Segment& segment,
                                           const Node& leaf, LeafCache* cache) {
  std::vector<AcceptedTerm>& words = (*cache)[&leaf].words;
  if (words.empty()) {
    for (const query::Word& word : leaf.words) {
      words.push_back(AcceptWord(segment, word));
    }
  }
  return words;
}

int64_t KnownCount(const Segment& segment, const Node& node, LeafCache* cache) {
  if (node.kind != Node::Kind::kWord || node.words.empty() ||
      node.fields != query::kAllFields) {
    return -1;
  }
  const AcceptedTerm& word = LeafWord(segment, node, cache);
  if (word.term == kNotFound) return 0;
  return word.all ? int64_t{segment.term(word.term).documents} : -1;
}

std::shared_ptr<const SpellingCounts> LeafCounts(const Segment& segment,
                                                 const Node& leaf,
                                                 LeafCache* cache) {
  if (const auto& known = (*cache)[&leaf].counts; known != nullptr) {
    return known;
  }
  std::vector<AcceptedTerm> terms;
  if (leaf.kind == Node::Kind::kWord) {
    const AcceptedTerm& term = LeafWord(segment, leaf, cache);
    if (term.term != kNotFound) terms.push_back(term);
  } else {
    terms = GroupByTerm(segment, LeafForms(segment, leaf, cache));
  }
  return (*cache)[&leaf].counts = std::make_shared<const SpellingCounts>(
             CountSpellings(segment, terms));
}

namespace {

// The term of a leaf that is a word in all of its spellings in a segment,
// kNotFound for every other.
uint32_t WholeWord(const Segment& segment, const Node& leaf, LeafCache* cache) {
  if (leaf.kind != Node::Kind::kWord || leaf.words.empty()) return kNotFound;
  const AcceptedTerm& word = LeafWord(segment, leaf, cache);
  return word.all ? word.term : kNotFound;
}

std::unique_ptr<LeafMatcher> MakeLeafMatcher(const Segment& segment,
                                             const Node& leaf,
                                             LeafCache* cache) {
  if (leaf.words.empty()) return nullptr;
  if (leaf.kind == Node::Kind::kPhrase) return MakePhrase(segment, leaf, cache);
  if (const uint32_t term = WholeWord(segment, leaf, cache);
      term != kNotFound) {
    return std::make_unique<WordMatcher>(segment, term, leaf.fields);
  }
  std::shared_ptr<const SpellingCounts> counts =
      LeafCounts(segment, leaf, cache);
  if (counts->documents.empty()) return nullptr;
  return std::make_unique<CountsMatcher>(segment, std::move(counts),
                                         leaf.fields);
}

// The same; of the most frequent kind in one piece of memory.
std::shared_ptr<LeafMatcher> MakeShared(const Segment& segment,
                                        const Node& leaf, LeafCache* cache) {
  if (const uint32_t term = WholeWord(segment, leaf, cache);
      term != kNotFound) {
    return std::make_shared<WordMatcher>(segment, term, leaf.fields);
  }
  return MakeLeafMatcher(segment, leaf, cache);
}

}  // namespace

std::shared_ptr<LeafMatcher> LeafMatcherOf(const Segment& segment,
                                           const Node& leaf, LeafCache* cache) {
  if (const KnownLeaf& known = (*cache)[&leaf]; known.is_made) {
    return known.matcher;
  }
  std::shared_ptr<LeafMatcher> made = MakeShared(segment, leaf, cache);
  KnownLeaf& known = (*cache)[&leaf];
  known.is_made = true;
  return known.matcher = std::move(made);
}

std::unique_ptr<Matcher> MakeMatcher(const Segment& segment, const Node& node,
                                     LeafCache* cache) {
  switch (node.kind) {
    case Node::Kind::kAll:
      return std::make_unique<AllMatcher>(segment.documents());
    case Node::Kind::kAnd:
      return MakeAnd(segment, node, cache);
    case Node::Kind::kOr:
      return MakeOr(segment, node, cache);
    case Node::Kind::kNot: {
      std::unique_ptr<Matcher> child;
      if (!node.children.empty()) {
        child = MakeMatcher(segment, node.children.front(), cache);
      }
      if (child == nullptr || MatchesNothing(*child)) {
        return std::make_unique<AllMatcher>(segment.documents());
      }
      return std::make_unique<NotMatcher>(std::move(child),
                                          segment.documents());
    }
    case Node::Kind::kKeyword:
      return MakeKeywordMatcher(segment, node.keyword);
    case Node::Kind::kRange:
      return MakeRangeMatcher(segment, node.range);
    case Node::Kind::kWord:
    case Node::Kind::kPhrase:
    case Node::Kind::kPrefix:
    case Node::Kind::kFuzzy:
      break;
  }
  if (std::unique_ptr<Matcher> leaf = MakeLeafMatcher(segment, node, cache)) {
    return leaf;
  }
  return std::make_unique<NoneMatcher>();
}

}  // namespace paperwire::index
