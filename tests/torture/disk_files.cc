#include "tests/torture/disk_files.h"

#include <string_view>
#include <utility>

namespace paperwire::torture {
namespace {

absl::Status StatusOf(std::string_view what, const std::string& path,
                      int error) {
  return error == 0 ? absl::OkStatus() : index::FileError(what, path, error);
}

class DiskNewFile : public index::FileSystem::NewFile {
 public:
  DiskNewFile(Disk* disk, Disk::Handle handle)
      : disk_(*disk), handle_(std::move(handle)) {}

  absl::Status Write(index::Bytes bytes) override {
    const int error = disk_.Write(handle_, at_, bytes);
    at_ += bytes.size();
    return StatusOf("write", handle_.path, error);
  }
  absl::Status Sync() override {
    // Its name is durable when its folder is synced.
    return StatusOf("sync", handle_.path,
                    disk_.Sync(handle_, /*with_name=*/false));
  }

 private:
  Disk& disk_;
  const Disk::Handle handle_;
  size_t at_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<index::FileSystem::NewFile>> DiskFiles::Create(
    const std::string& path) {
  Disk::Handle handle;
  const int error = disk_.OpenFile(path, Disk::kEmpty, &handle);
  if (error != 0) return StatusOf("create", path, error);
  return std::make_unique<DiskNewFile>(&disk_, std::move(handle));
}

absl::StatusOr<index::MappedFile> DiskFiles::Map(const std::string& path) {
  std::shared_ptr<const std::vector<uint8_t>> bytes;
  const int error = disk_.Map(path, &bytes);
  if (error != 0) return StatusOf("map", path, error);
  return index::MappedFile{*bytes, bytes};
}

absl::Status DiskFiles::Rename(const std::string& from,
                               const std::string& to) {
  return StatusOf("rename", from, disk_.Rename(from, to));
}

absl::Status DiskFiles::Remove(const std::string& path) {
  return StatusOf("remove", path, disk_.Remove(path, /*durably=*/false));
}

absl::Status DiskFiles::MakeFolder(const std::string&) {
  return absl::OkStatus();
}

absl::Status DiskFiles::SyncFolder(const std::string& path) {
  return StatusOf("sync", path, disk_.SyncFolder(path));
}

absl::StatusOr<std::vector<std::string>> DiskFiles::List(
    const std::string& path) {
  return disk_.List(path);
}

absl::Status DiskFiles::RemoveFolder(const std::string& path) {
  return StatusOf("remove", path, disk_.RemoveFolder(path));
}

}  // namespace paperwire::torture
