#include "service/store/housekeeping.h"

#include <algorithm>
#include <optional>

#include "service/base/status_macros.h"
#include "service/journal/compaction.h"
#include "service/journal/journal.h"
#include "service/standing/forget.h"
#include "service/standing/subscription_tables.h"
#include "spdlog/spdlog.h"

namespace paperwire::store {
namespace {

// How often to look for what has expired, and how much of it goes at once.
constexpr absl::Duration kExpiryPeriod = absl::Seconds(30);
constexpr int kExpiryStep = 100;
// Entries that are looked at in one step of forgetting, and pages that are
// given back after it.
constexpr int kForgetStep = 1000;
constexpr int kShrinkPages = 1000;
// What a bound in bytes leaves in any case.
constexpr absl::Duration kAlwaysKept = absl::Hours(1);

// The last entry that may be passed now; 0 for none.
absl::StatusOr<int64_t> PassUpTo(journal::Database& db,
                                 const Retention& retention, absl::Time now,
                                 bool* too_big) {
  int64_t up_to = 0;
  if (retention.keep < absl::InfiniteDuration()) {
    ASSIGN_OR_RETURN(up_to, journal::LastBefore(db, now - retention.keep));
  }
  *too_big = false;
  if (retention.max_bytes > 0) {
    ASSIGN_OR_RETURN(int64_t bytes, journal::LiveBytes(db));
    *too_big = bytes > retention.max_bytes;
    if (*too_big) {
      ASSIGN_OR_RETURN(int64_t old,
                       journal::LastBefore(db, now - kAlwaysKept));
      ASSIGN_OR_RETURN(int64_t from, journal::CompleteFrom(db));
      // Step by step, for a step may be enough.
      up_to = std::max(up_to, std::min(old, from - 1 + kForgetStep));
    }
  }
  // What is matched again after a crash must be there.
  ASSIGN_OR_RETURN(int64_t noted, standing::ReadStandingPosition(db));
  return std::min(up_to, noted);
}

}  // namespace

void Housekeeper::Turn() {
  NoteMatches();
  DeleteExpired();
  ForgetPast();
}

bool Housekeeper::IsDue(absl::Duration period, absl::Time* last) {
  const absl::Time now = clock_.Now();
  // A clock that was put back must not stop this.
  if (now >= *last && now - *last < period) return false;
  *last = now;
  return true;
}

void Housekeeper::NoteMatches() {
  std::optional<standing::Unnoted> unnoted = follower_.TakeUnnoted();
  if (!unnoted.has_value()) return;
  const int64_t position = unnoted->position;
  Job job;
  job.apply = [unnoted = *std::move(unnoted)](Transaction& t) {
    return standing::NoteMatches(t.db, unnoted.matches, unnoted.position);
  };
  job.done = [this, position](const absl::Status& status) {
    if (!status.ok()) {
      spdlog::error("could not note matches: {}", status.ToString());
    }
    follower_.Noted(status, position);
  };
  submit_(std::move(job));
}

void Housekeeper::DeleteExpired() {
  if (!IsDue(kExpiryPeriod, &expired_)) return;
  Job job;
  job.apply = [](Transaction& t) {
    return t.subscriptions.DeleteExpired(kExpiryStep, t.changes).status();
  };
  job.done = [](const absl::Status& status) {
    if (!status.ok()) {
      spdlog::error("could not delete what has expired: {}",
                    status.ToString());
    }
  };
  submit_(std::move(job));
}

void Housekeeper::ForgetPast() {
  if (!retention_.forgets() || forgetting_) return;
  if (!more_ && !IsDue(retention_.period, &forgot_)) return;
  forgetting_ = true;
  more_ = false;
  Job job;
  job.apply = [this](Transaction& t) { return Forget(t); };
  job.done = [this](const absl::Status& status) {
    forgetting_ = false;
    if (!status.ok()) {
      more_ = false;
      spdlog::error("could not compact the journal: {}", status.ToString());
    }
  };
  submit_(std::move(job));
}

// On the writer's thread.
absl::Status Housekeeper::Forget(Transaction& t) {
  bool too_big = false;
  ASSIGN_OR_RETURN(int64_t up_to,
                   PassUpTo(t.db, retention_, clock_.Now(), &too_big));
  ASSIGN_OR_RETURN(int64_t from, journal::CompleteFrom(t.db));
  ASSIGN_OR_RETURN(journal::Superseded old,
                   journal::FindSuperseded(t.db, up_to, kForgetStep));
  if (old.complete_from == from) {
    if (too_big && !warned_) {
      warned_ = true;
      spdlog::warn(
          "the journal holds more than --journal-megabytes allows, and "
          "nothing in it can go: the newest state of every paper stays, and "
          "all of the last hour");
    }
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(standing::ForgetMatches(t.db, old.entries));
  RETURN_IF_ERROR(journal::Drop(t.db, old));
  RETURN_IF_ERROR(journal::Shrink(t.db, kShrinkPages));
  more_ = true;
  return absl::OkStatus();
}

}  // namespace paperwire::store
