// One answer of OAI-PMH ListRecords
// (https://www.openarchives.org/OAI/openarchivesprotocol.html).

#ifndef PAPERWIRE_CLIENT_CPP_HARVEST_OAI_PAGE_H_
#define PAPERWIRE_CLIENT_CPP_HARVEST_OAI_PAGE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "client/cpp/harvest/harvester.h"

namespace paperwire::harvest {

struct OaiPage {
  Batch batch;
  // Continues the list; empty when this is its last page. Tokens that are
  // blank count as empty.
  std::string token;
  // How long the whole list is, if the archive says so.
  std::optional<int64_t> list_size;
  // The code of the protocol's error ("noRecordsMatch"), or empty, and its
  // words.
  std::string error;
  std::string error_text;
  // Of the records, YYYY-MM-DD; empty when there are none.
  std::string oldest_datestamp;
  std::string newest_datestamp;
};

// Reads a body. DATA_LOSS when it is no whole answer: cut off, malformed, or
// something else than OAI-PMH, as from a proxy.
absl::StatusOr<OaiPage> ParseOaiPage(const std::string& body);

}  // namespace paperwire::harvest

#endif  // PAPERWIRE_CLIENT_CPP_HARVEST_OAI_PAGE_H_
