#include "client/cpp/harvest/days.h"

#include "service/base/strings.h"

namespace paperwire::harvest {

std::optional<absl::CivilDay> ParseDay(std::string_view text) {
  absl::CivilDay day;
  if (text.size() != 10 || !absl::ParseCivilTime(ToAbsl(text), &day)) {
    return std::nullopt;
  }
  return day;
}

std::string FormatDay(absl::CivilDay day) { return absl::FormatCivilTime(day); }

absl::CivilDay Today(World& world) {
  return absl::ToCivilDay(world.Now(), absl::UTCTimeZone());
}

bool SayIfStale(std::string_view source, std::string_view newest,
                int stale_days, World& world, const Progress& progress) {
  const std::optional<absl::CivilDay> day = ParseDay(newest);
  if (!day.has_value()) {
    progress(StrCat(source, " has not given a single paper yet"));
    return true;
  }
  const absl::CivilDay today = Today(world);
  if (today - *day <= stale_days) return false;
  progress(StrCat(source, " has given nothing newer than ", newest, ", ",
                  today - *day, " days ago: it may be stuck"));
  return true;
}

}  // namespace paperwire::harvest
