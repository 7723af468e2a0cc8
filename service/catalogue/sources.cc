#include "service/catalogue/sources.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/journal/appender.h"

namespace paperwire::catalogue {
namespace {

using journal::Database;
using journal::SetTime;
using journal::Statement;

// Times are microseconds since the epoch; pauses are whole seconds, oldest
// first, with spaces between.
constexpr char kSchema[] = R"(
  CREATE TABLE IF NOT EXISTS source (
    source TEXT PRIMARY KEY,
    import INTEGER NOT NULL,
    news INTEGER,
    pauses TEXT NOT NULL) STRICT, WITHOUT ROWID;
)";

std::vector<int64_t> ReadPauses(std::string_view text) {
  std::vector<int64_t> pauses;
  for (absl::string_view one :
       absl::StrSplit(ToAbsl(text), ' ', absl::SkipEmpty())) {
    int64_t seconds = 0;
    if (absl::SimpleAtoi(one, &seconds)) pauses.push_back(seconds);
  }
  return pauses;
}

void SetUsual(std::vector<int64_t> pauses, absl::Time last_news, absl::Time now,
              v1::SourceFreshness* freshness) {
  if (pauses.size() < kMinPauses) return;
  std::sort(pauses.begin(), pauses.end());
  freshness->mutable_usual_interval()->set_seconds(pauses[pauses.size() / 2]);
  const absl::Time due =
      last_news + absl::Seconds(pauses.back()) * kPatience;
  SetTime(due, freshness->mutable_due_time());
  freshness->set_late(now > due);
}

}  // namespace

absl::Status PrepareSources(Database& db) {
  // In data folders of version 1 it was a view, with other columns.
  Statement& column = db.Get(
      "SELECT count(*) FROM pragma_table_info('source') WHERE name = 'time'");
  ASSIGN_OR_RETURN(bool found, column.Step());
  const bool old = found && column.Int(0) > 0;
  column.Reset();
  if (old) RETURN_IF_ERROR(db.Execute("DROP TABLE source"));
  return db.Execute(kSchema);
}

absl::Status NoteImport(Database& db, std::string_view source, absl::Time now,
                        bool news) {
  Statement& row = db.Get("SELECT news, pauses FROM source WHERE source = ?1")
                       .BindText(1, source);
  ASSIGN_OR_RETURN(bool found, row.Step());
  std::optional<absl::Time> last_news;
  std::vector<int64_t> pauses;
  if (found && !row.IsNull(0)) last_news = absl::FromUnixMicros(row.Int(0));
  if (found) pauses = ReadPauses(row.Bytes(1));
  row.Reset();
  if (news) {
    if (last_news.has_value() && now - *last_news >= kOneVisit) {
      pauses.push_back(absl::ToInt64Seconds(now - *last_news));
      if (pauses.size() > kMaxPauses) pauses.erase(pauses.begin());
    }
    // The machine's clock may have been put back.
    last_news = std::max(now, last_news.value_or(now));
  }
  const std::string text = absl::StrJoin(pauses, " ");
  Statement& write =
      db.Get("INSERT OR REPLACE INTO source VALUES (?1, ?2, ?3, ?4)");
  write.BindText(1, source).Bind(2, absl::ToUnixMicros(now)).BindText(4, text);
  if (last_news.has_value()) {
    write.Bind(3, absl::ToUnixMicros(*last_news));
  } else {
    write.BindNull(3);
  }
  return write.Run();
}

absl::StatusOr<std::vector<v1::SourceFreshness>> ListSources(Database& db,
                                                             absl::Time now) {
  Statement& rows =
      db.Get("SELECT source, import, news, pauses FROM source");
  std::vector<v1::SourceFreshness> sources;
  while (true) {
    ASSIGN_OR_RETURN(bool found, rows.Step());
    if (!found) break;
    v1::SourceFreshness& one = sources.emplace_back();
    one.set_source(std::string(rows.Bytes(0)));
    SetTime(absl::FromUnixMicros(rows.Int(1)), one.mutable_last_import_time());
    if (rows.IsNull(2)) continue;
    const absl::Time news = absl::FromUnixMicros(rows.Int(2));
    SetTime(news, one.mutable_last_news_time());
    SetUsual(ReadPauses(rows.Bytes(3)), news, now, &one);
  }
  const auto rank = [](const v1::SourceFreshness& s) {
    return std::tuple(!s.late(), -s.last_news_time().seconds(),
                      std::string_view(s.source()));
  };
  std::sort(sources.begin(), sources.end(),
            [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return sources;
}

}  // namespace paperwire::catalogue
