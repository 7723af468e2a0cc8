// The side of the catalogue that decides: is this paper new, known, the same
// as another one; what does the journal say of it from now on.
//
//     Catalogue catalogue(db, &appender);
//     db->Execute("BEGIN IMMEDIATE"); appender.Begin(); catalogue.Begin();
//     std::vector<journal::Change> changes;
//     ASSIGN_OR_RETURN(v1::ImportVerdict verdict,
//                      catalogue.Import(paper, "arxiv", &changes));
//     db->Execute("COMMIT");
//
// Every call appends its entries to the journal and follows them in the
// tables at once, in the caller's transaction, so that the next paper of a
// batch sees the one before. After a rollback, Begin again.

#ifndef PAPERWIRE_SERVICE_CATALOGUE_CATALOGUE_H_
#define PAPERWIRE_SERVICE_CATALOGUE_CATALOGUE_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "paperwire/v1/paper_service.pb.h"
#include "paperwire/v1/trending_service.pb.h"
#include "service/journal/appender.h"
#include "service/journal/change.h"
#include "service/journal/database.h"
#include "service/journal/journal.h"
#include "service/text/analyzer.h"

namespace paperwire::catalogue {

// One thread, that of the writer.
class Catalogue {
 public:
  // Both must outlive the catalogue.
  Catalogue(journal::Database* db, journal::Appender* appender)
      : db_(*db), appender_(*appender) {}

  // At the start of each transaction, and after a rollback to a savepoint.
  absl::Status Begin();

  // Takes a paper in. What is wrong with the paper is a verdict; a Status is
  // an error of the storage, after which the transaction must be rolled back.
  // `default_source` is the source of a paper that names none.
  absl::StatusOr<v1::ImportVerdict> Import(v1::Paper paper,
                                           std::string_view default_source,
                                           std::vector<journal::Change>* changes);

  // NOT_FOUND, INVALID_ARGUMENT: see ResolveName (reader.h). ABORTED: the
  // etag is not empty and not that of the paper.
  absl::Status Delete(std::string_view name, std::string_view etag,
                      std::vector<journal::Change>* changes);

  // Casts a vote or takes it back; changes nothing when that was done before.
  // FAILED_PRECONDITION, reason PAPER_WITHDRAWN: nobody votes for it any more.
  absl::StatusOr<v1::VotePaperResponse> Vote(
      const v1::VotePaperRequest& request,
      std::vector<journal::Change>* changes);

  // Undoes the merge that the journal holds under `sequence`. NOT_FOUND: the
  // paper has no such change. FAILED_PRECONDITION: it is no merge, or was
  // undone already.
  absl::StatusOr<v1::SplitPaperResponse> Split(std::string_view name,
                                               int64_t sequence,
                                               std::vector<journal::Change>* changes);

 private:
  struct Found;

  absl::StatusOr<std::vector<int64_t>> FindSame(const v1::Paper& paper);
  absl::StatusOr<v1::ImportVerdict> Create(v1::Paper paper,
                                           std::string_view source,
                                           std::vector<journal::Change>* changes);
  absl::StatusOr<v1::ImportVerdict> Join(const std::vector<int64_t>& numbers,
                                         const v1::Paper& report,
                                         std::string_view source,
                                         std::vector<journal::Change>* changes);
  // The newest state of a paper that is active or withdrawn.
  absl::StatusOr<Found> Load(int64_t number);
  // Appends the entry and follows it. Sets what the server sets in its paper.
  absl::Status Write(journal::Kind kind, int64_t number, const Found* before,
                     journal::EntryPayload payload,
                     std::vector<journal::Change>* changes);

  journal::Database& db_;
  journal::Appender& appender_;
  text::Analyzer analyzer_;
  int64_t last_number_ = 0;
};

}  // namespace paperwire::catalogue

#endif  // PAPERWIRE_SERVICE_CATALOGUE_CATALOGUE_H_
