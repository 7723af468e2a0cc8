// Cuts a source into lines in bounded memory.
//
//     LineReader reader(source, 16 << 20);
//     Line line;
//     while (true) {
//       ASSIGN_OR_RETURN(bool more, reader.Next(&line));
//       if (!more) break;
//       ...
//     }

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_LINE_READER_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_LINE_READER_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cpp/importers/byte_source.h"

namespace paperwire::importers {

struct Line {
  // Without its "\n" or "\r\n"; valid until the next call. Of a line that is
  // too long, the beginning.
  std::string_view text;
  // From 1.
  int64_t number = 0;
  bool too_long = false;
};

// Not thread-safe. A byte order mark before the first line is dropped.
class LineReader {
 public:
  // `source` must outlive the reader.
  LineReader(ByteSource* source, size_t max_line_bytes);

  // False at the end. A line that a failing source cut off is not delivered;
  // the status names the line.
  absl::StatusOr<bool> Next(Line* line);

 private:
  absl::StatusOr<bool> Fill();

  ByteSource* const source_;
  const size_t max_;
  std::vector<char> buffer_;
  std::vector<char> kept_;  // the beginning of a line that is too long
  size_t begin_ = 0;
  size_t end_ = 0;
  int64_t number_ = 0;
  bool ended_ = false;
};

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_LINE_READER_H_
