#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/interrupt.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/paper_text.h"
#include "client/cpp/command/query_flags.h"
#include "client/cpp/command/times.h"
#include "client/cpp/command/trending_flags.h"
#include "client/cpp/command/trending_table.h"
#include "client/cpp/command/trending_watch.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// The most that the server gives at once.
constexpr int64_t kPage = 1000;

// A day, month or year stands for its last second.
absl::StatusOr<absl::Time> MomentOf(const std::string& text, absl::Time now) {
  const absl::StatusOr<Span> span = ParseTime(text, now);
  if (!span.ok()) {
    return absl::InvalidArgumentError(
        StrCat("--as-of: ", ToStd(span.status().message())));
  }
  return span->end > span->start ? span->end - absl::Seconds(1) : span->end;
}

absl::StatusOr<v1::ListTrendingRequest> MakeRequest(const Context& context) {
  const Arguments& args = context.args;
  const absl::Time now = absl::Now();
  v1::ListTrendingRequest request;
  ASSIGN_OR_RETURN(*request.mutable_query(),
                   MakeQuery(args, args.JoinedWords(), now));
  request.set_window(WindowOf(args.Text("window", "week")));
  ASSIGN_OR_RETURN(const Formula formula, FormulaOf(args));
  request.set_formula(formula.value);
  if (formula.half_life.has_value()) {
    *request.mutable_half_life() = ToProto(*formula.half_life);
  }
  if (args.Has("as-of")) {
    ASSIGN_OR_RETURN(const absl::Time moment,
                     MomentOf(args.Text("as-of"), now));
    *request.mutable_as_of_time() = ToProto(moment);
  }
  if (!context.json()) {
    for (int i = 0; i < kTableFieldCount; ++i) {
      request.mutable_read_mask()->add_paths(kTableFields[i]);
    }
    request.mutable_read_mask()->add_paths("categories");
  }
  return request;
}

// The time as --as-of takes it.
std::string MomentText(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", FromProto(time),
                          absl::UTCTimeZone());
}

// By what, of which time, and of how many.
std::string Summary(const v1::ListTrendingResponse& page, int64_t shown) {
  const int64_t total = page.total_size();
  std::string text =
      StrCat("score: ", page.formula_text(), "; votes ",
             page.has_start_time()
                 ? StrCat("after ", MomentText(page.start_time()), ", ")
                 : "",
             "up to ", MomentText(page.as_of_time()), "; ",
             total == 0 ? "no" : WithCommas(total),
             total == 1 ? " paper" : " papers", " on the board");
  if (total == 0 && page.window() != v1::TRENDING_WINDOW_ALL) {
    StrAppend(&text, "; for all votes there are: --window all");
  } else if (total > shown) {
    StrAppend(&text, "; more: --limit N");
  }
  return text;
}

// On the error output when the board goes to a program.
void PrintSummary(Context& context, const v1::ListTrendingResponse& page,
                  int64_t shown) {
  const std::string text = Summary(page, shown);
  if (context.out.terminal()) {
    context.out.Write(StrCat(
        shown > 0 ? "\n" : "",
        Render({{Printable(text), Style::kDim}}, context.out.color()), "\n"));
  } else {
    context.Say(text);
  }
}

// The same board, to be watched.
absl::StatusOr<v1::WatchTrendingRequest> ToBeWatched(
    const Context& context, v1::ListTrendingRequest request) {
  if (context.args.Has("as-of")) {
    return absl::InvalidArgumentError(
        "--watch is about what comes, --as-of about what was; leave one out");
  }
  const int64_t places = std::max<int64_t>(context.args.Count("limit", 20), 1);
  if (places > kPage) {
    return absl::InvalidArgumentError(
        StrCat("--limit: ", places, " places cannot be watched; the most are ",
               WithCommas(kPage)));
  }
  v1::WatchTrendingRequest watched;
  watched.mutable_query()->Swap(request.mutable_query());
  watched.set_window(request.window());
  watched.set_formula(request.formula());
  if (request.has_half_life()) {
    *watched.mutable_half_life() = request.half_life();
  }
  watched.set_max_places(static_cast<int32_t>(places));
  watched.mutable_read_mask()->Swap(request.mutable_read_mask());
  return watched;
}

int RunWatch(Context& context, v1::ListTrendingRequest request) {
  // Before the client, whose threads must not take the signals.
  Interrupt interrupt(
      {.reader_fd = context.out.fd(),
       .after = context.args.Seconds("timeout", absl::InfiniteDuration())});
  absl::StatusOr<v1::WatchTrendingRequest> watched =
      ToBeWatched(context, std::move(request));
  if (!watched.ok()) return context.Misused(watched.status());
  return TrendingWatch(&context).Run(*std::move(watched), interrupt);
}

int RunTrending(Context& context) {
  absl::StatusOr<v1::ListTrendingRequest> request = MakeRequest(context);
  if (!request.ok()) return context.Misused(request.status());
  if (context.args.Has("watch")) {
    return RunWatch(context, *std::move(request));
  }
  const int64_t limit = std::max<int64_t>(context.args.Count("limit", 20), 1);
  int64_t shown = 0;
  while (true) {
    request->set_page_size(
        static_cast<int32_t>(std::min(kPage, limit - shown)));
    absl::StatusOr<v1::ListTrendingResponse> page =
        context.client().ListTrending(*request);
    if (!page.ok()) return context.Fail(page.status());
    shown += page->papers_size();
    if (context.json()) {
      for (const v1::TrendingPaper& entry : page->papers()) {
        context.out.Write(StrCat("{\"trending\":", ToJson(entry), "}\n"));
      }
    } else if (!page->papers().empty()) {
      PrintBoard(page->papers(), page->formula(), context.out);
    }
    request->set_page_token(page->next_page_token());
    if (!page->next_page_token().empty() && shown < limit &&
        !context.out.closed()) {
      continue;
    }
    if (context.json()) {
      page->clear_papers();
      context.out.Write(
          StrCat("{\"summary\":", ToJson(*page, Defaults::kWrite), "}\n"));
    } else {
      PrintSummary(context, *page, shown);
    }
    return context.Done();
  }
}

std::vector<FlagSpec> Flags() {
  std::vector<FlagSpec> flags = {
      {.name = "window",
       .letter = 'w',
       .kind = FlagKind::kText,
       .value = "WINDOW",
       .help = "Which votes count: those of the last day, week (default) "
               "or month (30 days), or all",
       .choices = WindowNames()}};
  for (FlagSpec& flag : FormulaFlags()) flags.push_back(std::move(flag));
  flags.push_back(
      {.name = "as-of",
       .kind = FlagKind::kText,
       .value = "TIME",
       .help = "The board of a moment: 2026-07-10T14:00:00Z, or 12h for "
               "so long ago; a day without a time (2026-07-10, yesterday) "
               "means its end, 23:59:59 UTC (default now)",
       .hints = {"yesterday"}});
  flags.push_back({.name = "limit",
                   .letter = 'n',
                   .kind = FlagKind::kCount,
                   .value = "N",
                   .help = "Show at most N papers (default 20)"});
  flags.push_back({.name = "watch",
                   .help = "Show the board, and then what enters, leaves and "
                           "moves on its first N places, until Ctrl-C or "
                           "--timeout"});
  return WithQueryFlags(std::move(flags));
}

}  // namespace

CommandSpec TrendingCommand() {
  return {
      .name = "trending",
      .argument_kind = ArgumentKind::kQuery,
      .arguments = "[QUERY...]",
      .max_arguments = 1000,
      .summary = "List the papers that get the most votes",
      .details =
          StrCat("On the board stand the papers that got a vote in the window "
                 "(and match QUERY, if there is one), by a formula that is "
                 "named below it. Votes are those cast with paperwire vote, "
                 "and those that the lists which featured a paper count, from "
                 "the day of the list on. CHANGE is against the board of the "
                 "day before: places gained (+) or lost (-), new with a first "
                 "vote of the last 24 hours, or back. --since and --until are "
                 "about when papers were published. Piped into a program, "
                 "there are tabs between the columns; with --json "
                 "{\"trending\":...} lines, with what the formula was given, "
                 "and a closing {\"summary\":...}. With --watch the board is "
                 "followed by a line for each paper that enters, leaves, moves "
                 "or gets votes: when, what, its rank, the rank before, votes, "
                 "title and id; broken connections are mended, and what "
                 "happened meanwhile is shown; with --json a line for each "
                 "event, under its name. ",
                 kQueryLanguage),
      .flags = Flags(),
      .examples =
          {{"Of the last week, by votes", "paperwire trending"},
           {"What is hot now, on one topic",
            "paperwire trending '\"world model\"' --formula hacker-news"},
           {"The board as it was at the end of a day",
            "paperwire trending --as-of 2026-07-10 --window day"},
           {"Votes that fade by half in 12 hours",
            "paperwire trending -f velocity --half-life 12h --window all"},
           {"What is going on right now, as it happens",
            "paperwire trending --watch --window day"},
           {"Scores and titles for a program",
            "paperwire trending --json | jq -r 'select(.trending).trending | "
            "[.score, .paper.title] | @tsv'"}},
      .run = RunTrending};
}

}  // namespace paperwire::command
