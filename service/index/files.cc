#include "service/index/files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "service/base/priority.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::index {
namespace {

namespace fs = std::filesystem;

// Others can run between two pieces of a large file.
constexpr size_t kPiece = 64 << 10;  // bytes

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

class RealNewFile : public FileSystem::NewFile {
 public:
  RealNewFile(std::string path, int fd) : path_(std::move(path)), file_(fd) {}

  absl::Status Write(Bytes bytes) override {
    while (!bytes.empty()) {
      GiveWay();
      const ssize_t n =
          ::write(file_.get(), bytes.data(), std::min(bytes.size(), kPiece));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return FileError("write", path_, errno);
      bytes = bytes.subspan(static_cast<size_t>(n));
    }
    return absl::OkStatus();
  }

  absl::Status Sync() override {
    if (::fsync(file_.get()) != 0) return FileError("sync", path_, errno);
    return absl::OkStatus();
  }

 private:
  const std::string path_;
  const Descriptor file_;
};

absl::Status StatusOf(std::string_view what, const std::string& path,
                      const std::error_code& error) {
  if (!error) return absl::OkStatus();
  return FileError(what, path, error.value());
}

class RealFileSystem : public FileSystem {
 public:
  absl::StatusOr<std::unique_ptr<NewFile>> Create(
      const std::string& path) override {
    const int fd =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) return FileError("create", path, errno);
    return std::make_unique<RealNewFile>(path, fd);
  }

  absl::StatusOr<MappedFile> Map(const std::string& path) override {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return FileError("open", path, errno);
    struct stat info;
    if (::fstat(file.get(), &info) != 0) return FileError("stat", path, errno);
    const size_t size = static_cast<size_t>(info.st_size);
    MappedFile mapped;
    if (size == 0) return mapped;
    void* const data =
        ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (data == MAP_FAILED) return FileError("map", path, errno);
    mapped.owner = std::shared_ptr<const void>(
        data, [size](const void* p) { ::munmap(const_cast<void*>(p), size); });
    mapped.bytes = {static_cast<const uint8_t*>(data), size};
    return mapped;
  }

  absl::Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
    return FileError("rename", from, errno);
  }

  absl::Status Remove(const std::string& path) override {
    if (::unlink(path.c_str()) == 0) return absl::OkStatus();
    return FileError("remove", path, errno);
  }

  absl::Status MakeFolder(const std::string& path) override {
    std::error_code error;
    fs::create_directories(path, error);
    return StatusOf("make the folder", path, error);
  }

  absl::Status SyncFolder(const std::string& path) override {
    const Descriptor folder(
        ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0 || ::fsync(folder.get()) != 0) {
      return FileError("sync", path, errno);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<std::string>> List(
      const std::string& path) override {
    std::error_code error;
    std::vector<std::string> names;
    for (fs::directory_iterator it(path, error), end; !error && it != end;
         it.increment(error)) {
      names.push_back(it->path().filename().string());
    }
    if (error) return StatusOf("list", path, error);
    return names;
  }

  absl::Status RemoveFolder(const std::string& path) override {
    std::error_code error;
    fs::remove_all(path, error);
    return StatusOf("remove", path, error);
  }
};

absl::Status WriteAndSync(FileSystem& files, const std::string& path,
                          const std::vector<Bytes>& parts) {
  ASSIGN_OR_RETURN(const std::unique_ptr<FileSystem::NewFile> file,
                   files.Create(path));
  for (const Bytes part : parts) {
    if (!part.empty()) RETURN_IF_ERROR(file->Write(part));
  }
  return file->Sync();
}

}  // namespace

FileSystem* FileSystem::Real() {
  static RealFileSystem files;
  return &files;
}

absl::Status WriteDurably(FileSystem& files, const std::string& folder,
                          const std::string& name,
                          const std::vector<Bytes>& parts) {
  const std::string path = folder + "/" + name;
  const std::string temporary = path + ".tmp";
  absl::Status status = WriteAndSync(files, temporary, parts);
  if (status.ok()) status = files.Rename(temporary, path);
  if (!status.ok()) {
    files.Remove(temporary).IgnoreError();
    return status;
  }
  return files.SyncFolder(folder);
}

absl::Status FileError(std::string_view what, const std::string& path,
                       int error) {
  const std::string message =
      StrCat("Cannot ", what, " ", path, ": ", std::strerror(error));
  switch (error) {
    case ENOENT:
      return absl::NotFoundError(message);
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(
          StrCat(message, "; free some space there"));
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(
          StrCat(message, "; check its owner and mode"));
    default:
      return absl::InternalError(
          StrCat(message, "; check the disk and the system's log"));
  }
}

uint32_t Checksum(Bytes bytes, uint32_t crc) {
  uLong sum = crc;
  while (!bytes.empty()) {
    GiveWay();
    const size_t n = std::min(bytes.size(), kPiece);
    sum = ::crc32(sum, bytes.data(), static_cast<uInt>(n));
    bytes = bytes.subspan(n);
  }
  return static_cast<uint32_t>(sum);
}

}  // namespace paperwire::index
