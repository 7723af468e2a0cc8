// The flags that narrow a query, shared by every command that takes one.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_QUERY_FLAGS_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_QUERY_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cpp/command/arguments.h"
#include "client/cpp/command/spec.h"
#include "paperwire/v1/query.pb.h"

namespace paperwire::command {

// --category, --source, --since, --until, --has and --min-votes.
std::vector<FlagSpec> QueryFlags();

// `flags` with QueryFlags() behind.
std::vector<FlagSpec> WithQueryFlags(std::vector<FlagSpec> flags);

// Whether any of those flags is given.
bool HasQueryFlags(const Arguments& args);

// The query of `text` and those flags. INVALID_ARGUMENT says which flag is
// wrong.
absl::StatusOr<v1::Query> MakeQuery(const Arguments& args,
                                    const std::string& text, absl::Time now);

// Puts what those flags say into `query`, each flag in place of what was there
// of its kind; what no flag speaks of stays. `--since any` and `--until any`
// take a bound away.
absl::Status ApplyQueryFlags(const Arguments& args, absl::Time now,
                             v1::Query* query);

// The query of the words and those flags. INVALID_ARGUMENT also when there are
// neither: every paper matches the empty query, so that one must be said ("").
absl::StatusOr<v1::Query> MakeExplicitQuery(const Arguments& args,
                                            absl::Time now);

// What `--since A --until B` (under the names given) span: B's whole day or
// month belongs to it. Neither bound is set when neither flag is.
absl::StatusOr<v1::TimeInterval> MakeInterval(const Arguments& args,
                                              const std::string& since,
                                              const std::string& until,
                                              absl::Time now);

// A paragraph on the search-box language, for the details of commands.
extern const char kQueryLanguage[];

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_QUERY_FLAGS_H_
