// SQLite with our habits: errors are values, statements are kept.
//
//     ASSIGN_OR_RETURN(auto db, Database::Open(path, Database::Mode::kWrite));
//     Statement& s = db->Get("SELECT body FROM note WHERE id = ?1");
//     ASSIGN_OR_RETURN(bool found, s.Bind(1, id).Step());
//
// A writer runs in WAL mode with synchronous=FULL: what COMMIT acknowledged
// is on the disk.

#ifndef PAPERWIRE_SERVICE_JOURNAL_DATABASE_H_
#define PAPERWIRE_SERVICE_JOURNAL_DATABASE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3;
struct sqlite3_stmt;

namespace paperwire::journal {

// A prepared statement. It belongs to its Database and is reset when it is
// asked for again; errors of Bind come out of Step.
class Statement {
 public:
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Parameters count from 1. Text and blobs must live until Step.
  Statement& Bind(int parameter, int64_t value);
  Statement& BindText(int parameter, std::string_view text);
  Statement& BindBlob(int parameter, std::string_view bytes);
  Statement& BindNull(int parameter);

  // Goes to the next row; false when there is none.
  absl::StatusOr<bool> Step();
  // For statements without rows.
  absl::Status Run();
  // For statements with one row and one column: the number there, 0 when there
  // is no row.
  absl::StatusOr<int64_t> Number();

  // Columns count from 0. Views are valid until the next Step.
  int64_t Int(int column) const;
  bool IsNull(int column) const;
  std::string_view Bytes(int column) const;

  void Reset();

 private:
  friend class Database;
  Statement(sqlite3* db, sqlite3_stmt* statement, absl::Status prepared)
      : db_(db), statement_(statement), status_(std::move(prepared)) {}

  void Note(int code);

  sqlite3* const db_;
  sqlite3_stmt* const statement_;  // null when it could not be prepared
  absl::Status status_;
};

// One connection. Not thread-safe: one thread at a time.
class Database {
 public:
  enum class Mode {
    kWrite,  // made when missing; one such connection a file
    kRead,   // the file must exist
  };

  // RESOURCE_EXHAUSTED: the disk is full. FAILED_PRECONDITION: it cannot be
  // written. DATA_LOSS: it is damaged, or no SQLite file.
  static absl::StatusOr<std::unique_ptr<Database>> Open(
      const std::string& path, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Runs statements that return no rows.
  absl::Status Execute(const std::string& sql);

  // Whether a transaction is open. Some errors (a full disk) end it.
  bool InTransaction() const;

  // Resets all statements: one that is left open holds its read transaction,
  // and everything that is read later would be old.
  void ResetAll();

  // The statement of this text, prepared once and reset now. A text that does
  // not compile gives its error at Step.
  Statement& Get(std::string_view sql);

 private:
  explicit Database(sqlite3* db) : db_(db) {}

  sqlite3* const db_;
  std::map<std::string, std::unique_ptr<Statement>, std::less<>> statements_;
  std::unique_ptr<Statement> broken_;  // the last one that did not compile
};

}  // namespace paperwire::journal

#endif  // PAPERWIRE_SERVICE_JOURNAL_DATABASE_H_
