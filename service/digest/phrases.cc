#include "service/digest/phrases.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "service/base/strings.h"
#include "service/digest/line.h"

namespace paperwire::digest {
namespace {

constexpr int kTitleColumns = 120;
constexpr int kAskedColumns = 600;
// Anybody can have a request for consent sent to anybody. It leaves no room
// for what they would like to tell.
constexpr int kAskedColumnsBeforeConsent = 200;
constexpr int kShortColumns = 120;
// No mail gets longer than its papers by what is late.
constexpr size_t kMostSources = 10;

constexpr const char* kMonths[] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

const char* NameOf(absl::Weekday day) {
  switch (day) {
    case absl::Weekday::monday:
      return "Monday";
    case absl::Weekday::tuesday:
      return "Tuesday";
    case absl::Weekday::wednesday:
      return "Wednesday";
    case absl::Weekday::thursday:
      return "Thursday";
    case absl::Weekday::friday:
      return "Friday";
    case absl::Weekday::saturday:
      return "Saturday";
    case absl::Weekday::sunday:
      return "Sunday";
  }
  return "";
}

std::string Short(std::string_view text) {
  return Isolated(Cut(OneLine(text), kShortColumns));
}

std::string AskedText(const Letter& letter) {
  const bool consent = letter.kind == v1::DigestIssue::KIND_CONFIRMATION;
  return Isolated(Cut(OneLine(letter.asked),
                      consent ? kAskedColumnsBeforeConsent : kAskedColumns));
}

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds());
}

int64_t Rounded(absl::Duration duration, absl::Duration unit) {
  return std::llround(absl::FDivDuration(duration, unit));
}

std::string LongText(absl::Duration duration) {
  if (duration < absl::Minutes(90)) {
    return Counted(std::max<int64_t>(1, Rounded(duration, absl::Minutes(1))),
                   "minute");
  }
  if (duration < absl::Hours(36)) {
    return Counted(Rounded(duration, absl::Hours(1)), "hour");
  }
  return Counted(Rounded(duration, absl::Hours(24)), "day");
}

std::string EveryText(absl::Duration duration) {
  struct Habit {
    absl::Duration about;
    const char* name;
  };
  for (const Habit& habit : {Habit{absl::Hours(1), "every hour"},
                             Habit{absl::Hours(24), "every day"},
                             Habit{absl::Hours(7 * 24), "every week"}}) {
    if (duration > habit.about * 3 / 4 && duration < habit.about * 5 / 4) {
      return habit.name;
    }
  }
  return StrCat("every ", LongText(duration));
}

void AddLate(const Letter& letter, std::vector<std::string>* notes) {
  if (letter.late.empty()) return;
  const size_t shown = std::min(letter.late.size(), kMostSources);
  std::string text = "Papers may be missing, because sources are late. ";
  for (size_t i = 0; i < shown; ++i) {
    StrAppend(&text, i == 0 ? "" : "; ", LateText(letter.late[i], letter.time));
  }
  if (shown < letter.late.size()) {
    StrAppend(&text, "; and ", letter.late.size() - shown, " more");
  }
  notes->push_back(StrCat(text, "."));
}

void AddFormula(const Letter& letter, std::vector<std::string>* notes) {
  const std::string formula = Short(letter.board.formula_text);
  if (letter.board.papers.empty() || formula.empty()) return;
  const std::string window = Short(letter.board.window_text);
  std::string text = "The board ranks by votes";
  if (!window.empty()) StrAppend(&text, " ", window);
  if (formula != "votes") StrAppend(&text, ", by the formula ", formula);
  notes->push_back(StrCat(text, "."));
}

// Before consent it is no reader's yet.
void AddReason(const Letter& letter, std::vector<std::string>* notes) {
  const std::string address = Short(letter.address);
  const std::string asked = AskedText(letter);
  const std::string schedule = Short(letter.schedule);
  std::string text = StrCat("You get this from ", ServerText(letter));
  if (!schedule.empty()) StrAppend(&text, " ", schedule);
  StrAppend(&text, ", because ",
            address.empty() ? "its reader" : StrCat("the reader of ", address),
            " confirmed it");
  if (!asked.empty()) StrAppend(&text, ". It looks for: ", asked);
  notes->push_back(StrCat(text, asked.empty() ? "." : ""));
}

}  // namespace

std::string Counted(int64_t count, std::string_view noun) {
  return StrCat(count, " ", noun, count == 1 ? "" : "s");
}

std::string MonthText(absl::CivilDay day) {
  return StrCat(kMonths[day.month() - 1], " ", day.year());
}

std::string DayText(absl::CivilDay day) {
  return StrCat(day.day(), " ", MonthText(day));
}

std::string WeekdayText(absl::CivilDay day) {
  return StrCat(NameOf(absl::GetWeekday(day)), ", ", DayText(day));
}

std::string TitleText(const Letter& letter) {
  const std::string title = Cut(OneLine(letter.title), kTitleColumns);
  return title.empty() ? "Papers" : title;
}

std::string ServerText(const Letter& letter) {
  const std::string name = Short(letter.server_name);
  return name.empty() ? "Paperwire" : name;
}

int64_t MatchCount(const Letter& letter) {
  return static_cast<int64_t>(letter.matches.size()) + letter.more;
}

std::string MatchesHeading(const Letter& letter) {
  return Counted(MatchCount(letter), "new paper");
}

std::string MoreText(const Letter& letter) {
  return letter.more > 0 ? StrCat("and ", letter.more, " more") : "";
}

std::string BoardHeading(const Letter& letter) {
  const std::string title = Short(letter.board.title);
  return title.empty() ? "Trending" : title;
}

std::vector<std::string> BeforeConfirming(const Letter& letter) {
  std::vector<std::string> paragraphs;
  const std::string address = Short(letter.address);
  const std::string schedule = Short(letter.schedule);
  paragraphs.push_back(
      StrCat("Somebody, most likely you, asked ", ServerText(letter),
             " to send new research papers",
             address.empty() ? "" : StrCat(" to ", address),
             schedule.empty() ? "" : StrCat(", ", schedule), "."));
  const std::string asked = AskedText(letter);
  if (!asked.empty()) {
    paragraphs.push_back(StrCat("What was asked for: ", asked));
  }
  paragraphs.push_back("If you want them, confirm it:");
  return paragraphs;
}

std::vector<std::string> AfterConfirming(const Letter& letter) {
  std::vector<std::string> paragraphs;
  if (letter.confirm_until.has_value()) {
    paragraphs.push_back(
        StrCat("The link works until ", DayText(*letter.confirm_until), "."));
  }
  paragraphs.push_back(
      "If it was not you, or you do not want them: do nothing, and nothing is "
      "sent.");
  return paragraphs;
}

std::string NoteText(const Letter& letter) {
  return StrCat("For 30 days there was nothing new for \"",
                Isolated(TitleText(letter)),
                "\". It is still looked for, and you will hear of it when "
                "there is.");
}

std::vector<std::string> Footnotes(const Letter& letter) {
  std::vector<std::string> notes;
  if (letter.kind == v1::DigestIssue::KIND_CONFIRMATION) return notes;
  if (letter.lost) {
    notes.push_back(
        "Some papers that matched cannot be shown, because the "
        "server no longer keeps them.");
  }
  AddLate(letter, &notes);
  AddFormula(letter, &notes);
  AddReason(letter, &notes);
  return notes;
}

std::string LateText(const v1::SourceFreshness& source, absl::Time now) {
  std::string text = StrCat(Short(source.source()), ": ");
  const absl::Time news = ToTime(source.last_news_time());
  if (!source.has_last_news_time()) {
    StrAppend(&text, "nothing so far");
  } else {
    StrAppend(&text, "nothing new for ", LongText(now - news));
  }
  if (source.has_usual_interval()) {
    StrAppend(&text, ", usually ",
              EveryText(absl::Seconds(source.usual_interval().seconds())));
  }
  // Whether it has nothing to say, or nobody asks it any more.
  const absl::Time import = ToTime(source.last_import_time());
  if (source.has_last_import_time() && import > news) {
    StrAppend(&text, ", last looked at ", LongText(now - import), " ago");
  }
  return text;
}

}  // namespace paperwire::digest
