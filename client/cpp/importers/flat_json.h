// Papers as flat objects, the way data sets on the web have them.

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_FLAT_JSON_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_FLAT_JSON_H_

#include "absl/status/status.h"
#include "client/cpp/importers/json.h"
#include "paperwire/v1/paper.pb.h"

namespace paperwire::importers {

// Reads `record` by its keys; README.md has the table. Unknown keys are no
// error.
absl::Status ReadFlat(const JsonValue& record, v1::Paper* paper);

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_FLAT_JSON_H_
