// What a report shows of a record that was rejected.

#ifndef PAPERWIRE_CLIENT_CPP_IMPORTERS_EXCERPT_H_
#define PAPERWIRE_CLIENT_CPP_IMPORTERS_EXCERPT_H_

#include <string>
#include <string_view>

namespace paperwire::importers {

inline constexpr size_t kMaxExcerptBytes = 200;

// The beginning of `text` in one line, with "?" for what is not valid UTF-8
// and "..." where it was cut; at most kMaxExcerptBytes.
std::string MakeExcerpt(std::string_view text);

}  // namespace paperwire::importers

#endif  // PAPERWIRE_CLIENT_CPP_IMPORTERS_EXCERPT_H_
