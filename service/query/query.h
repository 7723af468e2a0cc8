// A query, understood: the tree that every reader of papers evaluates.
//
// Parse (parser.h) makes it from the contract's Query message. The index
// evaluates it for searches, a feed for watches; both with the same code, so
// that a query means the same however it is asked.
//
// The tree is in normal form: And and Or have at least two children and no
// child of their own kind, Not stands only below And or at the root, a Phrase
// has at least two words. An empty And (kAll) matches every paper.

#ifndef PAPERWIRE_SERVICE_QUERY_QUERY_H_
#define PAPERWIRE_SERVICE_QUERY_QUERY_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace paperwire::query {

// The fields of a paper that hold words. The order is part of the index
// format.
enum class TextField : uint8_t {
  kTitle = 0,
  kAbstract = 1,
  kAuthor = 2,
  kCategory = 3,
  kVenue = 4,
};
inline constexpr int kTextFields = 5;

// A set of text fields: bit 1 << field.
using FieldSet = uint8_t;
inline constexpr FieldSet kAllFields = (1 << kTextFields) - 1;
constexpr FieldSet OnlyField(TextField f) {
  return static_cast<FieldSet>(1u << static_cast<int>(f));
}

// A word to look for.
struct Word {
  // The folded form as typed, and its stem (text::Analyzer); of an initial in
  // the name of an author, one of the words of text/names.h.
  std::string form;
  std::string stem;
  // Only this form, instead of every form with this stem.
  bool exact = false;

  friend bool operator==(const Word&, const Word&) = default;
};

// A keyword that a paper has or has not; compared whole, never scored.
struct Keyword {
  enum class Kind : uint8_t {
    kCategory,  // "cs.cl", or an archive: "cs" is true of "cs.cl" as well
    kSource,    // "hf-daily"
    kId,        // "arxiv:2410.01131", or the value alone, or our own id
    kHas,       // "code", "project", "data", "model", "demo", "pdf",
                // "abstract-page", "media"
  };
  Kind kind = Kind::kCategory;
  std::string value;  // lower case

  friend bool operator==(const Keyword&, const Keyword&) = default;
};

// A closed range of numbers that a paper has at most one of.
struct Range {
  enum class Column : uint8_t {
    kPublished,  // seconds since the epoch, UTC; of a year or a month known
                 // without its day: the first second
    kVotes,      // count; a paper without votes has none, not 0
  };
  Column column = Column::kPublished;
  int64_t min = std::numeric_limits<int64_t>::min();
  int64_t max = std::numeric_limits<int64_t>::max();

  friend bool operator==(const Range&, const Range&) = default;
};

struct Node {
  enum class Kind : uint8_t {
    kAll,      // every paper
    kAnd,      // all children
    kOr,       // at least one child
    kNot,      // not the one child
    kWord,     // words[0] in one of `fields`
    kPhrase,   // words in order in one field, see `slop`
    kPrefix,   // a word whose form starts with words[0].form
    kFuzzy,    // a word whose form is at most `distance` edits from
               // words[0].form (insert, delete, replace, swap neighbours)
    kKeyword,  // keyword
    kRange,    // range
  };

  Kind kind = Kind::kAll;
  // kAnd, kOr, kNot. Of a phrase that was written as one, without quotes
  // (`zero-shot`): those of its words that are not common, as kWord. They
  // score in its place, so that a paper with one of them is not nothing; a
  // full match still needs the phrase.
  std::vector<Node> children;
  std::vector<Word> words;  // kWord, kPhrase, kPrefix, kFuzzy
  // kPhrase: how many other words may stand between the first and the last in
  // all. 0 is an exact phrase; with more, the order of the words is free.
  int slop = 0;
  int distance = 0;              // kFuzzy: 1 or 2
  FieldSet fields = kAllFields;  // kWord, kPhrase, kPrefix, kFuzzy
  float boost = 1;               // multiplies the score of the leaf
  Keyword keyword;               // kKeyword
  Range range;                   // kRange
  // Where it stands in the text, in bytes, for messages; not compared.
  uint32_t begin = 0;
  uint32_t end = 0;

  // Whether the node is a leaf of words.
  bool HasWords() const {
    return kind == Kind::kWord || kind == Kind::kPhrase ||
           kind == Kind::kPrefix || kind == Kind::kFuzzy;
  }
  // Whether the node itself adds to the score.
  bool Scores() const { return HasWords() && children.empty(); }
};

struct Query {
  Node root;
  // Bare common words that were left aside, folded, in order.
  std::vector<std::string> ignored_words;
};

// The query as text that parses to the same tree; equal for equal trees.
// Tokens are bound to its fingerprint, tests compare it.
std::string ToString(const Node& node);

// Lets the words of a phrase score in its place; see Node::children. Anew when
// they did already. What is no phrase, or of common words only, stays.
void ScoreByWords(Node* phrase);

// Whether two trees are the same; where they stand in a text does not count.
bool operator==(const Node& a, const Node& b);

// A stable 64-bit fingerprint of the normal form.
uint64_t Fingerprint(const Query& query);

}  // namespace paperwire::query

#endif  // PAPERWIRE_SERVICE_QUERY_QUERY_H_
