// What a mail says, as data and as text.
//
//     Letter letter;
//     letter.kind = v1::DigestIssue::KIND_PAPERS;
//     letter.title = "Diffusion models";
//     letter.matches.push_back({.paper = paper});
//     const LetterText mail = Write(letter);
//     mail.subject;  // "Diffusion models: 1 new"
//
// Nothing of a letter is trusted: titles, names, queries and addresses come
// from anywhere. Control characters, line breaks and bytes that are not UTF-8
// never reach a mail, markup is shown as it is spelled, and only http and
// https addresses become links (line.h, escape.h).
//
// Pure functions of the letter: the same letter gives the same bytes, whenever
// and wherever it is written. Any thread.

#ifndef PAPERWIRE_SERVICE_DIGEST_LETTER_H_
#define PAPERWIRE_SERVICE_DIGEST_LETTER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "paperwire/v1/digest.pb.h"
#include "paperwire/v1/paper.pb.h"
#include "paperwire/v1/source.pb.h"

namespace paperwire::digest {

// A paper as a mail shows it.
struct LetterPaper {
  std::shared_ptr<const v1::Paper> paper;  // not null
  // The rest is of papers on a board only, as TrendingPaper has it.
  int rank = 0;  // from 1; 0: not of a board
  std::optional<int> previous_rank = {};
  bool newcomer = false;
  int64_t votes_in_window = 0;
};

// The papers that lead a board and were not in a mail before.
struct LetterBoard {
  std::string title;        // "Trending this week"
  std::string window_text;  // "in the last 7 days"; empty: all votes count
  // How votes count, with parameters (ListTrendingResponse.formula_text).
  std::string formula_text;
  std::vector<LetterPaper> papers;  // best first
};

struct Letter {
  // CONFIRMATION asks for consent, PAPERS shows matches and board, NOTE says
  // that there was nothing for 30 days.
  v1::DigestIssue::Kind kind = v1::DigestIssue::KIND_PAPERS;
  std::string title;     // what the digest is called
  std::string asked;     // the query, the board or both, in words
  std::string address;   // whom it goes to; empty: nobody yet (a preview)
  absl::CivilDay day;    // in the reader's zone
  absl::Time time;       // when it is written: pauses of sources end here
  std::string schedule;  // "daily at 08:00 (Europe/Berlin)"

  std::vector<LetterPaper> matches;  // best first
  int64_t more = 0;                  // matches that are not shown
  std::string more_url;  // a page that lists them all; empty: no link
  bool lost = false;     // the journal no longer holds some
  LetterBoard board;
  // Sources that are late: what they would have told is not in here.
  std::vector<v1::SourceFreshness> late;

  // http or https; empty: no link, as in previews.
  std::string confirm_url;
  std::string manage_url;
  std::string unsubscribe_url;
  // The last day on which confirm_url works.
  std::optional<absl::CivilDay> confirm_until;
  std::string server_name;  // the host of the public address
};

struct LetterText {
  std::string subject;  // one line, at most 120 columns
  std::string text;     // lines end in \n; wrapped at 72 columns
  std::string html;     // lines end in \n
};

// Papers are told in full as long as the HTML stays below kMostHtml, which
// Gmail does not clip; more of them in fewer words (paper_words.h), so that the
// last of 200 and the links at the end are still read.
LetterText Write(const Letter& letter);

inline constexpr size_t kMostHtml = 90'000;

}  // namespace paperwire::digest

#endif  // PAPERWIRE_SERVICE_DIGEST_LETTER_H_
