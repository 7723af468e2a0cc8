#include <algorithm>

#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/table.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// The most that the server gives at once.
constexpr int64_t kPage = 1000;

struct Unit {
  v1::ListDaysRequest::Unit value;
  const char* name;
  const char* heading;
};

Unit UnitOf(const std::string& name) {
  if (name == "week") return {v1::ListDaysRequest::UNIT_WEEK, "week", "WEEK"};
  if (name == "month") {
    return {v1::ListDaysRequest::UNIT_MONTH, "month", "MONTH"};
  }
  return {v1::ListDaysRequest::UNIT_DAY, "day", "DAY"};
}

void PrintPage(const v1::ListDaysResponse& page, const Unit& unit,
               Output& out) {
  const auto number = [&out](int64_t value) {
    return out.terminal() ? WithCommas(value) : StrCat(value);
  };
  Table table({{.heading = unit.heading, .stretch = true},
               {.heading = "PAPERS", .right = true},
               {.heading = "VOTES", .right = true}});
  for (const v1::FeaturedDay& day : page.days()) {
    table.AddRow({{{Printable(day.label()), Style::kHeading}},
                  {{number(day.paper_count())}},
                  {{number(day.vote_count())}}});
  }
  table.Print(out);
}

// How to see the papers of one of them, on the error output when the table
// goes to a program.
void PrintAdvice(Context& context, const Unit& unit,
                 const v1::FeaturedDay& day) {
  const std::string span =
      unit.value == v1::ListDaysRequest::UNIT_DAY
          ? StrCat("--day ", day.start_day())
          : StrCat("--from ", day.start_day(), " --to ", day.end_day());
  const std::string text = StrCat("the papers of a ", unit.name,
                                  ": paperwire list ", span, " --by featured");
  if (context.out.terminal()) {
    context.out.Write(StrCat(
        "\n", Render({{Printable(text), Style::kDim}}, context.out.color()),
        "\n"));
  } else {
    context.Say(text);
  }
}

int RunDays(Context& context) {
  const Unit unit = UnitOf(context.args.Text("unit"));
  const int64_t limit = std::max<int64_t>(context.args.Count("limit", 50), 1);
  v1::ListDaysRequest request;
  request.set_unit(unit.value);
  int64_t shown = 0;
  v1::FeaturedDay newest;
  while (true) {
    request.set_page_size(static_cast<int32_t>(std::min(kPage, limit - shown)));
    const absl::StatusOr<v1::ListDaysResponse> page =
        context.client().ListDays(request);
    if (!page.ok()) return context.Fail(page.status());
    if (shown == 0 && !page->days().empty()) newest = page->days(0);
    shown += page->days_size();
    if (context.json()) {
      for (const v1::FeaturedDay& day : page->days()) {
        context.out.Write(StrCat(ToJson(day, Defaults::kWrite), "\n"));
      }
    } else if (!page->days().empty()) {
      PrintPage(*page, unit, context.out);
    }
    request.set_page_token(page->next_page_token());
    if (request.page_token().empty() || shown >= limit ||
        context.out.closed()) {
      break;
    }
  }
  if (context.json()) return context.Done();
  if (shown == 0) {
    context.Say(
        "no paper was featured yet; paperwire harvest hf-daily brings some "
        "that are");
    return context.Done();
  }
  if (!request.page_token().empty()) {
    context.Say(
        StrCat(WithCommas(shown), " ", unit.name, "s shown; more: --limit N"));
  }
  PrintAdvice(context, unit, newest);
  return context.Done();
}

}  // namespace

CommandSpec DaysCommand() {
  return {
      .name = "days",
      .summary = "List the days on which papers were featured",
      .details =
          "The newest come first, each with how many papers curators featured "
          "and the votes that their lists count. A paper that was featured on "
          "several days of a week or month counts there once, with its "
          "highest count. Weeks are those of ISO 8601, from Monday on. With "
          "--json there is one object for each, with its first and last day.",
      .flags = {{.name = "unit",
                 .letter = 'u',
                 .kind = FlagKind::kText,
                 .value = "UNIT",
                 .help = "Put together day (default), week or month",
                 .choices = {"day", "week", "month"}},
                {.name = "limit",
                 .letter = 'n',
                 .kind = FlagKind::kCount,
                 .value = "N",
                 .help = "Show at most N of them (default 50)"}},
      .examples = {{"The newest", "paperwire days"},
                   {"A year of months", "paperwire days --unit month -n 12"},
                   {"What curators featured on one of them, by votes",
                    "paperwire list --day 2026-07-10 --by featured"}},
      .run = RunDays};
}

}  // namespace paperwire::command
