// Bounds on scores, one byte each.
//
// The impact of a posting is the part of its score that depends on the
// document: tf / (k1 + tf), between 0 and 1, without the idf, which drifts.
// An ImpactTable gives an upper bound of it, in units of 1 / 255, from two
// bytes: the code of the posting and the class of the document (how long its
// title and abstract are, roughly).
//
//     const ImpactTable& table = *ImpactTable::Of(average_lengths);
//     uint8_t bound = table.at(code, cls);  // score <= weight * bound / 255
//
// Bounds made with other average lengths can be carried over: a field's
// factor grows by the ratio of the averages at most, and so does the impact
// (Drift).
//
// MaxScore and its kin prune by such bounds; whatever may get onto the page is
// then scored exactly, so that bounds never show in a result.

#ifndef PAPERWIRE_SERVICE_INDEX_IMPACTS_H_
#define PAPERWIRE_SERVICE_INDEX_IMPACTS_H_

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "service/index/posting_codes.h"
#include "service/index/ranking.h"

namespace paperwire::index {

using AverageLengths = std::array<double, query::kTextFields>;

// The class of a document with these field lengths. Part of the format.
uint8_t DocumentClass(const uint16_t* lengths);

// Averages, rounded up to steps of a percent, so that tables can be shared
// while papers come and go. Bounds hold: impacts rise with the averages.
AverageLengths RoundUp(const AverageLengths& averages);

// The averages that the bounds of a segment are made with: its own, or, so
// that each small one does not ask for a table, typical ones.
AverageLengths BoundAverages(
    const std::array<uint64_t, query::kTextFields>& total_lengths,
    uint32_t documents);

class ImpactTable {
 public:
  // The table for these averages (they are rounded up), counting only what
  // stands in `fields`. Tables are made once and kept; any thread.
  static std::shared_ptr<const ImpactTable> Of(
      const AverageLengths& averages,
      query::FieldSet fields = query::kAllFields);

  uint8_t at(uint8_t code, uint8_t document_class) const {
    return rows_[size_t{code} * 256 + document_class];
  }
  // 256 rows of 256 classes; that of kNoCode holds 255.
  const uint8_t* rows() const { return rows_.data(); }

 private:
  ImpactTable(const AverageLengths& averages, query::FieldSet fields);

  std::vector<uint8_t> rows_;
};

// A factor that bounds made with `old` averages must be multiplied by to hold
// for `now`. At least 1.
double Drift(const AverageLengths& old, const AverageLengths& now);
// A bound multiplied by it, rounded up.
inline uint8_t Drifted(uint8_t bound, double drift) {
  if (drift <= 1) return bound;
  return static_cast<uint8_t>(std::min(255.0, std::ceil(bound * drift)));
}

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_IMPACTS_H_
