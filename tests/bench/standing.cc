// Our standing queries in the bench of papers against queries; peers/monitor/
// does the same in Java.
//
//     bench_standing DATA QUERIES PAPERS PASSES BUDGET
//
// Adds the first QUERIES queries that bench_standing_prepare wrote to DATA,
// then matches the first PAPERS test papers, one by one, each a segment of its
// own: a pass to warm up, then PASSES that are timed. Of a paper its median
// counts. The pass to warm up ends after BUDGET seconds, and the timed ones
// take the papers that it got to.
//
// Prints a line of JSON: what adding took and holds, and for each paper the
// micro-seconds for making its segment and for matching it, how many queries
// match, and a checksum of which.

#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/util/delimited_message_util.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "service/index/document.h"
#include "service/index/keyword_terms.h"
#include "service/index/segment_builder.h"
#include "service/query/parser.h"
#include "service/standing/matcher.h"
#include "service/text/analyzer.h"
#include "tests/bench/measure.h"

namespace paperwire {
namespace {

namespace fs = std::filesystem;
using Micros = std::chrono::duration<double, std::micro>;

std::chrono::steady_clock::time_point Now() {
  return std::chrono::steady_clock::now();
}

template <typename T>
T OrDie(absl::StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
  std::exit(1);
}

int64_t ResidentBytes() {
  malloc_trim(0);  // what was freed is not held
  std::ifstream statm("/proc/self/statm");
  int64_t size = 0;
  int64_t resident = 0;
  statm >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

// How many papers have a stem in any field, or a keyword.
class Counts {
 public:
  explicit Counts(const fs::path& file) {
    bench::ForEachLine(file, [&](const std::string& line) {
      const size_t tab = line.find('\t');
      const size_t second = line.find('\t', tab + 1);
      const std::string field = line.substr(0, tab);
      if (field != "all" && field != "keyword") return;
      (field == "all" ? stems_ : keywords_)
          .emplace(line.substr(tab + 1, second - tab - 1),
                   std::strtoll(line.c_str() + second + 1, nullptr, 10));
    });
  }

  int64_t Of(const query::Node& leaf) const {
    return leaf.kind == query::Node::Kind::kWord
               ? Find(stems_, leaf.words[0].stem)
               : Find(keywords_, index::KeywordTerm(leaf.keyword));
  }

 private:
  using Table = absl::flat_hash_map<std::string, int64_t>;

  static int64_t Find(const Table& table, const std::string& term) {
    const auto it = table.find(term);
    return it != table.end() ? it->second : 0;
  }

  Table stems_;
  Table keywords_;
};

std::vector<index::Document> ReadPapers(const fs::path& file, size_t limit) {
  std::ifstream in(file, std::ios::binary);
  google::protobuf::io::IstreamInputStream stream(&in);
  std::vector<index::Document> papers;
  v1::Paper paper;
  bool end = false;
  while (papers.size() < limit &&
         google::protobuf::util::ParseDelimitedFromZeroCopyStream(
             &paper, &stream, &end)) {
    const auto number = static_cast<int64_t>(papers.size() + 1);
    papers.push_back(index::MakeDocument(paper, number, number));
    paper.Clear();
  }
  return papers;
}

class Bench {
 public:
  // Prints the first members of the line.
  void Add(const fs::path& data, size_t queries);
  // Prints the others.
  void Match(const fs::path& data, size_t papers, int passes, double budget);

 private:
  struct Row {
    std::vector<double> make;
    std::vector<double> match;
    uint64_t matches = 0;
    uint64_t checksum = 0;
  };

  void MatchOne(const index::Document& paper, Row* row);

  standing::Matcher matcher_;
  std::vector<uint32_t> numbers_;  // of queries, by handle
  text::Analyzer analyzer_;
};

void Bench::Add(const fs::path& data, size_t queries) {
  const Counts counts(data / "counts.tsv");
  const standing::Frequency frequency = [&counts](const query::Node& leaf,
                                                  standing::Key) {
    return counts.Of(leaf);
  };
  numbers_.resize(queries);
  const int64_t resident = ResidentBytes();
  double parsing = 0;
  double adding = 0;
  std::ifstream file(data / "queries.txt");
  v1::Query request;
  uint32_t number = 0;
  for (; number < queries && std::getline(file, *request.mutable_text());
       ++number) {
    const auto begin = Now();
    const query::Query query = OrDie(query::Parse(request));
    const auto parsed = Now();
    const uint32_t handle = matcher_.Add(query, frequency);
    adding += Micros(Now() - parsed).count() / 1e6;
    parsing += Micros(parsed - begin).count() / 1e6;
    numbers_.at(handle) = number;  // nothing is removed: they run on
  }
  std::printf(
      "{\"queries\": %u, \"parse\": %.3f, \"add\": %.3f, \"memory\": %zu, "
      "\"text\": %zu, \"resident\": %jd, ",
      number, parsing, adding, matcher_.memory(), matcher_.text_bytes(),
      static_cast<intmax_t>(ResidentBytes() - resident));
}

void Bench::MatchOne(const index::Document& paper, Row* row) {
  const auto begin = Now();
  index::SegmentBuilder builder(&analyzer_);
  builder.Add(paper);
  const std::shared_ptr<const index::Segment> segment = builder.Finish(1, 1);
  const auto made = Now();
  const std::vector<standing::Matched> matched =
      OrDie(matcher_.Match(*segment));
  const auto end = Now();
  row->make.push_back(Micros(made - begin).count());
  row->match.push_back(Micros(end - made).count());
  row->matches = matched.size();
  // Once is enough, and the next paper is not to find other memory in the cache
  // than a server has there.
  if (row->match.size() > 1) return;
  row->checksum = 0;
  for (const standing::Matched& m : matched) {
    // Different for every query, and does not mind the order of the sum.
    const uint64_t n = uint64_t{numbers_[m.handle]} + 1;
    row->checksum += n * n * n;
  }
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Bench::Match(const fs::path& data, size_t papers, int passes,
                  double budget) {
  const std::vector<index::Document> documents =
      ReadPapers(data / "papers.pb", papers);
  std::vector<Row> rows;
  const bench::Clock whole;
  for (const index::Document& document : documents) {
    MatchOne(document, &rows.emplace_back());
    if (whole.Wall() > budget) break;
  }
  for (Row& row : rows) row = {};
  for (int pass = 0; pass < passes; ++pass) {
    for (size_t i = 0; i < rows.size(); ++i) MatchOne(documents[i], &rows[i]);
  }
  const auto print = [&](const char* name, const auto& value_of) {
    std::printf("\"%s\": [", name);
    const char* separator = "";
    for (const Row& row : rows) {
      std::printf("%s%s", separator, value_of(row).c_str());
      separator = ", ";
    }
    std::printf("]");
  };
  const auto micros = [](const std::vector<double>& all) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", Median(all));
    return std::string(text);
  };
  print("make", [&](const Row& row) { return micros(row.make); });
  std::printf(", ");
  print("match", [&](const Row& row) { return micros(row.match); });
  std::printf(", ");
  print("matches", [](const Row& row) { return std::to_string(row.matches); });
  std::printf(", ");
  print("checksums", [](const Row& row) {
    return std::to_string(static_cast<int64_t>(row.checksum));
  });
  std::printf("}\n");
}

}  // namespace
}  // namespace paperwire

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr,
                 "usage: bench_standing DATA QUERIES PAPERS PASSES BUDGET\n");
    return 2;
  }
  paperwire::Bench bench;
  bench.Add(argv[1], std::strtoul(argv[2], nullptr, 10));
  bench.Match(argv[1], std::strtoul(argv[3], nullptr, 10), std::atoi(argv[4]),
              std::atof(argv[5]));
}
