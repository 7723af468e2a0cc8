// A server, its clients and its disk on one thread, doing random things from a
// seed: the same seed does the same things.
//
//     Simulation simulation(seed);
//     simulation.Run(300);          // steps; gtest hears what is wrong
//
// Papers come, change, merge, split and go; subscriptions are made, changed
// and deleted; readers read on from the place they keep; cursors are
// committed, matches noted late or never. In between calls to the disk fail,
// the clock jumps, the process dies, the power goes. After each of them
// everything is held against a Model:
//
// - what was acknowledged is there; what was not is there wholly or not at
//   all, and then only if it was the last that was tried;
// - a reader gets what is news to its query, in journal order, nothing twice;
// - cursors never move back, noted matches are never behind their position;
// - errors say that it was the disk, and what to do;
// - when the disk works again, so does everything, without a restart.

#ifndef PAPERWIRE_TESTS_TORTURE_SIMULATION_H_
#define PAPERWIRE_TESTS_TORTURE_SIMULATION_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "service/base/clock.h"
#include "tests/torture/disk.h"
#include "tests/torture/disk_files.h"
#include "tests/torture/disk_vfs.h"
#include "tests/torture/model.h"
#include "tests/torture/process.h"

namespace paperwire::torture {

// What happened, to be told, and so that a test that tests nothing is seen.
struct Counts {
  int64_t steps = 0;
  int64_t entries = 0;
  int64_t delivered = 0;
  int64_t failures = 0;  // of calls to the disk
  int64_t refused = 0;   // commits that failed
  int64_t restarts = 0;
  int64_t kills = 0;
  int64_t power_cuts = 0;
  int64_t reappeared = 0;  // what was not acknowledged, and there
  int64_t forgiven = 0;    // deliveries that could be the second one
};

class Simulation {
 public:
  Simulation(uint64_t seed, Counts* counts);
  ~Simulation();

  // Does so many steps, then compares everything; stops at the first failure.
  void Run(int steps);

 private:
  // A job, and what to do when it was committed, or was not.
  struct Task {
    Process::Job job;
    std::function<void(const absl::Status&)> done;
    // What it may do to cursors, by subscription.
    std::map<int64_t, int64_t> cursors;
  };
  // What may come back although it was not acknowledged.
  struct Limbo {
    std::vector<journal::Entry> entries;
    std::map<int64_t, int64_t> cursors;
  };

  // simulation.cc
  void Step();
  bool OneIn(size_t n) { return Below(n) == 0; }
  size_t Below(size_t n) { return random_() % n; }
  void Commit(std::vector<Task> tasks);
  void Follow();
  void Note();
  void Checkpoint();
  void BreakDisk();
  void MendDisk();
  void JumpClock();
  // Ends the process, if it did not die already, and starts it again.
  void Restart();
  void Kill(bool power_cut);
  void Start();
  // An error must be the disk's, and well said.
  void Explain(const absl::Status& status);
  // Whether the disk may have failed since the beginning of the step.
  bool Faulty() const;

  // tasks.cc
  Task AnyTask();
  Task Import();
  Task Repeat();
  Task Delete();
  Task Split();
  Task Subscribe();
  Task Change();
  Task SetState();
  Task Unsubscribe();
  Task MoveCursor();
  Task Expire();
  std::optional<Task> NoteTask();
  Model::Subscription* AnySubscription(int64_t* number);

  // readers.cc
  void Read();
  void ReadFromTheStart();
  void ReadWatch();
  // Reads once from `place` on, checks, and says where it is then.
  int64_t ReadOn(int64_t number, int64_t place, int limit);

  // checks.cc: what is there, compared with the model.
  void CheckAll();
  void CheckJournal();
  void CheckCursors();
  void CheckPapers();
  void CheckSubscriptions();
  void CheckMatches();
  void CheckRebuild();

  std::mt19937_64 random_;
  Counts& counts_;
  Disk disk_;
  DiskVfs vfs_;
  DiskFiles files_;
  ManualClock clock_;
  int wal_pages_ = 0;
  std::unique_ptr<Process> process_;

  Model model_;
  std::vector<Limbo> limbo_;
  std::map<int64_t, int64_t> places_;  // of a reader of each subscription
  std::vector<int64_t> watch_places_;  // of a reader of each watched question
  int64_t noted_ = 0;
  bool noting_ = false;  // on its way
  int64_t failures_ = 0;    // of the disk, at the step's beginning
  bool broken_ = false;     // the disk is about to fail, or failing
  int last_request_ = 0;
  int last_subscription_ = 0;
  std::optional<v1::ImportPapersRequest> answered_;
  v1::ImportPapersResponse answer_;
};

}  // namespace paperwire::torture

#endif  // PAPERWIRE_TESTS_TORTURE_SIMULATION_H_
