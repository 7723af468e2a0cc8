// The index's files on a Disk.

#ifndef PAPERWIRE_TESTS_TORTURE_DISK_FILES_H_
#define PAPERWIRE_TESTS_TORTURE_DISK_FILES_H_

#include <memory>
#include <string>
#include <vector>

#include "service/index/files.h"
#include "tests/torture/disk.h"

namespace paperwire::torture {

class DiskFiles : public index::FileSystem {
 public:
  // `disk` must outlive this.
  explicit DiskFiles(Disk* disk) : disk_(*disk) {}

  absl::StatusOr<std::unique_ptr<NewFile>> Create(
      const std::string& path) override;
  absl::StatusOr<index::MappedFile> Map(const std::string& path) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status Remove(const std::string& path) override;
  // A disk has no folders, only names with slashes.
  absl::Status MakeFolder(const std::string& path) override;
  absl::Status SyncFolder(const std::string& path) override;
  absl::StatusOr<std::vector<std::string>> List(
      const std::string& path) override;
  absl::Status RemoveFolder(const std::string& path) override;

 private:
  Disk& disk_;
};

}  // namespace paperwire::torture

#endif  // PAPERWIRE_TESTS_TORTURE_DISK_FILES_H_
