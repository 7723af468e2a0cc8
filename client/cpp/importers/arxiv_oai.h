// "arxiv-oai": answers of arXiv's OAI-PMH interface, with records of the
// formats arXivRaw, arXiv and oai_dc.

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_ARXIV_OAI_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_ARXIV_OAI_H_

#include <memory>

#include "absl/status/status.h"
#include "client/cpp/importers/importer.h"
#include "client/cpp/importers/xml_records.h"

namespace paperwire::importers {

// Answers with ListRecords and GetRecord, and bare records. An <error> is a
// reject with its code and words, except noRecordsMatch, which is no record.
std::unique_ptr<Importer> MakeArxivOaiImporter(
    std::unique_ptr<ByteSource> source, const ImportOptions& options);

// Makes a paper of a <record> (or of the <arXiv>, <arXivRaw> or <dc> inside
// of one). A deleted record is a withdrawn paper with nothing but its id.
absl::Status ConvertOaiRecord(const XmlElement& record, v1::Paper* paper);

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_ARXIV_OAI_H_
