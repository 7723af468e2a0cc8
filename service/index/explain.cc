// How a score came about: the same matchers, asked for one document.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_format.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/index/budget.h"
#include "service/index/leaves.h"
#include "service/index/plan.h"
#include "service/index/search.h"
#include "service/index/statistics.h"
#include "service/query/names.h"

namespace paperwire::index {
namespace {

constexpr std::string_view kFieldNames[query::kTextFields] = {
    "title", "abstract", "author", "category", "venue"};

std::string Describe(const query::Node& leaf) {
  std::string text;
  for (const query::Word& word : leaf.words) {
    if (!text.empty()) text += ' ';
    StrAppend(&text, word.exact ? "exact:" : "", word.form);
  }
  switch (leaf.kind) {
    case query::Node::Kind::kPhrase:
      text = StrCat("\"", text, "\"");
      if (leaf.slop > 0) StrAppend(&text, "~", leaf.slop);
      break;
    case query::Node::Kind::kPrefix:
      text += '*';
      break;
    case query::Node::Kind::kFuzzy:
      text += '~';
      break;
    default:
      break;
  }
  return text;
}

// The leaf's score, divided up among the fields by their share in its tf.
Explanation ExplainLeaf(const query::Node& leaf, const FieldCounts& counts,
                        const LeafScorer& scorer, double idf,
                        const uint16_t* lengths) {
  Explanation e;
  e.value = scorer.Score(counts, lengths);
  const std::string text = Describe(leaf);
  e.description = absl::StrFormat("%s, idf %.4g, boost %.4g", text, idf,
                                  static_cast<double>(leaf.boost));
  double tf = 0;
  for (int f = 0; f < query::kTextFields; ++f) {
    tf += counts[static_cast<size_t>(f)] * scorer.norms->factor(f, lengths[f]);
  }
  for (int f = 0; f < query::kTextFields; ++f) {
    const uint32_t count = counts[static_cast<size_t>(f)];
    if (count == 0) continue;
    Explanation& field = e.details.emplace_back();
    const double part = count * scorer.norms->factor(f, lengths[f]);
    field.value = e.value * (part / tf);
    field.description = absl::StrFormat(
        "%s:%s, tf %u in %u words, weight %.4g", ToAbsl(kFieldNames[f]), text,
        count, lengths[f], kFieldRanking[static_cast<size_t>(f)].weight);
  }
  return e;
}

// The words' sum stays what it is; each part of the boost adds its share.
void AddBoost(const Boost& boost, const Segment& segment, uint32_t document,
              Explanation* all) {
  if (!boost.Any()) return;
  const double words = all->value;
  const auto add = [&](double part, double weight, std::string_view what) {
    if (weight == 0) return;
    Explanation& e = all->details.emplace_back();
    e.value = words * part;
    e.description = absl::StrFormat("%s, %.4g of weight %.4g", ToAbsl(what),
                                    part / weight, weight);
  };
  add(boost.Recency(segment, document), boost.recency_weight, "recency");
  add(boost.Votes(segment, document), boost.votes_weight, "votes");
  all->value = words * boost.Factor(segment, document);
  all->description += ", boosted";
}

}  // namespace

absl::StatusOr<Explanation> Explain(const Snapshot& snapshot,
                                    const query::Query& query, int64_t number,
                                    const Boost& boost) {
  const query::Evaluated tree(query.root);
  std::vector<LeafCache> caches(snapshot.segments().size());
  RETURN_IF_ERROR(CheckBudget(snapshot, tree.root(), nullptr, &caches));
  Snapshot::Place place;
  if (!snapshot.Find(number, &place)) {
    return absl::NotFoundError(
        StrCat("Paper number ", number, " is not in this snapshot"));
  }
  const Segment& segment = *snapshot.segments()[place.segment].segment;
  Explanation all;
  for (const query::Node* leaf : ScoringLeaves(tree.root())) {
    const std::shared_ptr<LeafMatcher> matcher =
        LeafMatcherOf(segment, *leaf, &caches[place.segment]);
    if (matcher == nullptr) continue;
    const FieldCounts counts = matcher->CountsOf(place.document);
    if (counts == FieldCounts{}) continue;
    const double idf = LeafIdf(snapshot, *leaf, &caches);
    LeafScorer scorer;
    scorer.norms = &snapshot.norms();
    scorer.weight = static_cast<double>(leaf->boost) * idf;
    scorer.fields = leaf->fields;
    all.details.push_back(ExplainLeaf(*leaf, counts, scorer, idf,
                                      segment.lengths(place.document).data()));
    all.value += all.details.back().value;
  }
  all.description = all.details.empty()
                        ? "no word of the query stands in the paper"
                        : "the sum of the words of the query";
  AddBoost(boost, segment, place.document, &all);
  return all;
}

}  // namespace paperwire::index
