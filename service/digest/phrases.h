// What a mail says in words, around its papers, shared by its text and its
// HTML. Everything is a line as OneLine returns them, without markup.
//
//     MatchesHeading(letter);        // "12 new papers"
//     LateText(source, letter.time);
//     // "arxiv: nothing new for 3 days, usually every day"

#ifndef PAPERWIRE_SERVICE_DIGEST_PHRASES_H_
#define PAPERWIRE_SERVICE_DIGEST_PHRASES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "service/digest/letter.h"

namespace paperwire::digest {

std::string Counted(int64_t count, std::string_view noun);  // "2 papers"
std::string WeekdayText(absl::CivilDay day);  // "Friday, 27 November 2026"
std::string DayText(absl::CivilDay day);      // "27 November 2026"
std::string MonthText(absl::CivilDay day);    // "November 2026"

std::string TitleText(const Letter& letter);   // never empty
std::string ServerText(const Letter& letter);  // never empty

// All matches that there are, shown or not.
int64_t MatchCount(const Letter& letter);
std::string MatchesHeading(const Letter& letter);  // "12 new papers"
std::string MoreText(const Letter& letter);        // "and 15 more"; empty: none
std::string BoardHeading(const Letter& letter);

// The paragraphs above the button that confirms, and those below it.
std::vector<std::string> BeforeConfirming(const Letter& letter);
std::vector<std::string> AfterConfirming(const Letter& letter);
std::string NoteText(const Letter& letter);

// Below all: what is missing and why, how votes count, why the reader gets
// this.
std::vector<std::string> Footnotes(const Letter& letter);

std::string LateText(const v1::SourceFreshness& source, absl::Time now);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_PHRASES_H_
