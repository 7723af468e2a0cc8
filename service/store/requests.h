// Answers that were given before, by request_id: what makes a retry change
// nothing (AIP-155). A table of the journal's file, so that an answer is
// kept if and only if what it answers was committed.

#ifndef PAPERWIRE_SERVICE_STORE_REQUESTS_H_
#define PAPERWIRE_SERVICE_STORE_REQUESTS_H_

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "paperwire/v1/paper_service.pb.h"
#include "service/journal/database.h"

namespace paperwire::store {

// Makes the table when it is missing.
absl::Status PrepareRequests(journal::Database& db);

// INVALID_ARGUMENT when it is longer than 64 or not printable ASCII.
absl::Status CheckRequestId(std::string_view request_id);

// The answer to this request_id, or nothing.
absl::StatusOr<std::optional<v1::ImportPapersResponse>> FindAnswer(
    journal::Database& db, std::string_view request_id);

// Keeps an answer, and forgets those from before `forget`. Inside the
// transaction of what it answers.
absl::Status KeepAnswer(journal::Database& db,
                        const v1::ImportPapersResponse& answer, absl::Time now,
                        absl::Time forget);

}  // namespace paperwire::store

#endif  // PAPERWIRE_SERVICE_STORE_REQUESTS_H_
