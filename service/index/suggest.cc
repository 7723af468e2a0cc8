#include "service/index/suggest.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/index/prefix_words.h"
#include "service/index/search.h"
#include "service/query/names.h"
#include "service/query/normalize.h"

namespace paperwire::index {
namespace {

using query::Node;

// A fragment is looked for as its most frequent words that have at most so
// many postings, one by one and together; the fragment itself, if it is a
// word, whatever it has. Rarer words come up when more of them is typed.
constexpr size_t kMaxWords = 8;
constexpr size_t kTriedWords = 24;
constexpr int64_t kMaxPostings = 8000;
constexpr int64_t kMaxWordPostings = 6000;
// With whole words before it, these keep the search small.
constexpr int64_t kBehindWords = 10;
// Completions whose papers are counted, beyond those wanted.
constexpr size_t kSpareTerms = 3;
// Papers whose authors are looked at.
constexpr int kAuthorPapers = 16;

text::Analyzer& ThreadAnalyzer() {
  // An Analyzer is costly to make and not to be shared between threads.
  thread_local text::Analyzer analyzer;
  return analyzer;
}

Node WordNode(query::Word word, query::FieldSet fields) {
  Node node;
  node.kind = Node::Kind::kWord;
  node.fields = fields;
  node.words.push_back(std::move(word));
  return node;
}

// Papers with a word that begins with the fragment, or many of them.
Node FragmentNode(const Snapshot& snapshot, const std::string& fragment,
                  query::FieldSet fields, bool behind_words) {
  const std::vector<PrefixWord> found =
      FindPrefixWords(snapshot, fragment, kTriedWords);
  const int64_t times = behind_words ? kBehindWords : 1;
  std::vector<Node> words;
  int64_t postings = 0;
  for (const PrefixWord& word : found) {
    if (words.size() == kMaxWords) break;
    if (word.word.form != fragment) {
      if (word.documents > times * kMaxWordPostings ||
          postings + word.documents > times * kMaxPostings) {
        continue;
      }
      postings += word.documents;
    }
    words.push_back(WordNode(word.word, fields));
  }
  if (words.empty() && !found.empty()) {
    words.push_back(WordNode(found.back().word, fields));
  }
  return query::MakeOr(std::move(words));
}

// Whether there is anything to look for but common words.
bool TellsApart(const TypedText& typed) {
  return !typed.fragment.empty() || !TellingWords(typed).empty();
}

absl::StatusOr<SearchResult> Ask(const Snapshot& snapshot, Node root, int limit,
                                 const SuggestOptions& options,
                                 std::vector<int64_t> exclude = {}) {
  query::Query query;
  query.root = query::Normalize(std::move(root));
  SearchOptions search;
  search.limit = limit;
  search.strict = true;
  search.order = Order::kVotesDescending;
  search.check = options.check;
  search.exclude = std::move(exclude);
  return Search(snapshot, query, search);
}

// Papers in which a field has what is typed.
Node TypedNode(const Snapshot& snapshot, const TypedText& typed,
               query::FieldSet fields) {
  std::vector<Node> all;
  for (query::Word& word : TellingWords(typed)) {
    all.push_back(WordNode(std::move(word), fields));
  }
  if (!typed.fragment.empty()) {
    all.push_back(FragmentNode(snapshot, typed.fragment, fields, !all.empty()));
  }
  return query::MakeAnd(std::move(all));
}

// The forms of words or tokens.
template <typename Words>
std::string Folded(const Words& words) {
  std::string folded;
  for (const auto& word : words) {
    StrAppend(&folded, folded.empty() ? "" : " ", word.form);
  }
  return folded;
}

class TitleList {
 public:
  TitleList(const TypedText& typed, const SuggestOptions& options)
      : typed_(typed), options_(options) {
    // The words of the text that need not be there are not asked for.
    typed_.words = TellingWords(typed);
  }

  bool Full() const { return titles_.size() >= options_.limit; }

  absl::Status Add(const SearchResult& result) {
    for (const Hit& hit : result.hits) {
      if (Full()) break;
      seen_.push_back(hit.key.number);
      ASSIGN_OR_RETURN(v1::Paper paper, options_.read(hit.sequence));
      text::Analyzer& analyzer = ThreadAnalyzer();
      // Stems brought it here; what is shown must have what was typed.
      TypedText fragment;
      fragment.fragment = typed_.fragment;
      if (!HasTyped(fragment, paper.title(), &analyzer)) continue;
      Suggestion title;
      title.query = QuotedQuery("title:", paper.title(),
                                Folded(analyzer.Tokenize(paper.title())));
      if (!queries_.insert(title.query).second) continue;
      title.text = std::move(*paper.mutable_title());
      title.paper = std::move(*paper.mutable_name());
      title.papers = 1;
      titles_.push_back(std::move(title));
    }
    return absl::OkStatus();
  }

  const std::vector<int64_t>& seen() const { return seen_; }
  std::vector<Suggestion> Take() { return std::move(titles_); }

 private:
  TypedText typed_;
  const SuggestOptions& options_;
  std::vector<int64_t> seen_;  // numbers of papers
  absl::flat_hash_set<std::string> queries_;
  std::vector<Suggestion> titles_;
};

// A name in all the spellings that fold to the same.
struct Name {
  std::vector<std::pair<std::string, int>> spellings;  // as met, with counts
  Node phrase;
  int papers = 0;

  const std::string& Written() const {
    return std::max_element(
               spellings.begin(), spellings.end(),
               [](const auto& a, const auto& b) { return a.second < b.second; })
        ->first;
  }
};

class NameList {
 public:
  explicit NameList(const TypedText& typed) : typed_(typed) {}

  void Add(const std::string& written) {
    text::Analyzer& analyzer = ThreadAnalyzer();
    if (!HasTyped(typed_, written, &analyzer)) return;
    std::vector<query::Word> words;
    const std::vector<text::Token>& tokens = analyzer.Tokenize(written);
    for (const text::Token& token : tokens) {
      words.emplace_back().form = std::string(token.form);
    }
    query::PutSurnameLast(written, tokens, &words);
    const auto [place, is_new] = places_.emplace(Folded(words), names_.size());
    if (is_new) {
      for (query::Word& word : words) {
        word.stem = std::string(analyzer.Stem(word.form));
      }
      Node& phrase = names_.emplace_back().phrase;
      phrase.kind = words.size() > 1 ? Node::Kind::kPhrase : Node::Kind::kWord;
      phrase.fields = OnlyField(query::TextField::kAuthor);
      phrase.words = std::move(words);
      phrase.slop = query::kNameSlop;
      query::ReadAsName(&phrase);
    }
    Name& name = names_[place->second];
    ++name.papers;
    for (auto& [spelling, count] : name.spellings) {
      if (spelling != written) continue;
      ++count;
      return;
    }
    name.spellings.emplace_back(written, 1);
  }

  // Those that stand on more of the papers; names on as many as they came.
  const std::vector<Name>& Best(size_t limit) {
    std::stable_sort(
        names_.begin(), names_.end(),
        [](const Name& a, const Name& b) { return a.papers > b.papers; });
    if (names_.size() > limit) names_.resize(limit);
    return names_;
  }

 private:
  const TypedText& typed_;
  absl::flat_hash_map<std::string, size_t> places_;  // by folded name
  std::vector<Name> names_;
};

}  // namespace

absl::StatusOr<std::vector<Suggestion>> SuggestTitles(
    const Snapshot& snapshot, const TypedText& typed,
    const SuggestOptions& options) {
  if (!TellsApart(typed)) return std::vector<Suggestion>();
  constexpr query::FieldSet kTitle = OnlyField(query::TextField::kTitle);
  // Some are dropped when they are read.
  const int limit = static_cast<int>(2 * options.limit);
  const Node all = TypedNode(snapshot, typed, kTitle);
  TitleList titles(typed, options);
  // Side by side, if that says more than the words do: "of the kind" does not.
  if (TellingWords(typed).size() > 1 || typed.words.size() > 3) {
    Node phrase = WordNode({}, kTitle);
    phrase.kind = Node::Kind::kPhrase;
    phrase.words = typed.words;
    ASSIGN_OR_RETURN(
        const SearchResult result,
        Ask(snapshot, query::MakeAnd({all, phrase}), limit, options));
    RETURN_IF_ERROR(titles.Add(result));
  }
  if (!titles.Full()) {
    ASSIGN_OR_RETURN(const SearchResult result,
                     Ask(snapshot, all, limit, options, titles.seen()));
    RETURN_IF_ERROR(titles.Add(result));
  }
  return titles.Take();
}

absl::StatusOr<std::vector<Suggestion>> SuggestAuthors(
    const Snapshot& snapshot, const TypedText& typed,
    const SuggestOptions& options) {
  std::vector<Suggestion> authors;
  if (!TellsApart(typed)) return authors;
  ASSIGN_OR_RETURN(
      const SearchResult result,
      Ask(snapshot,
          TypedNode(snapshot, typed, OnlyField(query::TextField::kAuthor)),
          kAuthorPapers, options));
  NameList names(typed);
  for (const Hit& hit : result.hits) {
    ASSIGN_OR_RETURN(const v1::Paper paper, options.read(hit.sequence));
    for (const v1::Author& author : paper.authors()) names.Add(author.name());
  }
  for (const Name& name : names.Best(options.limit)) {
    ASSIGN_OR_RETURN(const SearchResult all,
                     Ask(snapshot, name.phrase, 0, options));
    Suggestion& author = authors.emplace_back();
    author.text = name.Written();
    author.query =
        QuotedQuery("author:", author.text, Folded(name.phrase.words));
    author.papers = all.total_full_matches;
  }
  std::sort(authors.begin(), authors.end(),
            [](const Suggestion& a, const Suggestion& b) {
              return a.papers != b.papers ? a.papers > b.papers
                                          : a.text < b.text;
            });
  return authors;
}

absl::StatusOr<std::vector<Suggestion>> SuggestTerms(
    const Snapshot& snapshot, const TypedText& typed,
    const SuggestOptions& options) {
  std::vector<Suggestion> terms;
  if (typed.fragment.empty()) return terms;
  std::string before;
  for (const query::Word& word : typed.words) {
    StrAppend(&before, word.form, " ");
  }
  const std::vector<query::Word> telling = TellingWords(typed);
  const size_t tried =
      telling.empty() ? options.limit : options.limit + kSpareTerms;
  for (PrefixWord& found : FindPrefixWords(snapshot, typed.fragment, tried)) {
    Suggestion term;
    term.text = StrCat(before, found.word.form);
    term.query = term.text;
    if (telling.empty()) {
      for (const SegmentView& view : snapshot.segments()) {
        const uint32_t t = view.segment->terms().Find(found.word.stem);
        if (t != kNotFound) term.papers += view.segment->term(t).documents;
      }
    } else {
      std::vector<Node> all;
      for (const query::Word& word : telling) {
        all.push_back(WordNode(word, query::kAllFields));
      }
      all.push_back(WordNode(std::move(found.word), query::kAllFields));
      ASSIGN_OR_RETURN(
          const SearchResult result,
          Ask(snapshot, query::MakeAnd(std::move(all)), 0, options));
      term.papers = result.total_full_matches;
    }
    if (term.papers > 0) terms.push_back(std::move(term));
  }
  std::stable_sort(terms.begin(), terms.end(),
                   [](const Suggestion& a, const Suggestion& b) {
                     return a.papers > b.papers;
                   });
  if (terms.size() > options.limit) terms.resize(options.limit);
  return terms;
}

}  // namespace paperwire::index
