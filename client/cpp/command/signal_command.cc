#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/paper_report.h"
#include "client/cpp/command/paper_text.h"
#include "client/cpp/command/times.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

constexpr char kSource[] = "signals";

struct Measurement {
  std::string name;
  v1::Signal signal;
};

absl::StatusOr<Measurement> ParseMeasurement(const Arguments& args) {
  Measurement measurement;
  ASSIGN_OR_RETURN(measurement.name, ParsePaperName(args.words[0]));
  v1::Signal& signal = measurement.signal;
  signal.set_kind(args.words[1]);
  double value = 0;
  if (!absl::SimpleAtod(args.words[2], &value) || !std::isfinite(value)) {
    return absl::InvalidArgumentError(StrCat(
        "\"", args.words[2], "\" is no number; write one such as 120 or 0.5"));
  }
  signal.set_value(value);
  const absl::Time now = absl::Now();
  absl::Time time = now;
  if (args.Has("time")) {
    const absl::StatusOr<Span> span = ParseTime(args.Text("time"), now);
    if (!span.ok()) {
      return absl::InvalidArgumentError(
          StrCat("--time: ", ToStd(span.status().message())));
    }
    time = span->start;
  }
  *signal.mutable_observed_time() = ToProto(time);
  if (args.Text("source", kSource).empty()) {
    return absl::InvalidArgumentError("--source wants a name");
  }
  return measurement;
}

// "120 github-stars, counted 2026-07-10T14:00:00Z"
std::string Describe(const v1::Signal& signal) {
  std::string text = absl::StrFormat("%.15g %s", signal.value(), signal.kind());
  if (signal.has_observed_time()) {
    StrAppend(&text, ", counted ",
              absl::FormatTime("%Y-%m-%dT%H:%M:%SZ",
                               FromProto(signal.observed_time()),
                               absl::UTCTimeZone()));
  }
  return text;
}

// What was stored of the kind, or null.
const v1::Signal* FindKind(const v1::Paper& paper, const std::string& kind) {
  for (const v1::Signal& signal : paper.signals()) {
    if (signal.kind() == kind) return &signal;
  }
  return nullptr;
}

// An older count never takes the place of a newer one. The verdict alone does
// not say so: that a source speaks for the first time is a change, too.
bool IsNewer(const v1::Signal& known, const v1::Signal& signal) {
  return known.has_observed_time() &&
         FromProto(known.observed_time()) > FromProto(signal.observed_time());
}

int RunSignal(Context& context) {
  const absl::StatusOr<Measurement> measurement =
      ParseMeasurement(context.args);
  if (!measurement.ok()) return context.Misused(measurement.status());
  Client& client = context.client();
  const absl::StatusOr<v1::Paper> paper =
      ReadForReport(client, measurement->name);
  if (!paper.ok()) return context.Fail(paper.status());
  v1::Paper says;
  *says.add_signals() = measurement->signal;
  const absl::StatusOr<v1::ImportVerdict> verdict = SendReport(
      client, *paper, std::move(says), context.args.Text("source", kSource));
  if (!verdict.ok()) return context.Fail(verdict.status());
  if (context.json()) {
    context.out.Write(StrCat(ToJson(*verdict, Defaults::kWrite), "\n"));
    return context.Done();
  }
  const v1::Signal* const known = FindKind(*paper, measurement->signal.kind());
  const bool unchanged =
      verdict->outcome() == v1::ImportVerdict::OUTCOME_UNCHANGED;
  if (known != nullptr && (unchanged || IsNewer(*known, measurement->signal))) {
    context.Say(StrCat("nothing new: ", verdict->name(), " has ",
                       Describe(*known), ", already"));
  } else {
    context.Say(
        StrCat(verdict->name(), " has ", Describe(measurement->signal)));
  }
  return context.Done();
}

}  // namespace

CommandSpec SignalCommand() {
  return {
      .name = "signal",
      .argument_kind = ArgumentKind::kPapers,
      .arguments = "PAPER KIND VALUE",
      .min_arguments = 3,
      .max_arguments = 3,
      .summary = "Say how much attention a paper had at a time",
      .details =
          "KIND is github-stars, citations, downloads or another word. A paper "
          "has one value of each kind, the one counted last: a newer count "
          "takes the place of an older one, and never the other way round. "
          "The paper needs an external id (arXiv, DOI), and must not be "
          "withdrawn. For many papers there are paperwire import, and "
          "paperwire harvest github-stars.",
      .flags = {{.name = "time",
                 .kind = FlagKind::kText,
                 .value = "TIME",
                 .help = "When it was counted: 2026-07-10T14:00:00Z, 2h for so "
                         "long ago (default now)"},
                SourceFlag(kSource)},
      .examples = {{"Counted just now",
                    "paperwire signal 2503.18940 citations 31"},
                   {"Counted at another time",
                    "paperwire signal 2503.18940 downloads 1200 --time "
                    "2026-07-10"}},
      .run = RunSignal};
}

}  // namespace paperwire::command
