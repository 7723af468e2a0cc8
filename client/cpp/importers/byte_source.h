// Where the bytes of an import come from.
//
//     ASSIGN_OR_RETURN(auto source, OpenFile("papers.jsonl.gz"));
//     char buffer[4096];
//     ASSIGN_OR_RETURN(size_t n, source->Read(buffer, sizeof buffer));
//
// Files and standard input are decompressed as they are read: gzip (with any
// number of members) and zstd (any number of frames) are told by their first
// bytes, never by the name. A source is read once, front to back, in bounded
// memory. Not thread-safe.
//
// Read fails with
//   DATA_LOSS           the compressed data is cut off or damaged; the message
//                       says at which byte of the file,
//   RESOURCE_EXHAUSTED  the data unpacks to more than the limits allow,
//   UNAVAILABLE         the operating system could not read.
// After a failure every further Read fails in the same way.

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_BYTE_SOURCE_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_BYTE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace paperwire::importers {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Fills up to `n` bytes at `out` and returns how many; 0 is the end. `n`
  // must not be 0.
  virtual absl::StatusOr<size_t> Read(char* out, size_t n) = 0;

  // How many bytes of the file, as it is stored, have been used up. For
  // progress reports, together with raw_size().
  virtual int64_t raw_position() const = 0;

  // The size of the file as it is stored; nothing for a pipe.
  virtual std::optional<int64_t> raw_size() const = 0;
};

// What compressed data may unpack to.
struct DecompressionLimits {
  // Most bytes out of each byte in, once `free_bytes` are out. Papers in JSON
  // reach about 30:1, all zeros 1,030:1. 0: no limit.
  int64_t max_ratio = 1000;
  // Output that is never refused for its ratio.
  int64_t free_bytes = int64_t{1} << 20;
  // Most bytes in all. 0: no limit.
  int64_t max_bytes = 0;
};

// Opens a file, or standard input for "-". NOT_FOUND, PERMISSION_DENIED or
// INVALID_ARGUMENT (a folder) name the path. Standard input is not read yet.
absl::StatusOr<std::unique_ptr<ByteSource>> OpenFile(
    const std::string& path, const DecompressionLimits& limits = {});

// The bytes of a string as they are, without decompression.
std::unique_ptr<ByteSource> FromString(std::string bytes);

// Decompresses what `raw` yields if it begins like gzip or zstd, and passes it
// on unchanged otherwise.
std::unique_ptr<ByteSource> Decompress(std::unique_ptr<ByteSource> raw,
                                       const DecompressionLimits& limits = {});

// `head`, which was read from `rest` before, and then the rest.
std::unique_ptr<ByteSource> Prepend(std::string head,
                                    std::unique_ptr<ByteSource> rest);

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_BYTE_SOURCE_H_
