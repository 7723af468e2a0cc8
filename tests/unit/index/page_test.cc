// The papers of one real results page: PAPERWIRE_DATA/page.jsonl, the 72 that
// a paper site returned for "bottleneck", the first 21 with it in the title.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/index/index.h"
#include "service/index/search.h"
#include "service/query/parser.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::index {
namespace {

class PageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("PAPERWIRE_DATA");
    const std::filesystem::path path =
        std::filesystem::path(folder != nullptr ? folder
                                                : PAPERWIRE_SOURCE_DIR
                                  "/../shared/data") /
        "page.jsonl";
    std::ifstream in(path);
    if (!in) GTEST_SKIP() << path << " is not there";
    index_ = *Index::Open({});
    std::vector<Change> changes;
    for (std::string line; std::getline(in, line);) {
      const nlohmann::json json = nlohmann::json::parse(line);
      v1::Paper paper;
      paper.set_title(json.at("title").get<std::string>());
      paper.set_abstract(json.at("abstract").get<std::string>());
      const auto rank = json.at("rank").get<int64_t>();
      changes.push_back({rank, MakeDocument(paper, rank, rank)});
    }
    const auto sequence = static_cast<int64_t>(changes.size());
    index_->Apply(std::move(changes), sequence);
  }

  SearchResult Ask(const std::string& text) {
    v1::Query request;
    request.set_text(text);
    const auto query = query::Parse(request);
    EXPECT_OK(query);
    SearchOptions options;
    options.limit = 100;
    const auto result = Search(*index_->snapshot(), *query, options);
    EXPECT_OK(result);
    return *result;
  }

  std::unique_ptr<Index> index_;
};

TEST_F(PageTest, TitlesComeFirst) {
  const SearchResult result = Ask("bottleneck");
  EXPECT_EQ(result.total_full_matches, 72);
  ASSERT_EQ(result.hits.size(), 72u);
  for (size_t i = 0; i < result.hits.size(); ++i) {
    EXPECT_TRUE(result.hits[i].full());
    EXPECT_EQ(result.hits[i].key.number <= 21, i < 21)
        << "paper " << result.hits[i].key.number << " at rank " << i + 1;
  }
}

TEST_F(PageTest, ExactSpellingsAreFewer) {
  EXPECT_EQ(Ask("exact:bottleneck").total_full_matches, 62);
}

}  // namespace
}  // namespace paperwire::index
