// One day of a whole store on a disk, the same each time: papers come, change,
// merge and go; a subscription is made, changed and read; the index writes
// checkpoints; the server restarts. Each call is noted with its answer, and
// afterwards what is there is held against the answers.
//
//     Scenario scenario(&disk);
//     disk.FailAt(n, EIO, Disk::kOnce);
//     scenario.Run();
//     disk.Heal();
//     scenario.Check();

#ifndef PAPERWIRE_TESTS_TORTURE_SCENARIO_H_
#define PAPERWIRE_TESTS_TORTURE_SCENARIO_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/store/store.h"
#include "tests/torture/disk.h"
#include "tests/torture/disk_files.h"
#include "tests/torture/disk_vfs.h"
#include "tests/torture/model.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::torture {

class Scenario {
 public:
  // `disk` must outlive this.
  explicit Scenario(Disk* disk);
  ~Scenario();

  // Does it all, whatever fails. gtest hears of calls that do not answer, and
  // of answers that do not say what to do.
  void Run();

  // Opens the store again and compares; nothing may fail any more.
  void Check();

  // Calls that failed.
  int refused() const { return refused_; }

 private:
  struct Batch {
    std::vector<std::string> titles;
    bool acknowledged = false;
  };

  void Open();
  // Waits for the answer, but not for ever.
  template <typename T>
  absl::StatusOr<T> Wait(
      const std::function<void(store::Store::Done<T>)>& start);
  bool Took(const absl::Status& status);

  // A report of a paper: its number gives the title, `ids` its external ids.
  struct Report {
    std::string ids;  // "a" and "d" for arXiv and DOI, each with a digit
    std::string text;
  };
  void Import(const std::vector<Report>& reports);
  void Subscribe();
  void ChangeQuestion(const std::string& text);
  void Pause();
  void MoveCursor();
  void Delete();

  void CheckBatches(const std::vector<journal::Entry>& entries);
  void CheckSubscription();
  void CheckNews();
  void CheckSearches();

  Disk& disk_;
  DiskVfs vfs_;
  DiskFiles files_;
  TempFolder folder_;  // for the lock only
  store::StoreOptions options_;
  std::unique_ptr<store::Store> store_;
  int refused_ = 0;
  int titles_ = 0;

  // What was answered.
  std::vector<Batch> batches_;
  std::string first_paper_;
  std::string subscription_;
  std::string question_;              // the last one that was acknowledged
  std::optional<std::string> tried_;  // and one that perhaps came after it
  int64_t cursor_ = 0;
  bool paused_ = false;
  bool deleted_ = false;

  Model model_;  // of what is there in the end
};

}  // namespace paperwire::torture

#endif  // PAPERWIRE_TESTS_TORTURE_SCENARIO_H_
