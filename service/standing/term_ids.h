// The words and keywords that standing queries ask for, numbered from 1 on, so
// that a set of them is a bitmap and a place in a table an index.
//
//     TermIds ids;
//     const TermId id = ids.Intern(WordKey("bottleneck"));
//     ids.Find(WordKey("bottleneck"));  // id
//     ids.Find(WordKey("graph"));       // kAlways: nobody asks for it
//
// Two terms have one number only when they have one key (anchors.h). Small
// numbers are given first, and again when they were freed.
//
// Not thread-safe. A term takes some 20 bytes.

#ifndef PAPERWIRE_SERVICE_STANDING_TERM_IDS_H_
#define PAPERWIRE_SERVICE_STANDING_TERM_IDS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "service/standing/anchors.h"

namespace paperwire::standing {

using TermId = uint32_t;

// A term that every document has.
inline constexpr TermId kAlways = 0;

class TermIds {
 public:
  // kAlways when the key has no number.
  TermId Find(Key key) const {
    const auto it = ids_.find(key);
    return it == ids_.end() ? kAlways : it->second;
  }
  // Asks for the memory that Find will read.
  void Prefetch(Key key) const { ids_.prefetch(key); }

  TermId Intern(Key key);

  // All numbers are below this.
  TermId end() const { return end_; }

  // Frees the numbers that are not set in `used`, which has end() bits.
  void KeepOnly(const std::vector<bool>& used);

  size_t memory() const;

 private:
  absl::flat_hash_map<Key, TermId> ids_;
  std::vector<TermId> free_;
  TermId end_ = kAlways + 1;
};

}  // namespace paperwire::standing

#endif  // PAPERWIRE_SERVICE_STANDING_TERM_IDS_H_
