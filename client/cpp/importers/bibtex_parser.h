// Reads BibTeX entry by entry.
//
//     BibtexParser parser(&source, 16 << 20);
//     BibtexEntry entry;
//     while (true) {
//       ASSIGN_OR_RETURN(bool more, parser.Next(&entry));
//       if (!more) break;
//       if (entry.error.empty()) Use(entry.fields["title"]);
//     }
//
// @string macros and "#" are carried out, the months "jan" to "dec" are known,
// @comment, @preamble and everything between entries is passed over. Values
// keep their TeX and their inner braces.

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_BIBTEX_PARSER_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_BIBTEX_PARSER_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "client/cpp/importers/byte_source.h"
#include "client/cpp/importers/line_reader.h"

namespace paperwire::importers {

struct BibtexEntry {
  // "article", in lower case.
  std::string type;
  std::string key;
  // Names in lower case.
  std::map<std::string, std::string, std::less<>> fields;
  // The line on which it begins, from 1.
  int64_t line = 0;
  // How it was written.
  std::string text;
  // What is wrong with it, when it cannot be used.
  std::string error;

  // A field, "" when it is missing.
  std::string_view Field(std::string_view name) const;
};

// Not thread-safe.
class BibtexParser {
 public:
  // `source` must outlive the parser.
  BibtexParser(ByteSource* source, size_t max_entry_bytes);

  // False at the end. An entry whose braces do not match is given up at the
  // next line that begins with "@word{". Fails as the source does.
  absl::StatusOr<bool> Next(BibtexEntry* entry);

 private:
  absl::StatusOr<bool> NextText(std::string* text, int64_t* line,
                                std::string* error);
  void Define(std::string_view text);

  LineReader lines_;
  const size_t max_;
  // The rest of the line that holds the end of the last entry, and its number.
  std::string rest_;
  int64_t rest_line_ = 0;
  bool have_rest_ = false;
  std::map<std::string, std::string, std::less<>> macros_;
};

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_BIBTEX_PARSER_H_
