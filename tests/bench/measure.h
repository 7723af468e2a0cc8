// Times an engine of the bench; shared by the engines that are driven in C++.
// The peers in Java and Rust do the same in their own words.
//
//     Queries(argv, [&](const std::string& op, const Stems& stems) {
//       return engine.Ask(op, stems);  // hits found, or the count
//     });
//
// Every operation is asked with every kind of query that suits it, the
// operations taking turns, so that a slow moment of the machine falls on all.
// Of the passes over all that are timed, each query's median counts. A row
// whose first pass takes longer than the budget keeps only the queries it got
// to: slow engines would need days otherwise.
//
// Prints a line of JSON for each row: the micro-seconds and the answer of
// each query.

#ifndef PAPERWIRE_TESTS_BENCH_MEASURE_H_
#define PAPERWIRE_TESTS_BENCH_MEASURE_H_

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace bench {

// Papers become searchable in batches of this many, as in a live service.
inline constexpr int kBatch = 1000;
// How many a bulk load takes at once: about the 64 MB that Lucene is given.
inline constexpr int kBulk = 24000;

using Stems = std::vector<std::string>;
using Ask = std::function<int64_t(const std::string& op, const Stems& stems)>;

inline Stems Split(const std::string& line) {
  std::istringstream in(line);
  Stems stems;
  for (std::string stem; in >> stem;) stems.push_back(stem);
  return stems;
}

// Calls f(line) for each line of a file.
template <typename F>
void ForEachLine(const std::filesystem::path& path, F f) {
  std::ifstream in(path);
  if (!in) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::exit(1);
  }
  for (std::string line; std::getline(in, line);) f(line);
}

// What a fresh process asks first.
inline Stems FirstQuery(const std::filesystem::path& data) {
  std::ifstream in(data / "queries" / "terms2.txt");
  std::string line;
  std::getline(in, line);
  return Split(line);
}

// Seconds since it was made.
class Clock {
 public:
  double Wall() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() -
                                         wall_)
        .count();
  }
  double Cpu() const { return CpuNow() - cpu_; }

 private:
  static double CpuNow() {
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) +
             static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }

  const std::chrono::steady_clock::time_point wall_ =
      std::chrono::steady_clock::now();
  const double cpu_ = CpuNow();
};

// Prints what building a variant took.
inline void ReportBuild(const char* variant, const Clock& clock,
                        const std::filesystem::path& folder, int64_t papers,
                        int64_t segments) {
  const double wall = clock.Wall();
  const double cpu = clock.Cpu();
  uintmax_t bytes = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  std::printf(
      "{\"variant\": \"%s\", \"wall\": %.3f, \"cpu\": %.3f, \"bytes\": %ju, "
      "\"papers\": %jd, \"segments\": %jd}\n",
      variant, wall, cpu, bytes, static_cast<intmax_t>(papers),
      static_cast<intmax_t>(segments));
}

struct Row {
  std::string op;
  std::string kind;
  std::vector<Stems> queries;
  std::vector<int64_t> answers;
  std::vector<std::vector<double>> micros;  // by query, by pass
};

inline std::vector<Row> ReadRows(const std::filesystem::path& data) {
  constexpr const char* kBags =
      "titles questions statements terms1 terms2 terms3 terms5";
  constexpr const char* kNarrow = "titles questions terms2 terms3 terms5";
  const std::pair<const char*, const char*> ops[] = {
      {"or10", kBags},
      {"or10_f1", kBags},
      {"or10_f50", kBags},
      {"and10", kNarrow},
      {"phrase10", "phrase2 phrase3"},
      {"count_or", kBags},
      {"count_and", kNarrow}};
  std::vector<Row> rows;
  for (const auto& [op, kinds] : ops) {
    for (const std::string& kind : Split(kinds)) {
      const auto file = data / "queries" / (kind + ".txt");
      if (!std::filesystem::exists(file)) continue;
      Row row{op, kind, {}, {}, {}};
      ForEachLine(file, [&](const std::string& line) {
        row.queries.push_back(Split(line));
      });
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

inline void Print(Row& row) {
  std::printf("{\"op\": \"%s\", \"kind\": \"%s\", \"micros\": [",
              row.op.c_str(), row.kind.c_str());
  const char* separator = "";
  for (std::vector<double>& all : row.micros) {
    std::sort(all.begin(), all.end());
    std::printf("%s%.1f", separator, all[all.size() / 2]);
    separator = ", ";
  }
  std::printf("], \"answers\": [");
  separator = "";
  for (const int64_t answer : row.answers) {
    std::printf("%s%jd", separator, static_cast<intmax_t>(answer));
    separator = ", ";
  }
  std::printf("]}\n");
}

// argv: query FOLDER DATA WARM-UPS PASSES BUDGET-SECONDS.
inline void Queries(char** argv, const Ask& ask) {
  std::vector<Row> rows = ReadRows(argv[3]);
  const int warm_ups = std::atoi(argv[4]);
  const int passes = std::atoi(argv[5]);
  const double budget = std::atof(argv[6]);
  for (int pass = -warm_ups; pass < passes; ++pass) {
    for (Row& row : rows) {
      const Clock whole;
      row.answers.resize(row.queries.size());
      row.micros.resize(row.queries.size());
      for (size_t i = 0; i < row.queries.size(); ++i) {
        const auto begin = std::chrono::steady_clock::now();
        row.answers[i] = ask(row.op, row.queries[i]);
        const std::chrono::duration<double, std::micro> micros =
            std::chrono::steady_clock::now() - begin;
        if (pass >= 0) row.micros[i].push_back(micros.count());
        if (pass == -warm_ups && whole.Wall() > budget) {
          row.queries.resize(i + 1);
        }
      }
      row.answers.resize(row.queries.size());
      row.micros.resize(row.queries.size());
    }
  }
  for (Row& row : rows) Print(row);
}

}  // namespace bench

#endif  // PAPERWIRE_TESTS_BENCH_MEASURE_H_
