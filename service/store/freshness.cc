#include "service/store/freshness.h"

#include <utility>

#include "service/base/status_macros.h"
#include "service/catalogue/sources.h"
#include "spdlog/spdlog.h"

namespace paperwire::store {
namespace {

absl::StatusOr<std::vector<v1::SourceFreshness>> Read(
    journal::Connections& journal, absl::Time now) {
  ASSIGN_OR_RETURN(journal::Connections::Lease db, journal.Take());
  return catalogue::ListSources(*db, now);
}

}  // namespace

std::shared_ptr<const std::vector<v1::SourceFreshness>> Freshness::Get() {
  const absl::Time now = clock_.Now();
  MutexLock lock(&mutex_);
  // A clock that was put back makes everything old.
  if (now >= read_ && now - read_ < kAge) return sources_;
  absl::StatusOr<std::vector<v1::SourceFreshness>> sources =
      Read(journal_, now);
  read_ = now;
  if (!sources.ok()) {
    spdlog::error("cannot tell how fresh the sources are: {}",
                  sources.status().ToString());
    return sources_;
  }
  sources_ = std::make_shared<const std::vector<v1::SourceFreshness>>(
      *std::move(sources));
  return sources_;
}

}  // namespace paperwire::store
