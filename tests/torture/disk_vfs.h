// SQLite on a Disk: a VFS, the default one for as long as it lives.
//
//     Disk disk(seed);
//     DiskVfs vfs(&disk);
//     Database::Open("/data/paperwire.db", ...);   // on the disk
//
// Locks and the memory that connections share (the WAL's index) are those of
// one process, and go with it.

#ifndef PAPERWIRE_TESTS_TORTURE_DISK_VFS_H_
#define PAPERWIRE_TESTS_TORTURE_DISK_VFS_H_

#include <memory>

#include "tests/torture/disk.h"

namespace paperwire::torture {

// One at a time. Any number of threads and connections, which it must outlive.
class DiskVfs {
 public:
  // `disk` must outlive this.
  explicit DiskVfs(Disk* disk);
  ~DiskVfs();
  DiskVfs(const DiskVfs&) = delete;
  DiskVfs& operator=(const DiskVfs&) = delete;

  struct Impl;

 private:
  const std::unique_ptr<Impl> impl_;
};

}  // namespace paperwire::torture

#endif  // PAPERWIRE_TESTS_TORTURE_DISK_VFS_H_
