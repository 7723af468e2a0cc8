// The cases of cases/finds.txt: which texts find which paper.

#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/index/index.h"
#include "service/index/search.h"
#include "service/query/parser.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::index {
namespace {

constexpr char kCases[] =
    PAPERWIRE_SOURCE_DIR "/tests/unit/index/cases/finds.txt";

bool AddField(const std::string& name, const std::string& value,
              v1::Paper* paper) {
  if (name == "title") {
    paper->set_title(value);
  } else if (name == "abstract") {
    paper->set_abstract(value);
  } else if (name == "author") {
    paper->add_authors()->set_name(value);
  } else if (name == "id") {
    v1::ExternalId* id = paper->add_external_ids();
    id->set_scheme(value.substr(0, value.find(':')));
    id->set_value(value.substr(value.find(':') + 1));
  } else {
    return false;
  }
  return true;
}

bool Finds(const v1::Paper& paper, const std::string& text) {
  auto index = Index::Open({});
  EXPECT_OK(index);
  (*index)->Apply({{1, MakeDocument(paper, 1, 1)}}, 1);
  v1::Query request;
  request.set_text(text);
  const auto query = query::Parse(request);
  EXPECT_OK(query);
  if (!query.ok()) return false;
  const auto matches = MatchAll(*(*index)->snapshot(), *query);
  EXPECT_OK(matches);
  return !matches->empty();
}

TEST(FindsTest, EachQueryFindsWhatTheCasesSay) {
  std::ifstream file(kCases);
  v1::Paper paper;
  bool asked = false;
  int queries = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const size_t space = line.find(' ');
    ASSERT_NE(space, std::string::npos) << line;
    const std::string first = line.substr(0, space);
    const std::string rest = line.substr(space + 1);
    if (first == "+" || first == "-") {
      asked = true;
      ++queries;
      EXPECT_EQ(Finds(paper, rest), first == "+")
          << rest << " for: " << paper.title();
      continue;
    }
    if (asked) paper.Clear();
    asked = false;
    ASSERT_TRUE(AddField(first, rest, &paper)) << line;
  }
  EXPECT_GT(queries, 60);
}

}  // namespace
}  // namespace paperwire::index
