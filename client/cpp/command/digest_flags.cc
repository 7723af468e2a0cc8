#include "client/cpp/command/digest_flags.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "client/cpp/command/query_flags.h"
#include "client/cpp/command/times.h"
#include "client/cpp/command/trending_flags.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// ISO 8601: the first is 1.
const std::vector<std::string>& DayNames() {
  static const auto* const kNames = new std::vector<std::string>{
      "monday", "tuesday",  "wednesday", "thursday",
      "friday", "saturday", "sunday"};
  return *kNames;
}

absl::Status NotBoth(const Arguments& args, const std::string& one,
                     const std::string& other) {
  if (!args.Has(one) || !args.Has(other)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      StrCat("--", one, " and --", other, ": give one of the two"));
}

// "08:00", of "8:00" too.
absl::StatusOr<std::string> TimeOfDay(const std::string& text) {
  const size_t colon = text.find(':');
  int hour = 0;
  int minute = 0;
  const bool shaped = (colon == 1 || colon == 2) && text.size() == colon + 3 &&
                      text.find_first_not_of("0123456789:") == text.npos &&
                      absl::SimpleAtoi(text.substr(0, colon), &hour) &&
                      absl::SimpleAtoi(text.substr(colon + 1), &minute);
  if (!shaped || hour > 23 || minute > 59) {
    return absl::InvalidArgumentError(
        StrCat("--at wants a time of day, 00:00 to 23:59, not \"", text, "\""));
  }
  return colon == 1 ? StrCat("0", text) : text;
}

absl::Status ApplyQuery(const Arguments& args,
                        const std::optional<std::string>& text, absl::Time now,
                        v1::Digest* digest, google::protobuf::FieldMask* mask) {
  const bool given = text.has_value() || args.Has("query");
  if (given && args.Has("no-query")) {
    return absl::InvalidArgumentError(
        "a query and --no-query: give one of the two");
  }
  if (text.has_value() && args.Has("query")) {
    return absl::InvalidArgumentError(
        StrCat("the query is \"", *text,
               "\" or that of --query: give one of "
               "the two"));
  }
  if (args.Has("no-query")) {
    digest->clear_query();
    mask->add_paths("query");
    return absl::OkStatus();
  }
  if (!given && !HasQueryFlags(args)) return absl::OkStatus();
  v1::Query* query = digest->mutable_query();
  if (given) query->set_text(text.value_or(args.Text("query")));
  RETURN_IF_ERROR(ApplyQueryFlags(args, now, query));
  mask->add_paths("query");
  return absl::OkStatus();
}

absl::Status ApplyBoard(const Arguments& args, v1::Digest* digest,
                        google::protobuf::FieldMask* mask) {
  RETURN_IF_ERROR(NotBoth(args, "trending", "no-trending"));
  if (args.Has("no-trending")) digest->clear_board();
  bool parts = false;
  for (const char* flag : {"formula", "half-life", "trending-query"}) {
    if (!args.Has(flag)) continue;
    parts = true;
    if (!digest->has_board() && !args.Has("trending")) {
      return absl::InvalidArgumentError(
          StrCat("--", flag, " goes with --trending WINDOW"));
    }
  }
  if (parts || args.Has("trending")) {
    v1::DigestBoard* board = digest->mutable_board();
    if (args.Has("trending"))
      board->set_window(WindowOf(args.Text("trending")));
    Formula was;
    was.value = board->formula();
    if (board->has_half_life()) was.half_life = FromProto(board->half_life());
    ASSIGN_OR_RETURN(const Formula formula, FormulaOf(args, was));
    board->set_formula(formula.value);
    board->clear_half_life();
    if (formula.half_life.has_value()) {
      *board->mutable_half_life() = ToProto(*formula.half_life);
    }
    if (args.Has("trending-query")) {
      board->mutable_query()->set_text(args.Text("trending-query"));
    }
  } else if (!args.Has("no-trending")) {
    return absl::OkStatus();
  }
  mask->add_paths("board");
  return absl::OkStatus();
}

absl::Status ApplyDays(const Arguments& args, v1::DigestSchedule* schedule) {
  RETURN_IF_ERROR(NotBoth(args, "daily", "weekdays"));
  RETURN_IF_ERROR(NotBoth(args, "daily", "weekly"));
  RETURN_IF_ERROR(NotBoth(args, "weekdays", "weekly"));
  if (args.Has("daily")) {
    schedule->set_frequency(v1::DigestSchedule::FREQUENCY_DAILY);
    schedule->clear_weekday();
  }
  if (args.Has("weekdays")) {
    schedule->set_frequency(v1::DigestSchedule::FREQUENCY_WEEKDAYS);
    schedule->clear_weekday();
  }
  if (args.Has("weekly")) {
    const std::vector<std::string>& days = DayNames();
    const auto day = std::find(days.begin(), days.end(), args.Text("weekly"));
    schedule->set_frequency(v1::DigestSchedule::FREQUENCY_WEEKLY);
    schedule->set_weekday(static_cast<int32_t>(day - days.begin()) + 1);
  }
  return absl::OkStatus();
}

absl::Status ApplySchedule(const Arguments& args, v1::Digest* digest,
                           google::protobuf::FieldMask* mask) {
  bool given = false;
  for (const char* flag : {"daily", "weekdays", "weekly", "at", "zone"}) {
    given = given || args.Has(flag);
  }
  if (!given) return absl::OkStatus();
  v1::DigestSchedule* schedule = digest->mutable_schedule();
  RETURN_IF_ERROR(ApplyDays(args, schedule));
  if (args.Has("at")) {
    ASSIGN_OR_RETURN(*schedule->mutable_time_of_day(),
                     TimeOfDay(args.Text("at")));
  }
  if (args.Has("zone")) schedule->set_time_zone(args.Text("zone"));
  mask->add_paths("schedule");
  return absl::OkStatus();
}

std::vector<FlagSpec> ScheduleFlags() {
  return {{.name = "daily", .help = "Send it every day (default)"},
          {.name = "weekdays", .help = "Send it from Monday to Friday"},
          {.name = "weekly",
           .kind = FlagKind::kText,
           .value = "DAY",
           .help = "Send it on this day of the week: monday to sunday",
           .choices = DayNames()},
          {.name = "at",
           .kind = FlagKind::kText,
           .value = "HH:MM",
           .help = "At this time of day (default 08:00)",
           .hints = {"06:00", "08:00", "18:00"}},
          {.name = "zone",
           .kind = FlagKind::kText,
           .value = "ZONE",
           .help = "Of this time zone: Europe/Berlin (default UTC)",
           .hints = {"UTC", "Europe/Berlin", "Europe/London",
                     "America/New_York", "America/Los_Angeles", "Asia/Kolkata",
                     "Asia/Shanghai", "Asia/Tokyo"}}};
}

}  // namespace

std::vector<FlagSpec> DigestFlags() {
  std::vector<FlagSpec> flags = {
      {.name = "query",
       .letter = 'q',
       .kind = FlagKind::kText,
       .value = "QUERY",
       .help = "The words of the query; in update its flags stay unless given "
               "anew"}};
  for (FlagSpec& flag : QueryFlags()) flags.push_back(std::move(flag));
  flags.push_back({.name = "trending",
                   .kind = FlagKind::kText,
                   .value = "WINDOW",
                   .help = "What leads a board, too: by the votes of the last "
                           "day, week or month (30 days), or all",
                   .choices = WindowNames()});
  for (FlagSpec& flag : FormulaFlags()) flags.push_back(std::move(flag));
  flags.push_back({.name = "trending-query",
                   .kind = FlagKind::kText,
                   .value = "QUERY",
                   .help = "Of the board only what matches this"});
  for (FlagSpec& flag : ScheduleFlags()) flags.push_back(std::move(flag));
  flags.push_back({.name = "max",
                   .kind = FlagKind::kCount,
                   .value = "N",
                   .help = "Show at most N papers, of the query and of the "
                           "board each (default 20; 1 to 100)"});
  flags.push_back({.name = "monthly-note",
                   .help = "Write also when there was nothing for 30 days"});
  flags.push_back({.name = "title",
                   .kind = FlagKind::kText,
                   .value = "TEXT",
                   .help = "What the subject says"});
  return flags;
}

std::vector<FlagSpec> DigestRemovalFlags() {
  return {{.name = "no-query", .help = "Bring no papers of a query any more"},
          {.name = "no-trending", .help = "Bring no board any more"},
          {.name = "no-monthly-note",
           .help = "Write only when there is something"}};
}

bool HasDigestFlags(const Arguments& args) {
  for (const FlagSpec& flag : DigestFlags()) {
    if (args.Has(flag.name)) return true;
  }
  return false;
}

absl::Status ApplyDigestFlags(const Arguments& args,
                              const std::optional<std::string>& text,
                              absl::Time now, v1::Digest* digest,
                              google::protobuf::FieldMask* mask) {
  RETURN_IF_ERROR(ApplyQuery(args, text, now, digest, mask));
  RETURN_IF_ERROR(ApplyBoard(args, digest, mask));
  RETURN_IF_ERROR(ApplySchedule(args, digest, mask));
  RETURN_IF_ERROR(NotBoth(args, "monthly-note", "no-monthly-note"));
  if (args.Has("monthly-note") || args.Has("no-monthly-note")) {
    digest->set_monthly_note(args.Has("monthly-note"));
    mask->add_paths("monthly_note");
  }
  if (args.Has("max")) {
    digest->set_max_papers(static_cast<int32_t>(std::min<int64_t>(
        args.Count("max", 0), std::numeric_limits<int32_t>::max())));
    mask->add_paths("max_papers");
  }
  if (args.Has("title")) {
    digest->set_display_name(args.Text("title"));
    mask->add_paths("display_name");
  }
  return absl::OkStatus();
}

std::optional<std::string> QueryOfWords(const std::vector<std::string>& words) {
  if (words.empty()) return std::nullopt;
  return absl::StrJoin(words, " ");
}

absl::Status CheckDigestContent(const v1::Digest& digest) {
  if (digest.has_query() || digest.has_board()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "a digest of what? write a query, --trending week, or both; '' is the "
      "query of every paper");
}

}  // namespace paperwire::command
