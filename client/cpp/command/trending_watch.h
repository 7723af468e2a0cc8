// `paperwire trending --watch`: a board, and what happens on it.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_TRENDING_WATCH_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_TRENDING_WATCH_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/interrupt.h"
#include "google/protobuf/timestamp.pb.h"
#include "paperwire/v1/trending_service.pb.h"

namespace paperwire::command {

// One watch, to its end. One thread.
class TrendingWatch {
 public:
  explicit TrendingWatch(Context* context) : context_(*context) {}

  // Returns the exit code.
  int Run(v1::WatchTrendingRequest request, Interrupt& interrupt);

 private:
  void Print(const v1::WatchTrendingResponse& event);
  void PrintAnew(const v1::TrendingBoard& board);
  void PrintChange(const v1::TrendingChange& change);
  // `rank` and `from`: 0 is none.
  void PrintLine(const google::protobuf::Timestamp& when, std::string_view what,
                 int rank, int from, const v1::TrendingPaper& entry);

  Context& context_;
  // The papers of the board, by name: a change does not tell their titles.
  std::map<std::string, v1::TrendingPaper> papers_;
  int64_t changes_ = 0;  // lines that were printed, or JSON events with changes
};

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_TRENDING_WATCH_H_
