#include "service/index/impacts.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "service/base/mutex.h"

namespace paperwire::index {
namespace {

// Classes: four of the title's length times 64 of the abstract's. These are
// the least lengths of each; the shorter, the higher the score.
constexpr std::array<uint32_t, 4> kTitleSteps = {0, 7, 10, 13};
constexpr uint32_t kAbstractStep = 4;
constexpr uint32_t kAbstractClasses = 64;

constexpr size_t kTitle = static_cast<size_t>(query::TextField::kTitle);
constexpr size_t kAbstract = static_cast<size_t>(query::TextField::kAbstract);

// Tables that are kept. More than this many different averages are not in use
// at once.
constexpr size_t kMaxTables = 64;

}  // namespace

uint8_t DocumentClass(const uint16_t* lengths) {
  uint32_t title = 0;
  while (title + 1 < kTitleSteps.size() &&
         lengths[kTitle] >= kTitleSteps[title + 1]) {
    ++title;
  }
  const uint32_t abstract = std::min<uint32_t>(
      lengths[kAbstract] / kAbstractStep, kAbstractClasses - 1);
  return static_cast<uint8_t>(title * kAbstractClasses + abstract);
}

AverageLengths RoundUp(const AverageLengths& averages) {
  constexpr double kStep = 0.01;
  AverageLengths rounded{};
  for (size_t f = 0; f < averages.size(); ++f) {
    if (!(averages[f] > 0)) continue;
    const double steps = std::ceil(std::log(averages[f]) / kStep - 1e-6);
    // A hair above, so that what is rounded stays what it is.
    rounded[f] = std::max(averages[f], std::exp(steps * kStep));
  }
  return rounded;
}

AverageLengths BoundAverages(
    const std::array<uint64_t, query::kTextFields>& total_lengths,
    uint32_t documents) {
  constexpr uint32_t kSmall = 16384;
  if (documents < kSmall) return RoundUp({10, 150, 8, 3, 6});
  AverageLengths averages{};
  for (size_t f = 0; f < averages.size(); ++f) {
    averages[f] = static_cast<double>(total_lengths[f]) / documents;
  }
  return RoundUp(averages);
}

ImpactTable::ImpactTable(const AverageLengths& averages, query::FieldSet fields)
    : rows_(size_t{256} * 256, 255) {
  const CodeTable& codes = kCodeTable;
  for (uint32_t c = 0; c < 256; ++c) {
    AverageLengths factors{};
    for (int f = 0; f < query::kTextFields; ++f) {
      // Of the other fields nothing is known; a name stands among at least as
      // many words as there are of it.
      factors[static_cast<size_t>(f)] =
          FieldFactor(f, 1, averages[static_cast<size_t>(f)]);
    }
    factors[kTitle] = FieldFactor(
        static_cast<int>(kTitle),
        std::max(1u, kTitleSteps[c / kAbstractClasses]), averages[kTitle]);
    factors[kAbstract] =
        FieldFactor(static_cast<int>(kAbstract),
                    std::max(1u, c % kAbstractClasses * kAbstractStep),
                    averages[kAbstract]);
    for (uint32_t code = 0; code < kCodes; ++code) {
      const FieldCounts& counts = codes.counts(static_cast<uint8_t>(code));
      double tf = 0;
      for (size_t f = 0; f < counts.size(); ++f) {
        if ((fields >> f & 1) != 0) tf += counts[f] * factors[f];
      }
      // A little above, for the rounding of sums.
      const double bound = std::ceil(Saturate(tf) * 255 * (1 + 1e-9));
      rows_[size_t{code} * 256 + c] =
          static_cast<uint8_t>(std::min(255.0, bound));
    }
  }
}

std::shared_ptr<const ImpactTable> ImpactTable::Of(
    const AverageLengths& averages, query::FieldSet fields) {
  static Mutex mutex;
  static auto& tables =
      *new std::map<std::pair<AverageLengths, query::FieldSet>,
                    std::shared_ptr<const ImpactTable>>();
  const AverageLengths rounded = RoundUp(averages);
  MutexLock lock(&mutex);
  std::shared_ptr<const ImpactTable>& table = tables[{rounded, fields}];
  if (table == nullptr) {
    std::shared_ptr<const ImpactTable> made(new ImpactTable(rounded, fields));
    if (tables.size() > kMaxTables) {
      tables.clear();
      return tables[{rounded, fields}] = made;
    }
    table = std::move(made);
  }
  return table;
}

double Drift(const AverageLengths& old, const AverageLengths& now) {
  double drift = 1;
  for (size_t f = 0; f < old.size(); ++f) {
    if (kFieldRanking[f].b == 0 || !(now[f] > 0)) continue;
    // A field that was empty then is empty now, for the documents concerned.
    if (old[f] > 0) drift = std::max(drift, now[f] / old[f]);
  }
  return drift;
}

}  // namespace paperwire::index
