// Votes through the catalogue: who has voted, what a paper's count says, and
// what becomes of them when papers merge, part and go.

#include "service/catalogue/cast_votes.h"

#include "service/base/paper_id.h"
#include "service/base/strings.h"
#include "service/catalogue/catalogue.h"
#include "service/catalogue/reader.h"
#include "service/catalogue/tables.h"
#include "service/journal/appender.h"
#include "service/journal/journal.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::catalogue {
namespace {

using journal::Database;
using testing::HasSubstr;

class CastVotesTest : public testing::Test {
 protected:
  void SetUp() override {
    db_ = *Database::Open(folder_.path() + "/paperwire.db",
                          Database::Mode::kWrite);
    ASSERT_OK(journal::Prepare(*db_));
    ASSERT_OK(PrepareTables(*db_));
    appender_ = std::make_unique<journal::Appender>(db_.get(), &clock_);
    ASSERT_OK(appender_->Begin());
    catalogue_ = std::make_unique<Catalogue>(db_.get(), appender_.get());
    ASSERT_OK(catalogue_->Begin());
  }

  // The paper's name.
  std::string Import(const std::vector<std::string>& ids,
                     v1::Paper::State state = v1::Paper::STATE_UNSPECIFIED) {
    v1::Paper paper;
    paper.set_title("About " + ids[0]);
    paper.set_state(state);
    for (const std::string& id : ids) {
      v1::ExternalId* external = paper.add_external_ids();
      external->set_scheme(id);
      external->set_value("1");
    }
    const auto verdict =
        catalogue_->Import(std::move(paper), "test", &changes_);
    EXPECT_OK(verdict);
    return verdict.ok() ? verdict->name() : "";
  }

  absl::StatusOr<v1::VotePaperResponse> Vote(const std::string& name,
                                             const std::string& voter,
                                             bool revoke = false) {
    v1::VotePaperRequest request;
    request.set_name(name);
    request.set_voter("users/" + voter);
    request.set_revoke(revoke);
    clock_.Advance(absl::Seconds(10));
    return catalogue_->Vote(request, &changes_);
  }

  // What the paper says, and what the table does.
  int64_t Count(const std::string& name) {
    const absl::StatusOr<int64_t> number = ResolveName(*db_, name, "name");
    EXPECT_OK(number);
    const absl::StatusOr<v1::Paper> paper = ReadPaper(*db_, number.value_or(0));
    EXPECT_OK(paper);
    EXPECT_EQ(paper->cast_vote_count(), *CountCastVotes(*db_, *number));
    int64_t sum = 0;
    const absl::StatusOr<std::vector<VoteStep>> steps =
        CastVoteSteps(*db_, *number);
    EXPECT_OK(steps);
    if (!steps.ok()) return -1;
    for (const VoteStep& step : *steps) sum += step.votes;
    EXPECT_EQ(paper->cast_vote_count(), sum);
    return paper->cast_vote_count();
  }

  TempFolder folder_;
  ManualClock clock_{absl::FromUnixSeconds(1'780'000'000)};
  std::unique_ptr<Database> db_;
  std::unique_ptr<journal::Appender> appender_;
  std::unique_ptr<Catalogue> catalogue_;
  std::vector<journal::Change> changes_;
};

TEST_F(CastVotesTest, AVoterHasOneVote) {
  const std::string rivers = Import({"rivers"});
  absl::StatusOr<v1::VotePaperResponse> vote = Vote(rivers, "ada");
  ASSERT_OK(vote);
  EXPECT_TRUE(vote->changed());
  EXPECT_EQ(vote->cast_vote_count(), 1);
  EXPECT_EQ(vote->sequence(), 2);
  EXPECT_EQ(changes_.back().vote_time, 1'780'000'010);

  vote = Vote("papers/rivers:1", "ada");
  ASSERT_OK(vote);
  EXPECT_FALSE(vote->changed());
  EXPECT_EQ(vote->name(), rivers);
  EXPECT_EQ(vote->cast_vote_count(), 1);
  EXPECT_EQ(vote->sequence(), 0);

  ASSERT_OK(Vote(rivers, "grace"));
  EXPECT_EQ(Count(rivers), 2);
}

TEST_F(CastVotesTest, AVoteIsTakenBackOnce) {
  const std::string rivers = Import({"rivers"});
  ASSERT_OK(Vote(rivers, "ada"));
  ASSERT_OK(Vote(rivers, "grace"));
  absl::StatusOr<v1::VotePaperResponse> back = Vote(rivers, "ada", true);
  ASSERT_OK(back);
  EXPECT_TRUE(back->changed());
  EXPECT_EQ(back->cast_vote_count(), 1);
  // The moment of the vote that went.
  EXPECT_EQ(changes_.back().vote_time, 1'780'000'010);
  back = Vote(rivers, "ada", true);
  ASSERT_OK(back);
  EXPECT_FALSE(back->changed());
  EXPECT_EQ(Count(rivers), 1);
}

TEST_F(CastVotesTest, AnImportLeavesVotesAlone) {
  const std::string rivers = Import({"rivers"});
  ASSERT_OK(Vote(rivers, "ada"));
  Import({"rivers", "doi"});
  EXPECT_EQ(Count(rivers), 1);
}

TEST_F(CastVotesTest, WhatIsNotThereOrWithdrawnGetsNone) {
  EXPECT_TRUE(absl::IsNotFound(Vote("papers/rivers:1", "ada").status()));
  const std::string rivers = Import({"rivers"});
  ASSERT_OK(Vote(rivers, "ada"));
  Import({"rivers"}, v1::Paper::STATE_WITHDRAWN);
  const absl::Status refused = Vote(rivers, "grace").status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("is withdrawn"));
  EXPECT_OK(Vote(rivers, "ada", true));
  EXPECT_EQ(Count(rivers), 0);
}

TEST_F(CastVotesTest, AMergeJoinsVotesAndASplitPartsThem) {
  const std::string rivers = Import({"rivers"});
  const std::string streams = Import({"streams"});
  ASSERT_OK(Vote(rivers, "ada"));
  ASSERT_OK(Vote(rivers, "grace"));
  ASSERT_OK(Vote(streams, "ada"));
  ASSERT_OK(Vote(streams, "emmy"));
  EXPECT_EQ(Import({"rivers", "streams"}), rivers);
  EXPECT_EQ(Count(rivers), 3);
  // Who voted for either has voted.
  EXPECT_FALSE(Vote(rivers, "emmy")->changed());
  EXPECT_FALSE(Vote(streams, "ada")->changed());
  EXPECT_TRUE(Vote(streams, "maria")->changed());
  EXPECT_EQ(Count(rivers), 4);

  int64_t merge = 0;
  for (const journal::Change& change : changes_) {
    if (change.kind == journal::Kind::kAbsorbed) merge = change.sequence + 1;
  }
  ASSERT_OK(catalogue_->Split(rivers, merge, &changes_));
  EXPECT_EQ(Count(rivers), 3);   // ada, grace, maria
  EXPECT_EQ(Count(streams), 2);  // ada, emmy
  EXPECT_FALSE(Vote(streams, "ada")->changed());
  EXPECT_TRUE(Vote(rivers, "emmy")->changed());
}

TEST_F(CastVotesTest, AfterAMergeAVoteIsTakenBackWhole) {
  const std::string rivers = Import({"rivers"});
  const std::string streams = Import({"streams"});
  ASSERT_OK(Vote(rivers, "ada"));
  ASSERT_OK(Vote(streams, "ada"));
  Import({"rivers", "streams"});
  EXPECT_EQ(Count(rivers), 1);
  EXPECT_TRUE(Vote(rivers, "ada", true)->changed());
  EXPECT_EQ(Count(rivers), 0);
  EXPECT_TRUE(Vote(rivers, "ada")->changed());
  EXPECT_EQ(Count(rivers), 1);
}

TEST_F(CastVotesTest, ADeletedPaperHasNone) {
  const std::string rivers = Import({"rivers"});
  ASSERT_OK(Vote(rivers, "ada"));
  ASSERT_OK(catalogue_->Delete(rivers, "", &changes_));
  EXPECT_EQ(*CountCastVotes(*db_, 1), 0);
  // The same paper, imported again, is another one.
  const std::string again = Import({"rivers"});
  EXPECT_NE(again, rivers);
  EXPECT_EQ(Count(again), 0);
}

TEST_F(CastVotesTest, VotesOutliveARebuild) {
  const std::string rivers = Import({"rivers"});
  ASSERT_OK(Vote(rivers, "ada"));
  ASSERT_OK(RebuildTables(*db_));
  EXPECT_EQ(Count(rivers), 1);
  EXPECT_FALSE(Vote(rivers, "ada")->changed());
}

TEST_F(CastVotesTest, ManyVotesOfOneVoterForOnePaperAreOne) {
  const std::string rivers = Import({"rivers"});
  const int64_t before = appender_->next_sequence();
  for (int i = 0; i < 1000; ++i) ASSERT_OK(Vote(rivers, "ada"));
  EXPECT_EQ(Count(rivers), 1);
  EXPECT_EQ(appender_->next_sequence(), before + 1);
}

}  // namespace
}  // namespace paperwire::catalogue
