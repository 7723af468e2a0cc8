// SQLite FTS5 in the bench; the protocol is in tests/bench/README.md.

#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include "measure.h"

namespace {

namespace fs = std::filesystem;
using bench::Stems;

class Statement {
 public:
  Statement(sqlite3* db, const char* sql) : db_(db) {
    if (sqlite3_prepare_v2(db, sql, -1, &statement_, nullptr) != SQLITE_OK) {
      Die();
    }
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void Bind(int column, const std::string& text) {
    sqlite3_bind_text(statement_, column, text.data(),
                      static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }
  void Bind(int column, int64_t number) {
    sqlite3_bind_int64(statement_, column, number);
  }
  bool Step() {
    const int status = sqlite3_step(statement_);
    if (status != SQLITE_ROW && status != SQLITE_DONE) Die();
    return status == SQLITE_ROW;
  }
  int64_t Number() { return sqlite3_column_int64(statement_, 0); }
  void Reset() { sqlite3_reset(statement_); }

 private:
  void Die() {
    std::fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db_));
    std::exit(1);
  }
  sqlite3* const db_;
  sqlite3_stmt* statement_ = nullptr;
};

class Database {
 public:
  explicit Database(const fs::path& folder) {
    fs::create_directories(folder);
    if (sqlite3_open((folder / "fts5.db").c_str(), &db_) != SQLITE_OK) {
      std::exit(1);
    }
    Run("PRAGMA mmap_size = 8000000000");
    Run("PRAGMA cache_size = -200000");
    Run("PRAGMA synchronous = OFF");
  }
  ~Database() { sqlite3_close(db_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void Run(const char* sql) { Statement(db_, sql).Step(); }
  sqlite3* get() const { return db_; }

 private:
  sqlite3* db_ = nullptr;
};

// The text is not kept; the flags are a column of words that does not score.
// Ids are stems and flags; 'ascii' takes them as they are.
constexpr char kStems[] =
    "CREATE VIRTUAL TABLE papers USING fts5(body, flag, content='', "
    "tokenize=\"ascii tokenchars '+#.'\")";
constexpr char kText[] =
    "CREATE VIRTUAL TABLE papers USING fts5(body, flag, content='', "
    "tokenize='porter unicode61')";

std::string Flags(const std::string& line) {
  return std::string(line[0] == '1' ? "f1 " : "") +
         (line[1] == '1' ? "f50 " : "") + (line[2] == '1' ? "deleted" : "");
}

// Returns the papers.
int64_t Index(Database* db, const char* create, const fs::path& lines,
              bool stems) {
  db->Run(create);
  db->Run("INSERT INTO papers(papers, rank) VALUES('rank', 'bm25(1.0, 0.0)')");
  Statement insert(db->get(),
                   "INSERT INTO papers(rowid, body, flag) VALUES(?, ?, ?)");
  int64_t papers = 0;
  db->Run("BEGIN");
  bench::ForEachLine(lines, [&](const std::string& line) {
    insert.Bind(1, ++papers);
    insert.Bind(2, stems ? line.substr(4) : line);
    insert.Bind(3, stems ? Flags(line) : "");
    insert.Step();
    insert.Reset();
    if (stems && papers % bench::kBatch == 0) {
      db->Run("COMMIT");
      db->Run("BEGIN");
    }
  });
  db->Run("COMMIT");
  return papers;
}

void Optimize(Database* db) {
  db->Run("INSERT INTO papers(papers) VALUES('optimize')");
  db->Run("VACUUM");
}

// A contentless table wants to be told what it forgets.
void Delete(Database* db, const fs::path& lines) {
  Statement erase(db->get(),
                  "INSERT INTO papers(papers, rowid, body, flag) "
                  "VALUES('delete', ?, ?, ?)");
  int64_t papers = 0;
  db->Run("BEGIN");
  bench::ForEachLine(lines, [&](const std::string& line) {
    ++papers;
    if (line[2] != '1') return;
    erase.Bind(1, papers);
    erase.Bind(2, line.substr(4));
    erase.Bind(3, Flags(line));
    erase.Step();
    erase.Reset();
  });
  db->Run("COMMIT");
}

void Copy(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  fs::copy(from, to);
}

void Build(const fs::path& out, const fs::path& data) {
  const bench::Clock clock;
  fs::remove_all(out / "many");
  int64_t papers;
  {
    Database db(out / "many");
    papers = Index(&db, kStems, data / "docs.txt", true);
  }
  bench::ReportBuild("many", clock, out / "many", papers, 0);
  Copy(out / "many", out / "one");
  {
    Database db(out / "one");
    Optimize(&db);
  }
  bench::ReportBuild("one", clock, out / "one", papers, 1);
  for (const char* variant : {"many", "one"}) {
    const fs::path deleted = out / (variant + std::string("-deleted"));
    Copy(out / variant, deleted);
    Database db(deleted);
    Delete(&db, data / "docs.txt");
  }
}

void Text(const fs::path& out, const fs::path& data) {
  const bench::Clock clock;
  fs::remove_all(out / "text");
  Database db(out / "text");
  const int64_t papers = Index(&db, kText, data / "raw.txt", false);
  bench::ReportBuild("text", clock, out / "text", papers, 0);
  Optimize(&db);
  bench::ReportBuild("text-one", clock, out / "text", papers, 1);
}

class Asker {
 public:
  explicit Asker(const Database& db)
      : top10_(db.get(),
               "SELECT rowid FROM papers WHERE papers MATCH ? "
               "ORDER BY rank LIMIT 10"),
        count_(db.get(), "SELECT count(*) FROM papers WHERE papers MATCH ?") {}

  int64_t Ask(const std::string& op, const Stems& stems) {
    if (op == "or10") return Top10(Bag(stems, "\" OR \""));
    if (op == "or10_f1") return Top10(Filtered(stems, "f1"));
    if (op == "or10_f50") return Top10(Filtered(stems, "f50"));
    if (op == "and10") return Top10(Bag(stems, "\" AND \""));
    if (op == "phrase10") return Top10(Bag(stems, " "));
    if (op == "count_or") return Count(Bag(stems, "\" OR \""));
    return Count(Bag(stems, "\" AND \""));
  }

 private:
  static std::string Bag(const Stems& stems, const char* join) {
    std::string text = "body : (\"";
    for (const std::string& stem : stems) {
      if (&stem != &stems.front()) text += join;
      text += stem;
    }
    return text + "\")";
  }
  static std::string Filtered(const Stems& stems, const char* flag) {
    return Bag(stems, "\" OR \"") + " AND flag : " + flag;
  }
  int64_t Top10(const std::string& match) {
    top10_.Bind(1, match);
    int64_t hits = 0;
    while (top10_.Step()) ++hits;
    top10_.Reset();
    return hits;
  }
  int64_t Count(const std::string& match) {
    count_.Bind(1, match);
    count_.Step();
    const int64_t count = count_.Number();
    count_.Reset();
    return count;
  }

  Statement top10_, count_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const std::string command = argv[1];
  const fs::path folder = argv[2];
  const fs::path data = argv[3];
  if (command == "build") Build(folder, data);
  if (command == "text") Text(folder, data);
  if (command == "query") {
    const Database db(folder);
    Asker asker(db);
    bench::Queries(argv, [&](const std::string& op, const Stems& stems) {
      return asker.Ask(op, stems);
    });
  }
  if (command == "open") {
    const Stems stems = bench::FirstQuery(data);
    const bench::Clock clock;
    const Database db(folder);
    Asker(db).Ask("or10", stems);
    std::printf("{\"open\": %.6f}\n", clock.Wall());
  }
}
