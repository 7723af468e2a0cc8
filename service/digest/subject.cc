#include "service/digest/subject.h"

#include <algorithm>

#include "service/base/strings.h"
#include "service/digest/line.h"
#include "service/digest/paper_words.h"
#include "service/digest/phrases.h"

namespace paperwire::digest {
namespace {

// The only paper that there is, or null.
const v1::Paper* OnlyPaper(const Letter& letter) {
  const auto& board = letter.board.papers;
  if (MatchCount(letter) + static_cast<int64_t>(board.size()) != 1) {
    return nullptr;
  }
  if (letter.matches.size() == 1) return letter.matches[0].paper.get();
  return board.empty() ? nullptr : board[0].paper.get();
}

std::string PapersText(const Letter& letter) {
  const v1::Paper* only = OnlyPaper(letter);
  if (only != nullptr) return PaperTitle(*only, Detail::kTitles);
  std::string text;
  if (MatchCount(letter) > 0) text = StrCat(MatchCount(letter), " new");
  if (!letter.board.papers.empty()) {
    StrAppend(&text, text.empty() ? "" : ", ", letter.board.papers.size(),
              " trending");
  }
  return text.empty() ? "nothing new" : text;
}

}  // namespace

std::string Subject(const Letter& letter) {
  // A stranger may have chosen the title of what is not confirmed.
  if (letter.kind == v1::DigestIssue::KIND_CONFIRMATION) {
    return Cut(
        StrCat("Please confirm: papers by email from ", ServerText(letter)),
        kSubjectColumns);
  }
  const std::string what = letter.kind == v1::DigestIssue::KIND_NOTE
                               ? "nothing new for 30 days"
                               : PapersText(letter);
  // The title gives way down to half of the room, then what is in it.
  constexpr int kRoom = kSubjectColumns - 2;
  const std::string title =
      Cut(TitleText(letter), std::max(kRoom / 2, kRoom - Width(what)));
  return StrCat(Isolated(title), ": ",
                Isolated(Cut(what, kRoom - Width(title))));
}

}  // namespace paperwire::digest
