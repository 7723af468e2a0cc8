#include "service/digest/letter_text.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "service/base/strings.h"
#include "service/digest/escape.h"
#include "service/digest/line.h"
#include "service/digest/phrases.h"

namespace paperwire::digest {
namespace {

constexpr Indent kOfPaper = {.first = "    ", .rest = "    "};

class TextWriter {
 public:
  TextWriter(const Letter& letter, Detail detail)
      : letter_(letter), detail_(detail) {}

  std::string Run() && {
    WriteHeading(Isolated(TitleText(letter_)), '=');
    switch (letter_.kind) {
      case v1::DigestIssue::KIND_CONFIRMATION:
        WriteParagraphs(BeforeConfirming(letter_));
        WriteAddress("", letter_.confirm_url);
        text_ += "\n";
        WriteParagraphs(AfterConfirming(letter_));
        break;
      case v1::DigestIssue::KIND_NOTE:
        WriteParagraphs({WeekdayText(letter_.day), NoteText(letter_)});
        break;
      default:
        WriteParagraphs({WeekdayText(letter_.day)});
        WriteMatches();
        WriteBoard();
    }
    WriteFoot();
    return std::move(text_);
  }

 private:
  void WriteHeading(const std::string& heading, char line) {
    Wrap(heading, {}, &text_);
    const int width = std::min(Width(heading), kTextColumns);
    StrAppend(&text_, std::string(static_cast<size_t>(width), line), "\n\n");
  }

  void WriteParagraphs(const std::vector<std::string>& paragraphs) {
    for (const std::string& paragraph : paragraphs) {
      Wrap(paragraph, {}, &text_);
      text_ += "\n";
    }
  }

  // On one line, however long: clients make a link of what is whole.
  void WriteAddress(std::string_view what, const std::string& uri) {
    if (!IsWebAddress(uri)) return;
    StrAppend(&text_, what, uri, "\n");
  }

  void WritePaper(const LetterPaper& paper, int number) {
    Wrap(Isolated(PaperTitle(*paper.paper, detail_)),
         {.first = absl::StrFormat("%2d. ", number), .rest = kOfPaper.rest},
         &text_);
    for (const std::string& line : LinesOf(paper, letter_.board, detail_)) {
      Wrap(line, kOfPaper, &text_);
    }
    const PaperLinks links = LinksOf(*paper.paper, detail_);
    WriteAddress(kOfPaper.first, links.page);
    for (const PaperLinks::Link& link : links.others) {
      WriteAddress(StrCat(kOfPaper.first, link.name, ": "), link.uri);
    }
    const std::string excerpt = ExcerptText(*paper.paper, detail_);
    if (!excerpt.empty()) {
      text_ += "\n";
      Wrap(Isolated(excerpt), kOfPaper, &text_);
    }
    text_ += "\n";
  }

  void WriteMatches() {
    if (MatchCount(letter_) == 0) return;
    WriteHeading(MatchesHeading(letter_), '-');
    int number = 0;
    for (const LetterPaper& paper : letter_.matches) {
      WritePaper(paper, ++number);
    }
    if (letter_.more > 0) {
      StrAppend(&text_, MoreText(letter_), "\n");
      WriteAddress("", letter_.more_url);
      text_ += "\n";
    }
  }

  void WriteBoard() {
    if (letter_.board.papers.empty()) return;
    WriteHeading(BoardHeading(letter_), '-');
    for (const LetterPaper& paper : letter_.board.papers) {
      WritePaper(paper, paper.rank);
    }
  }

  void WriteFoot() {
    // By this line clients tell what is said each time.
    text_ += "-- \n";
    for (const std::string& note : Footnotes(letter_)) {
      Wrap(note, {}, &text_);
      text_ += "\n";
    }
    WriteAddress("Change or pause it: ", letter_.manage_url);
    WriteAddress("Unsubscribe: ", letter_.unsubscribe_url);
    Wrap(StrCat("Sent by Paperwire at ", ServerText(letter_)), {}, &text_);
  }

  const Letter& letter_;
  const Detail detail_;
  std::string text_;
};

}  // namespace

std::string WriteText(const Letter& letter, Detail detail) {
  return TextWriter(letter, detail).Run();
}

}  // namespace paperwire::digest
