// The tokens of watches: a place in the journal, bound to the journal and to
// the query or the subscription that is watched.

#ifndef PAPERWIRE_SERVICE_RPC_WATCH_TOKEN_H_
#define PAPERWIRE_SERVICE_RPC_WATCH_TOKEN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace paperwire::rpc {

// What is watched. Tokens of one are refused by every other.
struct Watched {
  uint64_t journal = 0;
  // A query's fingerprint, or a subscription's number.
  uint64_t id = 0;
  bool is_subscription = false;
};

// Covers everything up to a sequence number.
std::string WatchToken(const Watched& watched, int64_t sequence);

// The sequence number of a token. INVALID_ARGUMENT, naming `field`: it is no
// such token, of another server, or of something else that is watched.
absl::StatusOr<int64_t> OpenWatchToken(const Watched& watched,
                                       std::string_view token,
                                       std::string_view field);

// OUT_OF_RANGE, with the oldest usable token, that of the place `oldest`;
// `place` is before it.
absl::Status TokenTooOld(const Watched& watched, int64_t place, int64_t oldest);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_WATCH_TOKEN_H_
