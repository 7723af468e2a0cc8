#include <utility>

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

constexpr char kSource[] = "picks";

struct Pick {
  std::string name;
  v1::Feature feature;
};

absl::StatusOr<Pick> ParsePick(const Arguments& args) {
  Pick pick;
  ASSIGN_OR_RETURN(pick.name, ParsePaperName(args.words[0]));
  const std::string day = args.Text("day", "today");
  const absl::StatusOr<Span> span = ParseTime(day, absl::Now());
  if (!span.ok() || span->end - span->start != absl::Hours(24)) {
    return absl::InvalidArgumentError(
        StrCat("--day wants one day, such as 2026-07-10, today or yesterday, "
               "not \"",
               day, "\""));
  }
  pick.feature.set_day(
      absl::FormatTime("%Y-%m-%d", span->start, absl::UTCTimeZone()));
  pick.feature.set_source(args.Text("source", kSource));
  if (pick.feature.source().empty()) {
    return absl::InvalidArgumentError("--source wants a name");
  }
  pick.feature.set_curator(args.Text("curator"));
  return pick;
}

absl::StatusOr<v1::ImportVerdict> SendPick(Client& client, const Pick& pick) {
  ASSIGN_OR_RETURN(const v1::Paper paper, ReadForReport(client, pick.name));
  v1::Paper says;
  *says.add_features() = pick.feature;
  return SendReport(client, paper, std::move(says), pick.feature.source());
}

int RunPick(Context& context) {
  const absl::StatusOr<Pick> pick = ParsePick(context.args);
  if (!pick.ok()) return context.Misused(pick.status());
  const absl::StatusOr<v1::ImportVerdict> verdict =
      SendPick(context.client(), *pick);
  if (!verdict.ok()) return context.Fail(verdict.status());
  if (context.json()) {
    context.out.Write(StrCat(ToJson(*verdict, Defaults::kWrite), "\n"));
    return context.Done();
  }
  const bool known = verdict->outcome() == v1::ImportVerdict::OUTCOME_UNCHANGED;
  context.Say(StrCat(verdict->name(), known ? " stood" : " stands",
                     " on the list of ", pick->feature.source(), " of ",
                     pick->feature.day(), known ? " already" : ""));
  return context.Done();
}

}  // namespace

CommandSpec PickCommand() {
  return {
      .name = "pick",
      .argument_kind = ArgumentKind::kPapers,
      .arguments = "PAPER",
      .min_arguments = 1,
      .max_arguments = 1,
      .summary = "Feature a paper on a day, as a curator does",
      .details =
          "The paper stands on the page of that day from then on (paperwire "
          "list --day DAY --by featured, paperwire days). A list has a paper "
          "once a day: another --curator takes the place of the one before. A "
          "pick is no vote, and cannot be taken back. The paper needs an "
          "external id (arXiv, DOI), and must not be withdrawn.",
      .flags = {{.name = "day",
                 .kind = FlagKind::kText,
                 .value = "DAY",
                 .help = "The day: 2026-07-10, yesterday (default today, UTC)"},
                {.name = "curator",
                 .kind = FlagKind::kText,
                 .value = "NAME",
                 .help = "Who picked it"},
                SourceFlag(kSource)},
      .examples = {{"For today's page", "paperwire pick 2503.18940"},
                   {"In somebody's name, for another day",
                    "paperwire pick 2503.18940 --day 2026-07-10 --curator Ada"},
                   {"On a list of its own",
                    "paperwire pick 2503.18940 --source reading-group"}},
      .run = RunPick};
}

}  // namespace paperwire::command
