#include "tests/unit/index/random_papers.h"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "paperwire/v1/paper.pb.h"
#include "service/query/names.h"

namespace paperwire::index {
namespace {

using query::Node;

// Spellings that share stems, prefixes, and letters.
constexpr std::string_view kWords[] = {
    "model",        "models",   "modeling", "modeled", "bottleneck",
    "trained",      "training", "train",    "trains",  "bottlenecks",
    "graph",        "graphs",   "graphic",  "network", "networks",
    "networking",   "a",        "the",      "of",      "transformer",
    "transformers", "form",     "from",     "farm",    "forms",
    "x1",           "x2",       "x12",      "zeta",    "2024",
};
constexpr std::string_view kCategories[] = {"cs.CL",   "cs.LG",  "cs.CV",
                                            "math.AG", "hep-th", "stat.ML"};
constexpr std::string_view kSources[] = {"arxiv", "hf-daily", "acl"};
constexpr std::string_view kVenues[] = {"", "ACL 2024", "Graph Forms",
                                        "Trained Models"};

}  // namespace

std::string RandomPapers::MakeWord() {
  // Some words are everywhere, most are rare.
  const int n = static_cast<int>(std::size(kWords));
  return std::string(kWords[OneIn(2) ? Below(n) : Below(1 + Below(n))]);
}

std::string RandomPapers::MakeText(int max_words) {
  std::string text;
  for (int n = Below(max_words + 1); n > 0; --n) {
    text += MakeWord();
    text += OneIn(6) ? ". " : OneIn(12) ? "\n" : " ";
  }
  return text;
}

std::string RandomPapers::MakeName() {
  std::string name;
  for (int n = Below(4); n > 0; --n) {
    const std::string word = MakeWord();
    name += (OneIn(3) ? word.substr(0, 1) : word) + " ";
  }
  return name;
}

Document RandomPapers::MakeDocument(int64_t number, int64_t sequence) {
  Document d;
  d.number = number;
  d.sequence = sequence;
  d.text[0] = MakeText(6);
  d.text[1] = MakeText(OneIn(5) ? 60 : 15);
  for (int n = Below(4); n > 0; --n) d.text[2] += MakeName() + "\n";
  for (int n = Below(4); n > 0; --n) {
    d.categories.emplace_back(kCategories[Below(std::size(kCategories))]);
    d.text[3] += d.categories.back() + "\n";
  }
  d.venue = kVenues[Below(std::size(kVenues))];
  d.text[4] = d.venue;
  for (int n = Below(3); n > 0; --n) {
    d.sources.emplace_back(kSources[Below(std::size(kSources))]);
  }
  if (!OneIn(4)) {
    d.published = static_cast<int64_t>(Below(12)) * 20'000'000 - 60'000'000;
  }
  if (!OneIn(3)) d.votes = Below(6);
  if (OneIn(2)) d.link_kinds |= 1u << v1::Link::KIND_CODE;
  if (OneIn(3)) d.link_kinds |= 1u << v1::Link::KIND_PDF;
  d.ids = {"arxiv:" + std::to_string(number % 7), "p" + std::to_string(number)};
  return d;
}

query::Word RandomPapers::MakeQueryWord() {
  query::Word word;
  word.form = OneIn(15) ? "absent" : MakeWord();
  word.stem = analyzer_.Stem(word.form);
  word.exact = OneIn(4);
  return word;
}

Node RandomPapers::MakeLeaf() {
  Node leaf;
  if (OneIn(3)) leaf.fields = static_cast<query::FieldSet>(1 + Below(31));
  if (OneIn(3)) leaf.boost = 0.5f * static_cast<float>(1 + Below(5));
  leaf.words = {MakeQueryWord()};
  const int kind = Below(12);
  if (kind < 5) {
    leaf.kind = Node::Kind::kWord;
  } else if (kind < 8) {
    leaf.kind = Node::Kind::kPhrase;
    for (int n = 1 + Below(3); n > 0; --n) {
      leaf.words.push_back(MakeQueryWord());
    }
    leaf.slop = OneIn(2) ? 0 : 1 + Below(5);
    query::ReadAsName(&leaf);
    if (leaf.slop == 0 && OneIn(2)) query::ScoreByWords(&leaf);
  } else if (kind == 8) {
    leaf.kind = Node::Kind::kPrefix;
    std::string& form = leaf.words.front().form;
    form = form.substr(0, 1 + static_cast<size_t>(Below(5)));
  } else if (kind == 9) {
    leaf.kind = Node::Kind::kFuzzy;
    leaf.distance = 1 + Below(2);
  } else if (kind == 10) {
    leaf.kind = Node::Kind::kRange;
    leaf.range.column = OneIn(2) ? query::Range::Column::kVotes
                                 : query::Range::Column::kPublished;
    const int64_t unit =
        leaf.range.column == query::Range::Column::kVotes ? 1 : 20'000'000;
    if (!OneIn(3)) leaf.range.min = unit * (Below(6) - 1);
    if (!OneIn(3)) leaf.range.max = unit * (Below(8) - 1);
  } else {
    leaf.kind = Node::Kind::kKeyword;
    constexpr std::pair<query::Keyword::Kind, std::string_view> kKeywords[] = {
        {query::Keyword::Kind::kCategory, "cs"},
        {query::Keyword::Kind::kCategory, "cs.lg"},
        {query::Keyword::Kind::kCategory, "hep-th"},
        {query::Keyword::Kind::kCategory, "none"},
        {query::Keyword::Kind::kSource, "arxiv"},
        {query::Keyword::Kind::kSource, "acl"},
        {query::Keyword::Kind::kId, "arxiv:3"},
        {query::Keyword::Kind::kId, "4"},
        {query::Keyword::Kind::kId, "p5"},
        {query::Keyword::Kind::kHas, "code"},
        {query::Keyword::Kind::kHas, "pdf"},
        {query::Keyword::Kind::kHas, "model"},
    };
    const auto& [k, value] = kKeywords[Below(std::size(kKeywords))];
    leaf.keyword = {k, std::string(value)};
  }
  if (!leaf.HasWords()) leaf.words.clear();
  return leaf;
}

Node RandomPapers::MakeNode(int depth, bool may_be_not) {
  if (may_be_not && OneIn(5)) {
    Node node;
    node.kind = Node::Kind::kNot;
    node.children.push_back(MakeNode(depth - 1, false));
    return node;
  }
  if (depth <= 0 || OneIn(3)) return MakeLeaf();
  Node node;
  node.kind = OneIn(2) ? Node::Kind::kAnd : Node::Kind::kOr;
  for (int n = 2 + Below(3); n > 0; --n) {
    Node child = MakeNode(depth - 1, node.kind == Node::Kind::kAnd);
    if (child.kind == node.kind) {
      for (Node& c : child.children) node.children.push_back(std::move(c));
    } else {
      node.children.push_back(std::move(child));
    }
  }
  return node;
}

query::Query RandomPapers::MakeQuery() {
  query::Query query;
  if (OneIn(30)) return query;  // every paper
  // Half of them as people write them: some words, perhaps a filter.
  if (OneIn(2)) {
    query.root.kind = OneIn(4) ? Node::Kind::kOr : Node::Kind::kAnd;
    for (int n = 2 + Below(3); n > 0; --n) {
      query.root.children.push_back(MakeLeaf());
    }
    return query;
  }
  query.root = MakeNode(3, true);
  return query;
}

}  // namespace paperwire::index
