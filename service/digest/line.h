// Text that is safe to put into a mail, and how much room it takes.
//
//     const std::string title = OneLine(paper.title());
//     Wrap(Isolated(title), {.first = " 1. ", .rest = "    "}, &text);
//     subject = Cut(title, 60);
//
// Widths are in columns of a fixed-width font, as utf8proc has them: 2 for CJK
// and emoji, 0 for combining marks. Everything but OneLine wants what OneLine
// returned. Any thread.

#ifndef PAPERWIRE_SERVICE_DIGEST_LINE_H_
#define PAPERWIRE_SERVICE_DIGEST_LINE_H_

#include <string>
#include <string_view>

namespace paperwire::digest {

// `text` in one line of UTF-8. Runs of white space and line breaks become one
// blank, those at the ends go; control characters and what turns the direction
// of writing around it are dropped; a run of bytes that is not UTF-8 becomes
// one U+FFFD. Emoji, combining marks, joiners and variation selectors stay.
std::string OneLine(std::string_view text);

int Width(std::string_view line);

// Whether something in it is written from right to left.
bool HasRightToLeft(std::string_view line);

// In U+2068 and U+2069 (first strong isolate) if it has something that is
// written from right to left, which would otherwise pull the numbers and
// points around it over to its other side.
std::string Isolated(std::string_view line);

// Cut to `columns`, at the end of a word if there is one in its last third,
// with "…" where something was cut off. Marks stay with their letters, and
// joined emoji together.
std::string Cut(std::string_view line, int columns);

// The sentences at its beginning that fit into `columns`; if they are less than
// half of that, as Cut.
std::string CutAtSentence(std::string_view line, int columns);

struct Indent {
  std::string_view first = "";
  std::string_view rest = "";
};

// Adds `line` to `text`, broken at blanks into lines of at most kTextColumns,
// each with its indent and ended by \n. A longer word is broken where it must,
// but an address stays whole on a line of its own.
void Wrap(std::string_view line, const Indent& indent, std::string* text);

inline constexpr int kTextColumns = 72;

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_LINE_H_
