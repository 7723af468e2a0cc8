#include "service/journal/journal.h"

#include <fstream>

#include "service/base/strings.h"
#include "service/journal/connections.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::journal {
namespace {

class JournalTest : public testing::Test {
 protected:
  void SetUp() override { Reopen(); }

  void Reopen() {
    db_.reset();
    absl::StatusOr<std::unique_ptr<Database>> db =
        Database::Open(path(), Database::Mode::kWrite);
    ASSERT_OK(db);
    db_ = *std::move(db);
    ASSERT_OK(Prepare(*db_));
  }

  std::string path() const { return folder_.path() + "/paperwire.db"; }

  Entry MakeEntry(int64_t sequence, const std::string& title) {
    Entry entry;
    entry.sequence = sequence;
    entry.time = absl::FromUnixSeconds(1000 + sequence);
    entry.number = sequence;
    entry.payload.mutable_paper()->set_title(title);
    return entry;
  }

  void AppendSome(int64_t first, int64_t last) {
    std::vector<Entry> entries;
    for (int64_t i = first; i <= last; ++i) {
      entries.push_back(MakeEntry(i, StrCat("paper ", i)));
    }
    ASSERT_OK(db_->Execute("BEGIN"));
    ASSERT_OK(Append(*db_, entries));
    ASSERT_OK(db_->Execute("COMMIT"));
  }

  TempFolder folder_;
  std::unique_ptr<Database> db_;
};

TEST_F(JournalTest, IsEmptyAtFirst) {
  EXPECT_EQ(*LastSequence(*db_), 0);
  EXPECT_EQ(*CompleteFrom(*db_), 1);
  EXPECT_EQ(*LastBefore(*db_, absl::Now()), 0);
  EXPECT_TRUE(ReadAfter(*db_, 0, 10)->empty());
}

TEST_F(JournalTest, GivesBackWhatWasAppendedAlsoAfterReopening) {
  AppendSome(1, 5);
  const uint64_t id = ReadIdentity(*db_)->id;
  Reopen();
  EXPECT_EQ(ReadIdentity(*db_)->id, id);
  absl::StatusOr<std::vector<Entry>> entries = ReadAfter(*db_, 2, 2);
  ASSERT_OK(entries);
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].sequence, 3);
  EXPECT_EQ((*entries)[0].payload.paper().title(), "paper 3");
  EXPECT_EQ((*entries)[0].time, absl::FromUnixSeconds(1003));
  EXPECT_EQ(ReadOne(*db_, 5)->number, 5);
  EXPECT_THAT(ReadOne(*db_, 6), IsError(absl::StatusCode::kNotFound, "6"));
}

TEST_F(JournalTest, FindsTheLastEntryBeforeATime) {
  AppendSome(1, 100);
  EXPECT_EQ(*LastBefore(*db_, absl::FromUnixSeconds(0)), 0);
  EXPECT_EQ(*LastBefore(*db_, absl::FromUnixSeconds(1001)), 0);
  EXPECT_EQ(*LastBefore(*db_, absl::FromUnixSeconds(1002)), 1);
  EXPECT_EQ(*LastBefore(*db_, absl::FromUnixSeconds(1051)), 50);
  EXPECT_EQ(*LastBefore(*db_, absl::FromUnixSeconds(9999)), 100);
}

TEST_F(JournalTest, WhatIsNotCommittedIsNotThere) {
  ASSERT_OK(db_->Execute("BEGIN"));
  ASSERT_OK(Append(*db_, {MakeEntry(1, "lost")}));
  Connections connections(path());
  EXPECT_EQ(*LastSequence(**connections.Take()), 0);
  ASSERT_OK(db_->Execute("ROLLBACK"));
  EXPECT_EQ(*LastSequence(*db_), 0);
}

TEST_F(JournalTest, RefusesAFolderOfANewerVersion) {
  ASSERT_OK(db_->Execute("PRAGMA user_version = 99"));
  EXPECT_THAT(Prepare(*db_), HasReason("DATA_FOLDER_TOO_NEW"));
  EXPECT_THAT(Prepare(*db_), IsError(absl::StatusCode::kFailedPrecondition,
                                     "version 99"));
}

TEST_F(JournalTest, RefusesAFileOfAnotherProgram) {
  ASSERT_OK(db_->Execute("PRAGMA application_id = 7"));
  EXPECT_THAT(Prepare(*db_), IsError(absl::StatusCode::kFailedPrecondition,
                                     "another program"));
}

TEST_F(JournalTest, SaysWhenTheFileIsDamaged) {
  db_.reset();
  {
    std::ofstream file(path(), std::ios::trunc | std::ios::binary);
    file << std::string(8192, 'x');
  }
  absl::StatusOr<std::unique_ptr<Database>> db =
      Database::Open(path(), Database::Mode::kWrite);
  const absl::Status status = db.ok() ? Prepare(**db) : db.status();
  EXPECT_THAT(status, HasReason("JOURNAL_DAMAGED"));
}

TEST_F(JournalTest, AFullDiskIsToldAndUndoesTheTransaction) {
  AppendSome(1, 1);
  ASSERT_OK(db_->Execute("PRAGMA max_page_count = 20"));
  ASSERT_OK(db_->Execute("BEGIN"));
  absl::Status status = absl::OkStatus();
  for (int64_t i = 2; i < 100 && status.ok(); ++i) {
    status = Append(*db_, {MakeEntry(i, std::string(10000, 'x'))});
  }
  EXPECT_THAT(status, HasReason("DISK_FULL"));
  if (db_->InTransaction()) {
    ASSERT_OK(db_->Execute("ROLLBACK"));
  }
  EXPECT_EQ(*LastSequence(*db_), 1);
}

}  // namespace
}  // namespace paperwire::journal
