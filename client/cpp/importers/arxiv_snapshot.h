// "arxiv-snapshot": the metadata of all of arXiv, a paper a line
// (arxiv-metadata-oai-snapshot.json).

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_ARXIV_SNAPSHOT_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_ARXIV_SNAPSHOT_H_

#include "client/cpp/importers/json_importer.h"

namespace paperwire::importers {

JsonFormat ArxivSnapshotJson();

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_ARXIV_SNAPSHOT_H_
