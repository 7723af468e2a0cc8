// The disk that fails keeps its own promises, and SQLite and the index theirs
// on it.

#include "tests/torture/disk.h"

#include <cerrno>
#include <set>

#include "gtest/gtest.h"
#include "service/base/strings.h"
#include "service/journal/database.h"
#include "tests/torture/disk_files.h"
#include "tests/torture/disk_vfs.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::torture {
namespace {

using journal::Database;
using journal::Statement;

constexpr char kPath[] = "/data/paperwire.db";

index::Bytes BytesOf(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string Contents(DiskFiles& files, const std::string& path) {
  const absl::StatusOr<index::MappedFile> file = files.Map(path);
  return file.ok() ? std::string(file->bytes.begin(), file->bytes.end())
                   : "none";
}

TEST(DiskTest, ForgetsWhatWasNotSynced) {
  std::set<std::string> left;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Disk disk(seed);
    Disk::Handle file;
    ASSERT_EQ(disk.OpenFile("/a", Disk::kCreate, &file), 0);
    ASSERT_EQ(disk.Write(file, 0, BytesOf("old ")), 0);
    ASSERT_EQ(disk.Sync(file, /*with_name=*/true), 0);
    ASSERT_EQ(disk.Write(file, 0, BytesOf("new ")), 0);
    ASSERT_EQ(disk.Write(file, 4, BytesOf("more")), 0);
    disk.CutPower();
    DiskFiles files(&disk);
    left.insert(Contents(files, "/a"));
  }
  EXPECT_EQ(left, (std::set<std::string>{"old ", "new ", "new more"}));
}

TEST(DiskTest, TearsWritesBetweenSectors) {
  std::set<std::string> left;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Disk disk(seed);
    Disk::Handle file;
    ASSERT_EQ(disk.OpenFile("/a", Disk::kCreate, &file), 0);
    ASSERT_EQ(disk.Write(file, 0, BytesOf(std::string(1024, 'o'))), 0);
    ASSERT_EQ(disk.Sync(file, /*with_name=*/true), 0);
    ASSERT_EQ(disk.Write(file, 0, BytesOf(std::string(1024, 'n'))), 0);
    disk.CutPower();
    DiskFiles files(&disk);
    const std::string all = Contents(files, "/a");
    left.insert({all.front(), all.back()});
  }
  EXPECT_EQ(left, (std::set<std::string>{"oo", "nn", "on", "no"}));
}

TEST(DiskTest, ANameLastsOnceItsFolderIsSynced) {
  std::set<std::string> left;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Disk disk(seed);
    DiskFiles files(&disk);
    ASSERT_OK(index::WriteDurably(files, "/f", "a", {BytesOf("old")}));
    auto file = files.Create("/f/b");
    ASSERT_OK(file);
    ASSERT_OK((*file)->Write(BytesOf("new")));
    ASSERT_OK((*file)->Sync());
    ASSERT_OK(files.Rename("/f/b", "/f/a"));
    disk.CutPower();
    left.insert(Contents(files, "/f/a"));
  }
  EXPECT_EQ(left, (std::set<std::string>{"old", "new"}));
}

TEST(DiskTest, FailsTheCallThatItIsToldTo) {
  Disk disk(1);
  DiskFiles files(&disk);
  disk.FailAt(2, ENOSPC, Disk::kOnce);
  auto file = files.Create("/a");
  ASSERT_OK(file);
  EXPECT_THAT((*file)->Write(BytesOf("text")),
              IsError(absl::StatusCode::kResourceExhausted, "free some space"));
  EXPECT_OK((*file)->Write(BytesOf("text")));
  disk.FailAt(1, EIO, Disk::kLasting);
  EXPECT_THAT((*file)->Sync(),
              IsError(absl::StatusCode::kInternal, "check the disk"));
  EXPECT_THAT(files.Rename("/a", "/b"),
              IsError(absl::StatusCode::kInternal, "check the disk"));
  disk.Heal();
  EXPECT_OK((*file)->Sync());
  EXPECT_EQ(disk.failures(), 3);
}

// A full disk has room for what does not grow.
TEST(DiskTest, AFullDiskCanBeReadAndWrittenOver) {
  Disk disk(1);
  Disk::Handle file;
  ASSERT_EQ(disk.OpenFile("/a", Disk::kCreate, &file), 0);
  ASSERT_EQ(disk.Write(file, 0, BytesOf("text")), 0);
  disk.FailAt(1, ENOSPC, Disk::kLasting);
  EXPECT_EQ(disk.Write(file, 4, BytesOf("text")), ENOSPC);
  EXPECT_EQ(disk.Write(file, 0, BytesOf("TEXT")), 0);
  EXPECT_EQ(disk.Sync(file, /*with_name=*/true), 0);
  DiskFiles files(&disk);
  EXPECT_EQ(Contents(files, "/a").substr(0, 4), "TEXT");
}

class SqliteTest : public testing::Test {
 protected:
  static std::unique_ptr<Database> Open() {
    auto db = Database::Open(kPath, Database::Mode::kWrite);
    EXPECT_OK(db);
    return *std::move(db);
  }
  static int64_t Count(Database& db) {
    Statement& count = db.Get("SELECT count(*) FROM t");
    const absl::StatusOr<bool> found = count.Step();
    EXPECT_OK(found);
    const int64_t n = found.ok() && *found ? count.Int(0) : -1;
    count.Reset();
    return n;
  }
};

TEST_F(SqliteTest, KeepsWhatWasCommittedWhenThePowerGoes) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Disk disk(seed);
    DiskVfs vfs(&disk);
    std::unique_ptr<Database> db = Open();
    ASSERT_OK(db->Execute("CREATE TABLE t (a)"));
    for (int i = 1; i < 10; ++i) {
      ASSERT_OK(db->Execute("INSERT INTO t VALUES (randomblob(3000))"));
      ASSERT_OK(db->Execute("BEGIN; INSERT INTO t VALUES (randomblob(9000))"));
      disk.Die();
      db.reset();
      disk.CutPower();
      db = Open();
      ASSERT_EQ(Count(*db), i);
    }
  }
}

// The frames of a commit whose sync failed stand in the WAL for all to see, but
// not on the disk. What a later process commits behind them was lost with them
// when the power went.
TEST_F(SqliteTest, WhatFollowsAFailedSyncIsThereAfterAPowerCut) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Disk disk(seed);
    DiskVfs vfs(&disk);
    std::unique_ptr<Database> db = Open();
    ASSERT_OK(db->Execute("CREATE TABLE t (a)"));
    // Two writes for each page, then the sync.
    disk.FailAt(3, EIO, Disk::kOnce);
    EXPECT_THAT(db->Execute("INSERT INTO t VALUES (1)"),
                IsError(absl::StatusCode::kUnavailable, "Check the disk"));
    disk.Die();
    db.reset();
    disk.Heal();
    db = Open();
    const int64_t before = Count(*db);
    ASSERT_OK(db->Execute("INSERT INTO t VALUES (2)"));
    disk.Die();
    db.reset();
    disk.CutPower();
    db = Open();
    ASSERT_EQ(Count(*db), before + 1) << "seed " << seed;
  }
}

}  // namespace
}  // namespace paperwire::torture
