#include "service/http/http_date.h"

#include "service/base/strings.h"

namespace paperwire::http {
namespace {

constexpr char kForm[] = "%a, %d %b %Y %H:%M:%S GMT";

}  // namespace

std::string HttpDate(absl::Time time) {
  return absl::FormatTime(kForm, time, absl::UTCTimeZone());
}

std::optional<absl::Time> ParseHttpDate(std::string_view text) {
  absl::Time time;
  if (!absl::ParseTime(kForm, ToAbsl(text), &time, nullptr)) {
    return std::nullopt;
  }
  return time;
}

}  // namespace paperwire::http
