// Writes what both sides of the percolation bench are given: queries that
// stand, and papers to match against them.
//
//     bench_standing_prepare OUT QUERIES TEST-PAPERS PAPERS.jsonl[.gz]...
//
// OUT/queries.txt    a query in a line, in the language of the search box
// OUT/queries.jsonl  the same, read by our parser, for an engine that has
//                    another language: a tree of {"and": [...]},
//                    {"or": [...]}, {"field": f, "word": stem},
//                    {"field": f, "phrase": [stems]}, {"keyword": k} and
//                    {"published": [first, last]} in seconds. The field "all"
//                    is any field of words.
// OUT/papers.pb      the test papers, v1.Paper, each behind its length
// OUT/papers.jsonl   the same: the fields of words, each a list of values of
//                    stems with spaces between; keywords; "published"
// OUT/counts.tsv     field, stem, papers that have it there; and "keyword"
//
// Queries are drawn from all papers but the test papers, and so are the
// counts. All that one query asks for stands in one random paper, as README.md
// says. The draws have a fixed seed: the same papers give the same files.

#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/util/delimited_message_util.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "client/cpp/importers/importer.h"
#include "service/base/strings.h"
#include "service/index/document.h"
#include "service/index/field_words.h"
#include "service/index/keyword_terms.h"
#include "service/query/parser.h"
#include "service/text/analyzer.h"

namespace paperwire {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using query::Node;
using query::TextField;

constexpr const char* kFieldNames[query::kTextFields] = {
    "title", "abstract", "author", "category", "venue"};
constexpr const char* kAnyField = "all";
constexpr const char* kKeywords = "keyword";

// A word that decides about a query alone is in no more than this share of
// the papers: nobody leaves "results OR approach" standing.
constexpr double kTellingShare = 0.01;

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "bench_standing_prepare: %s\n", what.c_str());
  std::exit(1);
}

template <typename T>
T OrDie(absl::StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  Die(result.status().ToString());
}

std::string_view Text(const index::Document& d, TextField field) {
  return d.text[static_cast<size_t>(field)];
}

std::vector<std::string> Values(std::string_view field) {
  return absl::StrSplit(ToAbsl(field), '\n', absl::SkipEmpty());
}

// A word of a paper as someone would type it; empty for one that nobody
// would: a common word, a number, or one with letters beyond a to z.
struct Word {
  std::string form;
  std::string stem;
};

class Preparer {
 public:
  explicit Preparer(fs::path out) : out_(std::move(out)) {
    fs::create_directories(out_);
  }

  void Read(const std::string& path);
  void Write(size_t queries, size_t test_papers);

 private:
  std::ofstream Create(const char* name) const {
    std::ofstream file(out_ / name, std::ios::binary);
    if (!file) Die(StrCat("cannot write ", name));
    return file;
  }

  void WriteTestPapers(size_t test_papers);
  void Count();
  void WriteCounts() const;
  void WriteQueries(size_t queries);

  std::vector<Word> Words(std::string_view text);
  index::Document RandomPaper();
  size_t Below(size_t n) { return random_() % n; }
  template <typename T>
  T Take(std::vector<T>* from);
  bool IsTelling(const std::string& stem) const;

  // Each makes a query of a paper, or nothing when the paper does not do.
  std::string Draw(const index::Document& paper);
  std::string DrawWords(const index::Document& paper, size_t count,
                        bool telling, const char* between);
  std::string DrawPhrase(const index::Document& paper);
  std::string DrawFielded(const index::Document& paper);
  std::string DrawAuthor(const index::Document& paper);

  json Tree(const Node& node) const;

  const fs::path out_;
  std::vector<v1::Paper> papers_;
  // By field and stem; by field 'kTextFields' in any of them.
  absl::flat_hash_map<std::string, int64_t> counts_[query::kTextFields + 1];
  absl::flat_hash_map<std::string, int64_t> keyword_counts_;
  text::Analyzer analyzer_;
  std::mt19937_64 random_{20240521};
};

void Preparer::Read(const std::string& path) {
  const auto importer =
      OrDie(importers::MakeImporter(OrDie(importers::OpenFile(path))));
  importers::Record record;
  importers::Reject reject;
  while (true) {
    const importers::Outcome outcome = OrDie(importer->Next(&record, &reject));
    if (outcome == importers::Outcome::kEnd) return;
    if (outcome != importers::Outcome::kRecord) continue;
    papers_.push_back(std::move(record.paper));
    record = {};
  }
}

void Preparer::Write(size_t queries, size_t test_papers) {
  if (papers_.size() <= test_papers) Die("too few papers");
  WriteTestPapers(test_papers);
  Count();
  WriteCounts();
  WriteQueries(queries);
  std::printf("%zu queries from %zu papers, %zu test papers\n", queries,
              papers_.size(), test_papers);
}

// Takes them away from papers_.
void Preparer::WriteTestPapers(size_t test_papers) {
  std::ofstream messages = Create("papers.pb");
  std::ofstream lines = Create("papers.jsonl");
  for (size_t i = 0; i < test_papers; ++i) {
    const v1::Paper paper = Take(&papers_);
    google::protobuf::util::SerializeDelimitedToOstream(paper, &messages);
    const index::Document document = index::MakeDocument(paper, 1, 1);
    json line = json::object();
    for (size_t f = 0; f < query::kTextFields; ++f) {
      json& values = line[kFieldNames[f]] = json::array();
      for (const std::string& value : Values(document.text[f])) {
        std::string stems;
        for (const text::Token& token : analyzer_.Tokenize(value)) {
          if (!stems.empty()) stems += ' ';
          stems += analyzer_.Stem(token.form);
        }
        if (!stems.empty()) values.push_back(std::move(stems));
      }
    }
    line[kKeywords] = index::KeywordTerms(document);
    if (document.published) line["published"] = *document.published;
    lines << line.dump() << '\n';
  }
}

void Preparer::Count() {
  for (const v1::Paper& paper : papers_) {
    const index::Document document = index::MakeDocument(paper, 1, 1);
    absl::flat_hash_map<std::string, query::FieldSet> found;
    for (uint8_t f = 0; f < query::kTextFields; ++f) {
      index::ForEachWord(analyzer_, document.text[f],
                         [&](const text::Token& token, uint32_t) {
                           found[std::string(analyzer_.Stem(token.form))] |=
                               query::OnlyField(static_cast<TextField>(f));
                         });
    }
    for (const auto& [stem, fields] : found) {
      ++counts_[query::kTextFields][stem];
      for (size_t f = 0; f < query::kTextFields; ++f) {
        if (fields >> f & 1) ++counts_[f][stem];
      }
    }
    for (const std::string& keyword : index::KeywordTerms(document)) {
      ++keyword_counts_[keyword];
    }
  }
}

void Preparer::WriteCounts() const {
  std::ofstream file = Create("counts.tsv");
  const auto write = [&](const char* field, const auto& counts) {
    std::vector<std::pair<std::string, int64_t>> sorted(counts.begin(),
                                                        counts.end());
    std::sort(sorted.begin(), sorted.end());
    for (const auto& [term, papers] : sorted) {
      file << field << '\t' << term << '\t' << papers << '\n';
    }
  };
  for (size_t f = 0; f < query::kTextFields; ++f) {
    write(kFieldNames[f], counts_[f]);
  }
  write(kAnyField, counts_[query::kTextFields]);
  write(kKeywords, keyword_counts_);
}

void Preparer::WriteQueries(size_t queries) {
  std::ofstream texts = Create("queries.txt");
  std::ofstream trees = Create("queries.jsonl");
  for (size_t i = 0; i < queries;) {
    const std::string text = Draw(RandomPaper());
    if (text.empty()) continue;
    v1::Query request;
    request.set_text(text);
    const absl::StatusOr<query::Query> query = query::Parse(request);
    if (!query.ok()) Die(StrCat(text, ": ", query.status().ToString()));
    texts << text << '\n';
    trees << Tree(query->root).dump() << '\n';
    ++i;
  }
}

std::vector<Word> Preparer::Words(std::string_view text) {
  std::vector<Word> words;
  for (const text::Token& token : analyzer_.Tokenize(text)) {
    const bool typed =
        token.form.size() > 1 && absl::ascii_isalpha(token.form[0]) &&
        std::all_of(token.form.begin(), token.form.end(),
                    [](unsigned char c) { return absl::ascii_isalnum(c); }) &&
        !text::IsStopWord(token.form);
    words.emplace_back();
    if (!typed) continue;
    words.back() = {std::string(token.form),
                    std::string(analyzer_.Stem(token.form))};
  }
  return words;
}

index::Document Preparer::RandomPaper() {
  return index::MakeDocument(papers_[Below(papers_.size())], 1, 1);
}

// Takes a random one out.
template <typename T>
T Preparer::Take(std::vector<T>* from) {
  std::swap((*from)[Below(from->size())], from->back());
  T taken = std::move(from->back());
  from->pop_back();
  return taken;
}

bool Preparer::IsTelling(const std::string& stem) const {
  const auto it = counts_[query::kTextFields].find(stem);
  return it != counts_[query::kTextFields].end() &&
         static_cast<double>(it->second) <=
             kTellingShare * static_cast<double>(papers_.size());
}

std::string Preparer::Draw(const index::Document& paper) {
  const size_t kind = Below(10);
  if (kind < 6) return DrawWords(paper, 2 + Below(3), false, " ");
  if (kind == 6) return DrawWords(paper, 2 + Below(2), true, " OR ");
  if (kind == 7) return DrawPhrase(paper);
  if (kind == 8) return DrawFielded(paper);
  return DrawAuthor(paper);
}

// Words of title and abstract with different stems.
std::string Preparer::DrawWords(const index::Document& paper, size_t count,
                                bool telling, const char* between) {
  std::vector<Word> words = Words(Text(paper, TextField::kTitle));
  std::vector<Word> more = Words(Text(paper, TextField::kAbstract));
  words.insert(words.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
  std::erase_if(words, [&](const Word& word) {
    return word.form.empty() || (telling && !IsTelling(word.stem));
  });
  std::stable_sort(
      words.begin(), words.end(),
      [](const Word& a, const Word& b) { return a.stem < b.stem; });
  words.erase(std::unique(words.begin(), words.end(),
                          [](const Word& a, const Word& b) {
                            return a.stem == b.stem;
                          }),
              words.end());
  if (words.size() < count) return "";
  std::string text = Take(&words).form;
  for (size_t i = 1; i < count; ++i) text += between + Take(&words).form;
  return text;
}

// Two words in a row.
std::string Preparer::DrawPhrase(const index::Document& paper) {
  const TextField field =
      Below(2) == 0 ? TextField::kTitle : TextField::kAbstract;
  const std::vector<Word> words = Words(Text(paper, field));
  if (words.size() < 2) return "";
  const size_t first = Below(words.size() - 1);
  if (words[first].form.empty() || words[first + 1].form.empty()) return "";
  return StrCat("\"", words[first].form, " ", words[first + 1].form, "\"");
}

std::string Preparer::DrawFielded(const index::Document& paper) {
  const size_t form = Below(3);
  const TextField field = form == 0 ? TextField::kTitle : TextField::kAbstract;
  std::vector<Word> words = Words(Text(paper, field));
  std::erase_if(words, [&](const Word& word) {
    return word.form.empty() || !IsTelling(word.stem);
  });
  if (words.empty()) return "";
  const std::string word = Take(&words).form;
  if (form == 2) {
    if (paper.categories.empty()) return "";
    return StrCat("category:", paper.categories[0], " ", word);
  }
  if (!paper.published) return "";
  const absl::CivilMonth month = absl::ToCivilMonth(
      absl::FromUnixSeconds(*paper.published), absl::UTCTimeZone());
  if (form == 0) {
    return StrCat("title:", word,
                  " year:", month.year() - static_cast<int64_t>(Below(4)),
                  "..");
  }
  const absl::CivilMonth since = month - static_cast<int64_t>(Below(13));
  return StrCat("abstract:", word, " published:>=", since.year(),
                since.month() < 10 ? "-0" : "-", since.month());
}

std::string Preparer::DrawAuthor(const index::Document& paper) {
  std::vector<std::string> authors = Values(Text(paper, TextField::kAuthor));
  if (authors.empty()) return "";
  const std::string name = Take(&authors);
  // TeX and signs of the language would ask for care in typing.
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalpha(static_cast<unsigned char>(c)) ||
           (c & 0x80) != 0 || c == ' ' || c == '.' || c == '-' || c == '\'';
  });
  const size_t space = name.rfind(' ');
  if (!plain || space == std::string::npos) return "";
  if (Below(2) == 0) return StrCat("author:\"", name, "\"");
  const std::string last = name.substr(space + 1);
  if (analyzer_.Tokenize(last).empty()) return "";
  const std::string word = DrawWords(paper, 1, false, "");
  return word.empty() ? "" : StrCat("author:", last, " ", word);
}

json Preparer::Tree(const Node& node) const {
  const auto field = [&] {
    for (size_t f = 0; f < query::kTextFields; ++f) {
      if (node.fields == query::OnlyField(static_cast<TextField>(f))) {
        return kFieldNames[f];
      }
    }
    return kAnyField;
  };
  switch (node.kind) {
    case Node::Kind::kAnd:
    case Node::Kind::kOr: {
      json children = json::array();
      for (const Node& child : node.children) children.push_back(Tree(child));
      return {{node.kind == Node::Kind::kAnd ? "and" : "or", children}};
    }
    case Node::Kind::kWord:
      return {{"field", field()}, {"word", node.words[0].stem}};
    case Node::Kind::kPhrase: {
      json stems = json::array();
      for (const query::Word& word : node.words) stems.push_back(word.stem);
      return {{"field", field()}, {"phrase", stems}};
    }
    case Node::Kind::kKeyword:
      return {{kKeywords, index::KeywordTerm(node.keyword)}};
    case Node::Kind::kRange:
      return {{"published", {node.range.min, node.range.max}}};
    default:
      Die(StrCat("no draw makes ", query::ToString(node)));
  }
}

}  // namespace
}  // namespace paperwire

int main(int argc, char** argv) {
  if (argc < 5) {
    paperwire::Die(
        "usage: bench_standing_prepare OUT QUERIES TEST-PAPERS PAPERS...");
  }
  paperwire::Preparer preparer(argv[1]);
  for (int i = 4; i < argc; ++i) preparer.Read(argv[i]);
  preparer.Write(std::strtoul(argv[2], nullptr, 10),
                 std::strtoul(argv[3], nullptr, 10));
}
