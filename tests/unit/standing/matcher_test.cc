// The matcher against the search code: random documents, random queries that
// come and go.
//
// PAPERWIRE_STANDING_ROUNDS makes it longer; PAPERWIRE_STANDING_SEED repeats a
// failure.

#include "service/standing/matcher.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

#include "service/base/error_details.h"
#include "service/index/search.h"
#include "service/index/segment_builder.h"
#include "service/query/parser.h"
#include "tests/unit/index/random_papers.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::standing {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;
using testing::UnorderedElementsAreArray;

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

int64_t AllAlike(const query::Node&, Key) { return 1; }

query::Query MakeQuery(const std::string& text) {
  v1::Query request;
  request.set_text(text);
  absl::StatusOr<query::Query> query = query::Parse(request);
  EXPECT_OK(query);
  return *std::move(query);
}

std::shared_ptr<const index::Segment> MakeSegment(
    const std::vector<index::Document>& documents) {
  text::Analyzer analyzer;
  index::SegmentBuilder builder(&analyzer);
  for (const index::Document& d : documents) builder.Add(d);
  return builder.Finish(1, 1);
}

std::shared_ptr<const index::Segment> MakeSegment(
    const std::string& title, const std::string& abstract,
    const std::string& authors = "") {
  index::Document document;
  document.number = 1;
  document.text[0] = title;
  document.text[1] = abstract;
  document.text[2] = authors;
  return MakeSegment({document});
}

class MatcherTest : public testing::Test {
 protected:
  uint32_t Add(const std::string& text) {
    return matcher_.Add(MakeQuery(text), AllAlike);
  }
  std::vector<uint32_t> Match(const std::string& title,
                              const std::string& abstract,
                              const std::string& authors = "") {
    absl::StatusOr<std::vector<Matched>> matched =
        matcher_.Match(*MakeSegment(title, abstract, authors));
    EXPECT_OK(matched);
    std::vector<uint32_t> handles;
    for (const Matched& m : *matched) handles.push_back(m.handle);
    return handles;
  }

  Matcher matcher_;
};

TEST_F(MatcherTest, FindsTheQueriesOfADocument) {
  const uint32_t word = Add("bottleneck");
  const uint32_t both = Add("bottleneck model");
  const uint32_t other = Add("bottleneck graph");
  const uint32_t either = Add("graph OR model");
  const uint32_t phrase = Add("\"concept bottleneck\"");
  const uint32_t turned = Add("\"bottleneck concept\"");
  const uint32_t title = Add("title:models");
  const uint32_t without = Add("-graph");
  EXPECT_THAT(Match("Bottlenecks", "A concept bottleneck model."),
              UnorderedElementsAre(word, both, either, phrase, without));
  EXPECT_THAT(Match("Models", "of a graph"),
              UnorderedElementsAre(either, title));
  matcher_.Remove(either);
  EXPECT_THAT(Match("Models", "of a graph"), UnorderedElementsAre(title));
  EXPECT_THAT(Match("Graph", "bottleneck"), UnorderedElementsAre(word, other));
  static_cast<void>(turned);
}

TEST_F(MatcherTest, FindsWordsNearEachOther) {
  const uint32_t near = Add("\"graph network\"~2");
  const uint32_t title = Add("title:\"graph network\"~2");
  const uint32_t twice = Add("\"graph graph\"~1");
  EXPECT_EQ(matcher_.text_bytes(), std::string("\"graph graph\"~1").size());
  EXPECT_THAT(Match("Graph", "network"), IsEmpty());
  EXPECT_THAT(Match("", "a network of a graph"), UnorderedElementsAre(near));
  EXPECT_THAT(Match("", "a network of an old big graph"), IsEmpty());
  EXPECT_THAT(Match("A graph network", ""), UnorderedElementsAre(near, title));
  EXPECT_THAT(Match("", "a graph of graphs"), UnorderedElementsAre(twice));
}

TEST_F(MatcherTest, LeavesToTheSearchCodeWhatAProgramCannotDecide) {
  const uint32_t exact = Add("exact:models network");
  const uint32_t near = Add("\"graph of graph\"~2");
  const uint32_t prefix = Add("grap*");
  EXPECT_THAT(Match("Model networks", ""), IsEmpty());
  EXPECT_THAT(Match("Models", "network"), UnorderedElementsAre(exact));
  EXPECT_THAT(Match("", "a graph of a graph"),
              UnorderedElementsAre(near, prefix));
}

TEST_F(MatcherTest, ReadsNamesOfAuthorsAsASearchDoes) {
  const uint32_t full = Add("author:\"Yoshua Bengio\"");
  const uint32_t initial = Add("author:\"Y. Bengio\" rivers");
  const uint32_t turned = Add("author:\"Bengio, Yoshua\"");
  Add("author:\"S. Bengio\"");
  Add("author:\"Yann Bengio\"");
  Add("\"y bengio\"");
  EXPECT_THAT(Match("Of rivers", "", "Sonia Lake\nYoshua P. Bengio"),
              UnorderedElementsAre(full, initial, turned));
}

TEST_F(MatcherTest, ANameFindsItsInitialsAsInASearch) {
  const uint32_t full = Add("author:\"Yoshua Bengio\"");
  const uint32_t turned = Add("rivers author:\"Bengio, Yoshua Paul\"");
  const uint32_t far = Add("author:\"Yoshua Bengio\"~4 rivers");
  const uint32_t not_sonia = Add("rivers -author:\"Sonia Bengio\"");
  Add("author:\"Sonia Bengio\"");
  Add("author:exact:\"Yoshua Bengio\"");
  Add("author:\"Yoshua Bengio\"~0");
  Add("rivers -author:\"Yoshua Bengio\"");
  EXPECT_THAT(Match("Of rivers", "", "S. Lake\nY. P. Bengio"),
              UnorderedElementsAre(full, turned, far, not_sonia));
}

TEST_F(MatcherTest, AQueryOfManyAnchorsMatchesOnce) {
  const uint32_t any = Add("graph OR model OR network OR \"a model\"");
  EXPECT_THAT(Match("graph network", "a model"), UnorderedElementsAre(any));
}

TEST_F(MatcherTest, AQueryOfManyWordsIsOneOrTheOther) {
  // Up to four go without a program.
  std::string all = "word1";
  std::string any = "word1";
  std::vector<uint32_t> alls, anys;
  for (int words = 2; words <= 7; ++words) {
    all += " word" + std::to_string(words);
    any += " OR word" + std::to_string(words);
    alls.push_back(Add(all));
    anys.push_back(Add(any));
  }
  std::string text;
  for (int words = 1; words <= 7; ++words) {
    text += " word" + std::to_string(words);
    std::vector<uint32_t> expected = anys;
    for (int i = 2; i <= words; ++i) {
      expected.push_back(alls[static_cast<size_t>(i - 2)]);
    }
    EXPECT_THAT(Match("", text), UnorderedElementsAreArray(expected));
  }
  EXPECT_THAT(Match("word5 word7", ""),
              UnorderedElementsAre(anys[3], anys[4], anys[5]));
}

TEST_F(MatcherTest, AWordHasItsAnchorOnceOnly) {
  const uint32_t twice = Add("title:graph OR abstract:graph");
  EXPECT_THAT(Match("graph", "graph"), UnorderedElementsAre(twice));
}

TEST_F(MatcherTest, CountsWhatNothingNarrowsDown) {
  const Unanchored max = {.all = 3, .searched = 1};
  const query::Query range = MakeQuery("year:2024");
  const query::Query wild = MakeQuery("auto*");
  EXPECT_OK(CheckBreadth(wild, matcher_.unanchored(), max));
  const uint32_t first = Add("auto*");
  const absl::Status refused = CheckBreadth(wild, matcher_.unanchored(), max);
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused)->reason, "QUERY_TOO_BROAD");
  EXPECT_OK(CheckBreadth(range, matcher_.unanchored(), max));
  Add("year:2024");
  Add("-graph");
  EXPECT_FALSE(CheckBreadth(range, matcher_.unanchored(), max).ok());
  EXPECT_OK(
      CheckBreadth(MakeQuery("auto* encoders"), matcher_.unanchored(), max));
  matcher_.Remove(first);
  EXPECT_OK(CheckBreadth(wild, matcher_.unanchored(), max));
}

TEST_F(MatcherTest, ForgetsWhatWasRemoved) {
  for (int i = 0; i < 20000; ++i) {
    matcher_.Remove(Add("graph network" + std::to_string(i % 100)));
  }
  EXPECT_EQ(matcher_.size(), 0u);
  EXPECT_LT(matcher_.memory(), 2u << 20);
  EXPECT_THAT(Match("graph network7", ""), IsEmpty());
}

// Words that no query asks for any more take nothing, and their numbers are
// given to other words.
TEST_F(MatcherTest, ForgetsWords) {
  const uint32_t stays = Add("\"graph network\" year:2024.. OR stays");
  for (int i = 0; i < 20000; ++i) {
    const std::string n = std::to_string(i);
    matcher_.Remove(Add("first" + n + " second" + n + " third" + n));
    matcher_.Remove(Add("\"fourth" + n + " fifth" + n + "\""));
  }
  EXPECT_EQ(matcher_.size(), 1u);
  EXPECT_LT(matcher_.memory(), 3u << 20);
  const uint32_t last = Add("first1 second1 third1");
  EXPECT_THAT(Match("first1 second1", "third1"), UnorderedElementsAre(last));
  EXPECT_THAT(Match("stays", "first1 fourth1 fifth1"),
              UnorderedElementsAre(stays));
}

// For any documents and queries: what the search code finds, nothing else.
void AgreesWithSearch(const conditions::Table& table) {
  const uint64_t seed =
      FromEnvironment("PAPERWIRE_STANDING_SEED", std::random_device{}());
  const uint64_t rounds = FromEnvironment("PAPERWIRE_STANDING_ROUNDS", 60);
  std::printf("PAPERWIRE_STANDING_SEED=%llu\n",
              static_cast<unsigned long long>(seed));
  index::RandomPapers random(seed);
  Matcher matcher(table);
  std::map<uint32_t, query::Query> standing;
  // How frequent words are is anybody's guess.
  const Frequency frequency = [&](const query::Node&, Key) {
    return int64_t{random.Below(100)};
  };
  size_t matches = 0;
  for (uint64_t round = 0; round < rounds; ++round) {
    for (int i = 0; i < 40; ++i) {
      // As somebody can ask it: not every tree has a text.
      v1::Query request;
      request.set_text(query::ToString(random.MakeQuery().root));
      absl::StatusOr<query::Query> query = query::Parse(request);
      if (!query.ok()) continue;
      const uint32_t handle = matcher.Add(*query, frequency);
      ASSERT_TRUE(standing.emplace(handle, *std::move(query)).second);
    }
    while (standing.size() > 300) {
      auto it = standing.begin();
      std::advance(it, random.Below(static_cast<int>(standing.size())));
      matcher.Remove(it->first);
      standing.erase(it);
    }
    ASSERT_EQ(matcher.size(), standing.size());
    std::vector<index::Document> documents;
    const int count = random.OneIn(10) ? 300 : 1 + random.Below(5);
    for (int d = 0; d < count; ++d) {
      documents.push_back(random.MakeDocument(count - d, round));
    }
    const auto segment = MakeSegment(documents);
    std::set<std::pair<uint32_t, int64_t>> expected, actual;
    for (const auto& [handle, query] : standing) {
      absl::StatusOr<std::vector<int64_t>> numbers =
          index::MatchSegment(*segment, query);
      ASSERT_OK(numbers);
      for (const int64_t n : *numbers) expected.emplace(handle, n);
    }
    absl::StatusOr<std::vector<Matched>> matched = matcher.Match(*segment);
    ASSERT_OK(matched);
    for (const Matched& m : *matched) {
      ASSERT_TRUE(
          actual.emplace(m.handle, segment->numbers()[m.document]).second);
    }
    for (const auto& [handle, query] : standing) {
      for (const index::Document& d : documents) {
        ASSERT_EQ(actual.contains({handle, d.number}),
                  expected.contains({handle, d.number}))
            << query::ToString(query.root) << "\ntitle: " << d.text[0]
            << "\nabstract: " << d.text[1];
      }
    }
    matches += expected.size();
  }
  EXPECT_GT(matches, rounds * 50);
}

TEST(MatcherRandomTest, AgreesWithSearch) {
  AgreesWithSearch(conditions::Best());
}

TEST(MatcherRandomTest, ThePortableOneAgreesWithSearch) {
  AgreesWithSearch(conditions::Portable());
}

}  // namespace
}  // namespace paperwire::standing
