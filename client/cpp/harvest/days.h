// Days, and when a source has been silent for too many of them.

#ifndef PAPERWIRE_CLIENT_CPP_HARVEST_DAYS_H_
#define PAPERWIRE_CLIENT_CPP_HARVEST_DAYS_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "client/cpp/harvest/harvester.h"
#include "client/cpp/harvest/world.h"

namespace paperwire::harvest {

// "2026-07-10"; nothing for anything else.
std::optional<absl::CivilDay> ParseDay(std::string_view text);

std::string FormatDay(absl::CivilDay day);

// The day that it is, in UTC.
absl::CivilDay Today(World& world);

// Whether `newest`, a day, is more than `stale_days` ago; says so then. A
// source that never gave anything is stale, too.
bool SayIfStale(std::string_view source, std::string_view newest,
                int stale_days, World& world, const Progress& progress);

}  // namespace paperwire::harvest

#endif  // PAPERWIRE_CLIENT_CPP_HARVEST_DAYS_H_
