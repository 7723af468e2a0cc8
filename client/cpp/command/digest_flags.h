// The flags that say what a digest brings, and when: shared by `digest create`,
// `digest update` and `digest preview`.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_FLAGS_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_FLAGS_H_

#include <google/protobuf/field_mask.pb.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/cpp/command/arguments.h"
#include "client/cpp/command/spec.h"
#include "paperwire/v1/digest.pb.h"

namespace paperwire::command {

// --query, the flags of queries, of the board and of the schedule, --max,
// --monthly-note and --title.
std::vector<FlagSpec> DigestFlags();

// Those that take something away: --no-query, --no-trending and
// --no-monthly-note.
std::vector<FlagSpec> DigestRemovalFlags();

// Whether any flag of DigestFlags is given.
bool HasDigestFlags(const Arguments& args);

// Puts what these flags say into `digest`, and the names of its fields into
// `mask`; what no flag speaks of stays. `text` is that of the query, unless
// --query has it. INVALID_ARGUMENT says which flag is wrong.
absl::Status ApplyDigestFlags(const Arguments& args,
                              const std::optional<std::string>& text,
                              absl::Time now, v1::Digest* digest,
                              google::protobuf::FieldMask* mask);

// The query that words make, if there are any.
std::optional<std::string> QueryOfWords(const std::vector<std::string>& words);

// INVALID_ARGUMENT for a digest that would bring nothing.
absl::Status CheckDigestContent(const v1::Digest& digest);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_FLAGS_H_
