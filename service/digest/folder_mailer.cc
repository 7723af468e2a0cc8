#include "service/digest/folder_mailer.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "service/base/mutex.h"
#include "service/base/strings.h"

namespace paperwire::digest {
namespace {

namespace fs = std::filesystem;

// An address as a part of a file's name.
std::string FileNameOf(std::string_view address) {
  std::string name(address);
  for (char& c : name) {
    if (c == '/' || c == '\\' || c == '\0') c = '_';
  }
  return name;
}

class FolderMailer : public Mailer {
 public:
  explicit FolderMailer(std::string folder) : folder_(std::move(folder)) {}

  void Send(int64_t key, Mail mail) override {
    answers_.emplace_back(key, Write(mail));
  }

  std::vector<std::pair<int64_t, MailAnswer>> Wait(
      absl::Duration time) override {
    MutexLock lock(&mutex_);
    if (answers_.empty()) {
      lock.AwaitFor(
          absl::ToChronoMilliseconds(std::min(time, absl::Minutes(1))),
          [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return wake_; });
    }
    wake_ = false;
    return std::exchange(answers_, {});
  }

  void Wake() override {
    MutexLock lock(&mutex_);
    wake_ = true;
    lock.Changed();
  }

 private:
  MailAnswer Write(const Mail& mail) {
    const std::string name = StrCat(
        absl::FormatTime("%Y%m%dT%H%M%E6S", absl::Now(), absl::UTCTimeZone()),
        "-", FileNameOf(mail.to), ".eml");
    const fs::path whole = fs::path(folder_) / name;
    const fs::path part = fs::path(folder_) / StrCat(".", name, ".part");
    std::ofstream file(part, std::ios::binary);
    file << mail.message;
    file.close();
    std::error_code error;
    if (file) fs::rename(part, whole, error);
    if (!file || error) {
      return {MailAnswer::kNoServer, StrCat("cannot write ", whole.string())};
    }
    return {};
  }

  const std::string folder_;
  std::vector<std::pair<int64_t, MailAnswer>> answers_;
  Mutex mutex_;
  bool wake_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Mailer>> MakeFolderMailer(std::string folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return absl::FailedPreconditionError(
        StrCat("The folder for messages, ", folder,
               ", cannot be made: ", error.message()));
  }
  return std::make_unique<FolderMailer>(std::move(folder));
}

}  // namespace paperwire::digest
