// Whether the parts of a segment fit together.
//
//     std::string_view what = FindContradiction(sections);
//     if (!what.empty()) return Damaged(path, what);
//
// A checksum tells what was written from what was not; this tells whether what
// was written can be read. Everything that leads somewhere is followed once:
// counts fit the sizes of sections, offsets rise and end where their section
// does, strings are in order, ordinals name something, and each spelling and
// its stem name each other. Only the postings and positions themselves are
// taken at the checksum's word: FORMAT.md, "What is trusted".
//
// Time: that of reading everything but postings and positions once. Any thread.

#ifndef PAPERWIRE_SERVICE_INDEX_SEGMENT_CHECK_H_
#define PAPERWIRE_SERVICE_INDEX_SEGMENT_CHECK_H_

#include <array>
#include <string_view>

#include "service/index/files.h"
#include "service/index/sections.h"

namespace paperwire::index {

// The first contradiction in a few words; "" when there is none. Sections
// must begin at multiples of 8 bytes.
std::string_view FindContradiction(
    const std::array<Bytes, kSections>& sections);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_SEGMENT_CHECK_H_
