#include "client/cpp/command/progress.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/text_layout.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

constexpr absl::Duration kBetweenDrawings = absl::Milliseconds(100);
constexpr int kMostBar = 30;

std::string Clock(int64_t seconds) {
  if (seconds >= 3600) {
    return absl::StrFormat("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60,
                           seconds % 60);
  }
  return absl::StrFormat("%d:%02d", seconds / 60, seconds % 60);
}

}  // namespace

Progress::Progress(Output& err, bool wanted)
    : err_(err), draws_(wanted && err.terminal()) {}

Progress::~Progress() { Clear(); }

void Progress::Update(const State& state) {
  if (!draws_) return;
  absl::MutexLock lock(&mutex_);
  state_ = state;
  if (absl::Now() - drawn_at_ >= kBetweenDrawings) DrawLocked();
}

void Progress::Say(std::string_view line) {
  absl::MutexLock lock(&mutex_);
  const bool again = drawn_;
  ClearLocked();
  err_.Write(StrCat(line, "\n"));
  if (again) DrawLocked();
}

void Progress::Clear() {
  absl::MutexLock lock(&mutex_);
  ClearLocked();
}

void Progress::DrawLocked() {
  drawn_at_ = absl::Now();
  const std::string line =
      Describe(state_, drawn_at_ - start_, err_.columns() - 1);
  // Back to the first column, the line, and nothing behind it.
  err_.Write(StrCat("\r", line, "\x1b[K"));
  drawn_ = true;
}

void Progress::ClearLocked() {
  if (!drawn_) return;
  err_.Write("\r\x1b[K");
  drawn_ = false;
}

std::string Progress::Describe(const State& state, absl::Duration elapsed,
                               int columns) {
  const double seconds = std::max(0.001, absl::ToDoubleSeconds(elapsed));
  std::string words = StrCat(WithCommas(state.papers), " papers  ",
                             WithCommas(static_cast<int64_t>(
                                 static_cast<double>(state.papers) / seconds)),
                             "/s  ");
  std::string bar;
  if (state.all > 0) {
    const double part = std::clamp(
        static_cast<double>(state.done) / static_cast<double>(state.all), 0.0,
        1.0);
    // The first moments say little about the rest.
    const bool known = part > 0.005 && seconds > 0.5;
    StrAppend(&words, known ? StrCat(Clock(static_cast<int64_t>(
                                         seconds * (1 - part) / part + 0.5)),
                                     " left")
                            : "");
    words = StrCat(absl::StrFormat("%3.0f%%  ", part * 100), words);
    const int room = std::min(kMostBar, columns - Width(words) - 2);
    if (room >= 5) {
      const int full = static_cast<int>(part * room + 0.5);
      for (int i = 0; i < room; ++i) bar += i < full ? "█" : "░";
      bar += "  ";
    }
  } else {
    StrAppend(&words, Clock(static_cast<int64_t>(seconds)));
  }
  return Render(Fit({{StrCat(bar, words)}}, columns, Pad::kNone), false);
}

}  // namespace paperwire::command
