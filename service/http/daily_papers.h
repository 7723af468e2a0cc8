// GET /api/daily_papers, in the JSON of Hugging Face's API of that name: what
// reads theirs reads this. It has no notion of lists of several sources, and
// shows all of them as one.
//
//     ?date=2024-10-03, ?week=2024-W40, ?month=2024-10   without: the newest
//     limit (50, at most 100), p (the page, from 0)
//     sort=publishedAt   the order of the lists: newest first, and by votes
//     sort=trending      by votes now; without a date the board of the month
//     submitter          only what this curator featured

#ifndef PAPERWIRE_SERVICE_HTTP_DAILY_PAPERS_H_
#define PAPERWIRE_SERVICE_HTTP_DAILY_PAPERS_H_

#include <string>
#include <vector>

#include "httplib.h"
#include "service/http/context.h"
#include "service/http/lists.h"

namespace paperwire::http {

// The answer: an array of envelopes around papers. What is not known is left
// out, unless clients read it unasked.
std::string WriteDailyPapers(const std::vector<ListedPaper>& papers);

void AddDailyPapers(httplib::Server& server, const Context& context);

}  // namespace paperwire::http

#endif  // PAPERWIRE_SERVICE_HTTP_DAILY_PAPERS_H_
