#include "absl/status/status.h"
#include "client/cpp/harvest/harvester.h"
#include "service/base/strings.h"

namespace paperwire::harvest {

absl::Status Follow(Harvester& harvester, const FollowOptions& options,
                    World& world, const Deliver& deliver,
                    const Progress& progress) {
  int failures = 0;
  while (true) {
    absl::Status delivered;
    const Deliver watched = [&](Batch batch) {
      delivered = deliver(std::move(batch));
      return delivered;
    };
    const absl::StatusOr<Summary> summary =
        harvester.RunOnce(watched, progress);
    if (!delivered.ok()) return delivered;
    if (summary.ok()) {
      failures = 0;
      progress(StrCat("Up to date: ", summary->records, " papers in ",
                      summary->requests, " requests; again in ",
                      absl::FormatDuration(options.interval)));
    } else if (absl::IsCancelled(summary.status())) {
      return absl::OkStatus();
    } else if (absl::IsDataLoss(summary.status())) {
      return summary.status();  // the state file will not mend itself
    } else {
      ++failures;
      progress(StrCat("The run failed: ", summary.status().message()));
      if (options.max_failures > 0 && failures >= options.max_failures) {
        return summary.status();
      }
    }
    if (!world.Sleep(options.interval)) return absl::OkStatus();
  }
}

}  // namespace paperwire::harvest
