#include "service/store/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "service/base/error_details.h"
#include "service/base/strings.h"

namespace paperwire::store {
namespace {

absl::Status NotWritable(const std::string& path, int error) {
  return WithReason(
      absl::FailedPreconditionError(
          StrCat("The data folder ", path, " cannot be written: ",
                 std::strerror(error),
                 ". Check its owner and mode and that its file system is not "
                 "mounted read-only, or give another one with --data.")),
      "DATA_FOLDER_NOT_WRITABLE");
}

}  // namespace

absl::StatusOr<std::unique_ptr<DataFolder>> DataFolder::Open(
    const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return NotWritable(path, error.value());
  const std::string lock_path = path + "/LOCK";
  const int lock = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0) return NotWritable(path, errno);
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    char owner[32] = {};
    const ssize_t size = pread(lock, owner, sizeof(owner) - 1, 0);
    close(lock);
    return WithReason(
        absl::FailedPreconditionError(StrCat(
            "The data folder ", path, " is in use by another paperwired",
            size > 0 ? StrCat(" (process ", owner, ")") : std::string(),
            ". Stop that one, or give this one another folder with --data.")),
        "DATA_FOLDER_IN_USE");
  }
  // Who holds it, for the message above.
  const std::string owner = std::to_string(getpid());
  if (ftruncate(lock, 0) != 0 ||
      pwrite(lock, owner.data(), owner.size(), 0) < 0) {
    const int write_error = errno;
    close(lock);
    if (write_error == ENOSPC) {
      return WithReason(absl::ResourceExhaustedError(StrCat(
                            "The disk that holds the data folder ", path,
                            " is full. Free some space and start again.")),
                        "DISK_FULL");
    }
    return NotWritable(path, write_error);
  }
  return std::unique_ptr<DataFolder>(new DataFolder(path, lock));
}

DataFolder::~DataFolder() { close(lock_); }

std::string DataFolder::index_path(uint64_t journal_id) const {
  return StrCat(path_, "/index-", absl::Hex(journal_id, absl::kZeroPad16));
}

}  // namespace paperwire::store
