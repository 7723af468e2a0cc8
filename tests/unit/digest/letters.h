// Letters to try things with.

#ifndef PAPERWIRE_TESTS_UNIT_DIGEST_LETTERS_H_
#define PAPERWIRE_TESTS_UNIT_DIGEST_LETTERS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "service/base/strings.h"
#include "service/digest/letter.h"

namespace paperwire::digest {

inline std::vector<std::string> Lines(const std::string& text) {
  return absl::StrSplit(text, '\n');
}

// An ordinary paper with all that a mail shows, of some number.
inline v1::Paper MakePaper(int number) {
  v1::Paper paper;
  paper.set_name(StrCat("papers/p", number));
  paper.set_title(StrCat("Learning to Denoise in ", number,
                         " Steps: Consistent Samplers for Video Diffusion"));
  paper.set_abstract(
      "Diffusion models make convincing videos, but each takes hundreds of "
      "evaluations of a large network. We show that a sampler that was "
      "trained to agree with itself across steps needs only a handful. On "
      "three public collections it halves the error of the best sampler that "
      "was known, at a tenth of the cost. We publish the code, the weights "
      "and the videos that our raters were shown, together with what they "
      "said.");
  for (const char* name : {"Ada Lovelace", "Alan M. Turing", "Grace Hopper",
                           "Emmy Noether", "Paul Erd\\H{o}s",
                           "Srinivasa "
                           "Ramanujan"}) {
    paper.add_authors()->set_name(name);
  }
  paper.add_categories("cs.CV");
  paper.add_categories("cs.LG");
  paper.mutable_published_time()->set_seconds(1795737600);  // 2026-11-27
  paper.set_vote_count(20);
  paper.set_cast_vote_count(7);
  const auto add_link = [&](v1::Link::Kind kind, const std::string& uri) {
    v1::Link* link = paper.add_links();
    link->set_kind(kind);
    link->set_uri(uri);
  };
  const std::string id = StrCat("2611.", 10000 + number);
  add_link(v1::Link::KIND_ABSTRACT_PAGE, "https://arxiv.org/abs/" + id);
  add_link(v1::Link::KIND_PDF, "https://arxiv.org/pdf/" + id);
  add_link(v1::Link::KIND_CODE, "https://github.com/lovelace/few-steps");
  return paper;
}

inline LetterPaper Shown(v1::Paper paper) {
  return {.paper = std::make_shared<const v1::Paper>(std::move(paper))};
}

inline LetterPaper OnBoard(v1::Paper paper, int rank, int64_t votes) {
  LetterPaper shown = Shown(std::move(paper));
  shown.rank = rank;
  shown.votes_in_window = votes;
  return shown;
}

// Of `matches` papers that match, and `board` on the board.
inline Letter MakeLetter(int matches, int board = 0) {
  Letter letter;
  letter.title = "Diffusion models";
  letter.asked = "diffusion AND (video OR audio) has:code";
  letter.address = "reader@example.net";
  letter.day = absl::CivilDay(2026, 11, 27);
  letter.time = absl::FromUnixSeconds(1795795200);
  letter.schedule = "daily at 08:00 (Europe/Berlin)";
  letter.manage_url = "https://papers.example.org/digests/manage?t=abc";
  letter.unsubscribe_url = "https://papers.example.org/digests/stop?t=abc&x=1";
  letter.server_name = "papers.example.org";
  for (int i = 1; i <= matches; ++i) {
    letter.matches.push_back(Shown(MakePaper(i)));
  }
  if (board == 0) return letter;
  letter.board.title = "Trending this week";
  letter.board.window_text = "in the last 7 days";
  letter.board.formula_text = "votes";
  for (int i = 1; i <= board; ++i) {
    letter.board.papers.push_back(OnBoard(MakePaper(1000 + i), i, 12));
  }
  return letter;
}

}  // namespace paperwire::digest

#endif  // PAPERWIRE_TESTS_UNIT_DIGEST_LETTERS_H_
