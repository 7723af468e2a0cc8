// "bibtex": bibliographies.

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_BIBTEX_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_BIBTEX_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/cpp/importers/importer.h"

namespace paperwire::importers {

std::unique_ptr<Importer> MakeBibtexImporter(std::unique_ptr<ByteSource> source,
                                             const ImportOptions& options);

// A title without the braces that only protect its capitals: "{BERT}: {P}re"
// is "BERT: Pre", while "\'{e}", "{\ss}" and "$x^{2}$" stay.
std::string WithoutProtection(std::string_view title);

// The names of an author field in reading order: "Knuth, Donald E. and {The
// Team} and others" is {"Donald E. Knuth", "{The Team}"}.
std::vector<std::string> BibtexNames(std::string_view field);

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_BIBTEX_H_
