#include "service/store/sharing.h"

#include <optional>

#include "service/base/status_macros.h"
#include "service/standing/share_tables.h"

namespace paperwire::store {

absl::StatusOr<Sharing::Group> Sharing::Find(int64_t subscription,
                                             std::string_view name) {
  // With the lock held, so that no acknowledgement comes between reading the
  // tables and keeping the group.
  MutexLock lock(&mutex_);
  Key key(subscription, name);
  if (const auto it = groups_.find(key); it != groups_.end()) {
    return it->second;
  }
  ASSIGN_OR_RETURN(journal::Connections::Lease db, journal_.Take());
  ASSIGN_OR_RETURN(std::optional<standing::ShareRow> row,
                   standing::FindShare(*db, subscription, name));
  if (!row.has_value()) return Group();
  auto group = std::make_shared<standing::ShareGroup>(&follower_, subscription,
                                                      *std::move(row));
  groups_.emplace(std::move(key), group);
  return group;
}

void Sharing::Open(int64_t subscription, std::string name, int64_t sequence,
                   std::function<void(absl::StatusOr<Group>)> done) {
  absl::StatusOr<Group> there = Find(subscription, name);
  if (!there.ok() || *there != nullptr) {
    done(std::move(there));
    return;
  }
  Job job;
  job.apply = [subscription, name, sequence](Transaction& t) {
    return standing::CreateShare(t.db, subscription, name, sequence);
  };
  job.done = [this, subscription, name,
              done = std::move(done)](absl::Status status) {
    if (!status.ok()) {
      done(std::move(status));
      return;
    }
    absl::StatusOr<Group> group = Find(subscription, name);
    if (group.ok() && *group == nullptr) {  // deleted meanwhile
      group = standing::NoSuchShare(name);
    }
    done(std::move(group));
  };
  submit_(std::move(job));
}

void Sharing::Acknowledge(int64_t subscription, std::string name,
                          std::vector<int64_t> sequences,
                          std::function<void(absl::Status)> done) {
  const absl::StatusOr<Group> group = Find(subscription, name);
  if (!group.ok()) {
    done(group.status());
    return;
  }
  if (*group == nullptr) {
    done(standing::NoSuchShare(name));
    return;
  }
  (*group)->Acknowledge(sequences);
  Job job;
  job.apply = [subscription, name,
               sequences = std::move(sequences)](Transaction& t) {
    return standing::AcknowledgeShare(t.db, subscription, name, sequences);
  };
  job.done = [this, key = Key(subscription, std::move(name)),
              done = std::move(done)](absl::Status status) {
    if (!status.ok()) {
      Close(key, absl::UnavailableError(
                     "The share group could not keep an acknowledgement and "
                     "begins again. Watch in it again."));
    }
    done(std::move(status));
  };
  submit_(std::move(job));
}

void Sharing::Delete(int64_t subscription, std::string name,
                     std::function<void(absl::Status)> done) {
  Job job;
  job.apply = [subscription, name](Transaction& t) -> absl::Status {
    ASSIGN_OR_RETURN(bool there,
                     standing::DeleteShare(t.db, subscription, name));
    return there ? absl::OkStatus() : standing::NoSuchShare(name);
  };
  job.done = [this, key = Key(subscription, name),
              done = std::move(done)](absl::Status status) {
    if (status.ok()) Close(key, standing::NoSuchShare(key.second));
    done(std::move(status));
  };
  submit_(std::move(job));
}

void Sharing::Forget(int64_t subscription) {
  MutexLock lock(&mutex_);
  groups_.erase(groups_.lower_bound({subscription, ""}),
                groups_.lower_bound({subscription + 1, ""}));
}

void Sharing::Close(const Key& key, const absl::Status& why) {
  Group group;
  {
    MutexLock lock(&mutex_);
    const auto it = groups_.find(key);
    if (it == groups_.end()) return;
    group = std::move(it->second);
    groups_.erase(it);
  }
  group->Close(why);
}

}  // namespace paperwire::store
