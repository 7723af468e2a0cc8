#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "client/cpp/command/bar.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/paper_text.h"
#include "client/cpp/command/query_flags.h"
#include "client/cpp/command/subscription_flags.h"
#include "client/cpp/command/table.h"
#include "client/cpp/command/times.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

using Preview = v1::PreviewSubscriptionResponse;

// More days are shown by week.
constexpr int kMostBars = 60;
constexpr int kMostBarColumns = 40;
constexpr int64_t kMostDays = 36'600;

absl::StatusOr<v1::TimeInterval> MakeSpan(const Arguments& args,
                                          absl::Time now) {
  ASSIGN_OR_RETURN(v1::TimeInterval span,
                   MakeInterval(args, "from", "to", now));
  if (!args.Has("days")) return span;
  if (args.Has("from")) {
    return absl::InvalidArgumentError(
        "--days and --from both say where the span begins; leave out one");
  }
  const int64_t days = args.Count("days", 0);
  if (days < 1 || days > kMostDays) {
    return absl::InvalidArgumentError(StrCat(
        "--days wants 1 to ", WithCommas(kMostDays), " days, not ", days));
  }
  const absl::Time end = span.has_end_time() ? FromProto(span.end_time()) : now;
  *span.mutable_start_time() = ToProto(end - absl::Hours(24 * days));
  return span;
}

absl::StatusOr<v1::PreviewSubscriptionRequest> MakeRequest(
    const Context& context) {
  const Arguments& args = context.args;
  const absl::Time now = absl::Now();
  v1::PreviewSubscriptionRequest request;
  ASSIGN_OR_RETURN(*request.mutable_query(), MakeExplicitQuery(args, now));
  request.set_news(NewsOf(args));
  ASSIGN_OR_RETURN(v1::TimeInterval span, MakeSpan(args, now));
  if (span.has_start_time() || span.has_end_time()) {
    *request.mutable_span() = span;
  }
  // 0 would stand for the server's default.
  request.set_sample_size(static_cast<int32_t>(
      std::clamp<int64_t>(args.Count("samples", 10), 1, 100)));
  if (!context.json()) {
    for (int i = 0; i < kTableFieldCount; ++i) {
      request.mutable_read_mask()->add_paths(kTableFields[i]);
    }
  }
  return request;
}

struct Row {
  std::string label;
  int64_t count = 0;
};

// A row for each day; for each week, by its Monday, when there are many days.
std::vector<Row> RowsOf(const Preview& preview, bool by_week) {
  std::vector<Row> rows;
  for (const Preview::Day& day : preview.days()) {
    std::string label = Printable(day.date());
    absl::CivilDay date;
    if (by_week && absl::ParseCivilTime(day.date(), &date)) {
      label = absl::FormatCivilTime(
          absl::PrevWeekday(date + 1, absl::Weekday::monday));
    }
    if (rows.empty() || rows.back().label != label) rows.push_back({label});
    rows.back().count += day.match_count();
  }
  return rows;
}

void PrintChart(const Preview& preview, Output& out) {
  if (!out.terminal()) {
    for (const Row& row : RowsOf(preview, /*by_week=*/false)) {
      out.Write(StrCat("day\t", row.label, "\t", row.count, "\n"));
    }
    return;
  }
  const bool by_week = preview.days_size() > kMostBars;
  const std::vector<Row> rows = RowsOf(preview, by_week);
  int64_t most = 0;
  for (const Row& row : rows) most = std::max(most, row.count);
  const int digits = Width(WithCommas(most));
  const int room = std::clamp(out.columns() - 16 - digits, 1, kMostBarColumns);
  out.Write(StrCat(
      Render({{by_week ? "by week, from Monday on" : "by day", Style::kBold}},
             out.color()),
      "\n"));
  for (const Row& row : rows) {
    Line line = {{StrCat("  ", row.label, "  ")},
                 {absl::StrFormat("%*s", digits, WithCommas(row.count))}};
    if (row.count > 0) {
      line.push_back({"  "});
      line.push_back({Bar(row.count, most, room), Style::kHeading});
    }
    out.Write(StrCat(Render(Fit(line, out.columns(), Pad::kNone), out.color()),
                     "\n"));
  }
}

// "1.4", "1,234", or "less than 0.1".
std::string Average(int64_t total, double days) {
  const double average = static_cast<double>(total) / days;
  if (average >= 100) return WithCommas(static_cast<int64_t>(average + 0.5));
  if (total > 0 && average < 0.05) return "less than 0.1";
  return absl::StrFormat("%.1f", average);
}

std::string Summary(const Preview& preview, v1::News news) {
  const int64_t total = preview.total_match_count();
  const absl::Duration length = FromProto(preview.span().end_time()) -
                                FromProto(preview.span().start_time());
  const char* format = "%Y-%m-%d %H:%M";
  return StrCat(
      total == 0 ? "no" : WithCommas(total), total == 1 ? " paper" : " papers",
      news == v1::NEWS_VERSIONS ? " and versions in " : " in ",
      RoughDuration(length), ", ",
      Average(total, std::max(absl::ToDoubleHours(length) / 24, 1e-9)),
      " a day (",
      absl::FormatTime(format, FromProto(preview.span().start_time()),
                       absl::UTCTimeZone()),
      " to ",
      absl::FormatTime(format, FromProto(preview.span().end_time()),
                       absl::UTCTimeZone()),
      " UTC)");
}

// The text on standard output on a terminal, where nobody else reads it.
void PrintSummary(Context& context, const Preview& preview, v1::News news) {
  const std::string text = Summary(preview, news);
  if (context.out.terminal()) {
    context.out.Write(StrCat(
        "\n", Render({{text, Style::kBold}}, context.out.color()), "\n"));
  } else {
    context.Say(text);
  }
  const std::string first = absl::FormatTime(
      "%Y-%m-%d", FromProto(preview.span().start_time()), absl::UTCTimeZone());
  if (!preview.days().empty() && preview.days(0).date() > first) {
    context.Say(StrCat("the days before ", preview.days(0).date(),
                       " count, but are not shown"));
  }
}

void PrintSamples(const Preview& preview, Output& out) {
  if (preview.samples().empty()) return;
  Table table({{.heading = "STORED"},
               {.heading = "TITLE", .stretch = true},
               {.heading = "AUTHORS", .most = 24, .drop = 1},
               {.heading = "ID"}});
  if (out.terminal()) out.Write("\n");
  for (const v1::WatchMatch& match : preview.samples()) {
    const std::string date = absl::FormatTime(
        "%Y-%m-%d", FromProto(match.store_time()), absl::UTCTimeZone());
    const Line title = TitleLine(match.paper(), match.highlights());
    const std::string authors = ShortAuthors(match.paper());
    const std::string id = ShownId(match.paper());
    if (out.terminal()) {
      table.AddRow(
          {{{date, Style::kDim}}, title, {{authors}}, {{id, Style::kHeading}}});
    } else {
      out.Write(StrCat("sample\t", date, "\t", Render(title, out.color()), "\t",
                       authors, "\t", id, "\n"));
    }
  }
  if (out.terminal()) table.Print(out);
}

void PrintJson(Context& context, Preview preview) {
  for (const v1::WatchMatch& match : preview.samples()) {
    context.out.Write(StrCat("{\"sample\":", ToJson(match), "}\n"));
  }
  preview.clear_samples();
  context.out.Write(
      StrCat("{\"summary\":", ToJson(preview, Defaults::kWrite), "}\n"));
}

int RunBacktest(Context& context) {
  const absl::StatusOr<v1::PreviewSubscriptionRequest> request =
      MakeRequest(context);
  if (!request.ok()) return context.Misused(request.status());
  absl::StatusOr<Preview> preview =
      context.client().PreviewSubscription(*request);
  if (!preview.ok()) return context.Fail(preview.status());
  if (context.args.Count("samples", 10) == 0) preview->clear_samples();
  if (context.json()) {
    PrintJson(context, *std::move(preview));
    return context.Done();
  }
  PrintChart(*preview, context.out);
  PrintSummary(context, *preview, request->news());
  PrintSamples(*preview, context.out);
  return context.Done();
}

}  // namespace

CommandSpec BacktestCommand() {
  return {
      .name = "backtest",
      .argument_kind = ArgumentKind::kQuery,
      .arguments = "QUERY...",
      .max_arguments = 1000,
      .summary = "Show what a subscription would have sent",
      .details =
          StrCat("The query and its flags are those of paperwire subscribe; "
                 "--since and --until are about when papers were published, "
                 "--days, --from and --to about when this server stored them. "
                 "Papers that were imported all at once stand on that day. "
                 "Days are days of UTC. Piped into a program, there are lines "
                 "that begin with day or sample, with tabs between the "
                 "columns; with --json {\"sample\":...} lines and a closing "
                 "{\"summary\":...}. ",
                 kQueryLanguage),
      .flags = WithQueryFlags({
          {.name = "days",
           .letter = 'd',
           .kind = FlagKind::kCount,
           .value = "N",
           .help = "The last N days, or those before --to (default 30)"},
          {.name = "from",
           .kind = FlagKind::kText,
           .value = "DATE",
           .help = "From this day or time on: 2026-07, 2026-07-10, 12h"},
          {.name = "to",
           .kind = FlagKind::kText,
           .value = "DATE",
           .help = "Up to this day or time, the day included (default now)"},
          NewsFlag(),
          {.name = "samples",
           .letter = 'n',
           .kind = FlagKind::kCount,
           .value = "N",
           .help = "Show the newest N papers, 0 to 100 (default 10)"},
      }),
      .examples =
          {{"Is it too much to read?", "paperwire backtest 'diffusion -video'"},
           {"A quarter, by week",
            "paperwire backtest robots -c cs.RO --days 90 --samples 3"},
           {"A month", "paperwire backtest robots --from 2026-07 --to 2026-07"},
           {"The count of each day for a program",
            "paperwire backtest robots --json | jq -r '.summary.days[]? | "
            "[.date, .match_count] | @tsv'"}},
      .run = RunBacktest};
}

}  // namespace paperwire::command
