// The importer of every XML format: finds the records, and leaves it to the
// format to make papers of them.

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_XML_IMPORTER_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_XML_IMPORTER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/cpp/importers/importer.h"
#include "client/cpp/importers/xml_records.h"

namespace paperwire::importers {

// What a format in XML is.
struct XmlFormat {
  // The elements that are records.
  std::vector<std::string> names;

  enum class Result { kPaper, kNothing };
  // Makes a paper of a record whose root is there, or nothing when the record
  // is none but must be seen (the title of a volume). The message of an error
  // is the reason why the record is rejected.
  std::function<absl::StatusOr<Result>(const XmlRecord& record,
                                       v1::Paper* paper)>
      convert;
};

std::unique_ptr<Importer> MakeXmlImporter(std::unique_ptr<ByteSource> source,
                                          XmlFormat format,
                                          const ImportOptions& options);

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_XML_IMPORTER_H_
