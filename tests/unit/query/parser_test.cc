#include "service/query/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "service/base/error_details.h"
#include "service/query/names.h"
#include "service/query/normalize.h"
#include "service/query/query.h"
#include "service/text/analyzer.h"
#include "service/text/utf8.h"

namespace paperwire::query {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<Query> ParseText(const std::string& text,
                                const Limits& limits = Limits()) {
  v1::Query request;
  request.set_text(text);
  return Parse(request, limits);
}

struct TreeCase {
  int line = 0;
  std::string text;
  std::string tree;
  std::string ignored;
  std::string error;
};

std::string Unescape(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string two = text.substr(i, 2);
    if (two == "\\n" || two == "\\t" || two == "\\0") {
      out += two == "\\n" ? '\n' : two == "\\t" ? '\t' : '\0';
      ++i;
    } else if (two == "\\x") {
      out += static_cast<char>(std::stoi(text.substr(i + 2, 2), nullptr, 16));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<TreeCase> ReadCases() {
  std::ifstream file(std::string(PAPERWIRE_SOURCE_DIR) +
                     "/tests/unit/query/cases/trees.txt");
  std::vector<TreeCase> cases;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.size() < 2 || line[1] != ' ' || line[0] == '#') continue;
    const std::string rest = line.substr(2);
    if (line[0] == '?') cases.push_back({number, Unescape(rest), "", "", ""});
    if (cases.empty()) continue;
    if (line[0] == '=') cases.back().tree = rest;
    if (line[0] == 'i') cases.back().ignored = rest;
    if (line[0] == '!') cases.back().error = rest;
  }
  return cases;
}

class TreeTest : public ::testing::TestWithParam<TreeCase> {};

TEST_P(TreeTest, IsAsTheCaseSays) {
  const TreeCase& expected = GetParam();
  const absl::StatusOr<Query> query = ParseText(expected.text);
  if (!expected.error.empty()) {
    ASSERT_FALSE(query.ok()) << ToString(query->root);
    EXPECT_EQ(query.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(query.status().message()),
                HasSubstr(expected.error));
    EXPECT_EQ(FieldOf(query.status()), "text");
    return;
  }
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(ToString(query->root), expected.tree);
  std::string ignored;
  for (const std::string& word : query->ignored_words) {
    ignored += (ignored.empty() ? "" : " ") + word;
  }
  EXPECT_EQ(ignored, expected.ignored);
  const absl::StatusOr<Query> again = ParseText(expected.tree);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->root == query->root) << ToString(again->root);
}

INSTANTIATE_TEST_SUITE_P(Cases, TreeTest, ::testing::ValuesIn(ReadCases()),
                         [](const auto& info) {
                           return "Line" + std::to_string(info.param.line);
                         });

TEST(ParserTest, FillsTheLeaves) {
  const absl::StatusOr<Query> query =
      ParseText("title:\"Sparse Autoencoders\"~3^2 transformers~");
  ASSERT_TRUE(query.ok()) << query.status();
  ASSERT_EQ(query->root.kind, Node::Kind::kAnd);
  const Node& phrase = query->root.children[0];
  EXPECT_EQ(phrase.kind, Node::Kind::kPhrase);
  EXPECT_EQ(phrase.fields, OnlyField(TextField::kTitle));
  EXPECT_EQ(phrase.slop, 3);
  EXPECT_EQ(phrase.boost, 2);
  ASSERT_EQ(phrase.words.size(), 2u);
  EXPECT_EQ(phrase.words[1].form, "autoencoders");
  EXPECT_EQ(phrase.words[1].stem, "autoencod");
  EXPECT_FALSE(phrase.words[1].exact);
  const Node& fuzzy = query->root.children[1];
  EXPECT_EQ(fuzzy.kind, Node::Kind::kFuzzy);
  EXPECT_EQ(fuzzy.distance, 2);
  EXPECT_EQ(fuzzy.fields, kAllFields);
  EXPECT_EQ(fuzzy.begin, 32u);
  EXPECT_EQ(fuzzy.end, 45u);
}

TEST(ParserTest, TheEmptyQueryIsEveryPaper) {
  const absl::StatusOr<Query> query = Parse(v1::Query());
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query->root.kind, Node::Kind::kAll);
  EXPECT_EQ(ToString(query->root), "");
}

TEST(ParserTest, HoldsItsLimits) {
  Limits limits;
  const std::string fits(limits.max_text_bytes, 'a');
  EXPECT_TRUE(ParseText(fits).ok());
  EXPECT_THAT(std::string(ParseText(fits + "a").status().message()),
              HasSubstr("16385 bytes; at most 16384"));

  std::string words;
  for (int i = 0; i < limits.max_clauses; ++i) words += "x ";
  EXPECT_THAT(std::string(ParseText("\"" + words + "\"").status().message()),
              HasSubstr("A phrase of 1024 words; at most 256 are allowed"));
  EXPECT_TRUE(ParseText(words).ok());
  EXPECT_THAT(std::string(ParseText(words + "y").status().message()),
              HasSubstr("More than 1024 words and conditions at character "
                        "2049"));

  const auto nested = [](int depth) {
    return std::string(depth, '(') + "x" + std::string(depth, ')');
  };
  EXPECT_TRUE(ParseText(nested(limits.max_depth)).ok());
  EXPECT_THAT(std::string(ParseText(nested(65)).status().message()),
              HasSubstr("More than 64 brackets inside of each other at "
                        "character 65"));
  EXPECT_FALSE(ParseText(nested(8000)).ok());
  // Not brackets, so any number.
  std::string nots;
  for (int i = 0; i < 4000; ++i) nots += "NOT ";
  EXPECT_TRUE(ParseText(nots + "x").ok());
  EXPECT_TRUE(ParseText("(x) " + nested(3) + " (y)", {100, 10, 3}).ok());
}

TEST(FiltersTest, JoinTheText) {
  v1::Query request;
  request.set_text("graphs OR nets");
  request.add_categories("cs.CL");
  request.add_categories("CS.cl");
  request.add_categories(" stat ");
  request.add_sources("arXiv");
  request.add_has_links(v1::Link::KIND_CODE);
  request.add_has_links(v1::Link::KIND_PDF);
  request.add_has_links(v1::Link::KIND_CODE);
  request.set_min_vote_count(7);
  request.mutable_published()->mutable_start_time()->set_seconds(0);
  request.mutable_published()->mutable_end_time()->set_seconds(86400);
  const absl::StatusOr<Query> query = Parse(request);
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(ToString(query->root),
            "(graphs OR nets) (category:\"cs.cl\" OR category:\"stat\") "
            "source:\"arxiv\" "
            "published:1970-01-01T00:00:00Z..1970-01-01T23:59:59Z "
            "has:\"code\" has:\"pdf\" votes:7..");
}

TEST(FiltersTest, RoundFractionsOfSecondsInwards) {
  v1::Query request;
  request.mutable_published()->mutable_start_time()->set_nanos(1);
  request.mutable_published()->mutable_end_time()->set_seconds(9);
  request.mutable_published()->mutable_end_time()->set_nanos(1);
  const absl::StatusOr<Query> query = Parse(request);
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(query->root.range.min, 1);
  EXPECT_EQ(query->root.range.max, 9);
}

TEST(FiltersTest, NameTheFieldAtFault) {
  const auto field_of = [](const v1::Query& request) {
    const absl::StatusOr<Query> query = Parse(request);
    if (query.ok()) return std::string("ok: ") + ToString(query->root);
    return FieldOf(query.status()).value_or("none");
  };
  v1::Query request;
  request.add_categories("cs");
  request.add_categories(" ");
  EXPECT_EQ(field_of(request), "categories[1]");
  request.set_categories(1, std::string(2000, 'x'));
  EXPECT_EQ(field_of(request), "categories[1]");
  request.set_categories(1, "a\nb");
  EXPECT_EQ(field_of(request), "categories[1]");
  request.set_categories(1, "a\xff");
  EXPECT_EQ(field_of(request), "categories[1]");
  request.Clear();
  for (int i = 0; i < 101; ++i) request.add_categories("c");
  EXPECT_EQ(field_of(request), "categories");
  request.Clear();
  for (int i = 0; i < 33; ++i) request.add_sources("c");
  EXPECT_EQ(field_of(request), "sources");
  request.Clear();
  request.add_has_links(v1::Link::KIND_UNSPECIFIED);
  EXPECT_EQ(field_of(request), "has_links[0]");
  request.set_has_links(0, static_cast<v1::Link::Kind>(77));
  EXPECT_EQ(field_of(request), "has_links[0]");
  request.Clear();
  request.set_min_vote_count(-1);
  EXPECT_EQ(field_of(request), "min_vote_count");
  request.Clear();
  request.mutable_published()->mutable_start_time()->set_seconds(5);
  request.mutable_published()->mutable_end_time()->set_seconds(5);
  EXPECT_EQ(field_of(request), "published.end_time");
  request.mutable_published()->mutable_start_time()->set_nanos(-1);
  EXPECT_EQ(field_of(request), "published.start_time");
  request.mutable_published()->mutable_start_time()->set_nanos(0);
  request.mutable_published()->mutable_end_time()->set_seconds(253402300800);
  EXPECT_EQ(field_of(request), "published.end_time");
  request.Clear();
  request.mutable_published();
  EXPECT_EQ(field_of(request), "ok: ");
}

TEST(FingerprintTest, IsStableAndTellsQueriesApart) {
  const auto print = [](const std::string& text) {
    return Fingerprint(*ParseText(text));
  };
  EXPECT_EQ(print("a1 OR (b1 OR c1)"), print("  a1 OR b1 OR  c1 "));
  EXPECT_NE(print("a1 b1"), print("b1 a1"));
  EXPECT_NE(print("a1"), print("exact:a1"));
  // Stored with tokens: must never change.
  EXPECT_EQ(print("sparse autoencoders"), 18323972777435829037u);
}

// Random trees, printed and parsed again.
class RandomTree {
 public:
  explicit RandomTree(unsigned seed) : random_(seed) {}

  Node Make(int depth) {
    const int kind = depth == 0 ? 3 : Below(6);
    if (kind == 0) return MakeAnd(Children(depth));
    if (kind == 1) return MakeOr(Children(depth));
    if (kind == 2) return MakeNot(Make(depth - 1));
    return Leaf();
  }

  int Below(int n) { return static_cast<int>(random_() % n); }

 private:
  std::vector<Node> Children(int depth) {
    std::vector<Node> children;
    for (int n = 1 + Below(4); n > 0; --n) children.push_back(Make(depth - 1));
    return children;
  }

  Word MakeWord(bool exact) {
    static const char* const kForms[] = {
        "bottleneck", "graphs", "the",    "of",    "and",    "not",     "3.5",
        "c++",        "c#",     "4v",     "深",    "ελλαδα", "title",   "or",
        "http",       "s",      "москва", "exact", "1000",   "networks"};
    Word word;
    word.form = kForms[Below(std::size(kForms))];
    word.stem = analyzer_.Stem(word.form);
    word.exact = exact;
    return word;
  }

  Node Leaf() {
    Node node;
    static const FieldSet kFields[] = {kAllFields, OnlyField(TextField::kTitle),
                                       OnlyField(TextField::kAbstract),
                                       OnlyField(TextField::kAuthor),
                                       OnlyField(TextField::kVenue)};
    static const float kBoosts[] = {1, 1, 2, 0.5, 0.01f, 100, 1.1f, 33.333f};
    node.fields = kFields[Below(5)];
    node.boost = kBoosts[Below(8)];
    const bool exact = Below(4) == 0;
    switch (Below(6)) {
      case 0:
        node.kind = Node::Kind::kWord;
        node.words = {MakeWord(exact)};
        break;
      case 1:
        node.kind = Node::Kind::kPhrase;
        for (int n = 2 + Below(3); n > 0; --n) {
          node.words.push_back(MakeWord(exact));
        }
        ReadAsName(&node);
        node.slop = Below(2) * Below(1000);
        if (node.slop == 0 && Below(2) == 0) ScoreByWords(&node);
        break;
      case 2:
        node.kind = Node::Kind::kPrefix;
        node.words = {MakeWord(false)};
        break;
      case 3:
        node.kind = Node::Kind::kFuzzy;
        node.words = {MakeWord(false)};
        node.words[0].form = "bottlenek";
        node.words[0].stem = analyzer_.Stem("bottlenek");
        node.distance = 1 + Below(2);
        break;
      case 4: {
        node.fields = kAllFields;
        node.boost = 1;
        node.kind = Node::Kind::kKeyword;
        static const std::pair<Keyword::Kind, const char*> kValues[] = {
            {Keyword::Kind::kCategory, "cs.cl"},
            {Keyword::Kind::kCategory, "a \"b\" \\ (c)^2*~"},
            {Keyword::Kind::kSource, "hf-daily"},
            {Keyword::Kind::kHas, "code"},
            {Keyword::Kind::kId, "doi:10.1/x(1)\"y\\"},
            {Keyword::Kind::kId, "arxiv:quant-ph/0201082"},
            {Keyword::Kind::kId, "2410.01131"}};
        const auto& [kind, value] = kValues[Below(7)];
        node.keyword = {kind, value};
        break;
      }
      default: {
        node.fields = kAllFields;
        node.boost = 1;
        node.kind = Node::Kind::kRange;
        const bool votes = Below(2) == 0;
        node.range.column =
            votes ? Range::Column::kVotes : Range::Column::kPublished;
        const int ends = 1 + Below(3);
        if (ends & 1) node.range.min = Below(1 << 30);
        if (ends & 2) node.range.max = (1 << 30) + int64_t{Below(1 << 30)};
        break;
      }
    }
    return node;
  }

  std::mt19937 random_;
  text::Analyzer analyzer_;
};

bool IsNormal(const Node& node, bool root = true,
              Node::Kind parent = Node::Kind::kAll) {
  using Kind = Node::Kind;
  if (node.kind == Kind::kAnd || node.kind == Kind::kOr) {
    if (node.children.size() < 2 || node.kind == parent) return false;
  }
  if (node.kind == Kind::kNot && !root && parent != Kind::kAnd) return false;
  if (node.kind == Kind::kAll && !root) return false;
  for (const Node& child : node.children) {
    if (!IsNormal(child, false, node.kind)) return false;
  }
  return true;
}

// What a tree says of a paper in which the leaves hold that `holds` names.
bool Evaluate(const Node& node, const std::function<bool(const Node&)>& holds) {
  switch (node.kind) {
    case Node::Kind::kAll:
      return true;
    case Node::Kind::kNot:
      return !Evaluate(node.children[0], holds);
    case Node::Kind::kAnd:
      for (const Node& child : node.children) {
        if (!Evaluate(child, holds)) return false;
      }
      return true;
    case Node::Kind::kOr:
      for (const Node& child : node.children) {
        if (Evaluate(child, holds)) return true;
      }
      return false;
    default:
      return holds(node);
  }
}

TEST(RoundTripTest, PrintedTreesParseToThemselves) {
  RandomTree random(7);
  Limits limits;
  limits.max_text_bytes = 1 << 20;
  limits.max_clauses = 1 << 20;
  int sizes = 0;
  for (int round = 0; round < 5000; ++round) {
    const Node tree = Normalize(random.Make(random.Below(6)));
    ASSERT_TRUE(IsNormal(tree)) << ToString(tree);
    const std::string text = ToString(tree);
    const absl::StatusOr<Query> query = ParseText(text, limits);
    ASSERT_TRUE(query.ok()) << text << "\n" << query.status();
    ASSERT_TRUE(query->root == tree) << text << "\nparses to\n"
                                     << ToString(query->root);
    EXPECT_TRUE(query->ignored_words.empty()) << text;
    sizes += static_cast<int>(tree.children.size());
  }
  EXPECT_GT(sizes, 3000);
}

TEST(NormalizeTest, KeepsWhatATreeMatches) {
  RandomTree random(8);
  for (int round = 0; round < 2000; ++round) {
    const Node tree = random.Make(4);
    const Node normal = Normalize(tree);
    for (int paper = 0; paper < 16; ++paper) {
      const auto holds = [&](const Node& leaf) {
        Node plain = leaf;
        plain.boost = 1;
        plain.children.clear();
        return std::hash<std::string>()(ToString(plain) +
                                        std::to_string(paper)) %
                   2 ==
               0;
      };
      ASSERT_EQ(Evaluate(tree, holds), Evaluate(normal, holds))
          << ToString(normal);
    }
  }
}

// Whatever is typed: an answer, or an error with a place inside the text.
TEST(RobustnessTest, AnyTextIsAnsweredOrRefusedWithAPlace) {
  const std::vector<std::string> pieces = {"(",
                                           ")",
                                           "\"",
                                           "“",
                                           "”",
                                           "-",
                                           "~",
                                           "^",
                                           "*",
                                           ":",
                                           "..",
                                           ">=",
                                           "AND",
                                           "OR",
                                           "NOT",
                                           " ",
                                           " ",
                                           "  ",
                                           "title:",
                                           "exact:",
                                           "year:",
                                           "published:",
                                           "id:",
                                           "has:",
                                           "category:",
                                           "doi:",
                                           "foo:",
                                           "the",
                                           "word",
                                           "a",
                                           "2024",
                                           "2024-02-30",
                                           "^2",
                                           "~5",
                                           "\\",
                                           "\\\"",
                                           "'",
                                           "é",
                                           "深",
                                           "$",
                                           "{",
                                           "}",
                                           "http://",
                                           ",",
                                           "?",
                                           "\t",
                                           "\n",
                                           "&&",
                                           "code",
                                           "10.1/x",
                                           "votes:",
                                           "\xff",
                                           std::string(1, '\0'),
                                           ":-)",
                                           "1)"};
  std::mt19937 random(9);
  int parsed = 0;
  int refused = 0;
  for (int round = 0; round < 60000; ++round) {
    std::string text;
    for (int n = 1 + random() % 14; n > 0; --n) {
      text += pieces[random() %
                     (round % 4 == 0 ? pieces.size() : pieces.size() - 4)];
    }
    const absl::StatusOr<Query> query = ParseText(text);
    if (query.ok()) {
      ++parsed;
      ASSERT_TRUE(IsNormal(query->root)) << text;
      const std::string printed = ToString(query->root);
      const absl::StatusOr<Query> again = ParseText(printed);
      ASSERT_TRUE(again.ok()) << text << "\n" << printed << again.status();
      ASSERT_TRUE(again->root == query->root) << text << "\n" << printed;
      continue;
    }
    ++refused;
    ASSERT_EQ(query.status().code(), absl::StatusCode::kInvalidArgument);
    ASSERT_EQ(FieldOf(query.status()), "text");
    const std::string message(query.status().message());
    size_t length = 0;
    for (size_t at = 0; at < text.size(); ++length) {
      at += text::DecodeAt(text, at).size;
    }
    size_t at = message.rfind(" at character ");
    size_t skip = std::string_view(" at character ").size();
    if (at == message.npos) {
      at = message.rfind(" at byte ");
      skip = std::string_view(" at byte ").size();
      length = text.size();
    }
    ASSERT_NE(at, message.npos) << text << "\n" << message;
    const unsigned long place = std::stoul(message.substr(at + skip));
    ASSERT_GE(place, 1u) << message;
    ASSERT_LE(place, length) << text << "\n" << message;
  }
  EXPECT_GT(parsed, 5000);
  EXPECT_GT(refused, 5000);
}

// A value that holds the quotes of word processors was printed as text that
// ended at them.
TEST(ToStringTest, PrintsLessThanNoVotesReadably) {
  v1::Query request;
  request.set_text("votes:<0");
  const auto query = Parse(request);
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(ToString(query->root), "votes:<0");
}

TEST(ToStringTest, EscapesEveryQuoteInAValue) {
  v1::Query request;
  request.add_sources("act:\"\u201Dspog\u201C \u201Eod\u2019");
  const absl::StatusOr<Query> query = Parse(request);
  ASSERT_TRUE(query.ok()) << query.status();
  const absl::StatusOr<Query> again = ParseText(ToString(query->root));
  ASSERT_TRUE(again.ok()) << ToString(query->root) << again.status();
  EXPECT_TRUE(again->root == query->root) << ToString(again->root);
}

}  // namespace
}  // namespace paperwire::query
