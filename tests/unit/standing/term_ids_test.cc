#include "service/standing/term_ids.h"

#include <vector>

#include "gtest/gtest.h"

namespace paperwire::standing {
namespace {

TEST(TermIdsTest, NumbersWhatItIsGiven) {
  TermIds ids;
  EXPECT_EQ(ids.Find(7000), kAlways);
  EXPECT_EQ(ids.Intern(7000), 1u);
  EXPECT_EQ(ids.Intern(8000), 2u);
  EXPECT_EQ(ids.Intern(7000), 1u);
  EXPECT_EQ(ids.Find(8000), 2u);
  EXPECT_EQ(ids.Find(9000), kAlways);
  EXPECT_EQ(ids.end(), 3u);
}

TEST(TermIdsTest, GivesFreedNumbersAgain) {
  TermIds ids;
  for (Key key = 1; key <= 100; ++key) ids.Intern(1000 * key);
  std::vector<bool> used(ids.end());
  for (TermId id = 3; id <= 100; id += 3) used[id] = true;
  ids.KeepOnly(used);
  for (Key key = 1; key <= 100; ++key) {
    EXPECT_EQ(ids.Find(1000 * key), key % 3 == 0 ? key : kAlways);
  }
  EXPECT_EQ(ids.Intern(500), 1u);
  EXPECT_EQ(ids.Intern(501), 2u);
  EXPECT_EQ(ids.Intern(502), 4u);
  for (Key key = 503; ids.end() == 101; ++key) ids.Intern(key);
  EXPECT_EQ(ids.Find(500 + 66), 100u);
  EXPECT_EQ(ids.Find(500 + 67), 101u);
}

}  // namespace
}  // namespace paperwire::standing
