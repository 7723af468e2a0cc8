#include "client/cpp/client/leases.h"

#include <algorithm>

namespace paperwire {
namespace {

// A match was on its way for a part of its lease.
constexpr double kSafePart = 0.9;

}  // namespace

Leases::Leases(absl::Duration lease) : lease_(lease * kSafePart) {}

void Leases::Arrive(v1::WatchResponse event, absl::Time now) {
  Expire(now);
  if (event.has_match()) {
    const int64_t sequence = event.match().sequence();
    if (IsDone(sequence)) return;
    Held held{.until = now + lease_};
    const auto there = held_.find(sequence);
    const bool known = there != held_.end();
    held.place = known ? there->second.place : last_place_ + 1;
    Hold(sequence, held);
    if (known) return;
  } else if (event.has_progress() && !waiting_.empty() &&
             waiting_.rbegin()->second.has_progress()) {
    waiting_.rbegin()->second.Swap(&event);
    return;
  }
  waiting_[++last_place_].Swap(&event);
}

void Leases::Disconnect() {
  waiting_.clear();
  std::erase_if(held_, [](const auto& held) { return held.second.place != 0; });
  // What the server knows it does not send again. If its data was put back to
  // an older state, these numbers may be given to other matches.
  covered_ = 0;
  acknowledged_.clear();
  for (const auto* request : {&noted_, &telling_}) {
    acknowledged_.insert(request->sequences().begin(),
                         request->sequences().end());
  }
}

std::optional<v1::WatchResponse> Leases::Take(absl::Time now) {
  if (!has_next(now)) return std::nullopt;
  std::optional<v1::WatchResponse> event = std::move(waiting_.begin()->second);
  waiting_.erase(waiting_.begin());
  if (event->has_match()) held_.at(event->match().sequence()).place = 0;
  return event;
}

bool Leases::has_next(absl::Time now) {
  Expire(now);
  return !waiting_.empty();
}

void Leases::Acknowledge(int64_t sequence) {
  if (IsDone(sequence)) return;
  Forget(sequence);
  acknowledged_.insert(sequence);
  noted_.add_sequences(sequence);
}

void Leases::Release(int64_t sequence, absl::Time now) {
  Expire(now);
  if (!held_.contains(sequence)) return;
  Forget(sequence);
  noted_.add_released_sequences(sequence);
}

void Leases::Extend(int64_t sequence, absl::Time now) {
  Expire(now);
  const auto held = held_.find(sequence);
  if (held == held_.end()) return;
  Hold(sequence, {.until = now + lease_, .place = held->second.place});
  noted_.add_extended_sequences(sequence);
}

int Leases::noted() const {
  return noted_.sequences_size() + noted_.released_sequences_size() +
         noted_.extended_sequences_size();
}

bool Leases::BeginTelling(v1::AcknowledgeMatchesRequest* request) {
  if (noted() == 0) return false;
  telling_.Swap(&noted_);
  *request = telling_;
  return true;
}

void Leases::Told(int64_t covered) {
  telling_.Clear();
  covered_ = std::max(covered_, covered);
  acknowledged_.erase(acknowledged_.begin(),
                      acknowledged_.upper_bound(covered_));
}

void Leases::NotTold() {
  noted_.MergeFrom(telling_);
  telling_.Clear();
}

bool Leases::IsDone(int64_t sequence) const {
  return sequence <= covered_ || acknowledged_.contains(sequence);
}

void Leases::Expire(absl::Time now) {
  while (!expiries_.empty() && expiries_.front().first <= now) {
    const int64_t sequence = expiries_.front().second;
    expiries_.pop_front();
    const auto held = held_.find(sequence);
    if (held != held_.end() && held->second.until <= now) Forget(sequence);
  }
}

void Leases::Forget(int64_t sequence) {
  const auto held = held_.find(sequence);
  if (held == held_.end()) return;
  waiting_.erase(held->second.place);
  held_.erase(held);
}

void Leases::Hold(int64_t sequence, Held held) {
  held_[sequence] = held;
  expiries_.emplace_back(held.until, sequence);
}

}  // namespace paperwire
