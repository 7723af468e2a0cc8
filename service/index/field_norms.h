// FieldFactor of ranking.h by table: lengths repeat, divisions are slow.

#ifndef PAPERWIRE_SERVICE_INDEX_FIELD_NORMS_H_
#define PAPERWIRE_SERVICE_INDEX_FIELD_NORMS_H_

#include <array>
#include <cstdint>

#include "service/index/ranking.h"

namespace paperwire::index {

class FieldNorms {
 public:
  explicit FieldNorms(
      const std::array<double, query::kTextFields>& average_lengths)
      : average_(average_lengths) {
    for (int f = 0; f < query::kTextFields; ++f) {
      for (uint32_t n = 0; n < kTabled; ++n) {
        table_[static_cast<size_t>(f)][n] =
            FieldFactor(f, n, average_[static_cast<size_t>(f)]);
      }
    }
  }

  double factor(int field, uint32_t length) const {
    const size_t f = static_cast<size_t>(field);
    return length < kTabled ? table_[f][length]
                            : FieldFactor(field, length, average_[f]);
  }

 private:
  static constexpr uint32_t kTabled = 1024;
  std::array<double, query::kTextFields> average_;
  std::array<std::array<double, kTabled>, query::kTextFields> table_;
};

}  // namespace paperwire::index

#endif  // PAPERWIRE_SERVICE_INDEX_FIELD_NORMS_H_
