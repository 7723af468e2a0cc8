// The share groups of all subscriptions: those in memory, and how they are
// kept.
//
//     sharing.Open(number, "workers", place, [](auto group) {...});
//     sharing.Acknowledge(number, "workers", {17, 19}, [](auto status) {...});
//
// A group is in memory once it was asked for, and stays there while the
// process runs, or until it or its subscription is deleted.

#ifndef PAPERWIRE_SERVICE_STORE_SHARING_H_
#define PAPERWIRE_SERVICE_STORE_SHARING_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/base/mutex.h"
#include "service/journal/connections.h"
#include "service/standing/follower.h"
#include "service/standing/share_group.h"
#include "service/store/committer.h"

namespace paperwire::store {

// Thread-safe. What is called back is called once, from any thread, and must
// be quick.
class Sharing {
 public:
  using Group = std::shared_ptr<standing::ShareGroup>;

  // All must outlive this; `submit` hands a job to the writer.
  Sharing(journal::Connections* journal, standing::Follower* follower,
          std::function<void(Job)> submit)
      : journal_(*journal), follower_(*follower), submit_(std::move(submit)) {}

  // The group of this name; null when there is none.
  absl::StatusOr<Group> Find(int64_t subscription, std::string_view name);

  // The same; one that is not there is made durably, to begin after
  // `sequence`. RESOURCE_EXHAUSTED: there are too many.
  void Open(int64_t subscription, std::string name, int64_t sequence,
            std::function<void(absl::StatusOr<Group>)> done);

  // In memory at once, so that nobody takes them any more; `done` when it is
  // durable. An error closes the group, since what is in memory is not true.
  // NOT_FOUND: there is no such group.
  void Acknowledge(int64_t subscription, std::string name,
                   std::vector<int64_t> sequences,
                   std::function<void(absl::Status)> done);

  // Deletes it and closes it with NOT_FOUND.
  void Delete(int64_t subscription, std::string name,
              std::function<void(absl::Status)> done);

  // After a subscription was deleted, which deletes its groups.
  void Forget(int64_t subscription);

 private:
  using Key = std::pair<int64_t, std::string>;
  void Close(const Key& key, const absl::Status& why);

  journal::Connections& journal_;
  standing::Follower& follower_;
  const std::function<void(Job)> submit_;

  Mutex mutex_;
  std::map<Key, Group> groups_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace paperwire::store

#endif  // PAPERWIRE_SERVICE_STORE_SHARING_H_
