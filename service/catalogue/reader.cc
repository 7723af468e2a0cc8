#include "service/catalogue/reader.h"

#include <limits>

#include "absl/time/civil_time.h"
#include "service/base/error_details.h"
#include "service/base/paper_id.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/catalogue/tables.h"
#include "service/journal/journal.h"
#include "service/text/external_id.h"

namespace paperwire::catalogue {
namespace {

using journal::Database;
using journal::Entry;
using journal::Kind;
using journal::Statement;

absl::Status NoSuchPaper(std::string_view name) {
  return WithReason(
      absl::NotFoundError(StrCat(
          "There is no paper ", name.substr(0, 200),
          ". It was never imported, or it was deleted.")),
      "PAPER_NOT_FOUND", {{"name", std::string(name.substr(0, 200))}});
}

// Whether the text could be an id of our own.
bool IsId(std::string_view id) {
  return id.size() <= 63 &&
         id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
             std::string_view::npos;
}

v1::PaperChange::Kind ToProto(Kind kind) {
  switch (kind) {
    case Kind::kCreated:
      return v1::PaperChange::KIND_CREATED;
    case Kind::kUpdated:
      return v1::PaperChange::KIND_UPDATED;
    case Kind::kMerged:
      return v1::PaperChange::KIND_MERGED;
    case Kind::kAbsorbed:
      return v1::PaperChange::KIND_ABSORBED;
    case Kind::kSplit:
      return v1::PaperChange::KIND_SPLIT;
    case Kind::kDeleted:
      return v1::PaperChange::KIND_DELETED;
    case Kind::kVoted:
      return v1::PaperChange::KIND_VOTED;
    case Kind::kSubscribed:
    case Kind::kUnsubscribed:
      break;  // of no paper
  }
  return v1::PaperChange::KIND_UNSPECIFIED;
}

// Days as numbers, so that a place in a list is numbers alone.
int64_t DayNumber(std::string_view day) {
  absl::CivilDay parsed;
  return absl::ParseCivilTime(ToAbsl(day), &parsed) ? parsed - absl::CivilDay(1970)
                                            : 0;
}

std::string DayText(int64_t number) {
  return absl::FormatCivilTime(absl::CivilDay(1970) + number);
}

int64_t ToSeconds(const std::optional<absl::Time>& time, int64_t otherwise) {
  return time.has_value() ? absl::ToUnixSeconds(*time) : otherwise;
}

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

// By a date column of `paper`, newest first.
absl::StatusOr<ListResult> ListByColumn(Database& db, std::string_view column,
                                        const ListOptions& options) {
  ListResult result;
  const bool bounded = options.start.has_value() || options.end.has_value();
  std::optional<ListOptions::Place> last;
  if (!options.after.has_value() || options.after->dated) {
    Statement& dated =
        db.Get(StrCat(
                   "SELECT ", column, ", number FROM paper WHERE state = 1 "
                   "AND ", column, " >= ?1 AND ", column, " < ?2 "
                   "AND (", column, ", number) < (?3, ?4) "
                   "ORDER BY ", column, " DESC, number DESC LIMIT ?5"))
            .Bind(1, ToSeconds(options.start, kMin))
            .Bind(2, ToSeconds(options.end, kMax))
            .Bind(3, options.after.has_value() ? options.after->date : kMax)
            .Bind(4, options.after.has_value() ? options.after->number : kMax)
            .Bind(5, options.limit + 1);
    while (true) {
      ASSIGN_OR_RETURN(bool found, dated.Step());
      if (!found) break;
      if (static_cast<int>(result.numbers.size()) == options.limit) {
        result.more = last;
        dated.Reset();
        return result;
      }
      last = {.date = dated.Int(0), .number = dated.Int(1)};
      result.numbers.push_back(last->number);
    }
  }
  if (bounded) return result;
  Statement& undated =
      db.Get(StrCat("SELECT number FROM paper WHERE state = 1 AND ",
                          column, " IS NULL AND number < ?1 "
                          "ORDER BY number DESC LIMIT ?2"))
          .Bind(1, options.after.has_value() && !options.after->dated
                       ? options.after->number
                       : kMax)
          .Bind(2, options.limit + 1);
  while (true) {
    ASSIGN_OR_RETURN(bool found, undated.Step());
    if (!found) return result;
    if (static_cast<int>(result.numbers.size()) == options.limit) {
      result.more = last;
      undated.Reset();
      return result;
    }
    last = {.number = undated.Int(0), .dated = false};
    result.numbers.push_back(last->number);
  }
}

absl::StatusOr<ListResult> ListFeatured(Database& db,
                                        const ListOptions& options) {
  const auto day = [](const std::optional<absl::Time>& time,
                      std::string_view otherwise) {
    return time.has_value()
               ? absl::FormatCivilTime(
                     absl::ToCivilDay(*time, absl::UTCTimeZone()))
               : std::string(otherwise);
  };
  // Text outlives the statement's steps.
  const std::string start = day(options.start, "");
  const std::string end = day(options.end, "~");
  const std::string after_day =
      options.after.has_value() ? DayText(options.after->date) : "~";
  Statement& rows =
      db.Get("SELECT day, votes, feature.number FROM feature "
             "JOIN paper ON paper.number = feature.number AND state = 1 "
             "WHERE day >= ?1 AND day < ?2 AND (day < ?3 OR (day = ?3 AND "
             "(votes < ?4 OR (votes = ?4 AND feature.number > ?5)))) "
             "ORDER BY day DESC, votes DESC, feature.number LIMIT ?6")
          .BindText(1, start)
          .BindText(2, end)
          .BindText(3, after_day)
          .Bind(4, options.after.has_value() ? options.after->votes : kMax)
          .Bind(5, options.after.has_value() ? options.after->number : 0)
          .Bind(6, options.limit + 1);
  ListResult result;
  std::optional<ListOptions::Place> last;
  while (true) {
    ASSIGN_OR_RETURN(bool found, rows.Step());
    if (!found) return result;
    if (static_cast<int>(result.numbers.size()) == options.limit) {
      result.more = last;
      rows.Reset();
      return result;
    }
    last = {.date = DayNumber(rows.Bytes(0)),
            .votes = rows.Int(1),
            .number = rows.Int(2)};
    result.numbers.push_back(last->number);
  }
}

}  // namespace

absl::StatusOr<int64_t> ResolveName(Database& db, std::string_view name,
                                    std::string_view request_field) {
  std::string_view id = name;
  const bool prefixed = ConsumePrefix(&id, "papers/");
  if (!prefixed || id.empty() ||
      (id.find(':') == std::string_view::npos && !IsId(id))) {
    return InvalidField(
        request_field,
        StrCat("\"", name.substr(0, 100),
                     "\" is not the name of a paper. Names look like "
                     "papers/{id} or papers/arxiv:2410.01131."));
  }
  int64_t number = 0;
  if (const size_t colon = id.find(':'); colon != std::string_view::npos) {
    absl::StatusOr<std::pair<std::string, std::string>> external =
        text::NormalizeExternalId(id.substr(0, colon), id.substr(colon + 1));
    if (!external.ok()) {
      return InvalidField(request_field, ToStd(external.status().message()));
    }
    ASSIGN_OR_RETURN(
        number, FindExternalId(
                    db, StrCat(external->first, ":", external->second)));
  } else if (std::optional<int64_t> own = NumberOfName(name)) {
    number = *own;
  }
  // A chain of absorptions always leads to a lower number.
  while (number != 0) {
    ASSIGN_OR_RETURN(std::optional<Row> row, FindRow(db, number));
    if (!row.has_value() || row->state == State::kDeleted) break;
    if (row->state != State::kAbsorbed) return number;
    number = row->absorbed_into;
  }
  return NoSuchPaper(name);
}

absl::StatusOr<v1::Paper> ReadPaper(Database& db, int64_t number) {
  ASSIGN_OR_RETURN(std::optional<Row> row, FindRow(db, number));
  if (row.has_value()) {
    ASSIGN_OR_RETURN(Entry entry, journal::ReadOne(db, row->sequence));
    if (entry.payload.has_paper()) {
      return std::move(*entry.payload.mutable_paper());
    }
  }
  return NoSuchPaper(PaperName(number));
}

absl::StatusOr<ListResult> ListPapers(Database& db,
                                      const ListOptions& options) {
  switch (options.date_kind) {
    case v1::ListPapersRequest::DATE_KIND_FEATURED:
      return ListFeatured(db, options);
    case v1::ListPapersRequest::DATE_KIND_STORED:
      return ListByColumn(db, "stored", options);
    default:
      return ListByColumn(db, "published", options);
  }
}

absl::StatusOr<std::vector<v1::PaperChange>> ListChanges(Database& db,
                                                         int64_t number,
                                                         int64_t from,
                                                         int limit,
                                                         int64_t* next) {
  *next = 0;
  if (from == 0) {
    ASSIGN_OR_RETURN(std::optional<Row> row, FindRow(db, number));
    if (!row.has_value()) return NoSuchPaper(PaperName(number));
    from = row->sequence;
  }
  std::vector<v1::PaperChange> changes;
  while (from != 0) {
    if (static_cast<int>(changes.size()) == limit) {
      *next = from;
      break;
    }
    absl::StatusOr<Entry> entry = journal::ReadOne(db, from);
    if (absl::IsNotFound(entry.status())) break;  // older than the journal
    RETURN_IF_ERROR(entry.status());
    if (entry->number != number) {
      return InvalidField("page_token", "This token is of another paper.");
    }
    v1::PaperChange change;
    change.set_sequence(entry->sequence);
    change.set_kind(ToProto(entry->kind));
    change.set_source(entry->payload.source());
    const int64_t micros = absl::ToUnixMicros(entry->time);
    change.mutable_change_time()->set_seconds(micros / 1000000);
    change.mutable_change_time()->set_nanos(
        static_cast<int32_t>(micros % 1000000 * 1000));
    if (entry->payload.other() != 0) {
      change.set_other_name(PaperName(entry->payload.other()));
    }
    changes.push_back(std::move(change));
    from = entry->previous;
  }
  return changes;
}

absl::StatusOr<int64_t> CountWithdrawn(Database& db) {
  Statement& statement =
      db.Get("SELECT count(*) FROM paper WHERE state = 2");
  ASSIGN_OR_RETURN(bool found, statement.Step());
  const int64_t count = found ? statement.Int(0) : 0;
  statement.Reset();
  return count;
}

}  // namespace paperwire::catalogue
