// Papers out of files in the formats of others.
//
//     ASSIGN_OR_RETURN(auto source, OpenFile(path));
//     ASSIGN_OR_RETURN(auto importer, MakeImporter(std::move(source)));
//     Record record;
//     Reject reject;
//     while (true) {
//       ASSIGN_OR_RETURN(Outcome outcome, importer->Next(&record, &reject));
//       if (outcome == Outcome::kEnd) break;
//       if (outcome == Outcome::kReject) Report(reject); else Send(record);
//     }
//
// An importer reads its source as it goes, one record at a time, in memory
// that does not grow with the file. A record that cannot be used is rejected
// with its line and reason, and the rest goes on; only a source that cannot
// be read any further (cut off, damaged, malformed XML) ends the import, with
// a Status that says where. See README.md for what each format's fields
// become.

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_IMPORTER_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_IMPORTER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cpp/importers/byte_source.h"
#include "paperwire/v1/paper.pb.h"

namespace paperwire::importers {

enum class Format {
  kPaperwire,      // "paperwire": JSON lines of v1.Paper, or flat JSON lines
  kHfDaily,        // "hf-daily": Hugging Face daily_papers JSON
  kArxivAtom,      // "arxiv-atom": answers of the arXiv API
  kArxivOai,       // "arxiv-oai": OAI-PMH with arXivRaw, arXiv or oai_dc
  kArxivSnapshot,  // "arxiv-snapshot": the bulk metadata, JSON lines
  kAcl,            // "acl": ACL Anthology XML
  kBibtex,         // "bibtex"
  kS2,             // "s2": Semantic Scholar papers, JSON
  kOpenAlex,       // "openalex": OpenAlex works, JSON
};

// The name of a format as the command takes it.
std::string_view FormatName(Format format);

// The format of a name. INVALID_ARGUMENT lists the names there are.
absl::StatusOr<Format> ParseFormat(std::string_view name);

// All formats, in the order of the enum.
const std::vector<Format>& AllFormats();

// What the first bytes of a file (a few KiB will do, decompressed) are
// written in. INVALID_ARGUMENT when no format is recognised: say it then.
absl::StatusOr<Format> DetectFormat(std::string_view head);

struct Record {
  v1::Paper paper;
  // The line on which the record begins, from 1.
  int64_t line = 0;
  // Counts records from 1, rejected ones too.
  int64_t number = 0;
};

struct Reject {
  int64_t line = 0;
  int64_t number = 0;
  // What was wrong, in a sentence without a full stop.
  std::string reason;
  // The beginning of the record, at most 200 bytes of valid UTF-8 in one
  // line.
  std::string excerpt;
};

enum class Outcome { kRecord, kReject, kEnd };

struct ImportOptions {
  // Larger records are rejected (skipped without being held in memory).
  size_t max_record_bytes = size_t{16} << 20;
  // The day, YYYY-MM-DD, on whose list the papers of an "hf-daily" import
  // stood, when it is known better than from the records themselves.
  std::string feature_day = "";
};

// Not thread-safe.
class Importer {
 public:
  virtual ~Importer() = default;

  // Takes the next record: fills `record` or `reject`, as the outcome says,
  // and leaves the other as it is. After kEnd or a failure, every further
  // call returns the same.
  virtual absl::StatusOr<Outcome> Next(Record* record, Reject* reject) = 0;

  // The source, for progress reports.
  virtual const ByteSource& source() const = 0;
};

// An importer of `source`. Without a format, the beginning of the source is
// read to detect it; `detected` (may be null) then tells which. An empty
// source is an import of nothing.
absl::StatusOr<std::unique_ptr<Importer>> MakeImporter(
    std::unique_ptr<ByteSource> source,
    std::optional<Format> format = std::nullopt,
    const ImportOptions& options = {}, Format* detected = nullptr);

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_IMPORTER_H_
