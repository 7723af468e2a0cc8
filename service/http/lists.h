// The papers of the lists that curators keep by day (Paper.features).

#ifndef PAPERWIRE_SERVICE_HTTP_LISTS_H_
#define PAPERWIRE_SERVICE_HTTP_LISTS_H_

#include <functional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "paperwire/v1/paper.pb.h"
#include "service/catalogue/days.h"
#include "service/store/store.h"

namespace paperwire::http {

struct ListedPaper {
  v1::Paper paper;
  // The newest list that it stood on, of those that were asked for; empty when
  // it stood on none.
  v1::Feature feature;
};

// All of a day, a week or a month: each paper once, those with the most votes
// first, by the highest count of these days; of equal ones that of the newer
// list, and then that which was stored first. At most `limit`.
absl::StatusOr<std::vector<ListedPaper>> ListSpan(store::Store& store,
                                                  const catalogue::Span& span,
                                                  size_t limit);

// Of all days, the newest first, each paper once, under its newest day: those
// from place `skip` on, at most `limit`; only those whose list names `curator`,
// unless that is empty.
absl::StatusOr<std::vector<ListedPaper>> ListNewest(
    store::Store& store, std::string_view curator, size_t skip, size_t limit,
    const std::function<absl::Status()>& check);

// `paper` with the newest feature there is, if any.
ListedPaper WithNewestFeature(v1::Paper paper);

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_LISTS_H_
