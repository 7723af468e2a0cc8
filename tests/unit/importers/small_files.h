// A small file in each format, with as much of the format as fits: what
// mutations and fuzzers begin with.

#ifndef PAPERWIRE_TESTS_UNIT_IMPORTERS_SMALL_FILES_H_
#define PAPERWIRE_TESTS_UNIT_IMPORTERS_SMALL_FILES_H_

#include <span>
#include <string_view>

#include "client/cpp/importers/importer.h"

namespace paperwire::importers {

struct SmallFile {
  Format format;
  std::string_view bytes;
};

// Every format is there.
std::span<const SmallFile> SmallFiles();

}  // namespace paperwire::importers

#endif  // PAPERWIRE_TESTS_UNIT_IMPORTERS_SMALL_FILES_H_
