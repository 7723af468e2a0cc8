#include <string>

#include "absl/time/clock.h"
#include "client/cpp/command/bytes.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/source_text.h"
#include "client/cpp/command/text_layout.h"
#include "client/cpp/command/times.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

void Row(Output& out, const std::string& label, const std::string& text,
         Style style = Style::kPlain) {
  const Line line = {{Printable(text), style}};
  const Line head = Fit({{label, Style::kDim}}, 12, Pad::kRight);
  out.Write(
      StrCat("  ", Render(head, out.color()), Render(line, out.color()), "\n"));
}

std::string Ago(const google::protobuf::Timestamp& time) {
  return StrCat(LocalTime(FromProto(time)), ", ",
                RoughDuration(absl::Now() - FromProto(time)), " ago");
}

// The sources that have been silent for too long.
std::string LateNames(const v1::GetServerStatsResponse& stats) {
  std::string names;
  for (const v1::SourceStats& source : stats.sources()) {
    if (!source.freshness().late()) continue;
    StrAppend(&names, names.empty() ? "" : ", ", source.source());
  }
  return names;
}

void PrintServer(const v1::GetServerInfoResponse& info,
                 const v1::GetServerStatsResponse& stats,
                 const std::string& address, Output& out) {
  out.Write(StrCat(
      Render({{StrCat("paperwired ", Printable(info.version())), Style::kBold},
              {StrCat(" at ", Printable(address))}},
             out.color()),
      "\n"));
  const absl::Duration startup = FromProto(info.startup_duration());
  Row(out, "Up",
      StrCat(
          RoughDuration(absl::Now() - FromProto(info.start_time())), ", since ",
          LocalTime(FromProto(info.start_time())), "; ready after ",
          absl::FormatDuration(absl::Trunc(startup, absl::Milliseconds(1)))));
  Row(out, "Papers",
      StrCat(WithCommas(stats.active_papers()), " active, ",
             WithCommas(stats.withdrawn_papers()), " withdrawn"));
  Row(out, "Journal",
      StrCat("sequence ", WithCommas(stats.sequence()), ", oldest ",
             WithCommas(stats.oldest_sequence()), ", ",
             Bytes(stats.journal_bytes()), "; id ", info.journal_id()));
  if (stats.has_last_write_time()) {
    Row(out, "Last write", Ago(stats.last_write_time()));
  }
  const int64_t behind = stats.sequence() - stats.indexed_sequence();
  Row(out, "Index",
      StrCat(behind == 0 ? "complete"
                         : StrCat(WithCommas(behind), " entries behind"),
             ", ", stats.index_segments(),
             stats.index_segments() == 1 ? " segment, " : " segments, ",
             Bytes(stats.index_bytes())));
  Row(out, "Memory", Bytes(stats.resident_bytes()));
  Row(out, "Watches", StrCat(stats.open_watches(), " open"));
  if (const std::string late = LateNames(stats); !late.empty()) {
    Row(out, "Late", late, Style::kError);
  }
}

int RunStatus(Context& context) {
  absl::StatusOr<v1::GetServerInfoResponse> info =
      context.client().GetServerInfo();
  if (!info.ok()) return context.Fail(info.status());
  absl::StatusOr<v1::GetServerStatsResponse> stats =
      context.client().GetServerStats();
  if (!stats.ok()) return context.Fail(stats.status());
  if (context.json()) {
    context.out.Write(StrCat("{\"address\":", JsonString(context.address()),
                             ",\"info\":", ToJson(*info, Defaults::kWrite),
                             ",\"stats\":", ToJson(*stats, Defaults::kWrite),
                             "}\n"));
    return context.Done();
  }
  PrintServer(*info, *stats, context.address(), context.out);
  if (!stats->sources().empty()) {
    context.out.Write("\n");
    PrintSources(stats->sources(), absl::Now(), context.out);
  }
  return context.Done();
}

}  // namespace

CommandSpec StatusCommand() {
  return {.name = "status",
          .summary = "Show how the server fares",
          .details =
              "The exit code is 1 when the server cannot be reached. Of each "
              "source it says when papers were last imported from it (seen), "
              "when something was new among them, how often that is usual, "
              "when something new is due, and whether it is late. Before four "
              "pauses between news are known, nothing is said of that. "
              "With --json there is one object with address, info and "
              "stats.",
          .examples = {{"The server on this machine", "paperwire status"},
                       {"Another one", "paperwire status --server papers:7227"},
                       {"How many papers it has",
                        "paperwire status --json | jq -r "
                        ".stats.active_papers"},
                       {"The sources that have gone silent",
                        "paperwire status --json | jq -r "
                        "'.stats.sources[] | select(.freshness.late).source'"}},
          .run = RunStatus};
}

}  // namespace paperwire::command
