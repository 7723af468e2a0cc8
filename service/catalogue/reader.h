// The side of the catalogue that answers: papers by name, by day, and what
// happened to them. Any thread, each with a connection of its own.

#ifndef PAPERWIRE_SERVICE_CATALOGUE_READER_H_
#define PAPERWIRE_SERVICE_CATALOGUE_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "paperwire/v1/paper_service.pb.h"
#include "service/journal/database.h"

namespace paperwire::catalogue {

// The number of the paper that has this name (`papers/{id}`) or external id
// (`papers/arxiv:2410.01131`); of the paper that took it in, if it was
// absorbed. NOT_FOUND; INVALID_ARGUMENT, naming `request_field`.
absl::StatusOr<int64_t> ResolveName(journal::Database& db,
                                    std::string_view name,
                                    std::string_view request_field);

// The newest state of an active or withdrawn paper. NOT_FOUND.
absl::StatusOr<v1::Paper> ReadPaper(journal::Database& db, int64_t number);

// Which papers to list, and where to go on.
struct ListOptions {
  v1::ListPapersRequest::DateKind date_kind =
      v1::ListPapersRequest::DATE_KIND_PUBLISHED;
  // [start, end) in whole seconds; for featured papers in days.
  std::optional<absl::Time> start;
  std::optional<absl::Time> end;
  int limit = 50;
  // The place after which to go on: that of the last paper before.
  struct Place {
    int64_t date = 0;   // seconds, or for featured papers the civil day
    int64_t votes = 0;  // featured papers only
    int64_t number = 0;
    bool dated = true;  // undated papers come last
  };
  std::optional<Place> after;
};

struct ListResult {
  std::vector<int64_t> numbers;
  std::optional<ListOptions::Place> more;  // set when there are more
};

// Active papers, newest first; those featured on one day by falling votes.
// Equal ones: the one stored last comes first, featured ones by rising number.
absl::StatusOr<ListResult> ListPapers(journal::Database& db,
                                      const ListOptions& options);

// The changes of a paper, newest first, from `from` (0: the newest) on.
// `next` receives where to go on, or 0.
absl::StatusOr<std::vector<v1::PaperChange>> ListChanges(
    journal::Database& db, int64_t number, int64_t from, int limit,
    int64_t* next);

// How many papers are withdrawn.
absl::StatusOr<int64_t> CountWithdrawn(journal::Database& db);

}  // namespace paperwire::catalogue

#endif  // PAPERWIRE_SERVICE_CATALOGUE_READER_H_
