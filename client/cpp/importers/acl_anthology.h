// "acl": the XML of the ACL Anthology, a collection a file.

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_ACL_ANTHOLOGY_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_ACL_ANTHOLOGY_H_

#include <memory>
#include <string>
#include <string_view>

#include "client/cpp/importers/importer.h"

namespace paperwire::importers {

std::unique_ptr<Importer> MakeAclImporter(std::unique_ptr<ByteSource> source,
                                          const ImportOptions& options);

// The Anthology's id of a paper: "2024.acl-long.1" since 2020, "P19-1001" or
// "W19-4019" before. Empty when the parts make none.
std::string AclId(std::string_view collection, std::string_view volume,
                  std::string_view paper);

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_ACL_ANTHOLOGY_H_
