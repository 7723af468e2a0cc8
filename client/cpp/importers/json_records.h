// Finds the records of a JSON file without holding the file.
//
// Records come in three layouts: one a line; the elements of an array; and
// the elements of an array inside an object, as APIs answer
// ({"meta": {...}, "results": [...]}). In the last two a record may span lines.
//
//     JsonRecords records(&source, LayoutOf(head, {"results"}), {"results"},
//                         16 << 20);
//     JsonRecord record;
//     while (true) {
//       ASSIGN_OR_RETURN(bool more, records.Next(&record));
//       if (!more) break;
//       ...
//     }
//
// Only the ends of records are found here; whether they are valid JSON is for
// the parser to say. In lines, a broken record ends with its line; in an
// array, brackets that do not match lose what follows.

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_JSON_RECORDS_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_JSON_RECORDS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cpp/importers/byte_source.h"
#include "client/cpp/importers/line_reader.h"

namespace paperwire::importers {

enum class JsonLayout { kLines, kElements };

// The layout of a file that begins with `head`. `wrappers` are the members
// whose arrays hold the records.
JsonLayout LayoutOf(std::string_view head,
                    const std::vector<std::string_view>& wrappers);

struct JsonRecord {
  // Valid until the next call. Of a record that is too long, the beginning.
  std::string_view text;
  // Where it begins, from 1.
  int64_t line = 0;
  // From 1.
  int64_t number = 0;
  bool too_long = false;
};

// Not thread-safe.
class JsonRecords {
 public:
  // `source` must outlive the object.
  JsonRecords(ByteSource* source, JsonLayout layout,
              std::vector<std::string_view> wrappers, size_t max_record_bytes);

  // False at the end. Fails as the source does; with DATA_LOSS when the file
  // ends inside of an array or of a record of several lines; with
  // INVALID_ARGUMENT when there is something else than records between them.
  absl::StatusOr<bool> Next(JsonRecord* record);

 private:
  // Where the next byte stands.
  enum class Place { kTop, kArray, kTail };

  absl::StatusOr<bool> NextElement(JsonRecord* record);
  absl::StatusOr<bool> Capture(JsonRecord* record);
  absl::Status SkipTail();
  absl::StatusOr<bool> Peek(char* c);
  void Advance();
  absl::Status Garbage(char c) const;

  ByteSource* const source_;
  const JsonLayout layout_;
  const std::vector<std::string_view> wrappers_;
  const size_t max_;
  LineReader lines_;
  int64_t number_ = 0;

  // Of kElements.
  std::vector<char> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  int64_t line_ = 1;
  Place place_ = Place::kTop;
  bool wrapped_ = false;
  std::string captured_;
};

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_JSON_RECORDS_H_
