// The numbers that the ranking is made of.
//
// BM25F after Robertson and Zaragoza (2009). Per field a weight, how much an
// occurrence there says of the paper, and b, how much a long field thins it
// out; then one saturation (k1) over the sum of all fields, so that a word in
// title and abstract counts as one word, well attested, and not as two.
//
//     double tf = 0;
//     for (int f = 0; f < query::kTextFields; ++f)
//       tf += counts[f] * FieldFactor(f, lengths[f], average[f]);
//     double score = weight * Saturate(tf);  // weight = boost * idf
//
// The reference in tests/unit/index states the same formula anew and takes
// only the constants from here. RANKING.md has what each of them does on the
// test collections, and what else was tried.

#ifndef PAPERWIRE_SERVICE_INDEX_RANKING_H_
#define PAPERWIRE_SERVICE_INDEX_RANKING_H_

#include <array>
#include <cmath>
#include <cstdint>

#include "service/query/query.h"

namespace paperwire::index {

// How often a leaf is true of each field of one document.
using FieldCounts = std::array<uint32_t, query::kTextFields>;

struct FieldRanking {
  double weight;
  double b;
};

// In the order of query::TextField.
inline constexpr std::array<FieldRanking, query::kTextFields> kFieldRanking = {{
    // Titles are short and chosen: a word there outweighs its repetition
    // all over an abstract, as on the results pages of paper sites. 5 is just
    // enough for that; with more, a query of several words hears too little
    // of the abstracts. Their length says little, hence a small b.
    {5.0, 0.3},
    // Abstracts are of a kind, and long ones do repeat themselves.
    {1.0, 0.75},
    // A name is there or not; a paper of many authors is no less theirs, but
    // the one name of a sole author tells more than one of a thousand.
    {4.0, 0.3},
    // Labels: one more category makes the others no weaker.
    {2.0, 0.0},
    {2.0, 0.0},
}};

// Where the sum of the weighted frequencies has half of its effect. Higher
// than the usual 1.2 of plain BM25, whose unit is one occurrence: here one in
// the title already weighs 5, and a word in title and abstract should still
// tell from one in the title alone.
inline constexpr double kK1 = 2.0;

// The factor of one occurrence in a field of this length.
inline double FieldFactor(int field, uint32_t length, double average_length) {
  const FieldRanking& r = kFieldRanking[static_cast<size_t>(field)];
  if (!(average_length > 0)) return r.weight;
  return r.weight / (1 - r.b + r.b * (length / average_length));
}

inline double Saturate(double tf) { return tf / (kK1 + tf); }

// Never negative, also of words that stand in more than half of all papers.
inline double Idf(int64_t documents, int64_t with_word) {
  return std::log(1 + (static_cast<double>(documents - with_word) + 0.5) /
                          (static_cast<double>(with_word) + 0.5));
}

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_RANKING_H_
