// What the tests of importers share.

#ifndef PAPERWIRE_TESTS_UNIT_IMPORTERS_IMPORTING_H_
#define PAPERWIRE_TESTS_UNIT_IMPORTERS_IMPORTING_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "client/cpp/importers/importer.h"

namespace paperwire::importers {

// Everything that an import gives.
struct Imported {
  std::vector<Record> records;
  std::vector<Reject> rejects;
  // Why it ended; OK at the end of the source.
  absl::Status status;
  Format format = Format::kPaperwire;
};

Imported ImportAll(std::unique_ptr<ByteSource> source,
                   std::optional<Format> format = std::nullopt,
                   const ImportOptions& options = {});
Imported ImportText(std::string_view text,
                    std::optional<Format> format = std::nullopt,
                    const ImportOptions& options = {});

// The only paper of a text; fails the test when there is another outcome.
v1::Paper OnlyPaper(std::string_view text, Format format,
                    const ImportOptions& options = {});

// "arxiv:2410.01131 doi:10.1000/1", in order.
std::string Ids(const v1::Paper& paper);
// "Ada Lovelace; Alan Turing".
std::string Authors(const v1::Paper& paper);
// "2024-05-23T10:00:00Z", empty when there is none.
std::string Published(const v1::Paper& paper);
std::string Revised(const v1::Paper& paper);
// The address of the first link of the kind, or empty.
std::string LinkOf(const v1::Paper& paper, v1::Link::Kind kind);

// The folder of real papers (PAPERWIRE_DATA), or empty when it is absent.
std::string DataFolder();

// A gzip member and a zstd frame of `text`.
std::string Gzip(std::string_view text);
std::string Zstd(std::string_view text);

}  // namespace paperwire::importers

#endif  // PAPERWIRE_TESTS_UNIT_IMPORTERS_IMPORTING_H_
