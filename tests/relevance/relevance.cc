// How good the first page is, on collections that people judged.
//
//     relevance              # every collection; exit code 1 below a floor
//     relevance cranfield    # one of them
//
// Indexes the papers of a test collection, asks its queries as they stand
// with default settings, and prints nDCG@10 as trec_eval's ndcg_cut_10 has it:
// gain is the grade, discount log2(rank + 1), queries without relevant papers
// are left out. The data come from the folder that PAPERWIRE_DATA names
// (default: ../shared/data beside the repository); without them the program
// says so and exits with 77.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "service/index/index.h"
#include "service/index/search.h"
#include "service/query/parser.h"

namespace paperwire {
namespace {

constexpr int kSkipped = 77;
constexpr size_t kCut = 10;

struct Collection {
  std::string name;
  double floor;
};

// Grades by paper, by query.
using Judgements = std::map<std::string, std::map<std::string, int>>;

std::filesystem::path DataFolder() {
  if (const char* folder = std::getenv("PAPERWIRE_DATA")) return folder;
  return std::filesystem::path(PAPERWIRE_SOURCE_DIR) / "../shared/data";
}

Judgements ReadJudgements(const std::filesystem::path& path) {
  Judgements judgements;
  std::ifstream in(path);
  std::string query, zero, paper;
  for (int grade; in >> query >> zero >> paper >> grade;) {
    judgements[query][paper] = grade;
  }
  return judgements;
}

// Calls f with each line's object.
void ForEachLine(const std::filesystem::path& path,
                 const std::function<void(const nlohmann::json&)>& f) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) f(nlohmann::json::parse(line));
  }
}

double Dcg(const std::vector<int>& gains) {
  double sum = 0;
  for (size_t i = 0; i < std::min(gains.size(), kCut); ++i) {
    sum += std::max(0, gains[i]) / std::log2(static_cast<double>(i) + 2);
  }
  return sum;
}

// Nothing when no paper is relevant.
std::optional<double> Ndcg(const std::vector<std::string>& ranked,
                           const std::map<std::string, int>& grades) {
  std::vector<int> ideal;
  for (const auto& [paper, grade] : grades) ideal.push_back(grade);
  std::sort(ideal.rbegin(), ideal.rend());
  const double best = Dcg(ideal);
  if (best <= 0) return std::nullopt;
  std::vector<int> gains;
  for (const std::string& paper : ranked) {
    const auto it = grades.find(paper);
    gains.push_back(it == grades.end() ? 0 : it->second);
  }
  return Dcg(gains) / best;
}

class Judge {
 public:
  explicit Judge(std::filesystem::path folder) : folder_(std::move(folder)) {}

  absl::StatusOr<double> Run() {
    auto opened = index::Index::Open({});
    if (!opened.ok()) return opened.status();
    index_ = *std::move(opened);
    std::vector<index::Change> changes;
    ForEachLine(folder_ / "docs.jsonl", [&](const nlohmann::json& line) {
      v1::Paper paper;
      paper.set_title(line.value("title", ""));
      paper.set_abstract(line.value("abstract", ""));
      ids_.push_back(line.at("id").get<std::string>());
      const auto number = static_cast<int64_t>(ids_.size());
      changes.push_back({number, index::MakeDocument(paper, number, number)});
    });
    index_->Apply(std::move(changes), static_cast<int64_t>(ids_.size()));

    const Judgements judgements = ReadJudgements(folder_ / "qrels.txt");
    double sum = 0;
    int queries = 0;
    ForEachLine(folder_ / "queries.jsonl", [&](const nlohmann::json& line) {
      const std::string id = line.at("id").get<std::string>();
      const auto grades = judgements.find(id);
      if (grades == judgements.end()) return;
      const std::optional<double> ndcg =
          Ndcg(Ask(id, line.at("text").get<std::string>()), grades->second);
      if (!ndcg.has_value()) return;
      sum += *ndcg;
      ++queries;
    });
    std::printf("%zu papers, %d queries, ", ids_.size(), queries);
    return queries == 0 ? 0 : sum / queries;
  }

 private:
  // The first page; nothing for a query that is refused.
  std::vector<std::string> Ask(const std::string& id, const std::string& text) {
    v1::Query request;
    request.set_text(text);
    const absl::StatusOr<query::Query> query = query::Parse(request);
    if (!query.ok()) {
      std::printf("\n  query %s is refused: %s\n  ", id.c_str(),
                  query.status().ToString().c_str());
      return {};
    }
    index::SearchOptions options;
    options.limit = static_cast<int>(kCut);
    const absl::StatusOr<index::SearchResult> result =
        index::Search(*index_->snapshot(), *query, options);
    if (!result.ok()) {
      std::printf("\n  query %s fails: %s\n  ", id.c_str(),
                  result.status().ToString().c_str());
      return {};
    }
    std::vector<std::string> ranked;
    for (const index::Hit& hit : result->hits) {
      ranked.push_back(ids_[static_cast<size_t>(hit.key.number - 1)]);
    }
    return ranked;
  }

  const std::filesystem::path folder_;
  std::vector<std::string> ids_;  // by number - 1
  std::unique_ptr<index::Index> index_;
};

int Main(const std::vector<std::string>& names) {
  const std::filesystem::path folder = DataFolder() / "collections";
  if (!std::filesystem::is_directory(folder)) {
    std::printf("skipped: %s is not there (set PAPERWIRE_DATA)\n",
                folder.c_str());
    return kSkipped;
  }
  bool passed = true;
  for (const Collection& c :
       {Collection{"cranfield", 0.392}, Collection{"cisi", 0.388},
        Collection{"nfcorpus", 0.337}}) {
    if (!names.empty() &&
        std::find(names.begin(), names.end(), c.name) == names.end()) {
      continue;
    }
    std::printf("%-10s ", c.name.c_str());
    const absl::StatusOr<double> ndcg = Judge(folder / c.name).Run();
    if (!ndcg.ok()) {
      std::printf("failed: %s\n", ndcg.status().ToString().c_str());
      passed = false;
      continue;
    }
    std::printf("nDCG@10 %.4f, floor %.3f: %s\n", *ndcg, c.floor,
                *ndcg >= c.floor ? "ok" : "TOO LOW");
    passed = passed && *ndcg >= c.floor;
  }
  return passed ? 0 : 1;
}

}  // namespace
}  // namespace paperwire

int main(int argc, char** argv) {
  return paperwire::Main(std::vector<std::string>(argv + 1, argv + argc));
}
