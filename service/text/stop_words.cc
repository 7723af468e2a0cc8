#include <algorithm>
#include <iterator>
#include <string_view>

#include "service/text/analyzer.h"

namespace paperwire::text {
namespace {

// Articles, prepositions, conjunctions, pronouns, auxiliaries and the words
// that questions begin with. Words that can be what a paper is about ("it" in
// capitals, "against", "between", "without", "few", "all", "one") stay out
// where the sense of a title may hang on them. Sorted.
constexpr std::string_view kStopWords[] = {
    // clang-format off
    "a", "about", "also", "am", "an", "and", "any", "are", "as", "at",
    "be", "been", "being", "but", "by",
    "can", "cannot", "could",
    "did", "do", "does", "doing", "done",
    "each", "either", "etc",
    "for", "from",
    "had", "has", "have", "having", "he", "her", "here", "hers", "him", "his",
    "how",
    "i", "if", "in", "into", "is", "it", "its", "itself",
    "may", "me", "might", "must", "my",
    "nor", "not",
    "of", "on", "onto", "or", "our", "ours",
    "s", "shall", "she", "should", "since", "so", "some", "such",
    "than", "that", "the", "their", "theirs", "them", "then", "there",
    "these", "they", "this", "those", "to", "too",
    "upon", "us",
    "very", "via",
    "was", "we", "were", "what", "when", "where", "whether", "which",
    "while", "who", "whom", "whose", "why", "will", "with", "would",
    "you", "your", "yours",
    // clang-format on
};

constexpr bool IsSorted() {
  for (size_t i = 1; i < std::size(kStopWords); ++i) {
    if (!(kStopWords[i - 1] < kStopWords[i])) return false;
  }
  return true;
}
static_assert(IsSorted(), "IsStopWord searches by halves");

}  // namespace

bool IsStopWord(std::string_view form) {
  return std::binary_search(std::begin(kStopWords), std::end(kStopWords), form);
}

}  // namespace paperwire::text
