// What the index knows of a paper: its words by field, and its columns.

#ifndef PAPERWIRE_SERVICE_INDEX_DOCUMENT_H_
#define PAPERWIRE_SERVICE_INDEX_DOCUMENT_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "paperwire/v1/paper.pb.h"
#include "service/query/query.h"

namespace paperwire::index {

// A paper on its way into the index.
struct Document {
  // Names the paper for good (catalogue/paper_id.h). Not 0.
  int64_t number = 0;
  // The journal sequence number of this state of the paper.
  int64_t sequence = 0;
  // The text of each field, as stored; indexed by query::TextField. Several
  // values (authors, categories) are separated by '\n', over which no phrase
  // reaches.
  std::array<std::string, query::kTextFields> text;
  // Seconds since the epoch, UTC. Absent: no date is known.
  std::optional<int64_t> published;
  std::optional<int64_t> votes;
  std::string venue;
  std::vector<std::string> categories;
  std::vector<std::string> sources;
  // Kinds of its links: bit 1 << v1::Link::Kind.
  uint32_t link_kinds = 0;
  // Folded "scheme:value" of each external id, and our own id.
  std::vector<std::string> ids;
};

// The document of a paper. Its own id is taken from `paper.name()`.
Document MakeDocument(const v1::Paper& paper, int64_t number, int64_t sequence);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_DOCUMENT_H_
