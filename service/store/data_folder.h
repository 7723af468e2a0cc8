// The folder that holds everything: `paperwire.db` and one index folder.

#ifndef PAPERWIRE_SERVICE_STORE_DATA_FOLDER_H_
#define PAPERWIRE_SERVICE_STORE_DATA_FOLDER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace paperwire::store {

// Holds the folder for this process until it is destroyed.
class DataFolder {
 public:
  // Makes the folder when it is missing and locks it. FAILED_PRECONDITION:
  // another process has it, or it cannot be written.
  static absl::StatusOr<std::unique_ptr<DataFolder>> Open(
      const std::string& path);
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string journal_path() const { return path_ + "/paperwire.db"; }
  // The index belongs to one journal: another one in the same folder (put
  // there from a backup) gets a folder of its own.
  std::string index_path(uint64_t journal_id) const;

 private:
  DataFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  const std::string path_;
  const int lock_;  // the locked file
};

}  // namespace paperwire::store

#endif  // PAPERWIRE_SERVICE_STORE_DATA_FOLDER_H_
