#include "service/index/files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::index {
namespace {

absl::Status SystemError(std::string_view what, const std::string& path) {
  const int error = errno;
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
      return absl::PermissionDeniedError(message);
    default:
      return absl::InternalError(message);
  }
}

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

absl::Status WriteAndSync(const std::string& path,
                          const std::vector<Bytes>& parts) {
  const Descriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) return SystemError("create", path);
  for (Bytes part : parts) {
    while (!part.empty()) {
      const ssize_t n = ::write(file.get(), part.data(), part.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return SystemError("write", path);
      part = part.subspan(static_cast<size_t>(n));
    }
  }
  if (::fsync(file.get()) != 0) return SystemError("sync", path);
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteDurably(const std::string& folder, const std::string& name,
                          const std::vector<Bytes>& parts) {
  const std::string path = folder + "/" + name;
  const std::string temporary = path + ".tmp";
  if (absl::Status status = WriteAndSync(temporary, parts); !status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    return SystemError("rename", temporary);
  }
  const Descriptor directory(
      ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) {
    return SystemError("sync", folder);
  }
  return absl::OkStatus();
}

absl::StatusOr<MappedFile> MapFile(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return SystemError("open", path);
  struct stat info;
  if (::fstat(file.get(), &info) != 0) return SystemError("stat", path);
  const size_t size = static_cast<size_t>(info.st_size);
  MappedFile mapped;
  if (size == 0) return mapped;
  void* const data =
      ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) return SystemError("map", path);
  mapped.owner = std::shared_ptr<const void>(
      data, [size](const void* p) { ::munmap(const_cast<void*>(p), size); });
  mapped.bytes = {static_cast<const uint8_t*>(data), size};
  return mapped;
}

uint32_t Checksum(Bytes bytes, uint32_t crc) {
  uLong sum = crc;
  while (!bytes.empty()) {
    const size_t n = std::min<size_t>(bytes.size(), 1u << 30);
    sum = ::crc32(sum, bytes.data(), static_cast<uInt>(n));
    bytes = bytes.subspan(n);
  }
  return static_cast<uint32_t>(sum);
}

}  // namespace paperwire::index
