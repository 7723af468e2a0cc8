#include <algorithm>

#include "absl/time/clock.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/paper_text.h"
#include "client/cpp/command/query_flags.h"
#include "client/cpp/command/table.h"
#include "client/cpp/command/times.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

constexpr int64_t kPage = 500;

v1::ListPapersRequest::DateKind KindOf(const std::string& by) {
  if (by == "featured") return v1::ListPapersRequest::DATE_KIND_FEATURED;
  if (by == "stored") return v1::ListPapersRequest::DATE_KIND_STORED;
  return v1::ListPapersRequest::DATE_KIND_PUBLISHED;
}

absl::StatusOr<v1::ListPapersRequest> MakeRequest(const Context& context) {
  const Arguments& args = context.args;
  v1::ListPapersRequest request;
  request.set_date_kind(KindOf(args.Text("by")));
  if (args.Has("day")) {
    if (args.Has("from") || args.Has("to")) {
      return absl::InvalidArgumentError(
          "--day says it all; leave out --from and --to");
    }
    absl::StatusOr<Span> span = ParseTime(args.Text("day"), absl::Now());
    if (!span.ok() || span->end - span->start != absl::Hours(24)) {
      return absl::InvalidArgumentError(
          StrCat("--day wants one day, such as 2026-07-10, today or "
                 "yesterday, not \"",
                 args.Text("day"),
                 "\"; for more days there are --from and "
                 "--to"));
    }
    request.set_day(
        absl::FormatTime("%Y-%m-%d", span->start, absl::UTCTimeZone()));
  } else if (args.Has("from") || args.Has("to")) {
    ASSIGN_OR_RETURN(*request.mutable_interval(),
                     MakeInterval(args, "from", "to", absl::Now()));
  }
  if (!context.json()) {
    for (int i = 0; i < kTableFieldCount; ++i) {
      request.mutable_read_mask()->add_paths(kTableFields[i]);
    }
    request.mutable_read_mask()->add_paths("categories");
  }
  return request;
}

void PrintPage(const v1::ListPapersResponse& page, Output& out) {
  Table table({{.heading = "DATE"},
               {.heading = "TITLE", .stretch = true},
               {.heading = "AUTHORS", .most = 24, .drop = 1},
               {.heading = "CATEGORY", .most = 12, .drop = 2},
               {.heading = "VOTES", .right = true},
               {.heading = "ID"}});
  for (const v1::Paper& paper : page.papers()) {
    table.AddRow(
        {{{PublishedDate(paper), Style::kDim}},
         TitleLine(paper, {}),
         {{ShortAuthors(paper)}},
         {{paper.categories().empty() ? "" : Printable(paper.categories(0))}},
         {{Votes(paper)}},
         {{ShownId(paper), Style::kHeading}}});
  }
  table.Print(out);
}

int RunList(Context& context) {
  absl::StatusOr<v1::ListPapersRequest> request = MakeRequest(context);
  if (!request.ok()) return context.Misused(request.status());
  const bool all = context.args.Has("all");
  const int64_t limit = context.args.Count("limit", 50);
  int64_t shown = 0;
  while (true) {
    const int64_t wanted = all ? kPage : std::min(kPage, limit - shown);
    request->set_page_size(static_cast<int32_t>(std::max<int64_t>(wanted, 1)));
    absl::StatusOr<v1::ListPapersResponse> page =
        context.client().ListPapers(*request);
    if (!page.ok()) return context.Fail(page.status());
    shown += page->papers_size();
    if (context.json()) {
      for (const v1::Paper& paper : page->papers()) {
        context.out.Write(StrCat(ToJson(paper), "\n"));
      }
    } else if (!page->papers().empty()) {
      PrintPage(*page, context.out);
    }
    request->set_page_token(page->next_page_token());
    if (page->next_page_token().empty() || context.out.closed()) break;
    if (!all && shown >= limit) {
      if (!context.json()) {
        context.Say(StrCat(WithCommas(shown),
                           " papers shown; more: --limit N, --all"));
      }
      break;
    }
  }
  if (shown == 0 && !context.json()) context.Say("no papers of that time");
  return context.Done();
}

}  // namespace

CommandSpec ListCommand() {
  return {
      .name = "list",
      .summary = "List papers by day, the newest first",
      .details =
          "Days are days of UTC. A paper stands under the day on which "
          "its first version appeared, a curator featured it (the most "
          "votes first), or this server first stored it.",
      .flags = {{.name = "day",
                 .letter = 'd',
                 .kind = FlagKind::kText,
                 .value = "DAY",
                 .help = "One day: 2026-07-10, today or yesterday",
                 .hints = {"today", "yesterday"}},
                {.name = "from",
                 .kind = FlagKind::kText,
                 .value = "DATE",
                 .help = "From this day or time on: 2026-07, 2026-07-10, 7d"},
                {.name = "to",
                 .kind = FlagKind::kText,
                 .value = "DATE",
                 .help = "Up to this day or time, the day included"},
                {.name = "by",
                 .kind = FlagKind::kText,
                 .value = "DATE-KIND",
                 .help = "Which date counts: published (default), featured or "
                         "stored",
                 .choices = {"published", "featured", "stored"}},
                {.name = "limit",
                 .letter = 'n',
                 .kind = FlagKind::kCount,
                 .value = "N",
                 .help = "Show at most N papers (default 50)"},
                {.name = "all", .help = "Show all of them"}},
      .examples = {{"The newest", "paperwire list"},
                   {"What curators featured yesterday, by votes",
                    "paperwire list --day yesterday --by featured"},
                   {"A month, for a program",
                    "paperwire list --from 2026-07 --to 2026-07 --all --json"},
                   {"What came in during the last 12 hours",
                    "paperwire list --from 12h --by stored"}},
      .run = RunList};
}

}  // namespace paperwire::command
