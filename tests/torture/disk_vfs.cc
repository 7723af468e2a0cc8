// The methods that SQLite calls: https://www.sqlite.org/c3ref/io_methods.html.
// Locks are as in its own os_unix.c, for connections of one process.

#include "tests/torture/disk_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "service/base/mutex.h"

namespace paperwire::torture {
namespace {

constexpr size_t kLocks = SQLITE_SHM_NLOCK;

// What the connections to one file share.
struct Shared {
  int users = 0;
  int readers = 0;                 // hold SHARED or more
  const void* writer = nullptr;    // holds RESERVED or more
  bool pending = false;            // the writer waits for the readers
  int memory_users = 0;
  std::vector<std::unique_ptr<char[]>> memory;
  std::array<int, kLocks> held{};  // readers of each lock; -1: one writer
};

struct File {
  sqlite3_file base;  // SQLite's own; must be the first
  DiskVfs::Impl* vfs;
  Disk::Handle handle;
  Shared* shared;  // null: it has no name
  int lock;
  bool maps;
  std::array<int, kLocks> held;  // 1: shared, -1: exclusive
  bool remove;
};

File& Of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }

}  // namespace

struct DiskVfs::Impl {
  Disk* disk = nullptr;
  sqlite3_vfs vfs{};
  sqlite3_vfs* before = nullptr;
  Mutex mutex;
  std::map<std::string, Shared> files;  // locks are taken under `mutex`
};

namespace {

int Close(sqlite3_file* base) {
  File& file = Of(base);
  if (file.shared != nullptr) {
    MutexLock lock(&file.vfs->mutex);
    if (--file.shared->users == 0) file.vfs->files.erase(file.handle.path);
  }
  if (file.remove) file.vfs->disk->Remove(file.handle.path, false);
  file.handle.~Handle();
  return SQLITE_OK;
}

int Read(sqlite3_file* base, void* to, int size, sqlite3_int64 offset) {
  bool is_short = false;
  const int error = Of(base).vfs->disk->Read(
      Of(base).handle, static_cast<size_t>(offset),
      {static_cast<uint8_t*>(to), static_cast<size_t>(size)}, &is_short);
  if (error != 0) return SQLITE_IOERR_READ;
  return is_short ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

int Write(sqlite3_file* base, const void* from, int size,
          sqlite3_int64 offset) {
  const int error = Of(base).vfs->disk->Write(
      Of(base).handle, static_cast<size_t>(offset),
      {static_cast<const uint8_t*>(from), static_cast<size_t>(size)});
  if (error == 0) return SQLITE_OK;
  return error == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

int Truncate(sqlite3_file* base, sqlite3_int64 size) {
  const int error = Of(base).vfs->disk->Truncate(Of(base).handle,
                                                 static_cast<size_t>(size));
  return error == 0 ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

int Sync(sqlite3_file* base, int) {
  const int error =
      Of(base).vfs->disk->Sync(Of(base).handle, /*with_name=*/true);
  return error == 0 ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

int FileSize(sqlite3_file* base, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(
      Of(base).vfs->disk->SizeOf(Of(base).handle));
  return SQLITE_OK;
}

int Lock(sqlite3_file* base, int wanted) {
  File& file = Of(base);
  if (file.shared == nullptr || file.lock >= wanted) return SQLITE_OK;
  MutexLock lock(&file.vfs->mutex);
  Shared& shared = *file.shared;
  const bool other = shared.writer != nullptr && shared.writer != &file;
  if (wanted == SQLITE_LOCK_SHARED) {
    if (shared.pending && other) return SQLITE_BUSY;
    ++shared.readers;
  } else {
    if (other) return SQLITE_BUSY;
    shared.writer = &file;
    if (wanted == SQLITE_LOCK_EXCLUSIVE) {
      shared.pending = true;
      if (shared.readers > 1) {
        file.lock = SQLITE_LOCK_PENDING;
        return SQLITE_BUSY;
      }
    }
  }
  file.lock = wanted;
  return SQLITE_OK;
}

int Unlock(sqlite3_file* base, int wanted) {
  File& file = Of(base);
  if (file.shared == nullptr || file.lock <= wanted) return SQLITE_OK;
  MutexLock lock(&file.vfs->mutex);
  if (file.lock > SQLITE_LOCK_SHARED) {
    file.shared->writer = nullptr;
    file.shared->pending = false;
  }
  if (wanted == SQLITE_LOCK_NONE) --file.shared->readers;
  file.lock = wanted;
  return SQLITE_OK;
}

int CheckReservedLock(sqlite3_file* base, int* reserved) {
  File& file = Of(base);
  MutexLock lock(&file.vfs->mutex);
  *reserved = file.shared != nullptr && file.shared->writer != nullptr;
  return SQLITE_OK;
}

int FileControl(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int SectorSize(sqlite3_file*) { return 4096; }
// As on unix: what lies beside a write stays as it is.
int DeviceCharacteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

int ShmMap(sqlite3_file* base, int region, int size, int extend,
           void volatile** memory) {
  File& file = Of(base);
  *memory = nullptr;
  MutexLock lock(&file.vfs->mutex);
  Shared& shared = *file.shared;
  if (!file.maps) {
    file.maps = true;
    ++shared.memory_users;
  }
  while (shared.memory.size() <= static_cast<size_t>(region)) {
    if (extend == 0) return SQLITE_OK;
    if (const int error = file.vfs->disk->MapMemory(); error != 0) {
      return SQLITE_IOERR_SHMMAP;
    }
    // Zeros, as SQLite expects.
    shared.memory.push_back(
        std::make_unique<char[]>(static_cast<size_t>(size)));
  }
  *memory = shared.memory[static_cast<size_t>(region)].get();
  return SQLITE_OK;
}

int ShmLock(sqlite3_file* base, int offset, int n, int flags) {
  File& file = Of(base);
  MutexLock lock(&file.vfs->mutex);
  Shared& shared = *file.shared;
  const auto begin = static_cast<size_t>(offset);
  const size_t end = begin + static_cast<size_t>(n);
  const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  for (size_t i = begin; i < end; ++i) {
    if ((flags & SQLITE_SHM_UNLOCK) != 0 || file.held[i] != 0) continue;
    if (exclusive ? shared.held[i] != 0 : shared.held[i] < 0) {
      return SQLITE_BUSY;
    }
  }
  for (size_t i = begin; i < end; ++i) {
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
      if (file.held[i] == 0) continue;
      shared.held[i] = file.held[i] < 0 ? 0 : shared.held[i] - 1;
      file.held[i] = 0;
    } else if (file.held[i] == 0) {
      file.held[i] = exclusive ? -1 : 1;
      shared.held[i] = exclusive ? -1 : shared.held[i] + 1;
    }
  }
  return SQLITE_OK;
}

void ShmBarrier(sqlite3_file* base) {
  MutexLock lock(&Of(base).vfs->mutex);
}

int ShmUnmap(sqlite3_file* base, int) {
  File& file = Of(base);
  MutexLock lock(&file.vfs->mutex);
  if (!file.maps) return SQLITE_OK;
  file.maps = false;
  // The last one takes the memory with it: the next one recovers the WAL.
  if (--file.shared->memory_users == 0) file.shared->memory.clear();
  return SQLITE_OK;
}

constexpr sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = Close,
    .xRead = Read,
    .xWrite = Write,
    .xTruncate = Truncate,
    .xSync = Sync,
    .xFileSize = FileSize,
    .xLock = Lock,
    .xUnlock = Unlock,
    .xCheckReservedLock = CheckReservedLock,
    .xFileControl = FileControl,
    .xSectorSize = SectorSize,
    .xDeviceCharacteristics = DeviceCharacteristics,
    .xShmMap = ShmMap,
    .xShmLock = ShmLock,
    .xShmBarrier = ShmBarrier,
    .xShmUnmap = ShmUnmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

DiskVfs::Impl& ImplOf(sqlite3_vfs* vfs) {
  return *static_cast<DiskVfs::Impl*>(vfs->pAppData);
}

int OpenFile(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* base,
             int flags, int* out_flags) {
  DiskVfs::Impl& impl = ImplOf(vfs);
  base->pMethods = nullptr;
  Disk::Handle handle;
  const int error = impl.disk->OpenFile(
      name == nullptr ? "" : name,
      (flags & SQLITE_OPEN_CREATE) != 0 ? Disk::kCreate : Disk::kRead,
      &handle);
  if (error != 0) return SQLITE_CANTOPEN;
  File& file = *new (base) File{};
  file.vfs = &impl;
  file.handle = std::move(handle);
  file.remove = name != nullptr && (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
  if (name != nullptr) {
    MutexLock lock(&impl.mutex);
    file.shared = &impl.files[name];
    ++file.shared->users;
  }
  file.base.pMethods = &kMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  const int error = ImplOf(vfs).disk->Remove(name, sync_folder != 0);
  if (error == ENOENT) return SQLITE_IOERR_DELETE_NOENT;
  return error == 0 ? SQLITE_OK : SQLITE_IOERR_DELETE;
}

int Access(sqlite3_vfs* vfs, const char* name, int, int* there) {
  *there = ImplOf(vfs).disk->Exists(name);
  return SQLITE_OK;
}

int FullPathname(sqlite3_vfs*, const char* name, int size, char* path) {
  sqlite3_snprintf(size, path, "%s", name);
  return SQLITE_OK;
}

int Randomness(sqlite3_vfs* vfs, int size, char* bytes) {
  for (int i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>(ImplOf(vfs).disk->Random());
  }
  return size;
}

int Sleep(sqlite3_vfs*, int microseconds) {
  std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
  return microseconds;
}

int CurrentTime(sqlite3_vfs*, double* days) {
  *days = 2460000.5;  // nobody asks SQLite for the time
  return SQLITE_OK;
}

int GetLastError(sqlite3_vfs*, int, char*) { return 0; }

}  // namespace

DiskVfs::DiskVfs(Disk* disk) : impl_(std::make_unique<Impl>()) {
  impl_->disk = disk;
  sqlite3_vfs& vfs = impl_->vfs;
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(File);
  vfs.mxPathname = 512;
  vfs.zName = "torture";
  vfs.pAppData = impl_.get();
  vfs.xOpen = OpenFile;
  vfs.xDelete = Delete;
  vfs.xAccess = Access;
  vfs.xFullPathname = FullPathname;
  vfs.xRandomness = Randomness;
  vfs.xSleep = Sleep;
  vfs.xCurrentTime = CurrentTime;
  vfs.xGetLastError = GetLastError;
  impl_->before = sqlite3_vfs_find(nullptr);
  sqlite3_vfs_register(&vfs, /*makeDflt=*/1);
  // SQLite's random numbers come from the disk from here on.
  sqlite3_randomness(0, nullptr);
}

DiskVfs::~DiskVfs() {
  sqlite3_vfs_unregister(&impl_->vfs);
  sqlite3_vfs_register(impl_->before, /*makeDflt=*/1);
}

}  // namespace paperwire::torture
