// GMime's objects in C++ hands.
//
//     StartGMime();
//     const ObjectPtr<GMimeMessage> message(g_mime_message_new(FALSE));
//
// For the sources that write and read messages; no header of ours shows GMime.

#ifndef PAPERWIRE_SERVICE_DIGEST_GMIME_OBJECT_H_
#define PAPERWIRE_SERVICE_DIGEST_GMIME_OBJECT_H_

#include <gmime/gmime.h>

#include <memory>
#include <mutex>

namespace paperwire::digest {

// Before anything else of GMime. Any thread, any number of times. It is never
// shut down: threads may still write when the process ends.
inline void StartGMime() {
  static std::once_flag once;
  std::call_once(once, g_mime_init);
}

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
// One reference to an object.
template <typename T>
using ObjectPtr = std::unique_ptr<T, Unref>;

struct Free {
  void operator()(gpointer memory) const { g_free(memory); }
};
// A string that GLib allocated.
using CharPtr = std::unique_ptr<char, Free>;

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_GMIME_OBJECT_H_
