// Shows the events of a watch: a line for each match on a terminal, rows with
// tabs or JSON for programs, and on the error output what people should know.
//
//     WatchPrinter printer(context);
//     printer.Print(event);
//     RETURN_IF_ERROR(context.out.Flush());  // before any of it counts

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_WATCH_PRINTER_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_WATCH_PRINTER_H_

#include <cstdint>

#include "client/cpp/command/context.h"
#include "client/cpp/command/source_text.h"
#include "paperwire/v1/subscription_service.pb.h"

namespace paperwire::command {

// Not thread-safe.
class WatchPrinter {
 public:
  // Takes --explain, --json and --until-caught-up from the command line.
  explicit WatchPrinter(Context& context) : context_(context) {}

  void Print(const v1::WatchResponse& event);

  int64_t matches() const { return matches_; }

 private:
  void Remark(const v1::WatchResponse& event);
  void PrintRow(const v1::WatchMatch& match);
  void PrintLine(const v1::WatchMatch& match);
  void PrintReasons(const v1::WatchMatch& match);

  Context& context_;
  int64_t matches_ = 0;
  LateSources late_sources_;
};

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_WATCH_PRINTER_H_
