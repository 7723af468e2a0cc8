// "s2": papers of Semantic Scholar, from its API or its data sets.

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_SEMANTIC_SCHOLAR_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_SEMANTIC_SCHOLAR_H_

#include "client/cpp/importers/json_importer.h"

namespace paperwire::importers {

JsonFormat SemanticScholarJson();

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_SEMANTIC_SCHOLAR_H_
