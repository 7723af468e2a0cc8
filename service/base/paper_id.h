// The opaque ids of papers.
//
// Inside, a paper has a number: 1, 2, 3 ... in the order of arrival, never
// used again. Outside it has a name, `papers/{id}`, whose id is the number in
// disguise: ten letters and digits that tell neither how many papers there
// are nor which came first, and that need no table.
//
//     PaperName(1);                  // "papers/..."
//     NumberOfName("papers/...");    // 1, or nothing

#ifndef PAPERWIRE_SERVICE_BASE_PAPER_ID_H_
#define PAPERWIRE_SERVICE_BASE_PAPER_ID_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace paperwire {

// Numbers are below this.
inline constexpr int64_t kMaxPaperNumber = int64_t{1} << 50;

// `number` must be in [1, kMaxPaperNumber).
std::string PaperName(int64_t number);

// The number of a name that PaperName made; nothing for any other text. That
// there is a number does not mean that there is such a paper.
std::optional<int64_t> NumberOfName(std::string_view name);

}  // namespace paperwire

#endif  // PAPERWIRE_SERVICE_BASE_PAPER_ID_H_
