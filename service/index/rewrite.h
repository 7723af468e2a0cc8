// What did_you_mean.h and relax.h share: changed queries, said in the words
// of the one who asked, and counted.
//
//     Node changed = ...;
//     std::string text = RewriteText(request.text(), edits, changed);
//     // `text` parses to `changed`.
//
// Any thread.

#ifndef PAPERWIRE_SERVICE_INDEX_REWRITE_H_
#define PAPERWIRE_SERVICE_INDEX_REWRITE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "paperwire/v1/query.pb.h"
#include "service/index/snapshot.h"
#include "service/query/query.h"

namespace paperwire::index {

// What stands in [begin, end) of a text becomes `text`. With an empty one, a
// blank beside it goes too.
struct Edit {
  uint32_t begin = 0;
  uint32_t end = 0;
  std::string text;
};

// `text` with the edits, which must not overlap, if that parses to `root`;
// else `root` printed anew.
std::string RewriteText(std::string_view text, std::vector<Edit> edits,
                        const query::Node& root);

// Where the prefixes of what stands at `begin` start: of "title:exact:x" at
// the t, of "-x" at the minus.
uint32_t BeginWithPrefixes(std::string_view text, uint32_t begin);

// The tree of the text alone, without the filters beside it. The text must
// have been parsed before.
query::Node TextTree(const v1::Query& request);

// A copy in which each leaf that is not below a Not is what `change` makes of
// it; without what it makes nothing of. Normalised.
using LeafChange =
    std::function<std::optional<query::Node>(const query::Node& leaf)>;
query::Node ChangeLeaves(const query::Node& root, const LeafChange& change);

// How many papers match fully. 0 for what cannot be asked: too long, or too
// much work.
absl::StatusOr<int64_t> CountMatches(
    const Snapshot& snapshot, const v1::Query& request,
    const std::function<absl::Status()>& check);
absl::StatusOr<int64_t> CountMatches(
    const Snapshot& snapshot, const query::Query& query,
    const std::function<absl::Status()>& check);

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_REWRITE_H_
