#include "client/cpp/command/watch_place.h"

#include <utility>

#include "client/cpp/client/status.h"
#include "client/cpp/command/committer.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

class Nowhere final : public WatchPlace {
 public:
  absl::Status Keep(const Written& written) override {
    token_ = written.token;
    return absl::OkStatus();
  }
  std::string Remark() const override {
    return token_.empty() ? "" : StrCat("; go on with --from ", token_);
  }

 private:
  std::string token_;
};

class InFile final : public WatchPlace {
 public:
  explicit InFile(CursorFile* file) : file_(*file) {}

  absl::Status Keep(const Written& written) override {
    if (written.token.empty()) return absl::OkStatus();
    return file_.Write(written.token, written.matches.empty() || written.last
                                          ? CursorFile::Sync::kNow
                                          : CursorFile::Sync::kWithinASecond);
  }
  std::string Remark() const override {
    return StrCat("; the place is kept in ", file_.path());
  }

 private:
  CursorFile& file_;
};

class AtServer final : public WatchPlace {
 public:
  AtServer(Client* client, std::string name)
      : committer_(client, std::move(name)) {}

  absl::Status Keep(const Written& written) override {
    // Only matches move the place: to look again at what did not match costs
    // the server nothing, to commit it every 15 seconds would.
    if (!written.matches.empty()) committer_.Note(written.token);
    return committer_.Commit();
  }
  bool behind() const override { return committer_.behind(); }
  void Forget() override { committer_.Forget(); }
  std::string Remark() const override {
    return behind() ? "; the last of them could not be committed and come again"
                    : "; the place is kept on the server";
  }

 private:
  Committer committer_;
};

class InGroup final : public WatchPlace {
 public:
  explicit InGroup(SharedWatcher* watcher) : watcher_(*watcher) {}

  absl::Status Keep(const Written& written) override {
    for (const int64_t sequence : written.matches) {
      watcher_.Acknowledge(sequence);
    }
    behind_ = true;
    // The rest of a batch is told with it; and before it waits for anything,
    // the watcher tells by itself.
    if (watcher_.has_next() && !written.last) return absl::OkStatus();
    const absl::Status status = watcher_.Flush();
    behind_ = !status.ok();
    if (IsTransient(status) || absl::IsDeadlineExceeded(status)) {
      return absl::OkStatus();  // the watcher tells it later
    }
    return status;
  }
  bool behind() const override { return behind_; }
  std::string Remark() const override {
    return behind_ ? "; the last of them could not be acknowledged and come "
                     "again, to whoever is in the group"
                   : "; what was not shown goes to the others in the group";
  }

 private:
  SharedWatcher& watcher_;
  bool behind_ = false;
};

}  // namespace

std::unique_ptr<WatchPlace> PlaceNowhere() {
  return std::make_unique<Nowhere>();
}

std::unique_ptr<WatchPlace> PlaceInFile(CursorFile* file) {
  return std::make_unique<InFile>(file);
}

std::unique_ptr<WatchPlace> PlaceAtServer(Client* client, std::string name) {
  return std::make_unique<AtServer>(client, std::move(name));
}

std::unique_ptr<WatchPlace> PlaceInGroup(SharedWatcher* watcher) {
  return std::make_unique<InGroup>(watcher);
}

}  // namespace paperwire::command
