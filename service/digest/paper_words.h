// A paper in the words of a mail, shared by its text and its HTML. Everything
// is a line as OneLine returns them, without markup.
//
//     AuthorsText(paper);   // "Ada Lovelace, Alan Turing and 12 more"
//     FactsText(on_board, board);
//     // "up from 7 · cs.CL, cs.LG · 12 votes in the last 7 days · 3 May 2026"

#ifndef PAPERWIRE_SERVICE_DIGEST_PAPER_WORDS_H_
#define PAPERWIRE_SERVICE_DIGEST_PAPER_WORDS_H_

#include <string>
#include <vector>

#include "paperwire/v1/paper.pb.h"
#include "service/digest/letter.h"

namespace paperwire::digest {

// How much is told of each paper, so that many fit into a mail.
enum class Detail {
  kFull,    // two or three sentences of the abstract, all links
  kBrief,   // a sentence
  kFacts,   // no abstract, and no link but that of the title
  kTitles,  // titles alone
};

std::string PaperTitle(const v1::Paper& paper, Detail detail);  // never empty
std::string AuthorsText(const v1::Paper& paper);
std::string FactsText(const LetterPaper& paper, const LetterBoard& board);
std::string ExcerptText(const v1::Paper& paper, Detail detail);

// The lines below a title: authors and facts, as far as there are any.
std::vector<std::string> LinesOf(const LetterPaper& paper,
                                 const LetterBoard& board, Detail detail);

// Where a paper is found; all pass IsWebAddress.
struct PaperLinks {
  struct Link {
    const char* name;  // "Code"
    std::string uri;
  };
  // Presents the paper, or else the first of the others; empty: nothing is
  // known.
  std::string page;
  std::vector<Link> others;  // one of each kind
};
PaperLinks LinksOf(const v1::Paper& paper, Detail detail);

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_PAPER_WORDS_H_
