#include "client/cpp/command/source_text.h"

#include "client/cpp/command/hits.h"
#include "client/cpp/command/table.h"
#include "client/cpp/command/times.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

using google::protobuf::Timestamp;

// A terminal is told how long ago, a program when.
std::string Past(bool known, const Timestamp& time, absl::Time now,
                 const Output& out) {
  if (!known) return "";
  if (!out.terminal()) return LocalTime(FromProto(time));
  return StrCat(RoughDuration(now - FromProto(time)), " ago");
}

std::string Due(const v1::SourceFreshness& source, absl::Time now,
                const Output& out) {
  if (!source.has_due_time()) return "";
  const absl::Time due = FromProto(source.due_time());
  if (!out.terminal()) return LocalTime(due);
  return due < now ? StrCat(RoughDuration(now - due), " ago")
                   : StrCat("in ", RoughDuration(due - now));
}

}  // namespace

std::string TimelinessText(const v1::SourceFreshness& source, absl::Time now) {
  if (source.late()) {
    return StrCat("late by ",
                  RoughDuration(now - FromProto(source.due_time())));
  }
  return source.has_due_time() ? "on time" : "";
}

void PrintSources(
    const google::protobuf::RepeatedPtrField<v1::SourceStats>& sources,
    absl::Time now, Output& out) {
  Table table({{.heading = "SOURCE", .stretch = true},
               {.heading = "PAPERS", .right = true},
               {.heading = "LAST SEEN", .drop = 2},
               {.heading = "LAST NEWS", .drop = 1},
               {.heading = "USUALLY", .drop = 3},
               {.heading = "DUE", .drop = 4},
               {.heading = "STATE"}});
  for (const v1::SourceStats& stats : sources) {
    const v1::SourceFreshness& source = stats.freshness();
    table.AddRow({{{Printable(stats.source())}},
                  {{WithCommas(stats.papers())}},
                  {{Past(source.has_last_import_time(),
                         source.last_import_time(), now, out)}},
                  {{Past(source.has_last_news_time(), source.last_news_time(),
                         now, out)}},
                  {{source.has_usual_interval()
                        ? StrCat("every ", RoughDuration(FromProto(
                                               source.usual_interval())))
                        : ""}},
                  {{Due(source, now, out)}},
                  {{TimelinessText(source, now),
                    source.late() ? Style::kError : Style::kPlain}}});
  }
  table.Print(out);
}

std::vector<std::string> LateSources::Changes(
    const google::protobuf::RepeatedPtrField<v1::SourceFreshness>& sources,
    absl::Time now) {
  std::vector<std::string> lines;
  for (const v1::SourceFreshness& source : sources) {
    if (!source.late()) {
      if (late_.erase(source.source()) > 0) {
        lines.push_back(StrCat(source.source(), " has news again"));
      }
      continue;
    }
    if (!late_.insert(source.source()).second) continue;
    const absl::Time news = FromProto(source.last_news_time());
    lines.push_back(StrCat(source.source(), " is ", TimelinessText(source, now),
                           ": nothing new since ", LocalTime(news),
                           ", usually every ",
                           RoughDuration(FromProto(source.usual_interval())),
                           "; see paperwire status"));
  }
  return lines;
}

}  // namespace paperwire::command
