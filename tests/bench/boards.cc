// Boards over many papers that have votes, and changes of them.
//
//     bench_boards [PAPERS] [PASSES]      default 100000 20
//
// Two years of papers, each with votes on one to three days, most few and some
// many. Every window with every formula, the newest moment and one in the
// middle, the best 20 places with their ranks of the day before; then another
// vote for random papers. Prints a line of JSON for each row, times in
// microseconds.

#include "service/trending/boards.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace paperwire {
namespace {

using catalogue::VoteStep;

constexpr int64_t kDay = 86400;
constexpr int64_t kBegin = 1'720'000'000;
constexpr int64_t kDays = 730;
constexpr int kChanges = 100000;

double Now() {
  return std::chrono::duration<double, std::micro>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void Print(const std::string& row, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  double sum = 0;
  for (const double time : times) sum += time;
  std::printf("{%s, \"mean\": %.2f, \"p50\": %.2f, \"p99\": %.2f}\n",
              row.c_str(), sum / static_cast<double>(times.size()),
              times[times.size() / 2], times[times.size() * 99 / 100]);
}

class Bench {
 public:
  explicit Bench(int papers) : steps_(static_cast<size_t>(papers)) {
    for (size_t i = 0; i < steps_.size(); ++i) {
      int64_t day = static_cast<int64_t>(random_() % kDays);
      for (auto n = 1 + random_() % 3; n > 0 && day < kDays; --n) {
        // A few papers get most of the votes.
        const double u = std::uniform_real_distribution(0.0, 1.0)(random_);
        const auto votes = static_cast<int64_t>(2 / (u + 0.002));
        steps_[i].push_back({kBegin + day * kDay, std::max<int64_t>(votes, 1)});
        day += 1 + static_cast<int64_t>(random_() % 3);
      }
      boards_.Set(static_cast<int64_t>(i) + 1, steps_[i]);
    }
  }

  void Rank(int passes) {
    const std::pair<const char*, absl::Duration> windows[] = {
        {"day", absl::Hours(24)},
        {"week", absl::Hours(24 * 7)},
        {"month", absl::Hours(24 * 30)},
        {"all", absl::InfiniteDuration()}};
    for (const auto& [name, window] : windows) {
      for (int kind = v1::TRENDING_FORMULA_VOTES;
           kind <= v1::TRENDING_FORMULA_WILSON; ++kind) {
        std::vector<double> times;
        size_t size = 0;
        for (int pass = 0; pass < 2 * passes; ++pass) {
          trending::BoardRequest request;
          request.window = window;
          request.formula.kind = static_cast<v1::TrendingFormula>(kind);
          request.at = kBegin + (pass % 2 == 0 ? kDays : kDays / 2) * kDay;
          const double begin = Now();
          const trending::Board board = boards_.Rank(request);
          times.push_back(Now() - begin);
          size = std::max(size, board.size);
        }
        Print("\"window\": \"" + std::string(name) + "\", \"formula\": \"" +
                  v1::TrendingFormula_Name(
                      static_cast<v1::TrendingFormula>(kind)) +
                  "\", \"papers\": " + std::to_string(size),
              std::move(times));
      }
    }
  }

  void Change() {
    std::vector<double> times;
    for (int i = 0; i < kChanges; ++i) {
      const size_t paper = random_() % steps_.size();
      std::vector<VoteStep>& steps = steps_[paper];
      if (steps.back().time < kBegin + kDays * kDay) {
        steps.push_back({kBegin + kDays * kDay, 0});
      }
      ++steps.back().votes;
      std::vector<VoteStep> now = steps;
      const double begin = Now();
      boards_.Set(static_cast<int64_t>(paper) + 1, std::move(now));
      times.push_back(Now() - begin);
    }
    Print("\"change\": \"one more vote\"", std::move(times));
  }

 private:
  std::mt19937_64 random_{7};
  std::vector<std::vector<VoteStep>> steps_;
  trending::Boards boards_;
};

}  // namespace
}  // namespace paperwire

int main(int argc, char** argv) {
  const int papers = argc > 1 ? std::atoi(argv[1]) : 100000;
  const int passes = argc > 2 ? std::atoi(argv[2]) : 20;
  if (papers < 1 || passes < 1) {
    std::fprintf(stderr, "usage: bench_boards [PAPERS] [PASSES]\n");
    return 2;
  }
  paperwire::Bench bench(papers);
  bench.Rank(passes);
  bench.Change();
}
