#include "service/store/requests.h"

#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::store {

constexpr size_t kMaxRequestIdBytes = 64;

absl::Status PrepareRequests(journal::Database& db) {
  return db.Execute(
      "CREATE TABLE IF NOT EXISTS request ("
      "  request_id TEXT PRIMARY KEY, time INTEGER NOT NULL,"
      "  answer BLOB NOT NULL) STRICT;"
      "CREATE INDEX IF NOT EXISTS request_time ON request (time);");
}

absl::Status CheckRequestId(std::string_view request_id) {
  if (request_id.size() > kMaxRequestIdBytes) {
    return InvalidField("request_id",
                        StrCat("It is ", request_id.size(),
                               " characters long; at most ",
                               kMaxRequestIdBytes, " are taken. A UUID does."));
  }
  for (char c : request_id) {
    if (c < 0x20 || c > 0x7e) {
      return InvalidField("request_id",
                          "It may hold printable ASCII characters only. A "
                          "UUID does.");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::ImportPapersResponse>> FindAnswer(
    journal::Database& db, std::string_view request_id) {
  journal::Statement& row =
      db.Get("SELECT answer FROM request WHERE request_id = ?1")
          .BindText(1, request_id);
  ASSIGN_OR_RETURN(bool found, row.Step());
  if (!found) return std::nullopt;
  v1::ImportPapersResponse answer;
  const std::string_view bytes = row.Bytes(0);
  const bool parsed =
      answer.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  row.Reset();
  if (!parsed) {
    return absl::DataLossError(StrCat("The stored answer to the request ",
                                      request_id, " is damaged."));
  }
  return answer;
}

absl::Status KeepAnswer(journal::Database& db,
                        const v1::ImportPapersResponse& answer, absl::Time now,
                        absl::Time forget) {
  const std::string bytes = answer.SerializeAsString();
  RETURN_IF_ERROR(
      db.Get("INSERT OR REPLACE INTO request VALUES (?1, ?2, ?3)")
          .BindText(1, answer.request_id())
          .Bind(2, absl::ToUnixMicros(now))
          .BindBlob(3, bytes)
          .Run());
  return db.Get("DELETE FROM request WHERE time < ?1")
      .Bind(1, absl::ToUnixMicros(forget))
      .Run();
}

}  // namespace paperwire::store
