// A disk in memory that fails when told to, and that forgets when the power
// goes what was not synced, as disks do.
//
//     Disk disk(seed);
//     DiskVfs vfs(&disk);          // for SQLite (disk_vfs.h)
//     DiskFiles files(&disk);      // for the index (disk_files.h)
//     disk.FailAt(17, EIO, Disk::kOnce);
//     ...
//     disk.Die();                  // let go of everything that is open
//     disk.Heal();                 // and open it again: the process died
//     disk.CutPower();             // or: the machine did
//
// What a power cut may leave, of the writes since the last sync of a file: all,
// none, the first of them, or any of them sector by sector (a torn write).
// Names of files are kept in the order in which they were given; a folder's
// are durable after a sync of the folder. After a sync that failed the writes
// may still be pending, or never reach the disk though readers see them, also
// those of a later process: Linux marks such pages as clean.
//
// A full disk (ENOSPC, kLasting) refuses what would take more room. A dead one
// (EIO, kLasting) refuses everything.

#ifndef PAPERWIRE_TESTS_TORTURE_DISK_H_
#define PAPERWIRE_TESTS_TORTURE_DISK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "service/base/mutex.h"

namespace paperwire::torture {

enum class Call { kOpen, kRead, kWrite, kSync, kTruncate, kRename, kRemove,
                  kMap };

// The contents of one file: as readers see it, and as a power cut leaves it at
// the least.
class DiskFile {
 public:
  std::vector<uint8_t> now;

  void Write(size_t offset, std::span<const uint8_t> bytes);
  void Truncate(size_t size);
  // Everything is durable.
  void Sync();
  // A sync that failed.
  void FailSync(std::mt19937_64& random);
  // Leaves what a power cut leaves.
  void CutPower(std::mt19937_64& random);

 private:
  struct Change {
    size_t offset = 0;
    size_t size = 0;      // of the bytes; with `truncated`, of the file
    size_t log = 0;       // where the bytes stand in log_
    bool truncated = false;
  };
  // Applies a piece of a change to what is durable.
  void Keep(const Change& change, size_t begin, size_t end);
  void KeepSectors(std::mt19937_64& random, size_t sector);

  std::vector<uint8_t> synced_;
  std::vector<Change> unsynced_;
  std::vector<uint8_t> log_;
};

// Thread-safe.
class Disk {
 public:
  explicit Disk(uint64_t seed) : random_(seed) {}

  enum Lasts { kOnce, kLasting };
  // The n-th call from now fails, n >= 1, and with kLasting all that it stands
  // for after it.
  void FailAt(int64_t n, int error, Lasts lasts);
  // The process dies at the n-th call from now, or now: nothing that it does
  // from then on reaches the disk.
  void DieAt(int64_t n);
  void Die();
  // No call fails any more, now or later.
  void Heal();

  // Whether reads are among the calls that are counted and fail once.
  void CountReads(bool reads);
  int64_t calls() const;     // counted so far
  int64_t failures() const;  // of them
  bool died() const;

  // Forgets, and heals. Nothing may be open.
  void CutPower();

  uint64_t Random();

  // For what stands between the disk and the programs. Each returns 0 or an
  // error number.

  struct Handle {
    std::shared_ptr<DiskFile> file;
    std::string path;  // empty: it has no name
  };
  enum Open { kRead, kCreate, kEmpty };  // must exist; made; made or emptied
  int OpenFile(const std::string& path, Open how, Handle* handle);
  // A short read gives zeros, and sets `*is_short`.
  int Read(const Handle& handle, size_t offset, std::span<uint8_t> bytes,
           bool* is_short);
  int Write(const Handle& handle, size_t offset,
            std::span<const uint8_t> bytes);
  int Truncate(const Handle& handle, size_t size);
  int Sync(const Handle& handle, bool with_name);
  size_t SizeOf(const Handle& handle) const;
  bool Exists(const std::string& path) const;
  int Rename(const std::string& from, const std::string& to);
  int Remove(const std::string& path, bool durably);
  int SyncFolder(const std::string& folder);
  // The contents of a file, for as long as anybody holds them.
  int Map(const std::string& path,
          std::shared_ptr<const std::vector<uint8_t>>* bytes);
  // Only counts and fails: memory that is shared between connections.
  int MapMemory();
  std::vector<std::string> List(const std::string& folder) const;
  int RemoveFolder(const std::string& folder);

 private:
  using Names = std::map<std::string, std::shared_ptr<DiskFile>>;
  struct NameChange {
    std::string remove;  // empty: nothing
    std::string add;     // empty: nothing
    std::shared_ptr<DiskFile> file;
  };

  int Fail(Call call, bool takes_room) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ChangeName(NameChange change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SyncNames(const std::string& folder)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static void Apply(const NameChange& change, Names* names);

  mutable Mutex mutex_;
  std::mt19937_64 random_ ABSL_GUARDED_BY(mutex_);
  Names names_ ABSL_GUARDED_BY(mutex_);
  Names synced_names_ ABSL_GUARDED_BY(mutex_);
  std::vector<NameChange> unsynced_names_ ABSL_GUARDED_BY(mutex_);

  int64_t calls_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t failures_ ABSL_GUARDED_BY(mutex_) = 0;
  bool reads_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t fail_at_ ABSL_GUARDED_BY(mutex_) = 0;  // 0: never
  int error_ ABSL_GUARDED_BY(mutex_) = 0;
  Lasts lasts_ ABSL_GUARDED_BY(mutex_) = kOnce;
  bool failing_ ABSL_GUARDED_BY(mutex_) = false;  // a lasting one has begun
  bool dies_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace paperwire::torture

#endif  // PAPERWIRE_TESTS_TORTURE_DISK_H_
