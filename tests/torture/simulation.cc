#include "tests/torture/simulation.h"

#include <cerrno>
#include <utility>

#include "gtest/gtest.h"
#include "service/base/strings.h"
#include "tests/torture/explain.h"

namespace paperwire::torture {

using journal::Entry;

Simulation::Simulation(uint64_t seed, Counts* counts)
    : random_(seed),
      counts_(*counts),
      disk_(random_()),
      vfs_(&disk_),
      files_(&disk_),
      clock_(absl::FromUnixSeconds(1'700'000'000)) {
  constexpr int kWalPages[] = {10, 100, 1000};
  wal_pages_ = kWalPages[Below(std::size(kWalPages))];
  disk_.CountReads(OneIn(3));
  for (int i = 0; i < 2; ++i) model_.Watch(Question::Any(random_));
  watch_places_.resize(model_.watched().size());
}

Simulation::~Simulation() {
  disk_.Die();
  process_.reset();
}

void Simulation::Run(int steps) {
  Start();
  for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
    Step();
    ++counts_.steps;
  }
  if (testing::Test::HasFailure()) return;
  MendDisk();
  while (process_->Follow()) {
  }
  CheckAll();
  Restart();
  if (!testing::Test::HasFailure()) CheckRebuild();
  counts_.failures += disk_.failures();
  counts_.entries += model_.head();
}

bool Simulation::Faulty() const {
  return broken_ || disk_.failures() > failures_;
}

void Simulation::Step() {
  failures_ = disk_.failures();
  const size_t what = Below(1000);
  if (what < 480) {
    std::vector<Task> tasks;
    do {
      tasks.push_back(AnyTask());
    } while (OneIn(3));
    Commit(std::move(tasks));
    if (!OneIn(5)) Follow();
  } else if (what < 560) {
    Follow();
  } else if (what < 660) {
    Note();
  } else if (what < 800) {
    Read();
  } else if (what < 820) {
    ReadFromTheStart();
  } else if (what < 900) {
    ReadWatch();
  } else if (what < 920) {
    Checkpoint();
  } else if (what < 945) {
    BreakDisk();
  } else if (what < 965) {
    MendDisk();
  } else if (what < 975) {
    JumpClock();
  } else if (what < 982) {
    Restart();
  } else if (what < 990) {
    Kill(/*power_cut=*/false);
  } else if (what < 1000) {
    Kill(/*power_cut=*/true);
  }
  if (disk_.died()) Kill(/*power_cut=*/OneIn(2));
}

void Simulation::Explain(const absl::Status& status) {
  if (status.ok()) return;
  EXPECT_TRUE(Faulty()) << status;
  EXPECT_TRUE(ExplainsTheDisk(status)) << status;
}

void Simulation::Commit(std::vector<Task> tasks) {
  std::vector<Process::Job> jobs;
  for (const Task& task : tasks) jobs.push_back(task.job);
  const Committed committed = process_->Commit(jobs);
  if (committed.status.ok()) {
    if (!committed.entries.empty()) limbo_.clear();
    for (const Entry& entry : committed.entries) model_.Follow(entry);
    EXPECT_EQ(model_.fault(), "");
  } else {
    Explain(committed.status);
    ++counts_.refused;
    Limbo& limbo = limbo_.emplace_back();
    limbo.entries = committed.entries;
    for (const Task& task : tasks) {
      for (const auto& [number, place] : task.cursors) {
        limbo.cursors[number] = std::max(limbo.cursors[number], place);
      }
    }
  }
  for (size_t i = 0; i < tasks.size(); ++i) tasks[i].done(committed.jobs[i]);
}

void Simulation::Follow() {
  const int64_t before = process_->followed();
  const int64_t failures = disk_.failures();
  if (!process_->Follow()) return;
  if (disk_.failures() > failures) model_.ForgiveFrom(before + 1);
}

void Simulation::Note() {
  std::optional<Task> task = NoteTask();
  if (!task.has_value()) return;
  std::vector<Task> tasks;
  if (OneIn(3)) tasks.push_back(AnyTask());
  tasks.push_back(*std::move(task));
  if (OneIn(3)) tasks.push_back(AnyTask());
  Commit(std::move(tasks));
}

void Simulation::Checkpoint() {
  Explain(process_->index().Checkpoint().status());
}

void Simulation::BreakDisk() {
  broken_ = true;
  const auto at = static_cast<int64_t>(1 + Below(OneIn(2) ? 10 : 100));
  if (OneIn(3)) {
    disk_.DieAt(at);
  } else {
    disk_.FailAt(at, OneIn(2) ? EIO : ENOSPC,
                 OneIn(2) ? Disk::kOnce : Disk::kLasting);
  }
}

void Simulation::MendDisk() {
  disk_.Heal();
  broken_ = false;
  failures_ = disk_.failures();
}

void Simulation::JumpClock() {
  constexpr int kHours[] = {1, 5, 24, 24 * 400, 24 * 365 * 10};
  const absl::Duration by = absl::Hours(kHours[Below(std::size(kHours))]);
  clock_.Advance(OneIn(2) ? by : -by);
}

void Simulation::Restart() {
  ++counts_.restarts;
  // What is not followed yet is followed while it closes.
  const int64_t before = process_->followed();
  const int64_t failures = disk_.failures();
  Process::Close(std::move(process_));
  if (disk_.failures() > failures) model_.ForgiveFrom(before + 1);
  if (disk_.died() && OneIn(2)) disk_.CutPower();
  Start();
}

void Simulation::Kill(bool power_cut) {
  ++(power_cut ? counts_.power_cuts : counts_.kills);
  disk_.Die();
  process_.reset();
  if (power_cut) disk_.CutPower();
  Start();
}

void Simulation::Start() {
  MendDisk();
  noting_ = false;
  bool failed = false;
  // Now and then it fails, or dies, before it is up.
  while (OneIn(6)) {
    BreakDisk();
    failures_ = disk_.failures();
    absl::StatusOr<std::unique_ptr<Process>> process =
        Process::Start(&files_, &clock_, wal_pages_);
    failed = failed || disk_.failures() > failures_;
    if (!process.ok()) Explain(process.status());
    if (disk_.died() || OneIn(3)) {
      disk_.Die();
      process = absl::CancelledError();
      if (OneIn(2)) disk_.CutPower();
    }
    if (process.ok()) *process = nullptr;
    MendDisk();
  }
  MendDisk();
  absl::StatusOr<std::unique_ptr<Process>> process =
      Process::Start(&files_, &clock_, wal_pages_);
  ASSERT_TRUE(process.ok()) << process.status();
  process_ = *std::move(process);
  CheckJournal();  // by which the model learns of entries that came back
  if (failed) model_.ForgiveFrom(noted_ + 1);
  CheckAll();
}

}  // namespace paperwire::torture
