// What was read last, by journal sequence number, within a bound of memory.
//
//     Recent<std::string> recent(64 << 20);
//     std::shared_ptr<const std::string> text = recent.Find({sequence})[0];
//     if (text == nullptr) {
//       text = std::make_shared<const std::string>(ReadSomehow(sequence));
//       recent.Keep(sequence, text, text->capacity());
//     }
//
// A journal entry never changes, so nothing that is kept here can become
// wrong: a paper that changes is found under another sequence number. Whoever
// holds a value keeps it, even when it is dropped here.
//
// Values are dropped in the order in which they came; those that were found
// since their last turn get another one ("second chance"). Close to dropping
// what was used the longest ago, and finding one moves nothing.

#ifndef PAPERWIRE_SERVICE_STORE_RECENT_H_
#define PAPERWIRE_SERVICE_STORE_RECENT_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "service/base/mutex.h"

namespace paperwire::store {

// Thread-safe.
template <typename T>
class Recent {
 public:
  explicit Recent(size_t max_bytes) : max_bytes_(max_bytes) {}

  // In the order asked. Null: it is not here.
  std::vector<std::shared_ptr<const T>> Find(
      absl::Span<const int64_t> sequences) {
    std::vector<std::shared_ptr<const T>> values(sequences.size());
    std::vector<const Kept*> found(sequences.size());
    // Step by step for all of them: most lie where no cache has them, and so
    // the processor waits for many at once.
    MutexLock lock(&mutex_);
    for (const int64_t sequence : sequences) kept_.prefetch(sequence);
    for (size_t i = 0; i < sequences.size(); ++i) {
      const auto it = kept_.find(sequences[i]);
      if (it == kept_.end()) continue;
      it->second.found = true;
      found[i] = &it->second;
      __builtin_prefetch(it->second.value.get());
    }
    for (size_t i = 0; i < found.size(); ++i) {
      if (found[i] != nullptr) values[i] = found[i]->value;
    }
    return values;
  }

  // Keeps a value that takes `bytes`, in place of the one that was there; a
  // value larger than the bound is not kept.
  void Keep(int64_t sequence, std::shared_ptr<const T> value, size_t bytes) {
    const size_t cost = bytes + kEntryBytes;
    if (cost > max_bytes_) return;
    std::vector<std::shared_ptr<const T>> dropped;  // freed without the lock
    MutexLock lock(&mutex_);
    const auto [it, is_new] = kept_.try_emplace(sequence);
    if (is_new) turns_.push_back(sequence);
    bytes_ += cost - it->second.cost;
    dropped.push_back(std::move(it->second.value));
    it->second = {std::move(value), cost, !is_new};
    while (bytes_ > max_bytes_) {
      const auto next = kept_.find(turns_.front());
      turns_.pop_front();
      if (next->second.found) {
        next->second.found = false;
        turns_.push_back(next->first);
      } else {
        bytes_ -= next->second.cost;
        dropped.push_back(std::move(next->second.value));
        kept_.erase(next);
      }
    }
  }

  // What is kept, with what it takes to keep it.
  size_t bytes() const {
    MutexLock lock(&mutex_);
    return bytes_;
  }

 private:
  struct Kept {
    std::shared_ptr<const T> value;
    size_t cost = 0;
    bool found = false;  // since its last turn
  };
  // The places in the table and in the queue, and what malloc adds.
  static constexpr size_t kEntryBytes = 2 * sizeof(Kept) + 64;

  const size_t max_bytes_;
  mutable Mutex mutex_;
  absl::flat_hash_map<int64_t, Kept> kept_ ABSL_GUARDED_BY(mutex_);
  std::deque<int64_t> turns_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace paperwire::store

#endif  // PAPERWIRE_SERVICE_STORE_RECENT_H_
