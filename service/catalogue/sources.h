// How alive each source is: when it was last imported from, when that last
// brought something new, and how long it usually is in between.
//
//     RETURN_IF_ERROR(NoteImport(db, "arxiv", now, /*news=*/true));
//     ASSIGN_OR_RETURN(std::vector<v1::SourceFreshness> sources,
//                      ListSources(db, now));
//
// It lies in the table `source` (source, import, news, pauses). This is no
// view of the journal: an import that brings nothing new leaves no entry, and
// it is the imports that tell a source that is silent from a harvester that
// is.

#ifndef PAPERWIRE_SERVICE_CATALOGUE_SOURCES_H_
#define PAPERWIRE_SERVICE_CATALOGUE_SOURCES_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "paperwire/v1/source.pb.h"
#include "service/journal/database.h"

namespace paperwire::catalogue {

// Imports with something new that are closer than this are one.
inline constexpr absl::Duration kOneVisit = absl::Minutes(1);
// Pauses between visits that are remembered, and from how many on they tell
// what is usual.
inline constexpr size_t kMaxPauses = 32;
inline constexpr size_t kMinPauses = 4;
// Something new is due after this many times the longest pause. It is the
// longest, because many sources rest on weekends.
inline constexpr double kPatience = 1.5;

// Makes the table when it is missing. Outside of a transaction.
absl::Status PrepareSources(journal::Database& db);

// An import from a source; `news`: it brought a paper or changed one. Inside
// the caller's transaction.
absl::Status NoteImport(journal::Database& db, std::string_view source,
                        absl::Time now, bool news);

// All sources as they stand at `now`: the late ones first, then by their last
// news, newest first.
absl::StatusOr<std::vector<v1::SourceFreshness>> ListSources(
    journal::Database& db, absl::Time now);

}  // namespace paperwire::catalogue

#endif  // PAPERWIRE_SERVICE_CATALOGUE_SOURCES_H_
