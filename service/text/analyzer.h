// What a word is.
//
// An Analyzer cuts a text into words and folds them, so that spellings which
// a reader takes for the same word become the same bytes: Unicode is
// decomposed and case-folded, accents are dropped, TeX accents and commands
// are undone ("Erd\H{o}s" and "Erdős" are both "erdos", "$\lambda$" and "λ"
// both "lambda").
//
//     Analyzer analyzer;
//     for (const Token& t : analyzer.Tokenize("Zero-shot Löwner order")) {
//       // "zero" @0, "shot" @1, "lowner" @2, "order" @3
//     }
//     analyzer.Stem("bottlenecks");  // "bottleneck"
//
// The same Analyzer serves documents and queries; search finds nothing else
// than what both spell alike here. See README.md for the rules of words.

#ifndef PAPERWIRE_SERVICE_TEXT_ANALYZER_H_
#define PAPERWIRE_SERVICE_TEXT_ANALYZER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace paperwire::text {

// A word of a text.
struct Token {
  // The folded word; points into the Analyzer, valid until its next call.
  // Never empty, at most kMaxTokenBytes long; kReadableFormBytes may be read of
  // it, however short it is.
  std::string_view form;
  // Counts words from 0. Two words are neighbours in a phrase when their
  // positions differ by one.
  uint32_t position = 0;
  // Where the word stands in the text, in bytes: [begin, end).
  uint32_t begin = 0;
  uint32_t end = 0;
};

inline constexpr size_t kMaxTokenBytes = 64;
inline constexpr size_t kReadableFormBytes = 16;

// Not thread-safe: it reuses its buffers. Cheap to keep, one for each thread.
class Analyzer {
 public:
  Analyzer();
  ~Analyzer();
  Analyzer(const Analyzer&) = delete;
  Analyzer& operator=(const Analyzer&) = delete;

  // Cuts `utf8` into words. Invalid UTF-8 separates words and is otherwise
  // passed over. The result is valid until the next call.
  const std::vector<Token>& Tokenize(std::string_view utf8);

  // The stem of a folded word (Snowball English; words with a digit or a
  // non-ASCII letter are their own stem). Valid until the next call of Stem.
  std::string_view Stem(std::string_view form);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Whether a folded word is so common ("the", "of", "what") that a bare one in
// a query is left aside. The list is short and stands in stop_words.cc.
bool IsStopWord(std::string_view form);

// Undoes TeX accents, commands and braces for people to read: author names
// ("Erd\H{o}s" to "Erdős"), never for titles as they are stored.
std::string TexToUnicode(std::string_view tex);

}  // namespace paperwire::text

#endif  // PAPERWIRE_SERVICE_TEXT_ANALYZER_H_
