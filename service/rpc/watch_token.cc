#include "service/rpc/watch_token.h"

#include <vector>

#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/base/token.h"

namespace paperwire::rpc {
namespace {

constexpr char kQueryToken = 'w';
constexpr char kSubscriptionToken = 's';

char KindOf(const Watched& watched) {
  return watched.is_subscription ? kSubscriptionToken : kQueryToken;
}

}  // namespace

std::string WatchToken(const Watched& watched, int64_t sequence) {
  return SealToken(KindOf(watched), {watched.journal, watched.id,
                                     static_cast<uint64_t>(sequence)});
}

absl::StatusOr<int64_t> OpenWatchToken(const Watched& watched,
                                       std::string_view token,
                                       std::string_view field) {
  ASSIGN_OR_RETURN(std::vector<uint64_t> fields,
                   OpenToken(KindOf(watched), token, 3, field));
  if (fields[0] != watched.journal) {
    return InvalidField(field,
                        "This token is of another server. Its places mean "
                        "nothing here: start from a time or from the "
                        "beginning.");
  }
  if (fields[1] != watched.id) {
    return InvalidField(
        field, watched.is_subscription
                   ? "This token is of another subscription, or of one of "
                     "this name that was deleted. Use what a Watch of this "
                     "one gave, or start from its cursor."
                   : "This token is of another query. Resume with the query "
                     "that it was given for, or start this one from a time "
                     "or from the beginning.");
  }
  return static_cast<int64_t>(fields[2]);
}

absl::Status TokenTooOld(const Watched& watched, int64_t place,
                         int64_t oldest) {
  return WithReason(
      absl::OutOfRangeError(StrCat(
          "What comes after place ", place,
          " is no longer in the journal, which was compacted: all is there "
          "from ", oldest + 1,
          " on. Start with the oldest usable token, which this error carries "
          "as oldest_token",
          watched.is_subscription
              ? ", or commit it; a share group is deleted and begun again."
              : "; what lies between is found by a search.")),
      "TOKEN_TOO_OLD", {{"oldest_token", WatchToken(watched, oldest)}});
}

}  // namespace paperwire::rpc
