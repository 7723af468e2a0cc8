// Real questions and titles as people paste them: nearly all must be
// understood as they are.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "service/query/parser.h"

namespace paperwire::query {
namespace {

std::filesystem::path DataFolder() {
  if (const char* folder = std::getenv("PAPERWIRE_DATA")) return folder;
  return std::filesystem::path(PAPERWIRE_SOURCE_DIR) / "../shared/data";
}

struct Count {
  int texts = 0;
  int refused = 0;
};

Count ParseAll(const std::filesystem::path& path, const char* key) {
  Count count;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    const nlohmann::json json = nlohmann::json::parse(line);
    v1::Query request;
    request.set_text(json.at(key).get<std::string>());
    const absl::StatusOr<Query> query = Parse(request);
    ++count.texts;
    if (!query.ok()) {
      ++count.refused;
      std::cout << "refused: " << request.text() << "\n  "
                << query.status().message() << "\n";
    }
  }
  return count;
}

TEST(RealQueriesTest, NearlyAllParse) {
  const std::filesystem::path data = DataFolder();
  if (!std::filesystem::exists(data)) {
    GTEST_SKIP() << "no data at " << data << "; set PAPERWIRE_DATA";
  }
  Count all;
  for (const char* name :
       {"queries/scidocs.jsonl", "queries/bioasq.jsonl",
        "queries/trec-covid.jsonl", "queries/doris-mae-subqueries.jsonl",
        "collections/cranfield/queries.jsonl", "collections/cisi/queries.jsonl",
        "collections/nfcorpus/queries.jsonl"}) {
    const Count count = ParseAll(data / name, "text");
    EXPECT_GT(count.texts, 0) << name;
    all.texts += count.texts;
    all.refused += count.refused;
  }
  std::cout << all.refused << " of " << all.texts << " refused\n";
  EXPECT_LE(all.refused * 200, all.texts) << "more than one in 200";
}

TEST(RealQueriesTest, NearlyAllTitlesParse) {
  const std::filesystem::path path = DataFolder() / "page.jsonl";
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "no data at " << path << "; set PAPERWIRE_DATA";
  }
  const Count count = ParseAll(path, "title");
  EXPECT_EQ(count.texts, 72);
  EXPECT_EQ(count.refused, 0);
}

}  // namespace
}  // namespace paperwire::query
