// Our own engine in the bench, in-process; the protocol is in README.md.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "service/index/index.h"
#include "service/index/search.h"
#include "tests/bench/measure.h"

namespace paperwire {
namespace {

namespace fs = std::filesystem;
using bench::Stems;
using query::Node;

template <typename T>
T OrDie(absl::StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
  std::exit(1);
}

std::unique_ptr<index::Index> Open(const fs::path& folder) {
  // What was built stays as it is: the merges of a quiet hour would make one
  // segment of many while they are measured.
  return OrDie(
      index::Index::Open({.folder = folder.string(),
                          .quiet_ms = std::numeric_limits<int>::max()}));
}

std::string& Text(index::Document* document, query::TextField field) {
  return document->text[static_cast<size_t>(field)];
}

// What is indexed of a paper: of its line in raw.txt title and abstract, or of
// that in docs.txt, behind the flags, its stems, all in one field.
enum class Content { kRaw, kStems };

index::Change MakeChange(int64_t number, const std::string& raw,
                         const std::string& stems, Content content) {
  index::Document document;
  document.number = number;
  document.sequence = number;
  if (content == Content::kRaw) {
    const size_t tab = raw.find('\t');
    Text(&document, query::TextField::kTitle) = raw.substr(0, tab);
    Text(&document, query::TextField::kAbstract) = raw.substr(tab + 1);
  } else {
    Text(&document, query::TextField::kAbstract) =
        stems.substr(stems.find('\t') + 1);
  }
  if (stems[0] == '1') document.categories.push_back("f1");
  if (stems[1] == '1') document.categories.push_back("f50");
  return {number, std::move(document)};
}

void Report(const char* variant, const bench::Clock& clock,
            const fs::path& folder, const index::Index& index) {
  bench::ReportBuild(variant, clock, folder, index.snapshot()->documents(),
                     static_cast<int64_t>(index.snapshot()->segments().size()));
}

// The papers in batches, as a live service has them or larger, durable at the
// end.
void Build(const fs::path& folder, const fs::path& data, const char* variant,
           size_t batch = bench::kBatch, Content content = Content::kRaw) {
  fs::remove_all(folder);
  const bench::Clock clock;
  const std::unique_ptr<index::Index> index = Open(folder);
  std::ifstream docs(data / "docs.txt");
  std::vector<index::Change> changes;
  int64_t number = 0;
  const auto apply = [&] { index->Apply(std::exchange(changes, {}), number); };
  bench::ForEachLine(data / "raw.txt", [&](const std::string& raw) {
    std::string stems;
    std::getline(docs, stems);
    changes.push_back(MakeChange(++number, raw, stems, content));
    if (changes.size() == batch) apply();
  });
  if (!changes.empty()) apply();
  index->WaitForMerges();
  // The same content as that of the peers is there to be weighed, once.
  if (content == Content::kStems) index->MergeAll();
  OrDie(index->Checkpoint());
  Report(variant, clock, folder, *index);
}

void MakeOne(const fs::path& many, const fs::path& folder) {
  fs::remove_all(folder);
  fs::copy(many, folder);
  const bench::Clock clock;
  const std::unique_ptr<index::Index> index = Open(folder);
  index->MergeAll();
  OrDie(index->Checkpoint());
  Report("one", clock, folder, *index);
}

void MakeDeleted(const fs::path& whole, const fs::path& folder,
                 const fs::path& data) {
  fs::remove_all(folder);
  fs::copy(whole, folder);
  const std::unique_ptr<index::Index> index = Open(folder);
  std::vector<index::Change> changes;
  int64_t number = 0;
  bench::ForEachLine(data / "docs.txt", [&](const std::string& line) {
    ++number;
    if (line[2] == '1') changes.push_back({number, std::nullopt});
  });
  index->Apply(std::move(changes), number + 1);
  index->WaitForMerges();
  OrDie(index->Checkpoint());
}

void BuildAll(const fs::path& out, const fs::path& data) {
  Build(out / "many", data, "many");
  MakeOne(out / "many", out / "one");
  MakeDeleted(out / "many", out / "many-deleted", data);
  MakeDeleted(out / "one", out / "one-deleted", data);
  Build(out / "stems", data, "stems", bench::kBatch, Content::kStems);
}

Node Leaf(const std::string& stem) {
  Node node;
  node.kind = Node::Kind::kWord;
  node.words.push_back({stem, stem, false});
  return node;
}

Node Bag(Node::Kind kind, const Stems& stems) {
  if (stems.size() == 1) return Leaf(stems[0]);
  Node node;
  node.kind = kind;
  for (const std::string& stem : stems) node.children.push_back(Leaf(stem));
  return node;
}

Node Phrase(const Stems& stems) {
  Node node;
  node.kind = Node::Kind::kPhrase;
  for (const std::string& stem : stems) {
    node.words.push_back({stem, stem, false});
  }
  return node;
}

Node Filtered(const Stems& stems, const char* category) {
  Node filter;
  filter.kind = Node::Kind::kKeyword;
  filter.keyword.value = category;
  Node node;
  node.kind = Node::Kind::kAnd;
  node.children.push_back(Bag(Node::Kind::kOr, stems));
  node.children.push_back(std::move(filter));
  return node;
}

int64_t Ask(const index::Snapshot& snapshot, const std::string& op,
            const Stems& stems) {
  const bool count = op.starts_with("count");
  query::Query query;
  if (op == "or10" || op == "count_or") {
    query.root = Bag(Node::Kind::kOr, stems);
  } else if (op == "and10" || op == "count_and") {
    query.root = Bag(Node::Kind::kAnd, stems);
  } else if (op == "phrase10") {
    query.root = Phrase(stems);
  } else {
    query.root = Filtered(stems, op == "or10_f1" ? "f1" : "f50");
  }
  const index::SearchResult result = OrDie(index::Search(
      snapshot, query,
      {.limit = count ? 0 : 10, .strict = true, .count_total = count}));
  return count ? result.total_full_matches
               : static_cast<int64_t>(result.hits.size());
}

}  // namespace
}  // namespace paperwire

int main(int argc, char** argv) {
  using namespace paperwire;
  if (argc < 4) return 2;
  const std::string command = argv[1];
  const fs::path folder = argv[2];
  const fs::path data = argv[3];
  if (command == "build") BuildAll(folder, data);
  if (command == "text") Build(folder / "text", data, "text", bench::kBulk);
  if (command == "query") {
    const std::unique_ptr<index::Index> index = Open(folder);
    const auto snapshot = index->snapshot();
    bench::Queries(argv, [&](const std::string& op, const Stems& stems) {
      return Ask(*snapshot, op, stems);
    });
  }
  if (command == "open") {
    const Stems stems = bench::FirstQuery(data);
    const bench::Clock clock;
    const std::unique_ptr<index::Index> index = Open(folder);
    Ask(*index->snapshot(), "or10", stems);
    std::printf("{\"open\": %.6f}\n", clock.Wall());
  }
}
