#include "tests/torture/searching.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "service/index/search.h"
#include "service/query/parser.h"

namespace paperwire::torture {

void ExpectFinds(const index::Snapshot& snapshot, const Question& question,
                 const Model& model) {
  v1::Query text;
  text.set_text(question.text);
  const absl::StatusOr<query::Query> query = query::Parse(text);
  ASSERT_TRUE(query.ok()) << query.status();
  const auto matches = index::MatchAll(snapshot, *query);
  ASSERT_TRUE(matches.ok()) << matches.status();
  std::vector<int64_t> found;
  for (const index::Match& match : *matches) found.push_back(match.number);
  std::sort(found.begin(), found.end());
  std::vector<int64_t> expected;
  for (const auto& [number, paper] : model.papers()) {
    if (paper.searched && question.Matches(paper.words)) {
      expected.push_back(number);
    }
  }
  EXPECT_EQ(found, expected) << "searching " << question.text;
}

}  // namespace paperwire::torture
