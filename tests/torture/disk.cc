#include "tests/torture/disk.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unordered_map>
#include <utility>

namespace paperwire::torture {
namespace {

std::string FolderOf(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

size_t Below(std::mt19937_64& random, size_t n) { return random() % n; }

}  // namespace

void DiskFile::Write(size_t offset, std::span<const uint8_t> bytes) {
  if (now.size() < offset + bytes.size()) now.resize(offset + bytes.size());
  std::copy(bytes.begin(), bytes.end(),
            now.begin() + static_cast<ptrdiff_t>(offset));
  unsynced_.push_back({offset, bytes.size(), log_.size(), false});
  log_.insert(log_.end(), bytes.begin(), bytes.end());
}

void DiskFile::Truncate(size_t size) {
  now.resize(size);
  unsynced_.push_back({0, size, 0, true});
}

void DiskFile::Keep(const Change& change, size_t begin, size_t end) {
  if (change.truncated) {
    synced_.resize(change.size);
    return;
  }
  if (synced_.size() < end) synced_.resize(end);
  std::memcpy(synced_.data() + begin,
              log_.data() + change.log + (begin - change.offset), end - begin);
}

void DiskFile::Sync() {
  for (const Change& change : unsynced_) {
    Keep(change, change.offset, change.offset + change.size);
  }
  unsynced_.clear();
  log_.clear();
}

void DiskFile::FailSync(std::mt19937_64& random) {
  if (random() % 2 == 0) return;
  for (const Change& change : unsynced_) {
    if (random() % 2 == 0) {
      Keep(change, change.offset, change.offset + change.size);
    }
  }
  unsynced_.clear();
  log_.clear();
}

void DiskFile::KeepSectors(std::mt19937_64& random, size_t sector) {
  // Each sector reached the disk at some moment of its own.
  std::unordered_map<size_t, size_t> until;
  for (size_t i = 0; i < unsynced_.size(); ++i) {
    const Change& change = unsynced_[i];
    if (change.truncated) {
      if (random() % 2 == 0) Keep(change, 0, 0);
      continue;
    }
    const size_t end = change.offset + change.size;
    for (size_t at = change.offset; at < end;) {
      const size_t next = std::min(end, (at / sector + 1) * sector);
      const auto [it, is_new] = until.try_emplace(at / sector);
      if (is_new) it->second = Below(random, unsynced_.size() + 1);
      if (i < it->second) Keep(change, at, next);
      at = next;
    }
  }
}

void DiskFile::CutPower(std::mt19937_64& random) {
  constexpr size_t kSector = 512;
  constexpr size_t kPage = 4096;
  size_t first = 0;
  switch (random() % 4) {
    case 0:  // none
      break;
    case 1:  // the first of them, or all
      first = Below(random, unsynced_.size() + 1);
      break;
    case 2:
      KeepSectors(random, kSector);
      break;
    default:
      KeepSectors(random, kPage);
      break;
  }
  for (size_t i = 0; i < first; ++i) {
    const Change& change = unsynced_[i];
    Keep(change, change.offset, change.offset + change.size);
  }
  unsynced_.clear();
  log_.clear();
  now = synced_;
}

void Disk::FailAt(int64_t n, int error, Lasts lasts) {
  MutexLock lock(&mutex_);
  fail_at_ = calls_ + n;
  error_ = error;
  lasts_ = lasts;
  failing_ = dies_ = false;
}

void Disk::DieAt(int64_t n) {
  FailAt(n, EIO, kLasting);
  MutexLock lock(&mutex_);
  dies_ = true;
}

void Disk::Die() {
  DieAt(1);
  MutexLock lock(&mutex_);
  failing_ = true;
}

void Disk::Heal() {
  MutexLock lock(&mutex_);
  fail_at_ = 0;
  failing_ = dies_ = false;
}

void Disk::CountReads(bool reads) {
  MutexLock lock(&mutex_);
  reads_ = reads;
}

int64_t Disk::calls() const {
  MutexLock lock(&mutex_);
  return calls_;
}

int64_t Disk::failures() const {
  MutexLock lock(&mutex_);
  return failures_;
}

bool Disk::died() const {
  MutexLock lock(&mutex_);
  return dies_ && failing_;
}

uint64_t Disk::Random() {
  MutexLock lock(&mutex_);
  return random_();
}

int Disk::Fail(Call call, bool takes_room) {
  int error = 0;
  if (call != Call::kRead || reads_) {
    ++calls_;
    if (calls_ == fail_at_) {
      failing_ = lasts_ == kLasting;
      error = error_ == ENOSPC && call == Call::kRead ? EIO : error_;
    }
  }
  if (failing_ && (error_ != ENOSPC || takes_room)) error = error_;
  if (error != 0) ++failures_;
  return error;
}

void Disk::Apply(const NameChange& change, Names* names) {
  if (!change.remove.empty()) names->erase(change.remove);
  if (!change.add.empty()) (*names)[change.add] = change.file;
}

void Disk::ChangeName(NameChange change) {
  Apply(change, &names_);
  unsynced_names_.push_back(std::move(change));
}

void Disk::SyncNames(const std::string& folder) {
  std::erase_if(unsynced_names_, [&](const NameChange& change) {
    const std::string& path = change.add.empty() ? change.remove : change.add;
    if (FolderOf(path) != folder) return false;
    Apply(change, &synced_names_);
    return true;
  });
}

void Disk::CutPower() {
  MutexLock lock(&mutex_);
  fail_at_ = 0;
  failing_ = dies_ = false;
  const size_t kept = Below(random_, unsynced_names_.size() + 1);
  for (size_t i = 0; i < kept; ++i) Apply(unsynced_names_[i], &synced_names_);
  unsynced_names_.clear();
  names_ = synced_names_;
  for (const auto& [path, file] : names_) {
    file->CutPower(random_);
  }
}

int Disk::OpenFile(const std::string& path, Open how, Handle* handle) {
  MutexLock lock(&mutex_);
  const auto it = names_.find(path);
  const bool is_new = path.empty() || it == names_.end();
  if (is_new && how == kRead) return ENOENT;
  if (const int error = Fail(Call::kOpen, is_new); error != 0) {
    return error;
  }
  *handle = {is_new ? std::make_shared<DiskFile>() : it->second, path};
  if (path.empty()) return 0;
  if (is_new) {
    ChangeName({"", path, handle->file});
  } else if (how == kEmpty) {
    handle->file->Truncate(0);
  }
  return 0;
}

int Disk::Read(const Handle& handle, size_t offset, std::span<uint8_t> bytes,
               bool* is_short) {
  MutexLock lock(&mutex_);
  if (const int error = Fail(Call::kRead, false); error != 0) {
    return error;
  }
  const std::vector<uint8_t>& all = handle.file->now;
  const size_t there =
      offset < all.size() ? std::min(bytes.size(), all.size() - offset) : 0;
  std::copy_n(all.begin() + static_cast<ptrdiff_t>(there > 0 ? offset : 0),
              there, bytes.begin());
  std::fill(bytes.begin() + static_cast<ptrdiff_t>(there), bytes.end(), 0);
  *is_short = there < bytes.size();
  return 0;
}

int Disk::Write(const Handle& handle, size_t offset,
                std::span<const uint8_t> bytes) {
  MutexLock lock(&mutex_);
  const bool grows = offset + bytes.size() > handle.file->now.size();
  const int error = Fail(Call::kWrite, grows);
  if (error == 0) {
    handle.file->Write(offset, bytes);
  } else if (!dies_ && random_() % 2 == 0) {
    // Part of it got there.
    handle.file->Write(offset, bytes.first(Below(random_, bytes.size() + 1)));
  }
  return error;
}

int Disk::Truncate(const Handle& handle, size_t size) {
  MutexLock lock(&mutex_);
  const bool grows = size > handle.file->now.size();
  const int error = Fail(Call::kTruncate, grows);
  if (error == 0) handle.file->Truncate(size);
  return error;
}

int Disk::Sync(const Handle& handle, bool with_name) {
  MutexLock lock(&mutex_);
  const int error = Fail(Call::kSync, false);
  if (error != 0) {
    if (!dies_) handle.file->FailSync(random_);
    return error;
  }
  handle.file->Sync();
  if (with_name && !handle.path.empty()) SyncNames(FolderOf(handle.path));
  return 0;
}

size_t Disk::SizeOf(const Handle& handle) const {
  MutexLock lock(&mutex_);
  return handle.file->now.size();
}

bool Disk::Exists(const std::string& path) const {
  MutexLock lock(&mutex_);
  return names_.contains(path);
}

int Disk::Rename(const std::string& from, const std::string& to) {
  MutexLock lock(&mutex_);
  const auto it = names_.find(from);
  if (it == names_.end()) return ENOENT;
  if (const int error = Fail(Call::kRename, false); error != 0) {
    return error;
  }
  ChangeName({from, to, it->second});
  return 0;
}

int Disk::Remove(const std::string& path, bool durably) {
  MutexLock lock(&mutex_);
  if (!names_.contains(path)) return ENOENT;
  if (const int error = Fail(Call::kRemove, false); error != 0) {
    return error;
  }
  ChangeName({path, "", nullptr});
  if (durably) SyncNames(FolderOf(path));
  return 0;
}

int Disk::SyncFolder(const std::string& folder) {
  MutexLock lock(&mutex_);
  if (const int error = Fail(Call::kSync, false); error != 0) {
    return error;
  }
  SyncNames(folder);
  return 0;
}

int Disk::Map(const std::string& path,
              std::shared_ptr<const std::vector<uint8_t>>* bytes) {
  MutexLock lock(&mutex_);
  const auto it = names_.find(path);
  if (it == names_.end()) return ENOENT;
  if (const int error = Fail(Call::kMap, false); error != 0) {
    return error;
  }
  *bytes = std::make_shared<const std::vector<uint8_t>>(it->second->now);
  return 0;
}

int Disk::MapMemory() {
  MutexLock lock(&mutex_);
  return Fail(Call::kMap, true);
}

std::vector<std::string> Disk::List(const std::string& folder) const {
  MutexLock lock(&mutex_);
  std::vector<std::string> names;
  for (const auto& [path, file] : names_) {
    if (FolderOf(path) == folder) names.push_back(path.substr(folder.size() + 1));
  }
  return names;
}

int Disk::RemoveFolder(const std::string& folder) {
  for (const std::string& name : List(folder)) {
    const int error = Remove(folder + "/" + name, /*durably=*/false);
    if (error != 0) return error;
  }
  return 0;
}

}  // namespace paperwire::torture
