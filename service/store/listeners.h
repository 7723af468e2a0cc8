// Who waits for something to change, to be told by whoever changes it.
//
//     Listeners listeners;
//     auto listener = listeners.Add([&] { event.Notify(); });
//     listeners.Wake();
//
// What changed is not said: whoever is woken looks for itself.

#ifndef PAPERWIRE_SERVICE_STORE_LISTENERS_H_
#define PAPERWIRE_SERVICE_STORE_LISTENERS_H_

#include <functional>
#include <list>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "service/base/mutex.h"

namespace paperwire::store {

// Thread-safe; must outlive its listeners.
class Listeners {
 public:
  // Listens while it lives; gone, no call is under way.
  class Listener {
   public:
    ~Listener() {
      MutexLock lock(&all_.mutex_);
      all_.wakes_.erase(place_);
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

   private:
    friend class Listeners;
    using Place = std::list<std::function<void()>>::iterator;
    Listener(Listeners* all, Place place) : all_(*all), place_(place) {}

    Listeners& all_;
    const Place place_;
  };

  // `wake` is called with every Wake; it must be quick.
  std::unique_ptr<Listener> Add(std::function<void()> wake) {
    MutexLock lock(&mutex_);
    wakes_.push_front(std::move(wake));
    return std::unique_ptr<Listener>(new Listener(this, wakes_.begin()));
  }

  void Wake() {
    MutexLock lock(&mutex_);
    for (const std::function<void()>& wake : wakes_) wake();
  }

 private:
  Mutex mutex_;
  std::list<std::function<void()>> wakes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace paperwire::store

#endif  // PAPERWIRE_SERVICE_STORE_LISTENERS_H_
