#include "service/index/spellings.h"

#include <algorithm>
#include <string_view>

#include "service/index/fuzzy_scan.h"

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
    return FuzzyScan(table, word, leaf.distance);
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
  std::vector<uint32_t> by_term = forms;
  std::sort(by_term.begin(), by_term.end(), [&](uint32_t a, uint32_t b) {
    const FormInfo& x = segment.form(a);
    const FormInfo& y = segment.form(b);
    return x.term != y.term ? x.term < y.term : x.ordinal < y.ordinal;
  });
  std::vector<AcceptedTerm> terms;
  for (size_t i = 0; i < by_term.size();) {
    AcceptedTerm accepted;
    accepted.term = segment.form(by_term[i]).term;
    const size_t spellings = segment.term_forms(accepted.term).size();
    accepted.ordinals.resize(spellings);
    size_t count = 0;
    for (; i < by_term.size() && segment.form(by_term[i]).term == accepted.term;
         ++i, ++count) {
      accepted.ordinals[segment.form(by_term[i]).ordinal] = true;
    }
    accepted.all = count == spellings;
    terms.push_back(std::move(accepted));
  }
  return terms;
}

}  // namespace paperwire::index
