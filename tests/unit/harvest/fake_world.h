// A world in which sleeping takes no time.

#ifndef PAPERWIRE_TESTS_UNIT_HARVEST_FAKE_WORLD_H_
#define PAPERWIRE_TESTS_UNIT_HARVEST_FAKE_WORLD_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/cpp/harvest/harvester.h"
#include "client/cpp/harvest/world.h"

namespace paperwire::harvest {

class FakeWorld : public World {
 public:
  absl::Time Now() override { return now; }
  bool Sleep(absl::Duration duration) override {
    sleeps.push_back(duration);
    if (static_cast<int>(sleeps.size()) > sleeps_until_stop) return false;
    now += duration;
    return true;
  }
  double Random() override { return 0.5; }

  absl::Time now = absl::FromCivil(absl::CivilSecond(2026, 7, 10, 12, 0, 0),
                                   absl::UTCTimeZone());
  std::vector<absl::Duration> sleeps;
  int sleeps_until_stop = 1000000;
};

// Takes what a harvester gives.
struct Receiver {
  Deliver deliver() {
    return [this](Batch batch) {
      if (!fail_with.ok()) return fail_with;
      for (auto& record : batch.records) {
        papers.push_back(std::move(record.paper));
      }
      for (auto& reject : batch.rejects) rejects.push_back(std::move(reject));
      ++batches;
      return absl::OkStatus();
    };
  }
  Progress progress() {
    return [this](std::string_view line) { lines += std::string(line) + "\n"; };
  }
  // "2607.00001 2607.00002"
  std::string ids() const {
    std::string all;
    for (const v1::Paper& paper : papers) {
      if (!all.empty()) all += ' ';
      all += paper.external_ids(0).value();
    }
    return all;
  }

  std::vector<v1::Paper> papers;
  std::vector<importers::Reject> rejects;
  std::string lines;
  int batches = 0;
  absl::Status fail_with;
};

}  // namespace paperwire::harvest

#endif  // PAPERWIRE_TESTS_UNIT_HARVEST_FAKE_WORLD_H_
