#include "service/journal/database.h"

#include <sqlite3.h>
#include <unistd.h>

#include "service/base/error_details.h"
#include "service/base/priority.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::journal {
namespace {

// Says what SQLite found wrong, in the terms of whoever runs the server.
absl::Status ToStatus(sqlite3* db, int code) {
  const std::string detail =
      StrCat(db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code),
             " (SQLite ", code, ")");
  switch (code & 0xff) {
    case SQLITE_FULL:
      return WithReason(
          absl::ResourceExhaustedError(StrCat(
              "The disk that holds the data folder is full: ", detail,
              ". Nothing of this request was stored. Free some space and send "
              "it again.")),
          "DISK_FULL");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return WithReason(
          absl::FailedPreconditionError(StrCat(
              "The data folder cannot be written: ", detail,
              ". Check that it exists, its owner, its mode, and that its "
              "file system is not mounted read-only.")),
          "DATA_FOLDER_NOT_WRITABLE");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return WithReason(
          absl::DataLossError(StrCat(
              "The journal file is damaged: ", detail,
              ". Restore it from a backup, or try SQLite's `.recover`.")),
          "JOURNAL_DAMAGED");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::UnavailableError(
          StrCat("Another process holds the journal file: ", detail, "."));
    case SQLITE_IOERR:
      return absl::UnavailableError(
          StrCat("Reading or writing the journal file failed: ", detail,
                 ". Check the disk and the system's log."));
    default:
      return absl::InternalError(StrCat("SQLite: ", detail, "."));
  }
}

// So that a batch can be taken back, SQLite notes what its statements change.
// When it keeps that in memory for good (temp_store = MEMORY), it walks all of
// a list of kilobytes after every statement; below this limit, which batches of
// 1,000 papers do not reach, it is one piece, of which only what is written
// takes memory. Beyond it is a temporary file.
void NoteChangesInOnePiece() {
  constexpr int kBytes = 32 << 20;
  static const int configured =
      sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, kBytes);
  static_cast<void>(configured);  // too late: slower, and nothing else
}

ssize_t WritePage(int file, const void* page, size_t size, off_t at) {
  GiveWay();
  return ::pwrite(file, page, size, at);
}

// SQLite writes what a transaction changed, and what it carries back from its
// log, in one go of some milliseconds, page by page.
void GiveWayBetweenPages() {
  static_assert(sizeof(off_t) == 8);
  static const bool replaced = [] {
    sqlite3_vfs* const files = sqlite3_vfs_find("unix");
    if (files == nullptr || files->iVersion < 3) return false;
    // By one of these names; SQLite does not say by which.
    for (const char* name : {"pwrite", "pwrite64"}) {
      files->xSetSystemCall(files, name,
                            reinterpret_cast<sqlite3_syscall_ptr>(WritePage));
    }
    return true;
  }();
  static_cast<void>(replaced);  // else others wait longer, and nothing else
}

}  // namespace

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::Note(int code) {
  if (code != SQLITE_OK && status_.ok()) status_ = ToStatus(db_, code);
}

Statement& Statement::Bind(int parameter, int64_t value) {
  if (statement_ != nullptr) {
    Note(sqlite3_bind_int64(statement_, parameter, value));
  }
  return *this;
}

Statement& Statement::BindText(int parameter, std::string_view text) {
  if (statement_ != nullptr) {
    Note(sqlite3_bind_text64(statement_, parameter, text.data(), text.size(),
                             SQLITE_STATIC, SQLITE_UTF8));
  }
  return *this;
}

Statement& Statement::BindBlob(int parameter, std::string_view bytes) {
  if (statement_ != nullptr) {
    Note(sqlite3_bind_blob64(statement_, parameter, bytes.data(), bytes.size(),
                             SQLITE_STATIC));
  }
  return *this;
}

Statement& Statement::BindNull(int parameter) {
  if (statement_ != nullptr) Note(sqlite3_bind_null(statement_, parameter));
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  RETURN_IF_ERROR(status_);
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  // A statement that is left open holds its read transaction.
  sqlite3_reset(statement_);
  if (code == SQLITE_DONE) return false;
  return ToStatus(db_, code);
}

absl::Status Statement::Run() { return Step().status(); }

absl::StatusOr<int64_t> Statement::Number() {
  ASSIGN_OR_RETURN(bool found, Step());
  const int64_t number = found ? Int(0) : 0;
  Reset();
  return number;
}

int64_t Statement::Int(int column) const {
  return sqlite3_column_int64(statement_, column);
}

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::string_view Statement::Bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return std::string_view(static_cast<const char*>(data),
                          static_cast<size_t>(size));
}

void Statement::Reset() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  status_ = absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(
    const std::string& path, Mode mode) {
  NoteChangesInOnePiece();
  GiveWayBetweenPages();
  sqlite3* handle = nullptr;
  const int flags =
      SQLITE_OPEN_NOMUTEX |
      (mode == Mode::kWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                            : SQLITE_OPEN_READWRITE);
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  // sqlite3_open gives a handle even when it fails, for the message.
  std::unique_ptr<Database> db(new Database(handle));
  if (code != SQLITE_OK) return ToStatus(handle, code);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, 5000);
  if (mode == Mode::kWrite) {
    // The cache holds the inner pages of the key trees of a million papers; a
    // log of 64 MB lets a page that changes often be written back once.
    RETURN_IF_ERROR(
        // The first one counts for a file without tables only.
        db->Execute("PRAGMA auto_vacuum = INCREMENTAL;"
                    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                    "PRAGMA cache_size = -65536;"
                    "PRAGMA wal_autocheckpoint = 16000;"));
    // When a sync of the log failed in an earlier process, what it was to make
    // durable may be readable and yet never reach the disk, and with it all
    // that was appended behind it later. So nothing is: the log starts anew. A
    // full disk keeps what it has, and may go on to be searched.
    const absl::Status written_back =
        db->Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    if (!written_back.ok() && !absl::IsResourceExhausted(written_back)) {
      return written_back;
    }
  } else {
    RETURN_IF_ERROR(
        db->Execute("PRAGMA query_only = ON; PRAGMA cache_size = -8192;"));
  }
  return db;
}

Database::~Database() {
  statements_.clear();
  sqlite3_close_v2(db_);
}

absl::Status Database::Execute(const std::string& sql) {
  const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return ToStatus(db_, code);
  return absl::OkStatus();
}

bool Database::InTransaction() const {
  return sqlite3_get_autocommit(db_) == 0;
}

void Database::ResetAll() {
  for (auto& [sql, statement] : statements_) statement->Reset();
}

Statement& Database::Get(std::string_view sql) {
  auto it = statements_.find(sql);
  if (it == statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    const int code =
        sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) {
      // Not kept: the next try may find the schema there.
      broken_.reset(new Statement(db_, nullptr, ToStatus(db_, code)));
      return *broken_;
    }
    it =
        statements_
            .emplace(std::string(sql), std::unique_ptr<Statement>(new Statement(
                                           db_, statement, absl::OkStatus())))
            .first;
  }
  it->second->Reset();
  return *it->second;
}

}  // namespace paperwire::journal
