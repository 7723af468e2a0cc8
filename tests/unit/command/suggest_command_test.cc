// Completions, and what is named when a search finds nothing, against a fake
// server. The suggestions for misspelled flags are in arguments_test.cc.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/command/run_command.h"

namespace paperwire::command {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class SuggestCommandTest : public ::testing::Test {
 protected:
  Outcome Command(const std::vector<std::string>& words, int columns = 0) {
    return RunCommand(words, {.server = &server_, .columns = columns});
  }

  void Suggest(v1::SuggestionKind kind, const std::string& text,
               const std::string& query, int64_t papers) {
    v1::Suggestion* s = server_.suggest_response.add_suggestions();
    s->set_kind(kind);
    s->set_text(text);
    s->set_query(query);
    s->set_paper_count(papers);
  }

  v1::QueryRewrite Rewrite(const std::string& text,
                           const std::string& description, int64_t papers) {
    v1::QueryRewrite rewrite;
    rewrite.mutable_query()->set_text(text);
    rewrite.set_description(description);
    rewrite.set_total_full_matches(papers);
    return rewrite;
  }

  FakeServer server_;
};

TEST_F(SuggestCommandTest, AsksAndPrintsColumns) {
  Suggest(v1::SUGGESTION_KIND_TITLE, "Concept\x1b[2J Kites",
          "title:\"Concept Kites\"", 1);
  Suggest(v1::SUGGESTION_KIND_AUTHOR, "Ada Plume", "author:\"Ada Plume\"",
          1234);
  const Outcome outcome =
      Command({"suggest", "concept", "ki", "-k", "title,author", "-n", "7"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  ASSERT_EQ(server_.suggests.size(), 1u);
  EXPECT_EQ(server_.suggests[0].text(), "concept ki");
  EXPECT_THAT(
      server_.suggests[0].kinds(),
      ElementsAre(v1::SUGGESTION_KIND_TITLE, v1::SUGGESTION_KIND_AUTHOR));
  EXPECT_EQ(server_.suggests[0].limit(), 7);
  EXPECT_EQ(outcome.out,
            "title\tConcept\\x1b[2J Kites\t1\ttitle:\"Concept Kites\"\n"
            "author\tAda Plume\t1234\tauthor:\"Ada Plume\"\n");
  EXPECT_THAT(Command({"suggest", "ki"}, 100).out, HasSubstr("1,234"));
  EXPECT_THAT(Command({"suggest", "ki", "--json"}).out,
              HasSubstr("{\"suggestion\":{\"kind\":\"SUGGESTION_KIND_TITLE\""));
}

TEST_F(SuggestCommandTest, SaysWhenNothingBeginsSo) {
  const Outcome outcome = Command({"suggest", "qwxyz"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("nothing begins so"));
  EXPECT_EQ(Command({"suggest"}).code, 2);
  EXPECT_EQ(Command({"suggest", "x", "--kind", "venue"}).code, 2);
}

TEST_F(SuggestCommandTest, SearchNamesWhatCouldBeAsked) {
  server_.canned_search = true;
  *server_.search_response.add_did_you_mean() =
      Rewrite("concept bottleneck", "bottleneck for botleneck", 1068);
  *server_.search_response.add_relaxations() =
      Rewrite("concept\x1b", "without year:1999", 1);
  const Outcome shown =
      Command({"search", "concept", "botleneck", "--color", "never"}, 100);
  EXPECT_EQ(shown.code, 0);
  EXPECT_THAT(shown.out, HasSubstr("No paper matches"));
  EXPECT_THAT(shown.out,
              HasSubstr("did you mean: concept bottleneck (1,068 papers)\n"
                        "without year:1999: concept\\x1b (1 paper)\n"));
  // The results of a pipe are hits alone.
  const Outcome piped = Command({"search", "concept", "botleneck"});
  EXPECT_EQ(piped.out, "");
  EXPECT_THAT(piped.err, HasSubstr("did you mean: concept bottleneck"));
  const Outcome json = Command({"search", "concept", "botleneck", "--json"});
  EXPECT_THAT(json.out, HasSubstr("\"did_you_mean\":[{"));
  EXPECT_THAT(json.err, Not(HasSubstr("did you mean")));
}

}  // namespace
}  // namespace paperwire::command
