// Sealed strings that clients keep and give back: resume tokens, page tokens.
//
// A token carries numbers. It is printable, says which kind it is, and holds
// a checksum, so that one that was cut, changed or made up is told from one
// that is merely old.
//
//     std::string t = SealToken('w', {journal_id, fingerprint, sequence});
//     ASSIGN_OR_RETURN(auto fields, OpenToken('w', t, 3, "start.resume_token"));

#ifndef PAPERWIRE_SERVICE_BASE_TOKEN_H_
#define PAPERWIRE_SERVICE_BASE_TOKEN_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace paperwire {

// `kind` is a letter. The result is URL-safe text of about 8 characters and
// 1.4 for each byte of the numbers.
std::string SealToken(char kind, absl::Span<const uint64_t> fields);

// The numbers of a token of this kind with so many of them. INVALID_ARGUMENT,
// naming `request_field`, when the token is not one that SealToken made.
absl::StatusOr<std::vector<uint64_t>> OpenToken(char kind,
                                                std::string_view token,
                                                size_t count,
                                                std::string_view request_field);

}  // namespace paperwire

#endif  // PAPERWIRE_SERVICE_BASE_TOKEN_H_
