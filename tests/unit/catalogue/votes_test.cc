#include "service/catalogue/votes.h"

#include <map>

#include "service/catalogue/catalogue.h"
#include "service/catalogue/tables.h"
#include "service/journal/appender.h"
#include "service/journal/journal.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::catalogue {
namespace {

using journal::Database;

constexpr int64_t kDay = 86400;
constexpr int64_t kMonday = 1783900800;  // 2026-07-13

void AddFeature(v1::Paper* paper, const std::string& day,
                const std::string& source, int votes) {
  v1::Feature* feature = paper->add_features();
  feature->set_day(day);
  feature->set_source(source);
  if (votes >= 0) feature->set_vote_count(votes);
}

TEST(VoteStepsTest, CountFromTheDayOfTheList) {
  v1::Paper paper;
  AddFeature(&paper, "2026-07-13", "hf-daily", 7);
  EXPECT_EQ(VoteStepsOf(paper), (std::vector<VoteStep>{{kMonday, 7}}));
}

TEST(VoteStepsTest, OfALaterListTheDifferenceCounts) {
  v1::Paper paper;
  AddFeature(&paper, "2026-07-13", "hf-daily", 7);
  AddFeature(&paper, "2026-07-14", "hf-daily", 5);  // nothing is taken back
  AddFeature(&paper, "2026-07-16", "hf-daily", 10);
  EXPECT_EQ(VoteStepsOf(paper),
            (std::vector<VoteStep>{{kMonday, 7}, {kMonday + 3 * kDay, 3}}));
}

TEST(VoteStepsTest, SourcesCountByThemselvesAndAddUp) {
  v1::Paper paper;
  AddFeature(&paper, "2026-07-13", "hf-daily", 7);
  AddFeature(&paper, "2026-07-13", "reading-group", 4);
  AddFeature(&paper, "2026-07-14", "reading-group", 5);
  EXPECT_EQ(VoteStepsOf(paper),
            (std::vector<VoteStep>{{kMonday, 11}, {kMonday + kDay, 1}}));
}

TEST(VoteStepsTest, ThereAreNoneWithoutVotes) {
  v1::Paper paper;
  paper.set_vote_count(12);  // nobody says since when
  AddFeature(&paper, "2026-07-13", "hf-daily", -1);
  AddFeature(&paper, "2026-07-14", "hf-daily", 0);
  EXPECT_TRUE(VoteStepsOf(paper).empty());
}

class VoteStepTableTest : public testing::Test {
 protected:
  void SetUp() override {
    db_ = *Database::Open(folder_.path() + "/paperwire.db",
                          Database::Mode::kWrite);
    ASSERT_OK(journal::Prepare(*db_));
    ASSERT_OK(PrepareTables(*db_));
    appender_ = std::make_unique<journal::Appender>(db_.get(), Clock::Real());
    ASSERT_OK(appender_->Begin());
    catalogue_ = std::make_unique<Catalogue>(db_.get(), appender_.get());
    ASSERT_OK(catalogue_->Begin());
  }

  void Import(const std::string& doi, int votes,
              v1::Paper::State state = v1::Paper::STATE_UNSPECIFIED) {
    v1::Paper paper;
    paper.set_title("About " + doi);
    paper.set_state(state);
    v1::ExternalId* id = paper.add_external_ids();
    id->set_scheme("doi");
    id->set_value("10.1000/" + doi);
    AddFeature(&paper, "2026-07-13", "hf-daily", votes);
    std::vector<journal::Change> changes;
    ASSERT_OK(catalogue_->Import(std::move(paper), "hf-daily", &changes));
  }

  // Votes by paper.
  std::map<int64_t, int64_t> All() {
    std::map<int64_t, int64_t> all;
    EXPECT_OK(ForEachVoted(
        *db_, [&](int64_t number, const std::vector<VoteStep>& steps) {
          for (const VoteStep& step : steps) all[number] += step.votes;
        }));
    return all;
  }

  TempFolder folder_;
  std::unique_ptr<Database> db_;
  std::unique_ptr<journal::Appender> appender_;
  std::unique_ptr<Catalogue> catalogue_;
};

TEST_F(VoteStepTableTest, FollowsThePapers) {
  Import("rivers", 5);
  Import("lakes", 2);
  Import("rivers", 9);
  const std::map<int64_t, int64_t> both = {{1, 9}, {2, 2}};
  EXPECT_EQ(All(), both);
  Import("lakes", 2, v1::Paper::STATE_WITHDRAWN);
  const std::map<int64_t, int64_t> one = {{1, 9}};
  EXPECT_EQ(All(), one);
  // The same when it is made again.
  ASSERT_OK(RebuildTables(*db_));
  EXPECT_EQ(All(), one);
}

TEST_F(VoteStepTableTest, IsFilledInAFolderThatHadNone) {
  Import("rivers", 5);
  Import("lakes", 2);
  const std::map<int64_t, int64_t> before = All();
  ASSERT_OK(db_->Execute("DROP TABLE vote_step; PRAGMA user_version = 3"));
  ASSERT_OK(journal::Prepare(*db_));
  ASSERT_OK(PrepareTables(*db_));
  EXPECT_EQ(All(), before);
  Import("rivers", 6);
  EXPECT_EQ(All().at(1), 6);
}

}  // namespace
}  // namespace paperwire::catalogue
