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
#include "service/standing/subscriptions.h"

namespace paperwire::rpc {
namespace {

constexpr int kMaxBatch = 1000;
// Deliveries that are looked for at once.
constexpr int kAhead = 256;

}  // namespace

absl::Status Watch::Begin(grpc::ByteBuffer* bytes) {
  RETURN_IF_ERROR(ParseMessage(bytes, &request_));
  RETURN_IF_ERROR(CheckMask(request_.read_mask()));
  mask_.emplace(request_.read_mask());
  if (request_.max_batch_size() < 0 || request_.max_batch_size() > kMaxBatch) {
    return InvalidField("max_batch_size",
                        StrCat("It is ", request_.max_batch_size(), "; 0 to ",
                               kMaxBatch, " are allowed."));
  }
  watched_.journal = store_.journal_id();
  return request_.subscription().empty() ? BeginQuery() : BeginSubscription();
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
  if (!request_.omit_highlights()) highlighter_.emplace(query_);
  watched_.id = query::Fingerprint(query_);
  listener_ = store_.standing().ListenTo(query_, wake_);
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
  ASSIGN_OR_RETURN(int64_t oldest, journal::OldestSequence(*db));
  return Start(store_.feed().head(), oldest);
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
  highlighter_.reset();
  if (!request_.omit_highlights()) highlighter_.emplace(query_);
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
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
  ASSIGN_OR_RETURN(standing::CursorRow cursor, standing::ReadCursor(*db, row));
  RETURN_IF_ERROR(Start(cursor.sequence, row.created + 1));
  place_ = std::max(place_, row.created);
  return absl::OkStatus();
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
      } else if (place_ < oldest - 1) {
        return TokenTooOld(watched_, place_, oldest);
      }
      return absl::OkStatus();
    }
    case v1::WatchRequest::kStartTime: {
      ASSIGN_OR_RETURN(absl::Time time,
                       ToTime(request_.start_time(), "start_time"));
      ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
      ASSIGN_OR_RETURN(place_, journal::LastBefore(*db, time));
      return absl::OkStatus();
    }
    default:
      switch (request_.position()) {
        case v1::WatchRequest::POSITION_BEGINNING:
          place_ = oldest - 1;
          return absl::OkStatus();
        case v1::WatchRequest::POSITION_NOW:
          place_ = head;
          return absl::OkStatus();
        default:
          place_ = at_default;
          return absl::OkStatus();
      }
  }
}

absl::StatusOr<bool> Watch::Advance() {
  if (watched_.is_subscription) {
    if (listener_->gone()) {
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
  place_ = listener_->SkipTo(place_, store_.feed());
  if (!watched_.is_subscription) {
    RETURN_IF_ERROR(AdvanceQuery());
  } else {
    ASSIGN_OR_RETURN(
        standing::Deliveries next,
        store_.standing().Next(listener_->query(), place_, kAhead));
    waiting_.assign(next.news.begin(), next.news.end());
    place_ = next.place;
  }
  return !waiting_.empty();
}

absl::Status Watch::AdvanceQuery() {
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

absl::StatusOr<v1::WatchResponse> Watch::TakeMatches() {
  const size_t size = std::min<size_t>(
      waiting_.size(),
      static_cast<size_t>(std::max(1, request_.max_batch_size())));
  const std::vector<standing::Delivery> some(
      waiting_.begin(), waiting_.begin() + static_cast<long>(size));
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<long>(size));
  v1::WatchMatches matches;
  RETURN_IF_ERROR(
      AddMatches(store_.papers(), some, *mask_,
                 highlighter_.has_value() ? &*highlighter_ : nullptr,
                 matches.mutable_matches()));
  for (v1::WatchMatch& match : *matches.mutable_matches()) {
    match.set_resume_token(WatchToken(watched_, match.sequence()));
  }
  v1::WatchResponse event;
  if (request_.max_batch_size() > 1) {
    *event.mutable_matches() = std::move(matches);
  } else {
    event.mutable_match()->Swap(matches.mutable_matches(0));
  }
  return event;
}

int64_t Watch::sent() const {
  return waiting_.empty() ? place_ : waiting_.front().sequence - 1;
}

v1::WatchResponse Watch::Progress() const {
  v1::WatchResponse event;
  v1::WatchProgress* progress = event.mutable_progress();
  progress->set_resume_token(WatchToken(watched_, sent()));
  progress->set_sequence(sent());
  progress->set_journal_sequence(store_.feed().head());
  SetTime(absl::Now(), progress->mutable_server_time());
  return event;
}

v1::WatchResponse Watch::CaughtUp() const {
  v1::WatchResponse event;
  event.mutable_caught_up()->set_resume_token(WatchToken(watched_, sent()));
  event.mutable_caught_up()->set_sequence(sent());
  return event;
}

v1::WatchResponse Watch::Reset() const {
  v1::WatchResponse event;
  v1::WatchReset* reset = event.mutable_reset();
  reset->set_reason(v1::WatchReset::REASON_JOURNAL_ROLLED_BACK);
  reset->set_resume_token(WatchToken(watched_, sent()));
  reset->set_sequence(sent());
  return event;
}

}  // namespace paperwire::rpc
