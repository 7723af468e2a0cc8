#include "service/index/spellings.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace paperwire::index {

AcceptedTerm AcceptWord(const Segment& segment, const query::Word& word) {
  AcceptedTerm accepted;
  if (!word.exact) {
    accepted.term = segment.FindTerm(word.stem);
    accepted.all = true;
    return accepted;
  }
  const uint32_t form = segment.forms().Find(word.form);
  if (form == kNotFound) {
    accepted.term = kNotFound;
    return accepted;
  }
  return GroupByTerm(segment, {form}).front();
}

std::vector<uint32_t> ExpandForms(const Segment& segment,
                                  const query::Node& leaf) {
  const StringTable& table = segment.forms();
  const std::string_view word = leaf.words.front().form;
  if (leaf.kind == query::Node::Kind::kFuzzy) {
    return segment.FindFormsNear(word, leaf.distance);
  }
  std::vector<uint32_t> forms;
  for (uint32_t f = table.LowerBound(word);
       f < table.size() && table[f].starts_with(word); ++f) {
    forms.push_back(f);
  }
  return forms;
}

std::vector<AcceptedTerm> GroupByTerm(const Segment& segment,
                                      const std::vector<uint32_t>& forms) {
  // Spellings of a stem are numbered in their order.
  std::vector<std::pair<uint32_t, uint32_t>> by_term;
  by_term.reserve(forms.size());
  for (const uint32_t f : forms) by_term.emplace_back(segment.form_term(f), f);
  std::sort(by_term.begin(), by_term.end());
  std::vector<AcceptedTerm> terms;
  for (size_t i = 0; i < by_term.size();) {
    AcceptedTerm accepted;
    accepted.term = by_term[i].first;
    const size_t spellings = segment.term_forms(accepted.term);
    accepted.ordinals.resize(spellings);
    size_t count = 0;
    for (; i < by_term.size() && by_term[i].first == accepted.term;
         ++i, ++count) {
      accepted.ordinals[segment.form(by_term[i].second).ordinal] = true;
    }
    accepted.all = count == spellings;
    terms.push_back(std::move(accepted));
  }
  return terms;
}

}  // namespace paperwire::index
