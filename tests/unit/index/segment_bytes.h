// Segment files as bytes, to be damaged as only a forger could.
//
//     std::vector<uint8_t> bytes = BytesOf(segment);
//     bytes[SectionOf(bytes, Section::kForms).begin] ^= 1;
//     Seal(&bytes);  // the checksum is right again
//     ReadBytes(bytes);

#ifndef PAPERWIRE_TESTS_UNIT_INDEX_SEGMENT_BYTES_H_
#define PAPERWIRE_TESTS_UNIT_INDEX_SEGMENT_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "service/index/segment.h"

namespace paperwire::index {

// The file of a segment.
std::vector<uint8_t> BytesOf(const Segment& segment);

// Where a section lies in an intact file.
struct Extent {
  uint64_t begin = 0;
  uint64_t size = 0;
};
Extent SectionOf(const std::vector<uint8_t>& bytes, Section section);

// Makes the size in the header and the checksum right.
void Seal(std::vector<uint8_t>* bytes);

// Reads a copy of the bytes.
absl::StatusOr<std::shared_ptr<const Segment>> ReadBytes(
    const std::vector<uint8_t>& bytes);

}  // namespace paperwire::index

#endif  // PAPERWIRE_TESTS_UNIT_INDEX_SEGMENT_BYTES_H_
