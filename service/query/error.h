// How a query text is refused: what is wrong, where, and what to write.
//
//     return ErrorAt(text, offset, "Unclosed quote", "add a \" at the end");
//     // "Unclosed quote at character 7: add a \" at the end"

#ifndef PAPERWIRE_SERVICE_QUERY_ERROR_H_
#define PAPERWIRE_SERVICE_QUERY_ERROR_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace paperwire::query {

// INVALID_ARGUMENT of the field "text". `offset` counts bytes from 0 and is
// told in code points from 1; the end of the text counts as its last one. The
// reason INVALID_QUERY carries it as well, as "position".
absl::Status ErrorAt(std::string_view text, size_t offset,
                     std::string_view problem, std::string_view suggestion);

// A part of the text, in quotes, cut after 40 code points.
std::string Quoted(std::string_view part);

}  // namespace paperwire::query

#endif  // PAPERWIRE_SERVICE_QUERY_ERROR_H_
