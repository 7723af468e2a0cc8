// One batch of an import, inside the writer's transaction.

#ifndef PAPERWIRE_SERVICE_STORE_IMPORT_H_
#define PAPERWIRE_SERVICE_STORE_IMPORT_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "paperwire/v1/paper_service.pb.h"
#include "service/store/committer.h"

namespace paperwire::store {

// Takes the papers of a batch in and notes that their sources were heard of.
// A batch whose request_id was seen before changes nothing and gets its answer
// again. Errors: see ImportPapers in the contract.
//
// The papers are moved out of the request. `keep_answers_from`: answers given
// before this time are forgotten.
absl::StatusOr<v1::ImportPapersResponse> ImportBatch(
    v1::ImportPapersRequest* request, absl::Time now,
    absl::Time keep_answers_from, Transaction& transaction);

}  // namespace paperwire::store

#endif  // PAPERWIRE_SERVICE_STORE_IMPORT_H_
