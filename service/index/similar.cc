// The words that tell a paper from others, as a query.

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "service/index/field_words.h"
#include "service/index/search.h"
#include "service/index/statistics.h"
#include "service/text/analyzer.h"

namespace paperwire::index {
namespace {

struct Term {
  query::Word word;  // as first spelled
  FieldCounts counts{};
  double tf = 0;
  double value = 0;  // tf * idf, with tf saturated
};

// The words of title and abstract by stem. Common words and single letters or
// numbers tell nothing.
std::vector<Term> Terms(const Document& document) {
  text::Analyzer analyzer;
  std::vector<Term> terms;
  absl::flat_hash_map<std::string, size_t> by_stem;
  for (const query::TextField field :
       {query::TextField::kTitle, query::TextField::kAbstract}) {
    const size_t f = static_cast<size_t>(field);
    ForEachWord(
        analyzer, document.text[f], [&](const text::Token& token, uint32_t) {
          const std::string form(token.form);
          const bool number = std::all_of(form.begin(), form.end(), [](char c) {
            return c >= '0' && c <= '9';
          });
          if (number || form.size() < 2 || text::IsStopWord(form)) {
            return;
          }
          const std::string stem(analyzer.Stem(form));
          const auto [it, is_new] = by_stem.try_emplace(stem, terms.size());
          if (is_new) {
            terms.emplace_back().word = {form, stem, false};
          }
          ++terms[it->second].counts[f];
        });
  }
  return terms;
}

}  // namespace

query::Query SimilarQuery(const Snapshot& snapshot, const Document& document,
                          int max_terms, std::vector<std::string>* terms) {
  std::vector<Term> candidates = Terms(document);
  Snapshot::Place place;
  const int64_t itself = snapshot.Find(document.number, &place) ? 1 : 0;
  for (Term& term : candidates) {
    for (size_t f = 0; f < term.counts.size(); ++f) {
      term.tf += term.counts[f] * kFieldRanking[f].weight;
    }
    const int64_t others = DocumentsWithWord(snapshot, term.word) - itself;
    if (others > 0) {
      term.value = Saturate(term.tf) * Idf(snapshot.documents(), others);
    }
  }
  std::erase_if(candidates, [](const Term& t) { return !(t.value > 0); });
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [](const Term& a, const Term& b) { return a.value > b.value; });
  if (candidates.size() > static_cast<size_t>(std::max(0, max_terms))) {
    candidates.resize(static_cast<size_t>(std::max(0, max_terms)));
  }

  query::Query query;
  query.root.kind = query::Node::Kind::kOr;
  terms->clear();
  for (const Term& term : candidates) {
    terms->push_back(term.word.form);
    query::Node& leaf = query.root.children.emplace_back();
    leaf.kind = query::Node::Kind::kWord;
    leaf.words = {term.word};
    leaf.fields = static_cast<query::FieldSet>(
        query::OnlyField(query::TextField::kTitle) |
        query::OnlyField(query::TextField::kAbstract));
    leaf.boost = static_cast<float>(Saturate(term.tf));
  }
  if (query.root.children.size() == 1) {
    query.root = query::Node(query.root.children.front());
  } else if (query.root.children.empty()) {
    // Nothing is like it: not every paper.
    query.root = query::Node();
    query.root.kind = query::Node::Kind::kNot;
    query.root.children.emplace_back();
  }
  return query;
}

}  // namespace paperwire::index
