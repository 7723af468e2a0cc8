#include "service/standing/share_group.h"

#include <algorithm>
#include <utility>

#include "service/base/status_macros.h"

namespace paperwire::standing {

int ShareGroup::Member::held() const {
  MutexLock lock(&group_->mutex_);
  return held_;
}

std::unique_ptr<ShareGroup::Member> ShareGroup::Join(
    std::function<void()> wake) {
  std::unique_ptr<Member> member(
      new Member(shared_from_this(), std::move(wake)));
  MutexLock lock(&mutex_);
  members_.insert(member.get());
  return member;
}

void ShareGroup::Leave(Member* member) {
  MutexLock lock(&mutex_);
  members_.erase(member);
  for (auto& [sequence, match] : matches_) {
    if (match.holder == member) Free(&match);
  }
  WakeAll();
}

absl::StatusOr<std::vector<ShareGroup::Leased>> ShareGroup::TakeFor(
    Member* member, int limit, int max_held, absl::Duration lease,
    absl::Time now) {
  std::vector<Leased> taken;
  MutexLock lock(&mutex_);
  RETURN_IF_ERROR(closed_);
  member->lease_ = lease;
  FreeExpired(now);
  limit = std::min(limit, max_held - member->held_);
  const auto take = [&](Match* match) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    Lease(match, member, now);
    taken.push_back({match->delivery, ++match->attempts, match->expires});
  };
  while (!free_.empty() && static_cast<int>(taken.size()) < limit) {
    take(&matches_.at(*free_.begin()));
  }
  // Reading with the lock held keeps the members in order; most often it takes
  // no time, for the newest matches are in memory.
  while (static_cast<int>(taken.size()) < limit) {
    const int room = limit - static_cast<int>(taken.size());
    ASSIGN_OR_RETURN(Deliveries next,
                     follower_.Next(subscription_, place_, room));
    for (const Delivery& delivery : next.news) {
      if (done_.erase(delivery.sequence) > 0) continue;
      Match& match = matches_[delivery.sequence];
      match.delivery = delivery;
      // A batch may hold more than was asked for.
      if (static_cast<int>(taken.size()) < limit) {
        take(&match);
      } else {
        free_.insert(delivery.sequence);
      }
    }
    if (next.place == place_) break;
    place_ = next.place;
    done_.erase(done_.begin(), done_.upper_bound(place_));
  }
  return taken;
}

void ShareGroup::Acknowledge(const std::vector<int64_t>& sequences) {
  MutexLock lock(&mutex_);
  for (const int64_t sequence : sequences) {
    const auto it = matches_.find(sequence);
    if (it == matches_.end()) {
      if (sequence > place_) done_.insert(sequence);
      continue;
    }
    if (it->second.holder != nullptr) Free(&it->second);
    free_.erase(sequence);
    matches_.erase(it);
  }
  WakeAll();  // its holder may hold more now
}

void ShareGroup::Release(const std::vector<int64_t>& sequences) {
  MutexLock lock(&mutex_);
  for (const int64_t sequence : sequences) {
    const auto it = matches_.find(sequence);
    if (it != matches_.end() && it->second.holder != nullptr) {
      Free(&it->second);
    }
  }
  WakeAll();
}

void ShareGroup::Extend(const std::vector<int64_t>& sequences,
                        absl::Time now) {
  MutexLock lock(&mutex_);
  for (const int64_t sequence : sequences) {
    const auto it = matches_.find(sequence);
    if (it == matches_.end() || it->second.holder == nullptr) continue;
    Member* const holder = it->second.holder;
    Free(&it->second);
    Lease(&it->second, holder, now);
  }
}

absl::Time ShareGroup::NextExpiry() const {
  MutexLock lock(&mutex_);
  return expiry_.empty() ? absl::InfiniteFuture() : expiry_.begin()->first;
}

void ShareGroup::Close(absl::Status why) {
  MutexLock lock(&mutex_);
  closed_ = std::move(why);
  WakeAll();
}

int64_t ShareGroup::covered() const {
  MutexLock lock(&mutex_);
  return matches_.empty() ? place_ : matches_.begin()->first - 1;
}

ShareGroup::Counts ShareGroup::counts() const {
  MutexLock lock(&mutex_);
  return {.leased = static_cast<int>(expiry_.size()),
          .members = static_cast<int>(members_.size())};
}

void ShareGroup::Free(Match* match) {
  const int64_t sequence = match->delivery.sequence;
  expiry_.erase({match->expires, sequence});
  --match->holder->held_;
  match->holder = nullptr;
  free_.insert(sequence);
}

void ShareGroup::Lease(Match* match, Member* member, absl::Time now) {
  const int64_t sequence = match->delivery.sequence;
  free_.erase(sequence);
  match->holder = member;
  match->expires = now + member->lease_;
  expiry_.insert({match->expires, sequence});
  ++member->held_;
}

void ShareGroup::FreeExpired(absl::Time now) {
  bool any = false;
  while (!expiry_.empty() && expiry_.begin()->first <= now) {
    Free(&matches_.at(expiry_.begin()->second));
    any = true;
  }
  if (any) WakeAll();
}

void ShareGroup::WakeAll() {
  for (const Member* member : members_) member->wake_();
}

}  // namespace paperwire::standing
