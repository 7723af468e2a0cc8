#include "client/cpp/importers/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "service/base/strings.h"

namespace paperwire::importers {
namespace {

class FileSource : public ByteSource {
 public:
  FileSource(int fd, bool owned, std::string name, std::optional<int64_t> size)
      : fd_(fd), owned_(owned), name_(std::move(name)), size_(size) {}
  ~FileSource() override {
    if (owned_) ::close(fd_);
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  absl::StatusOr<size_t> Read(char* out, size_t n) override {
    while (true) {
      const ssize_t got = ::read(fd_, out, n);
      if (got >= 0) {
        position_ += got;
        return static_cast<size_t>(got);
      }
      if (errno == EINTR) continue;
      return absl::UnavailableError(StrCat("cannot read ", name_,
                                           " after byte ", position_, ": ",
                                           std::strerror(errno)));
    }
  }
  int64_t raw_position() const override { return position_; }
  std::optional<int64_t> raw_size() const override { return size_; }

 private:
  const int fd_;
  const bool owned_;
  const std::string name_;
  const std::optional<int64_t> size_;
  int64_t position_ = 0;
};

class StringSource : public ByteSource {
 public:
  explicit StringSource(std::string bytes) : bytes_(std::move(bytes)) {}

  absl::StatusOr<size_t> Read(char* out, size_t n) override {
    const size_t take = std::min(n, bytes_.size() - position_);
    std::memcpy(out, bytes_.data() + position_, take);
    position_ += take;
    return take;
  }
  int64_t raw_position() const override {
    return static_cast<int64_t>(position_);
  }
  std::optional<int64_t> raw_size() const override {
    return static_cast<int64_t>(bytes_.size());
  }

 private:
  const std::string bytes_;
  size_t position_ = 0;
};

class PrependSource : public ByteSource {
 public:
  PrependSource(std::string head, std::unique_ptr<ByteSource> rest)
      : head_(std::move(head)), rest_(std::move(rest)) {}

  absl::StatusOr<size_t> Read(char* out, size_t n) override {
    if (used_ == head_.size()) return rest_->Read(out, n);
    const size_t take = std::min(n, head_.size() - used_);
    std::memcpy(out, head_.data() + used_, take);
    used_ += take;
    return take;
  }
  int64_t raw_position() const override { return rest_->raw_position(); }
  std::optional<int64_t> raw_size() const override { return rest_->raw_size(); }

 private:
  const std::string head_;
  const std::unique_ptr<ByteSource> rest_;
  size_t used_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ByteSource>> OpenFile(
    const std::string& path, const DecompressionLimits& limits) {
  if (path == "-") {
    return Decompress(std::make_unique<FileSource>(
                          STDIN_FILENO, false, "standard input", std::nullopt),
                      limits);
  }
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return absl::ErrnoToStatus(errno, StrCat("cannot open ", path));
  }
  struct stat info {};
  if (::fstat(fd, &info) != 0 || S_ISDIR(info.st_mode)) {
    ::close(fd);
    return absl::InvalidArgumentError(
        StrCat("cannot read ", path, ": it is a folder; name the files in it"));
  }
  std::optional<int64_t> size;
  if (S_ISREG(info.st_mode)) size = info.st_size;
  return Decompress(std::make_unique<FileSource>(fd, true, path, size), limits);
}

std::unique_ptr<ByteSource> FromString(std::string bytes) {
  return std::make_unique<StringSource>(std::move(bytes));
}

std::unique_ptr<ByteSource> Prepend(std::string head,
                                    std::unique_ptr<ByteSource> rest) {
  return std::make_unique<PrependSource>(std::move(head), std::move(rest));
}

}  // namespace paperwire::importers
