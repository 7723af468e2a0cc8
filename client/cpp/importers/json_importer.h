// The importer of every JSON format: finds the records, parses each, and
// leaves it to the format to make a paper of it.

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_JSON_IMPORTER_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_JSON_IMPORTER_H_

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "client/cpp/importers/importer.h"
#include "client/cpp/importers/json.h"
#include "client/cpp/importers/json_records.h"

namespace paperwire::importers {

// What a format in JSON is.
struct JsonFormat {
  // Makes a paper of a record, which is an object; `text` is how it was
  // written. The message of an error is the reason why the record is
  // rejected.
  std::function<absl::Status(const JsonValue& record, std::string_view text,
                             v1::Paper* paper)>
      convert;
  // Members of an object around the records whose array holds them.
  std::vector<std::string_view> wrappers;
};

std::unique_ptr<Importer> MakeJsonImporter(std::unique_ptr<ByteSource> source,
                                           JsonFormat format, JsonLayout layout,
                                           const ImportOptions& options);

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_JSON_IMPORTER_H_
