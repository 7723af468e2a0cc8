#include "service/rpc/watch.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/journal/journal.h"
#include "service/rpc/call.h"
#include "service/rpc/convert.h"
#include "service/rpc/matches.h"
#include "service/standing/batch.h"
#include "service/standing/forget.h"
#include "service/standing/subscriptions.h"

namespace paperwire::rpc {
namespace {

constexpr int kMaxBatch = 1000;
// Deliveries that are looked for at once.
constexpr int kAhead = 256;
// Sources in an event of progress.
constexpr int kMaxSources = 20;
// Share groups.
constexpr absl::Duration kDefaultLease = absl::Seconds(60);
constexpr absl::Duration kMaxLease = absl::Hours(1);
constexpr int kDefaultLeased = 100;
constexpr int kMaxLeased = 1000;

}  // namespace

// What the making of a share group leaves behind; the watch may be gone by
// then.
struct Watch::Opening {
  Mutex mutex;
  Watch* watch ABSL_GUARDED_BY(mutex) = nullptr;
  std::optional<absl::StatusOr<store::Sharing::Group>> group
      ABSL_GUARDED_BY(mutex);
};

Watch::~Watch() {
  if (opening_ == nullptr) return;
  MutexLock lock(&opening_->mutex);
  opening_->watch = nullptr;
}

absl::Status Watch::Begin(grpc::ByteBuffer* bytes) {
  RETURN_IF_ERROR(ParseMessage(bytes, &request_));
  RETURN_IF_ERROR(CheckMask(request_.read_mask()));
  mask_.emplace(request_.read_mask());
  if (request_.max_batch_size() < 0 || request_.max_batch_size() > kMaxBatch) {
    return InvalidField("max_batch_size",
                        StrCat("It is ", request_.max_batch_size(), "; 0 to ",
                               kMaxBatch, " are allowed."));
  }
  RETURN_IF_ERROR(CheckSharing());
  watched_.journal = store_.journal_id();
  return request_.subscription().empty() ? BeginQuery() : BeginSubscription();
}

absl::Status Watch::CheckSharing() const {
  if (request_.share_group().empty()) {
    if (request_.has_lease_duration() || request_.max_leased_count() != 0) {
      return InvalidField(
          request_.has_lease_duration() ? "lease_duration" : "max_leased_count",
          "It is for share groups only. Name the share_group.");
    }
    return absl::OkStatus();
  }
  if (request_.subscription().empty()) {
    return InvalidField("share_group",
                        "A query has no share groups, since nothing of it is "
                        "stored. Create a subscription and share that.");
  }
  RETURN_IF_ERROR(
      standing::CheckShareName(request_.share_group(), "share_group"));
  if (request_.has_lease_duration()) {
    const absl::Duration lease = ToDuration(request_.lease_duration());
    if (lease < absl::Seconds(1) || lease > kMaxLease) {
      return InvalidField("lease_duration",
                          StrCat("It is ", absl::FormatDuration(lease),
                                 "; one second to one hour are allowed."));
    }
  }
  if (request_.max_leased_count() < 0 ||
      request_.max_leased_count() > kMaxLeased) {
    return InvalidField("max_leased_count",
                        StrCat("It is ", request_.max_leased_count(), "; 0 to ",
                               kMaxLeased, " are allowed."));
  }
  return absl::OkStatus();
}

absl::Status Watch::BeginQuery() {
  if (request_.start_case() == v1::WatchRequest::kPosition &&
      request_.position() == v1::WatchRequest::POSITION_CURSOR) {
    return InvalidField("position",
                        "A query has no cursor. Start from now, the "
                        "beginning, a time or a token, or create a "
                        "subscription.");
  }
  ASSIGN_OR_RETURN(query_, ParseQuery(request_.query()));
  MakeExplainers();
  watched_.id = query::Fingerprint(query_);
  listener_ = store_.standing().ListenTo(query_, wake_);
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
  ASSIGN_OR_RETURN(int64_t complete_from, journal::CompleteFrom(*db));
  return Start(store_.feed().head(), complete_from - 1);
}

void Watch::MakeExplainers() {
  highlighter_.reset();
  reasoner_.reset();
  if (!request_.omit_highlights()) highlighter_.emplace(query_);
  if (request_.explain()) reasoner_.emplace(query_);
}

absl::StatusOr<standing::SubscriptionRow> Watch::ReadSubscription() {
  changes_ = listener_ != nullptr ? listener_->changes() : 0;
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
  ASSIGN_OR_RETURN(standing::SubscriptionRow row,
                   standing::NeedSubscription(*db, request_.subscription()));
  if (listener_ != nullptr && listener_->query() != row.number) {
    return WithReason(
        absl::NotFoundError(StrCat(
            "The subscription ", request_.subscription(),
            " was deleted, and another one was created under its name. Watch "
            "that one anew.")),
        "SUBSCRIPTION_NOT_FOUND");
  }
  ASSIGN_OR_RETURN(v1::Subscription subscription,
                   standing::ReadSubscription(*db, row, row.sequence));
  paused_ = subscription.state() == v1::Subscription::STATE_PAUSED;
  ASSIGN_OR_RETURN(query_, ParseQuery(subscription.query()));
  MakeExplainers();
  return row;
}

absl::Status Watch::BeginSubscription() {
  RETURN_IF_ERROR(
      standing::CheckSubscriptionName(request_.subscription(), "subscription"));
  if (request_.has_query()) {
    return InvalidField("query",
                        "A subscription has its own query. Give one of the "
                        "two.");
  }
  ASSIGN_OR_RETURN(standing::SubscriptionRow row, ReadSubscription());
  listener_ = store_.standing().ListenTo(row.number, wake_);
  // What changed before there was a listener.
  ASSIGN_OR_RETURN(row, ReadSubscription());
  watched_.is_subscription = true;
  watched_.id = static_cast<uint64_t>(row.number);
  created_ = row.created;
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
  ASSIGN_OR_RETURN(standing::CursorRow cursor, standing::ReadCursor(*db, row));
  ASSIGN_OR_RETURN(int64_t lost, standing::LastLost(*db, row.number));
  RETURN_IF_ERROR(Start(cursor.sequence, std::max(row.created, lost)));
  place_ = std::max(place_, row.created);
  if (!request_.share_group().empty()) OpenGroup();
  return absl::OkStatus();
}

void Watch::OpenGroup() {
  lease_ = request_.has_lease_duration() ? ToDuration(request_.lease_duration())
                                         : kDefaultLease;
  max_leased_ = request_.max_leased_count() == 0 ? kDefaultLeased
                                                 : request_.max_leased_count();
  opening_ = std::make_shared<Opening>();
  {
    MutexLock lock(&opening_->mutex);
    opening_->watch = this;
  }
  store_.sharing().Open(listener_->query(), request_.share_group(), place_,
                        [o = opening_](absl::StatusOr<store::Sharing::Group> g) {
                          MutexLock lock(&o->mutex);
                          o->group = std::move(g);
                          if (o->watch != nullptr) o->watch->wake_();
                        });
}

absl::StatusOr<bool> Watch::Ready() {
  if (opening_ == nullptr || member_ != nullptr) return true;
  MutexLock lock(&opening_->mutex);
  if (!opening_->group.has_value()) return false;
  RETURN_IF_ERROR(opening_->group->status());
  group_ = **opening_->group;
  member_ = group_->Join(wake_);
  return true;
}

absl::Status Watch::Start(int64_t at_default, int64_t oldest) {
  const int64_t head = store_.feed().head();
  switch (request_.start_case()) {
    case v1::WatchRequest::kResumeToken: {
      ASSIGN_OR_RETURN(place_, OpenWatchToken(watched_, request_.resume_token(),
                                              "resume_token"));
      if (place_ > head) {
        // It may be the follower that is behind, not the journal.
        ASSIGN_OR_RETURN(journal::Connections::Lease db,
                         store_.journal().Take());
        ASSIGN_OR_RETURN(int64_t last, journal::LastSequence(*db));
        was_reset_ = place_ > last;
        if (was_reset_) place_ = head;
      }
      break;
    }
    case v1::WatchRequest::kStartTime: {
      ASSIGN_OR_RETURN(absl::Time time,
                       ToTime(request_.start_time(), "start_time"));
      ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
      ASSIGN_OR_RETURN(place_, journal::LastBefore(*db, time));
      // Before a subscription there was nothing to note.
      if (watched_.is_subscription) place_ = std::max(place_, created_);
      break;
    }
    default:
      switch (request_.position()) {
        case v1::WatchRequest::POSITION_BEGINNING:
          place_ = oldest;
          return absl::OkStatus();
        case v1::WatchRequest::POSITION_NOW:
          place_ = head;
          return absl::OkStatus();
        default:
          place_ = at_default;
      }
  }
  if (place_ < oldest) return TokenTooOld(watched_, place_, oldest);
  return absl::OkStatus();
}

absl::StatusOr<bool> Watch::Advance() {
  if (watched_.is_subscription) {
    if (listener_->gone()) {
      store_.sharing().Forget(listener_->query());
      return WithReason(absl::NotFoundError(
                            StrCat("The subscription ", request_.subscription(),
                                   " was deleted or has expired.")),
                        "SUBSCRIPTION_NOT_FOUND");
    }
    if (listener_->changes() != changes_) {
      RETURN_IF_ERROR(ReadSubscription().status());
    }
    if (paused_) return false;
  }
  if (!waiting_.empty()) return true;
  RETURN_IF_ERROR(WithOldest(member_ != nullptr         ? AdvanceGroup()
                             : watched_.is_subscription ? AdvanceSubscription()
                                                        : AdvanceQuery()));
  return !waiting_.empty();
}

absl::Status Watch::AdvanceSubscription() {
  place_ = listener_->SkipTo(place_, store_.feed());
  ASSIGN_OR_RETURN(standing::Deliveries next,
                   store_.standing().Next(listener_->query(), place_, kAhead));
  waiting_.assign(next.news.begin(), next.news.end());
  place_ = next.place;
  return absl::OkStatus();
}

absl::Status Watch::AdvanceGroup() {
  // One batch at a time, so that the members share what comes at once.
  ASSIGN_OR_RETURN(std::vector<standing::ShareGroup::Leased> taken,
                   member_->Take(static_cast<int>(batch_size()), max_leased_,
                                 lease_, absl::Now()));
  full_ = member_->held() >= max_leased_;
  for (standing::ShareGroup::Leased& leased : taken) {
    waiting_.push_back(leased.delivery);
    leased_.push_back(std::move(leased));
  }
  return absl::OkStatus();
}

absl::Status Watch::AdvanceQuery() {
  place_ = listener_->SkipTo(place_, store_.feed());
  const auto add = [&](const journal::Change& change) {
    waiting_.push_back({.sequence = change.sequence,
                        .time = change.time,
                        .created = change.created,
                        .new_version = false});
  };
  // Batches that were matched already take no time.
  while (waiting_.empty()) {
    const std::shared_ptr<const standing::Batch> kept =
        store_.feed().Kept(place_);
    if (kept == nullptr || !kept->matched || !listener_->Covers(kept->first)) {
      break;
    }
    for (const standing::News& news : kept->NewsOf(listener_->query())) {
      const journal::Change& change = kept->entries[news.entry];
      if (change.sequence > place_) add(change);
    }
    place_ = kept->last;
  }
  if (!waiting_.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::shared_ptr<const standing::Batch> batch,
                   store_.feed().Next(place_));
  if (batch == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::vector<const journal::Change*> news,
                   standing::NewMatches(*batch, query_, place_));
  for (const journal::Change* change : news) add(*change);
  place_ = batch->last;
  return absl::OkStatus();
}

size_t Watch::batch_size() const {
  return static_cast<size_t>(std::max(1, request_.max_batch_size()));
}

absl::StatusOr<v1::WatchResponse> Watch::TakeMatches() {
  const size_t size = std::min(waiting_.size(), batch_size());
  const std::vector<standing::Delivery> some(
      waiting_.begin(), waiting_.begin() + static_cast<long>(size));
  v1::WatchMatches matches;
  absl::Status added =
      AddMatches(store_.papers(), some, *mask_,
                 highlighter_.has_value() ? &*highlighter_ : nullptr,
                 reasoner_.has_value() ? &*reasoner_ : nullptr,
                 matches.mutable_matches());
  if (absl::IsNotFound(added)) {
    // Forgotten since it was looked at.
    added = absl::OutOfRangeError("");
  }
  RETURN_IF_ERROR(WithOldest(std::move(added)));
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<long>(size));
  for (v1::WatchMatch& match : *matches.mutable_matches()) {
    if (member_ == nullptr) {
      match.set_resume_token(WatchToken(watched_, match.sequence()));
      continue;
    }
    match.set_delivery_attempt(leased_.front().attempt);
    SetTime(leased_.front().expires, match.mutable_lease_expire_time());
    leased_.pop_front();
  }
  v1::WatchResponse event;
  if (request_.max_batch_size() > 1) {
    *event.mutable_matches() = std::move(matches);
  } else {
    event.mutable_match()->Swap(matches.mutable_matches(0));
  }
  return event;
}

absl::Status Watch::WithOldest(absl::Status status) const {
  if (!absl::IsOutOfRange(status)) return status;
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
  if (watched_.is_subscription) {
    ASSIGN_OR_RETURN(int64_t lost,
                     standing::LastLost(*db, listener_->query()));
    return TokenTooOld(watched_, sent(), lost);
  }
  ASSIGN_OR_RETURN(int64_t complete_from, journal::CompleteFrom(*db));
  return TokenTooOld(watched_, sent(), complete_from - 1);
}

int64_t Watch::sent() const {
  if (group_ != nullptr) return group_->covered();
  return waiting_.empty() ? place_ : waiting_.front().sequence - 1;
}

std::string Watch::Token() const {
  // A group has its place here, not with its members.
  return member_ != nullptr ? std::string() : WatchToken(watched_, sent());
}

v1::WatchResponse Watch::Progress() const {
  v1::WatchResponse event;
  v1::WatchProgress* progress = event.mutable_progress();
  progress->set_resume_token(Token());
  progress->set_sequence(sent());
  progress->set_journal_sequence(store_.feed().head());
  SetTime(absl::Now(), progress->mutable_server_time());
  const auto sources = store_.freshness().Get();
  for (const v1::SourceFreshness& source : *sources) {
    if (progress->sources_size() == kMaxSources) break;
    *progress->add_sources() = source;
  }
  return event;
}

v1::WatchResponse Watch::CaughtUp() const {
  v1::WatchResponse event;
  event.mutable_caught_up()->set_resume_token(Token());
  event.mutable_caught_up()->set_sequence(sent());
  return event;
}

v1::WatchResponse Watch::Reset() const {
  v1::WatchResponse event;
  v1::WatchReset* reset = event.mutable_reset();
  reset->set_reason(v1::WatchReset::REASON_JOURNAL_ROLLED_BACK);
  reset->set_resume_token(Token());
  reset->set_sequence(sent());
  return event;
}

}  // namespace paperwire::rpc
