// The catalogue's tables: what papers there are, and by what they are found.
//
//     paper        number -> newest entry, state, dates
//     external_id  "arxiv:2410.01131" -> number
//     likeness     hash of the title -> number (identity.h)
//     feature      the days on which papers were featured
//     vote_step    votes by time (votes.h)
//     apart        pairs that a split keeps from being merged again
//
// They are a view of the journal in the same file: Apply follows one entry,
// and following all of them from empty tables gives the same tables again. The
// table cast_vote (cast_votes.h) stands beside them and is no such view.

#ifndef PAPERWIRE_SERVICE_CATALOGUE_TABLES_H_
#define PAPERWIRE_SERVICE_CATALOGUE_TABLES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "paperwire/v1/paper.pb.h"
#include "service/journal/database.h"
#include "service/journal/journal.h"
#include "service/text/analyzer.h"

namespace paperwire::catalogue {

enum class State : int {
  kActive = 1,
  kWithdrawn = 2,
  kAbsorbed = 3,  // part of another paper now
  kDeleted = 4,
};

struct Row {
  int64_t number = 0;
  int64_t sequence = 0;  // of its newest entry
  State state = State::kActive;
  int64_t absorbed_into = 0;
};

// Makes the tables when they are missing, and follows the journal from where
// they stand. Once, at start-up, outside of a transaction.
absl::Status PrepareTables(journal::Database& db);

// Empties the tables and follows the whole journal again.
absl::Status RebuildTables(journal::Database& db);

// Follows one entry. `before` is the paper as it was, null when it was none.
// Inside the caller's transaction.
absl::Status Apply(journal::Database& db, const journal::Entry& entry,
                   const v1::Paper* before, text::Analyzer& analyzer);

// The row of a number, or nothing.
absl::StatusOr<std::optional<Row>> FindRow(journal::Database& db,
                                           int64_t number);

// The paper that has this external id ("arxiv:2410.01131", normalised), or 0.
absl::StatusOr<int64_t> FindExternalId(journal::Database& db,
                                       std::string_view id);

// The papers that share the hash of a title (identity.h), by rising number.
absl::StatusOr<std::vector<int64_t>> FindLikeness(journal::Database& db,
                                                  int64_t hash);

// The papers that one has taken in, also by way of others.
absl::StatusOr<std::vector<int64_t>> ListAbsorbed(journal::Database& db,
                                                  int64_t number);

// Whether a split keeps these two apart.
absl::StatusOr<bool> KeptApart(journal::Database& db, int64_t a, int64_t b);

// The highest number ever given; 0 for none.
absl::StatusOr<int64_t> LastNumber(journal::Database& db);

}  // namespace paperwire::catalogue

#endif  // PAPERWIRE_SERVICE_CATALOGUE_TABLES_H_
