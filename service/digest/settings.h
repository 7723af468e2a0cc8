// What somebody asks of a digest: whether it can be stored, and what is meant
// where nothing is said.

#ifndef PAPERWIRE_SERVICE_DIGEST_SETTINGS_H_
#define PAPERWIRE_SERVICE_DIGEST_SETTINGS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "paperwire/v1/digest.pb.h"
#include "service/trending/boards.h"

namespace paperwire::digest {

// INVALID_ARGUMENT, naming the field as "query.text", "schedule.time_zone" and
// so on: what cannot be stored. The address is not looked at.
absl::Status CheckSettings(const v1::Digest& digest);

// INVALID_ARGUMENT, naming `field`, when it is not
// "users/{user}/digests/{digest}".
absl::Status CheckDigestName(std::string_view name, std::string_view field);

int MaxPapers(const v1::Digest& digest);

// What it is called: its display_name, or what it asks for.
std::string TitleOf(const v1::Digest& digest);

// What it asks for, in words.
std::string AskedText(const v1::Digest& digest);

// Its board at a moment, without `only`. Its settings can be stored.
absl::StatusOr<trending::BoardRequest> BoardRequestOf(
    const v1::DigestBoard& board, absl::Time at);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_SETTINGS_H_
