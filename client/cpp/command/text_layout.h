// Text that is safe to show, measured in terminal columns.
//
//     Line title = {{Printable(paper.title()), Style::kBold}};
//     out.Write(Render(Fit(title, 40, Pad::kRight), out.color()) + "\n");
//
// Titles, names and abstracts come from anywhere. A control character in one
// could move the cursor, rename the window or type into the shell; Printable
// spells such characters out. Everything else here wants printable text.
//
// Widths are those of utf8proc: 2 for CJK and emoji, 0 for combining marks.
// Any thread.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_TEXT_LAYOUT_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_TEXT_LAYOUT_H_

#include <string>
#include <string_view>
#include <vector>

namespace paperwire::command {

// `text` in one line that no terminal takes for a command: runs of white
// space become one blank; control characters, line separators, characters
// that turn the direction of writing, and bytes that are not UTF-8 are
// spelled "\x1b" or "\u202e".
std::string Printable(std::string_view text);

// How many columns printable text takes.
int Width(std::string_view text);

enum class Style { kPlain, kBold, kDim, kMatch, kHeading, kLink, kError };

// A piece of a line in one style.
struct Piece {
  std::string text;
  Style style = Style::kPlain;
};
using Line = std::vector<Piece>;

int Width(const Line& line);

// Whether and on which side to fill up with blanks.
enum class Pad { kNone, kRight, kLeft };

// `line` cut to `columns`, with "…" where something was cut off, and filled
// up to `columns` as told. A wide character that does not fit is left out
// whole, and a combining mark stays with its letter.
Line Fit(const Line& line, int columns, Pad pad);

// `line` broken at blanks into lines of at most `columns`; a longer word is
// broken where it must.
std::vector<Line> Wrap(const Line& line, int columns);

// `line` with the escape sequences of its styles, or without.
std::string Render(const Line& line, bool color);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_TEXT_LAYOUT_H_
