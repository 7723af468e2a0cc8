#include "service/catalogue/sources.h"

#include "service/journal/database.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::catalogue {
namespace {

class SourcesTest : public testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<journal::Database>> db =
        journal::Database::Open(folder_.path() + "/paperwire.db",
                                journal::Database::Mode::kWrite);
    ASSERT_OK(db);
    db_ = *std::move(db);
    ASSERT_OK(PrepareSources(*db_));
  }

  void Hear(const char* source, bool news) {
    ASSERT_OK(NoteImport(*db_, source, now_, news));
  }

  std::vector<v1::SourceFreshness> List() {
    absl::StatusOr<std::vector<v1::SourceFreshness>> sources =
        ListSources(*db_, now_);
    EXPECT_OK(sources);
    return *std::move(sources);
  }

  TempFolder folder_;
  std::unique_ptr<journal::Database> db_;
  absl::Time now_ = absl::FromUnixSeconds(1700000000);
};

TEST_F(SourcesTest, TellsALookFromNews) {
  Hear("arxiv", true);
  now_ += absl::Hours(2);
  Hear("arxiv", false);
  const std::vector<v1::SourceFreshness> sources = List();
  ASSERT_EQ(sources.size(), 1u);
  EXPECT_EQ(sources[0].last_import_time().seconds(), 1700007200);
  EXPECT_EQ(sources[0].last_news_time().seconds(), 1700000000);
  EXPECT_FALSE(sources[0].has_usual_interval());
  EXPECT_FALSE(sources[0].late());
}

TEST_F(SourcesTest, ASourceThatNeverBroughtAnythingHasNoNews) {
  Hear("rss", false);
  EXPECT_FALSE(List()[0].has_last_news_time());
  EXPECT_FALSE(List()[0].late());
}

TEST_F(SourcesTest, KnowsWhatIsUsualAfterFourPauses) {
  for (const int hours : {0, 24, 24, 24}) {
    now_ += absl::Hours(hours);
    Hear("arxiv", true);
  }
  EXPECT_FALSE(List()[0].has_usual_interval());
  now_ += absl::Hours(72);  // a weekend
  Hear("arxiv", true);
  v1::SourceFreshness source = List()[0];
  EXPECT_EQ(source.usual_interval().seconds(), 24 * 3600);
  // One and a half weekends.
  EXPECT_EQ(source.due_time().seconds(),
            absl::ToUnixSeconds(now_) + 108 * 3600);
  now_ += absl::Hours(108);
  EXPECT_FALSE(List()[0].late());
  now_ += absl::Seconds(1);
  EXPECT_TRUE(List()[0].late());
  // Looking is not enough.
  Hear("arxiv", false);
  EXPECT_TRUE(List()[0].late());
  Hear("arxiv", true);
  EXPECT_FALSE(List()[0].late());
}

TEST_F(SourcesTest, TheBatchesOfOneImportAreOneVisit) {
  for (int day = 0; day < 5; ++day) {
    for (int batch = 0; batch < 30; ++batch) {
      Hear("bulk", true);
      now_ += absl::Seconds(5);
    }
    now_ += absl::Hours(24);
  }
  // From the last batch of one day to the first of the next.
  EXPECT_EQ(List()[0].usual_interval().seconds(), 24 * 3600 + 5);
}

TEST_F(SourcesTest, RemembersTheNewestPausesOnly) {
  now_ += absl::Hours(1000);
  Hear("x", true);
  now_ += absl::Hours(500);
  Hear("x", true);
  for (size_t i = 0; i < kMaxPauses; ++i) {
    now_ += absl::Hours(1);
    Hear("x", true);
  }
  EXPECT_EQ(List()[0].due_time().seconds(), absl::ToUnixSeconds(now_) + 5400);
}

TEST_F(SourcesTest, AClockThatIsPutBackMakesNoNegativePauses) {
  Hear("x", true);
  now_ -= absl::Hours(5);
  Hear("x", true);
  EXPECT_EQ(List()[0].last_news_time().seconds(), 1700000000);
}

TEST_F(SourcesTest, LateOnesComeFirstThenTheNewest) {
  for (int i = 0; i < 5; ++i) {
    Hear("silent", true);
    now_ += absl::Hours(1);
  }
  now_ += absl::Hours(10);
  Hear("older", true);
  now_ += absl::Hours(1);
  Hear("newer", true);
  const std::vector<v1::SourceFreshness> sources = List();
  ASSERT_EQ(sources.size(), 3u);
  EXPECT_EQ(sources[0].source(), "silent");
  EXPECT_TRUE(sources[0].late());
  EXPECT_EQ(sources[1].source(), "newer");
  EXPECT_EQ(sources[2].source(), "older");
}

TEST_F(SourcesTest, TakesTheTableOfOlderFoldersAway) {
  ASSERT_OK(db_->Execute(
      "DROP TABLE source;"
      "CREATE TABLE source (source TEXT PRIMARY KEY, time INTEGER NOT NULL) "
      "STRICT, WITHOUT ROWID; INSERT INTO source VALUES ('arxiv', 1)"));
  ASSERT_OK(PrepareSources(*db_));
  EXPECT_TRUE(List().empty());
  Hear("arxiv", true);
  EXPECT_EQ(List().size(), 1u);
}

}  // namespace
}  // namespace paperwire::catalogue
