// A list of random queries that come and go, against a plain map of them.

#include "service/standing/query_list.h"

#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/query/parser.h"
#include "service/standing/program.h"
#include "tests/unit/index/random_papers.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::standing {
namespace {

using conditions::Condition;

constexpr TermId kTerms = 100;

struct Expected {
  std::vector<Condition> conditions;
  std::string program;  // or none
  bool several = false;
};

class QueryListTest : public testing::Test {
 protected:
  uint32_t Below(int n) { return static_cast<uint32_t>(random_.Below(n)); }

  Condition MakeCondition() {
    return Below(kTerms) | (random_.OneIn(3) ? conditions::kAbsent : 0);
  }
  void Add(uint32_t handle) {
    Expected& query = queries_[handle];
    if (random_.OneIn(2)) {
      query.conditions.resize(Below(QueryList::kMaxConditions + 1));
      for (Condition& c : query.conditions) c = MakeCondition();
      return list_.Add(handle, query.conditions);
    }
    query.conditions = {MakeCondition()};
    query.several = random_.OneIn(2);
    query.program =
        CompileProgram(random_.MakeQuery().root, Anchor(), &program_ids_);
    list_.AddProgram({.handle = handle, .several = query.several},
                     query.conditions[0], query.program);
  }
  void Check() {
    std::vector<uint32_t> has(kTerms / 32 + 1);
    const auto is_in = [&](TermId id) {
      return (has[id / 32] >> (id % 32) & 1) != 0;
    };
    for (uint32_t& word : has) word = static_cast<uint32_t>(Below(1 << 30));
    has[0] |= 1 << kAlways;
    std::set<uint32_t> expected, expected_programs;
    std::set<TermId> expected_terms;
    for (const auto& [handle, query] : queries_) {
      bool holds = true;
      for (const Condition c : query.conditions) {
        const TermId id = c & ~conditions::kAbsent;
        holds = holds && is_in(id) == ((c & conditions::kAbsent) == 0);
        expected_terms.insert(id);
      }
      if (!query.program.empty()) {
        ForEachTermOf(reinterpret_cast<const uint8_t*>(query.program.data()),
                      [&](TermId id) { expected_terms.insert(id); });
      }
      if (!holds) continue;
      (query.program.empty() ? expected : expected_programs).insert(handle);
    }
    std::vector<uint32_t> found(list_.rows());
    found.resize(list_.Filter(conditions::Best(), has.data(), found.data()));
    EXPECT_THAT(found, testing::UnorderedElementsAreArray(expected));
    std::vector<uint32_t> places(list_.programs());
    places.resize(
        list_.FilterPrograms(conditions::Best(), has.data(), places.data()));
    ASSERT_EQ(places.size(), expected_programs.size());
    for (const uint32_t place : places) {
      ProgramQuery query;
      const auto* const program = reinterpret_cast<const char*>(
          QueryList::Read(list_.at(place), &query));
      ASSERT_EQ(expected_programs.erase(query.handle), 1u);
      const Expected& wanted = queries_.at(query.handle);
      EXPECT_EQ(query.several, wanted.several);
      EXPECT_EQ(std::string(program, wanted.program.size()), wanted.program);
    }
    std::set<TermId> terms;
    list_.ForEachTerm([&](TermId id) { terms.insert(id); });
    terms.insert(kAlways);
    expected_terms.insert(kAlways);
    EXPECT_EQ(terms, expected_terms);
    EXPECT_EQ(list_.size(), queries_.size());
  }

  index::RandomPapers random_{20261124};
  QueryList list_;
  TermIds program_ids_;
  std::map<uint32_t, Expected> queries_;
};

TEST_F(QueryListTest, KeepsWhatIsNotRemoved) {
  static_assert(sizeof(QueryList) == 64);
  uint32_t next = 0;
  for (int round = 0; round < 300; ++round) {
    for (uint32_t n = Below(20); n > 0; --n) Add(next++);
    Check();
    const int rarity = 1 + static_cast<int>(Below(5));
    std::set<uint32_t> gone;
    for (const auto& [handle, query] : queries_) {
      if (random_.OneIn(rarity)) gone.insert(handle);
    }
    list_.RemoveIf([&](uint32_t handle) { return gone.contains(handle); });
    for (const uint32_t handle : gone) queries_.erase(handle);
    Check();
  }
}

TEST_F(QueryListTest, AnEmptyOneTakesNothing) {
  EXPECT_EQ(list_.memory(), 0u);
  Check();
  Add(1);
  EXPECT_GT(list_.memory(), 0u);
}

}  // namespace
}  // namespace paperwire::standing
