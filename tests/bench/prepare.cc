// Writes what every engine of the bench is given, so that all index the same
// words and answer the same queries.
//
//     bench_prepare OUT QUERY-FOLDER QUERIES PAPERS.jsonl[.gz]...
//
// OUT/docs.txt   a line for each paper: three flags, a tab, and the stems of
//                its title and abstract in order, stop words included. The
//                flags are 0 or 1: in filter f1 (about 1 % of the papers), in
//                filter f50 (50 %), to be deleted (10 %).
// OUT/raw.txt    the same papers as title, tab, abstract.
// OUT/queries/   a file for each kind, a line for each query, at most QUERIES
//                of them: the distinct stems without stop words of real
//                titles, questions and statements; 1, 2, 3 and 5 stems that
//                stand together in a random paper; and 2 and 3 words in a row
//                of a random paper, none of them a stop word.
//
// The draws have a fixed seed: the same papers give the same files.

#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/text/analyzer.h"

namespace paperwire {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "bench_prepare: %s\n", what.c_str());
  std::exit(1);
}

// Calls f with each line of a file, which may be compressed by gzip.
void ForEachLine(const std::string& path,
                 const std::function<void(const std::string&)>& f) {
  const gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) Die("cannot read " + path);
  std::string line;
  for (char piece[1 << 16]; gzgets(file, piece, sizeof piece) != nullptr;) {
    line += piece;
    if (line.back() != '\n') continue;
    line.pop_back();
    f(line);
    line.clear();
  }
  if (!line.empty()) f(line);
  gzclose(file);
}

std::string OneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
  return text;
}

// A word of a query. `stem` is empty for a stop word.
struct Word {
  std::string stem;
  uint32_t position;
};

class Preparer {
 public:
  Preparer(fs::path out, size_t queries)
      : out_(std::move(out)),
        queries_(queries),
        raw_(Create(out_ / "raw.txt")),
        docs_(Create(out_ / "docs.txt")) {
    fs::create_directories(out_ / "queries");
  }

  void AddPaper(const std::string& json) {
    const auto paper = nlohmann::json::parse(json, nullptr, false);
    if (!paper.is_object()) return;
    const std::string title = OneLine(Text(paper, "title"));
    const std::string abstract = OneLine(Text(paper, "abstract"));
    if (title.empty() && abstract.empty()) return;
    starts_.push_back(raw_.tellp());
    raw_ << title << '\t' << abstract << '\n';
    // The generator's first value after seeding serves as a hash.
    const uint64_t hash = std::mt19937_64(starts_.size())();
    docs_ << (hash % 100 == 0) << (hash / 100 % 2 == 0)
          << (hash / 200 % 10 == 0) << '\t';
    const char* separator = "";
    for (const std::string* text : {&title, &abstract}) {
      for (const text::Token& token : analyzer_.Tokenize(*text)) {
        docs_ << separator << analyzer_.Stem(token.form);
        separator = " ";
      }
    }
    docs_ << '\n';
  }

  void WriteRealQueries(const std::string& kind, const fs::path& from) {
    if (!fs::exists(from)) {
      std::fprintf(stderr, "no %s: they are not there\n", kind.c_str());
      return;
    }
    std::vector<std::string> lines;
    ForEachLine(from, [&](const std::string& line) {
      const auto query = nlohmann::json::parse(line, nullptr, false);
      if (!query.is_object() || lines.size() == queries_) return;
      std::vector<std::string> stems;
      for (Word& word : Words(Text(query, "text"))) {
        if (!word.stem.empty() &&
            std::find(stems.begin(), stems.end(), word.stem) == stems.end()) {
          stems.push_back(std::move(word.stem));
        }
      }
      if (!stems.empty()) lines.push_back(Join(stems));
    });
    Write(kind, lines);
  }

  void WriteDraws() {
    if (starts_.empty()) Die("no papers");
    raw_.flush();
    for (const size_t n : {1, 2, 3, 5}) {
      Draw("terms" + std::to_string(n), [&](const std::string& paper) {
        std::set<std::string> distinct;
        for (Word& word : Words(paper)) distinct.insert(std::move(word.stem));
        distinct.erase("");
        std::vector<std::string> stems(distinct.begin(), distinct.end());
        if (stems.size() < n) return std::string();
        std::shuffle(stems.begin(), stems.end(), random_);
        stems.resize(n);
        return Join(stems);
      });
    }
    for (const size_t n : {2, 3}) {
      Draw("phrase" + std::to_string(n), [&](const std::string& paper) {
        const size_t tab = paper.find('\t');
        const std::vector<Word> words = Words(paper.substr(tab + 1));
        if (words.size() < n) return std::string();
        const size_t first = random_() % (words.size() - n + 1);
        std::vector<std::string> stems;
        for (size_t i = first; i < first + n; ++i) {
          if (words[i].stem.empty() ||
              words[i].position != words[first].position + (i - first)) {
            return std::string();
          }
          stems.push_back(words[i].stem);
        }
        return Join(stems);
      });
    }
  }

  size_t papers() const { return starts_.size(); }

 private:
  static std::ofstream Create(const fs::path& path) {
    fs::create_directories(path.parent_path());
    std::ofstream file(path);
    if (!file) Die("cannot write " + path.string());
    return file;
  }

  static std::string Text(const nlohmann::json& object, const char* name) {
    const auto it = object.find(name);
    return it != object.end() && it->is_string() ? it->get<std::string>() : "";
  }

  static std::string Join(const std::vector<std::string>& stems) {
    std::string line;
    for (const std::string& stem : stems) {
      if (!line.empty()) line += ' ';
      line += stem;
    }
    return line;
  }

  std::vector<Word> Words(std::string_view text) {
    std::vector<Word> words;
    for (const text::Token& token : analyzer_.Tokenize(text)) {
      words.push_back({text::IsStopWord(token.form)
                           ? ""
                           : std::string(analyzer_.Stem(token.form)),
                       token.position});
    }
    return words;
  }

  // Asks `make` for queries from random papers; it may have none to give.
  void Draw(const std::string& kind,
            const std::function<std::string(const std::string&)>& make) {
    std::ifstream raw(out_ / "raw.txt");
    std::vector<std::string> lines;
    std::string paper;
    for (size_t tries = 0; lines.size() < queries_ && tries < 100 * queries_;
         ++tries) {
      raw.seekg(starts_[random_() % starts_.size()]);
      std::getline(raw, paper);
      std::string line = make(paper);
      if (!line.empty()) lines.push_back(std::move(line));
    }
    Write(kind, lines);
  }

  void Write(const std::string& kind, const std::vector<std::string>& lines) {
    std::ofstream file = Create(out_ / "queries" / (kind + ".txt"));
    for (const std::string& line : lines) file << line << '\n';
  }

  const fs::path out_;
  const size_t queries_;
  std::ofstream raw_, docs_;
  std::vector<std::streamoff> starts_;  // of the lines of raw.txt
  text::Analyzer analyzer_;
  std::mt19937_64 random_{20240521};
};

}  // namespace
}  // namespace paperwire

int main(int argc, char** argv) {
  if (argc < 5) {
    paperwire::Die("usage: bench_prepare OUT QUERY-FOLDER QUERIES PAPERS...");
  }
  const std::filesystem::path queries = argv[2];
  paperwire::Preparer preparer(argv[1], std::strtoul(argv[3], nullptr, 10));
  for (int i = 4; i < argc; ++i) {
    paperwire::ForEachLine(
        argv[i], [&](const std::string& line) { preparer.AddPaper(line); });
  }
  preparer.WriteRealQueries("titles", queries / "scidocs.jsonl");
  preparer.WriteRealQueries("questions", queries / "bioasq.jsonl");
  preparer.WriteRealQueries("statements",
                            queries / "doris-mae-subqueries.jsonl");
  preparer.WriteDraws();
  std::printf("%zu papers\n", preparer.papers());
}
