#include "tests/unit/index/reference.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <functional>
#include <set>

#include "service/index/field_words.h"
#include "service/index/ranking.h"
#include "service/query/names.h"

namespace paperwire::index {
namespace {

using query::Node;

std::string Lower(std::string s) {
  for (char& c : s) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return s;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines = {""};
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back().push_back(c);
    }
  }
  return lines;
}

// Optimal string alignment over bytes: the test's words are ASCII.
int Distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = static_cast<int>(i + j);
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1,
                          d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

bool HasKeyword(const query::Keyword& keyword, const Document& d) {
  using Kind = query::Keyword::Kind;
  const auto any = [&](const std::vector<std::string>& values,
                       const std::function<bool(const std::string&)>& test) {
    return std::any_of(values.begin(), values.end(), test);
  };
  switch (keyword.kind) {
    case Kind::kCategory:
      return any(d.categories, [&](const std::string& c) {
        const std::string lower = Lower(c);
        return lower == keyword.value ||
               (lower.find('.') != std::string::npos &&
                lower.substr(0, lower.find('.')) == keyword.value);
      });
    case Kind::kSource:
      return any(d.sources, [&](const std::string& s) {
        return Lower(s) == keyword.value;
      });
    case Kind::kId:
      return any(d.ids, [&](const std::string& id) {
        return id == keyword.value ||
               (id.find(':') != std::string::npos &&
                id.substr(id.find(':') + 1) == keyword.value);
      });
    case Kind::kHas:
      return (keyword.value == "code" &&
              (d.link_kinds & 1u << v1::Link::KIND_CODE) != 0) ||
             (keyword.value == "pdf" &&
              (d.link_kinds & 1u << v1::Link::KIND_PDF) != 0);
  }
  return false;
}

bool InRange(const query::Range& range, const Document& d) {
  const std::optional<int64_t>& value =
      range.column == query::Range::Column::kVotes ? d.votes : d.published;
  return value.has_value() && *value >= range.min && *value <= range.max;
}

double Factor(const Boost& boost, const Document& d) {
  double factor = 1;
  if (d.published.has_value()) {
    const double age = static_cast<double>(boost.from - *d.published);
    factor += boost.recency_weight *
              std::exp2(-(age > 0 ? age : 0) / boost.half_life_seconds);
  }
  if (d.votes.has_value()) {
    const double votes = static_cast<double>(*d.votes);
    factor += boost.votes_weight * (votes / (votes + 20));
  }
  return factor;
}

void Leaves(const Node& node, std::vector<const Node*>* leaves) {
  if (node.kind == Node::Kind::kNot) return;
  if (node.Scores()) leaves->push_back(&node);
  for (const Node& child : node.children) Leaves(child, leaves);
}

}  // namespace

Reference::Fields Reference::Cut(const Document& document) {
  Fields fields;
  for (size_t f = 0; f < fields.size(); ++f) {
    uint32_t base = 0;
    for (const std::string& value : Lines(document.text[f])) {
      uint32_t last = 0;
      const size_t before = fields[f].size();
      for (const text::Token& token : analyzer_.Tokenize(value)) {
        last = base + token.position;
        fields[f].push_back({std::string(token.form), "", last});
      }
      if (fields[f].size() > before) base = last + kValueGap;
    }
    for (Word& word : fields[f]) word.stem = analyzer_.Stem(word.form);
    if (f == static_cast<size_t>(query::TextField::kAuthor)) {
      AddInitials(&fields[f]);
    }
  }
  return fields;
}

// Of each name that is written forenames first, all words but the last; these
// tests have no others.
void Reference::AddInitials(std::vector<Word>* words) {
  std::vector<Word> initials;
  for (size_t i = 0; i + 1 < words->size(); ++i) {
    const Word& word = (*words)[i];
    const char letter = word.form[0];
    if ((*words)[i + 1].position - word.position >= kValueGap) continue;
    if (letter < 'a' || letter > 'z') continue;
    const std::string form = std::string("\x01initial") + letter;
    initials.push_back({form, form, word.position});
    if (word.form.size() > 1) continue;
    initials.push_back({form + ".", form + ".", word.position});
  }
  words->insert(words->end(), initials.begin(), initials.end());
  std::stable_sort(
      words->begin(), words->end(),
      [](const Word& a, const Word& b) { return a.position < b.position; });
}

// Initials do not count.
size_t Reference::Length(const std::vector<Word>& words) {
  return static_cast<size_t>(std::count_if(
      words.begin(), words.end(),
      [](const Word& word) { return !word.form.starts_with("\x01initial"); }));
}

void Reference::CutAll() {
  words_.clear();
  for (const auto& [number, d] : documents_) words_[number] = Cut(d);
}

uint32_t Reference::Count(const Node& leaf, const std::vector<Word>& words) {
  const auto is = [](const Word& word, const query::Word& wanted) {
    return wanted.exact ? word.form == wanted.form : word.stem == wanted.stem;
  };
  const query::Word& wanted = leaf.words.front();
  uint32_t count = 0;
  switch (leaf.kind) {
    case Node::Kind::kWord:
      for (const Word& w : words) count += is(w, wanted);
      return count;
    case Node::Kind::kPrefix:
      for (const Word& w : words) count += w.form.starts_with(wanted.form);
      return count;
    case Node::Kind::kFuzzy:
      for (const Word& w : words) {
        count += Distance(w.form, wanted.form) <= leaf.distance;
      }
      return count;
    default:
      break;
  }
  // A phrase: from each place, whether one begins there.
  const size_t n = leaf.words.size();
  for (size_t first = 0; first < words.size(); ++first) {
    if (leaf.slop == 0) {
      bool all = true;
      for (size_t i = 0; i < n && all; ++i) {
        if (i == 0) {
          all = is(words[first], leaf.words[0]);
          continue;
        }
        all = std::any_of(words.begin(), words.end(), [&](const Word& w) {
          return w.position == words[first].position + i &&
                 is(w, leaf.words[i]);
        });
      }
      count += all;
      continue;
    }
    // Tries every way to give the words of the phrase places of their own in
    // the window, the place `first` among them.
    std::vector<bool> used(words.size());
    const std::function<bool(size_t, bool)> place = [&](size_t i, bool begun) {
      if (i == n) return begun;
      for (size_t p = first;
           p < words.size() && words[p].position - words[first].position <=
                                   n - 1 + static_cast<size_t>(leaf.slop);
           ++p) {
        if (used[p] || !is(words[p], leaf.words[i])) continue;
        used[p] = true;
        const bool found = place(i + 1, begun || p == first);
        used[p] = false;
        if (found) return true;
      }
      return false;
    };
    count += place(0, false);
  }
  return count;
}

bool Reference::IsTrue(const Node& node, const Document& d,
                       const Fields& fields) {
  const auto is_true = [&](const Node& child) {
    return IsTrue(child, d, fields);
  };
  switch (node.kind) {
    case Node::Kind::kAll:
      return true;
    case Node::Kind::kAnd:
      return std::all_of(node.children.begin(), node.children.end(), is_true);
    case Node::Kind::kOr:
      return std::any_of(node.children.begin(), node.children.end(), is_true);
    case Node::Kind::kNot:
      return !is_true(node.children.front());
    case Node::Kind::kKeyword:
      return HasKeyword(node.keyword, d);
    case Node::Kind::kRange:
      return InRange(node.range, d);
    default:
      for (int f = 0; f < query::kTextFields; ++f) {
        if ((node.fields >> f & 1) != 0 &&
            Count(node, fields[static_cast<size_t>(f)]) > 0) {
          return true;
        }
      }
      return false;
  }
}

double Reference::Idf(const Node& leaf) {
  const auto idf = [&](const Node& word) {
    int64_t with = 0;
    for (const auto& [number, fields] : words_) {
      with += std::any_of(fields.begin(), fields.end(), [&](const auto& words) {
        return Count(word, words) > 0;
      });
    }
    const double n = static_cast<double>(words_.size());
    const double df = static_cast<double>(with);
    return std::log(1 + (n - df + 0.5) / (df + 0.5));
  };
  if (leaf.kind != Node::Kind::kPhrase) return idf(leaf);
  double sum = 0;
  for (const query::Word& word : leaf.words) {
    Node single;
    single.kind = Node::Kind::kWord;
    single.words = {word};
    sum += idf(single);
  }
  return sum;
}

void Reference::TakeStatistics(const Node& root) {
  idf_.clear();
  std::vector<const Node*> leaves;
  Leaves(root, &leaves);
  for (const Node* leaf : leaves) idf_[leaf] = Idf(*leaf);
  for (size_t f = 0; f < average_.size(); ++f) {
    uint64_t total = 0;
    for (const auto& [number, fields] : words_) total += Length(fields[f]);
    average_[f] =
        static_cast<double>(total) / static_cast<double>(words_.size());
  }
}

double Reference::Score(const Node& root, const Fields& fields) {
  std::vector<const Node*> leaves;
  Leaves(root, &leaves);
  double score = 0;
  for (const Node* leaf : leaves) {
    double tf = 0;
    bool any = false;
    for (size_t f = 0; f < average_.size(); ++f) {
      if ((leaf->fields >> f & 1) == 0) continue;
      const uint32_t count = Count(*leaf, fields[f]);
      if (count == 0) continue;
      any = true;
      const FieldRanking& r = kFieldRanking[f];
      const double length = static_cast<double>(Length(fields[f]));
      tf += count * (r.weight / (1 - r.b + r.b * (length / average_[f])));
    }
    if (any) {
      score +=
          static_cast<double>(leaf->boost) * idf_[leaf] * (tf / (kK1 + tf));
    }
  }
  return score;
}

bool Reference::IsPartial(const Node& root, const Document& d,
                          const Fields& fields) {
  const std::function<bool(const Node&)> filters = [&](const Node& node) {
    if (node.kind == Node::Kind::kAnd) {
      return std::all_of(node.children.begin(), node.children.end(), filters);
    }
    std::vector<const Node*> leaves;
    Leaves(node, &leaves);
    return !leaves.empty() || IsTrue(node, d, fields);
  };
  std::vector<const Node*> leaves;
  Leaves(root, &leaves);
  return filters(root) &&
         std::any_of(leaves.begin(), leaves.end(), [&](const Node* leaf) {
           return IsTrue(*leaf, d, fields);
         });
}

SearchResult Reference::Search(const query::Query& query,
                               const SearchOptions& options) {
  const query::Evaluated tree(query.root);
  const Node& root = tree.root();
  CutAll();
  TakeStatistics(root);
  SearchResult result;
  std::vector<Hit> hits;
  std::vector<std::map<std::string, int64_t>> counts(options.facets.size());
  for (const auto& [number, d] : documents_) {
    if (std::count(options.exclude.begin(), options.exclude.end(), number)) {
      continue;
    }
    const Fields& fields = words_[number];
    Hit hit;
    hit.key.full = IsTrue(root, d, fields);
    if (!hit.key.full && (options.strict || !IsPartial(root, d, fields))) {
      continue;
    }
    hit.key.number = number;
    hit.key.score = Score(root, fields);
    if (options.boost.Any()) hit.key.score *= Factor(options.boost, d);
    hit.sequence = d.sequence;
    const std::optional<int64_t> value =
        options.order == Order::kRelevance            ? 0
        : options.order == Order::kSequenceDescending ? d.sequence
        : options.order == Order::kVotesDescending    ? d.votes
                                                      : d.published;
    hit.key.has_order_value = value.has_value();
    hit.key.order_value = value.value_or(0);
    hits.push_back(hit);
    if (!hit.key.full) continue;
    ++result.total_full_matches;
    for (size_t i = 0; i < counts.size(); ++i) {
      switch (options.facets[i].field) {
        case FacetField::kCategory:
          for (const auto& c : std::set<std::string>(d.categories.begin(),
                                                     d.categories.end())) {
            ++counts[i][c];
          }
          break;
        case FacetField::kSource:
          for (const auto& s :
               std::set<std::string>(d.sources.begin(), d.sources.end())) {
            ++counts[i][s];
          }
          break;
        case FacetField::kVenue:
          if (!d.venue.empty()) ++counts[i][d.venue];
          break;
        case FacetField::kHasCode:
          ++counts[i][(d.link_kinds & 1u << v1::Link::KIND_CODE) != 0
                          ? "true"
                          : "false"];
          break;
        case FacetField::kYear:
          if (d.published.has_value()) {
            const std::time_t t = *d.published;
            std::tm utc;
            gmtime_r(&t, &utc);
            ++counts[i][std::to_string(utc.tm_year + 1900)];
          }
          break;
      }
    }
  }
  const auto before = [&](const HitKey& a, const HitKey& b) {
    if (a.full != b.full) return a.full;
    if (a.has_order_value != b.has_order_value) return a.has_order_value;
    if (a.order_value != b.order_value) {
      return options.order == Order::kPublishedAscending
                 ? a.order_value < b.order_value
                 : a.order_value > b.order_value;
    }
    if (a.score != b.score) return a.score > b.score;
    return a.number < b.number;
  };
  std::sort(hits.begin(), hits.end(),
            [&](const Hit& a, const Hit& b) { return before(a.key, b.key); });
  for (const Hit& hit : hits) {
    if (options.after.has_value() && !before(*options.after, hit.key)) continue;
    if (result.hits.size() == static_cast<size_t>(options.limit)) {
      result.more = true;
      break;
    }
    result.hits.push_back(hit);
  }
  for (size_t i = 0; i < counts.size(); ++i) {
    FacetCounts facet;
    facet.field = options.facets[i].field;
    facet.values.assign(counts[i].begin(), counts[i].end());
    const bool year = facet.field == FacetField::kYear;
    std::stable_sort(facet.values.begin(), facet.values.end(),
                     [&](const auto& a, const auto& b) {
                       return year ? std::stol(a.first) > std::stol(b.first)
                                   : a.second > b.second;
                     });
    const size_t limit = static_cast<size_t>(options.facets[i].limit);
    if (facet.values.size() > limit) {
      facet.other_values = static_cast<int64_t>(facet.values.size() - limit);
      facet.values.resize(limit);
    }
    result.facets.push_back(facet);
  }
  return result;
}

std::vector<Match> Reference::MatchAll(const query::Query& query) {
  const query::Evaluated tree(query.root);
  CutAll();
  std::vector<Match> matches;
  for (const auto& [number, d] : documents_) {
    if (IsTrue(tree.root(), d, words_[number])) {
      matches.push_back({d.sequence, number});
    }
  }
  std::sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
    return std::pair(a.sequence, a.number) < std::pair(b.sequence, b.number);
  });
  return matches;
}

}  // namespace paperwire::index
