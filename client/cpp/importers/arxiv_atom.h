// "arxiv-atom": answers of the arXiv API (export.arxiv.org/api/query).

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_ARXIV_ATOM_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_ARXIV_ATOM_H_

#include <memory>

#include "client/cpp/importers/importer.h"

namespace paperwire::importers {

// The entry in which the API wraps an error is rejected with its words.
std::unique_ptr<Importer> MakeArxivAtomImporter(
    std::unique_ptr<ByteSource> source, const ImportOptions& options);

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_ARXIV_ATOM_H_
