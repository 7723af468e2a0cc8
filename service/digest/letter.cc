#include "service/digest/letter.h"

#include "service/digest/letter_html.h"
#include "service/digest/letter_text.h"
#include "service/digest/paper_words.h"
#include "service/digest/subject.h"

namespace paperwire::digest {

LetterText Write(const Letter& letter) {
  LetterText mail;
  mail.subject = Subject(letter);
  for (const Detail detail :
       {Detail::kFull, Detail::kBrief, Detail::kFacts, Detail::kTitles}) {
    mail.html = WriteHtml(letter, detail);
    if (mail.html.size() <= kMostHtml || detail == Detail::kTitles) {
      mail.text = WriteText(letter, detail);
      break;
    }
  }
  return mail;
}

}  // namespace paperwire::digest
