#include "service/standing/program.h"

#include <set>
#include <string>

#include "gtest/gtest.h"
#include "tests/unit/index/random_papers.h"

namespace paperwire::standing {
namespace {

// Whatever gets a number when a program is made is found in it again.
TEST(ProgramTest, NamesItsTerms) {
  index::RandomPapers random(20261124);
  for (int round = 0; round < 5000; ++round) {
    TermIds ids;
    const std::string program =
        CompileProgram(random.MakeQuery().root, Anchor(), &ids);
    std::set<TermId> terms;
    ForEachTermOf(reinterpret_cast<const uint8_t*>(program.data()),
                  [&](TermId id) { terms.insert(id); });
    ASSERT_EQ(terms.size() + 1, ids.end());
    ASSERT_FALSE(terms.contains(kAlways));
  }
}

}  // namespace
}  // namespace paperwire::standing
