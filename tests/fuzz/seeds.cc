// Writes what the fuzzers begin with, from the cases of the unit tests:
//
//     fuzz_seeds FOLDER    # FOLDER/query, /text, /segment, /import, /mail

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

#include "client/cpp/importers/importer.h"
#include "service/index/sections.h"
#include "tests/unit/digest/reports.h"
#include "tests/unit/importers/small_files.h"

namespace paperwire {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  explicit Folder(fs::path path) : path_(std::move(path)) {
    fs::create_directories(path_);
  }
  void Add(std::string_view seed) {
    std::ofstream(path_ / std::to_string(count_++), std::ios::binary) << seed;
  }
  size_t count() const { return count_; }

 private:
  const fs::path path_;
  size_t count_ = 0;
};

// The texts of a file of cases. The escapes in them are left as they are: the
// fuzzers find the bytes by themselves.
template <typename TextOf>
void AddCases(const std::string& file, TextOf text_of, Folder* folder) {
  std::ifstream in(fs::path(PAPERWIRE_SOURCE_DIR) / "tests/unit" / file);
  std::string line;
  while (std::getline(in, line)) {
    const std::string_view text = text_of(line);
    if (!text.empty()) folder->Add(text);
  }
}

int Main(const fs::path& root) {
  Folder queries(root / "query");
  AddCases(
      "query/cases/trees.txt",
      [](std::string_view line) {
        return line.starts_with("? ") ? line.substr(2) : std::string_view();
      },
      &queries);
  Folder texts(root / "text");
  AddCases(
      "text/cases/words.txt",
      [](std::string_view line) { return line.substr(0, line.find(" -> ")); },
      &texts);
  for (const char* id :
       {"arXiv:math.GT/0309136v2", "https://doi.org/10.1103/PhysRevD.93.016005",
        "https://aclanthology.org/2024.acl-long.1/", "pmid:123",
        "https://openreview.net/forum?id=abc_-1", "corpusid:7"}) {
    texts.Add(id);
  }
  // One small change of each section and of the header, its file made right
  // again (segment_fuzz.cc).
  Folder segments(root / "segment");
  for (size_t section = 0; section <= index::kSections; ++section) {
    const char change[] = {2, 0, 0, static_cast<char>(section), 6, 1, 0, 9};
    segments.Add({change, sizeof(change)});
  }
  Folder files(root / "import");
  for (const importers::SmallFile& file : importers::SmallFiles()) {
    std::string seed(1, static_cast<char>(file.format));
    files.Add(seed.append(file.bytes));
  }
  Folder mails(root / "mail");
  for (const digest::SampleReport& sample : digest::SampleReports()) {
    mails.Add(sample.message);
  }
  for (const Folder* folder : {&queries, &texts, &segments, &files, &mails}) {
    if (folder->count() == 0) {
      std::cerr << "the cases of the unit tests were not found\n";
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace paperwire

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: fuzz_seeds FOLDER\n";
    return 2;
  }
  return paperwire::Main(argv[1]);
}
