#include "service/http/feeds.h"

#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/catalogue/days.h"
#include "service/http/answer.h"
#include "service/http/atom.h"
#include "service/http/feed.h"
#include "service/http/json_feed.h"
#include "service/http/lists.h"
#include "service/http/parameters.h"
#include "service/rpc/search.h"
#include "service/rpc/trending.h"

namespace paperwire::http {
namespace {

constexpr int kPapers = 50;
constexpr int kMaxPapers = 200;
// A month of lists has some 900.
constexpr size_t kMaxDayPapers = 2000;

Feed NewFeed(const Context& context, std::string path, std::string query) {
  Feed feed;
  feed.urn = absl::StrFormat("urn:paperwire:%016x", context.store.journal_id());
  feed.public_url = context.public_url;
  feed.path = std::move(path);
  feed.query = std::move(query);
  return feed;
}

// "1h30m", and "2d" or "1w" besides.
absl::StatusOr<absl::Duration> ParseHalfLife(const std::string& text) {
  absl::Duration duration;
  int64_t number = 0;
  const char unit = text.empty() ? '\0' : text.back();
  if ((unit == 'd' || unit == 'w') &&
      absl::SimpleAtoi(text.substr(0, text.size() - 1), &number) &&
      number > 0 && number < 1'000'000) {
    return absl::Hours(24 * (unit == 'w' ? 7 : 1)) * number;
  }
  if (absl::ParseDuration(text, &duration) &&
      duration < absl::Hours(24'000'000)) {
    return duration;
  }
  return absl::InvalidArgumentError(
      "half_life: It is no length of time. Write it like 12h, 2d or 1w.");
}

absl::StatusOr<Feed> SearchFeed(const Context& context,
                                const httplib::Request& request) {
  ASSIGN_OR_RETURN(const Parameters parameters,
                   Parameters::Of(request.params, {"q", "order", "limit"}));
  v1::SearchRequest search;
  ASSIGN_OR_RETURN(
      const std::string order,
      parameters.Choice<std::string>("order", {{"date", "published_time desc"},
                                               {"votes", "vote_count desc"},
                                               {"relevance", "relevance"}}));
  ASSIGN_OR_RETURN(const int limit,
                   parameters.Number("limit", kPapers, 1, kMaxPapers));
  const std::string text = parameters.Text("q");
  search.mutable_query()->set_text(text);
  search.set_strict(true);
  search.set_omit_highlights(true);
  search.set_omit_rewrites(true);
  search.set_order_by(order);
  search.set_page_size(limit);
  // Walks of its own, as nobody asks for a second page: snapshots that are kept
  // for feeds would push out those of clients.
  store::Walks walks(Clock::Real());
  v1::SearchResponse found;
  RETURN_IF_ERROR(rpc::Search({context.store, walks, CheckTime()},
                              context.store.snapshot(), search, &found));
  // Hits hold their papers as bytes (rpc/hits.h).
  v1::SearchResponse response;
  if (!response.ParseFromString(found.SerializeAsString())) {
    return absl::InternalError("cannot read the answer of a search");
  }
  Feed feed = NewFeed(
      context, "/feeds/search",
      AddressOf(
          "", {{"q", text},
               {"order",
                order == "published_time desc" ? "" : parameters.Text("order")},
               {"limit", limit == kPapers ? "" : StrCat(limit)}}));
  feed.title = text.empty() ? "Papers" : StrCat("Papers: ", text);
  for (v1::Hit& hit : *response.mutable_hits()) {
    feed.papers.push_back(std::move(*hit.mutable_paper()));
  }
  return feed;
}

absl::StatusOr<Feed> TrendingFeed(const Context& context,
                                  const httplib::Request& request) {
  ASSIGN_OR_RETURN(const Parameters parameters,
                   Parameters::Of(request.params, {"window", "formula",
                                                   "half_life", "q", "limit"}));
  v1::ListTrendingRequest board;
  ASSIGN_OR_RETURN(const v1::TrendingWindow window,
                   parameters.Choice<v1::TrendingWindow>(
                       "window", {{"week", v1::TRENDING_WINDOW_WEEK},
                                  {"day", v1::TRENDING_WINDOW_DAY},
                                  {"month", v1::TRENDING_WINDOW_MONTH},
                                  {"all", v1::TRENDING_WINDOW_ALL}}));
  ASSIGN_OR_RETURN(
      const v1::TrendingFormula formula,
      parameters.Choice<v1::TrendingFormula>(
          "formula", {{"votes", v1::TRENDING_FORMULA_VOTES},
                      {"hacker-news", v1::TRENDING_FORMULA_HACKER_NEWS},
                      {"reddit-hot", v1::TRENDING_FORMULA_REDDIT_HOT},
                      {"velocity", v1::TRENDING_FORMULA_VELOCITY},
                      {"wilson", v1::TRENDING_FORMULA_WILSON}}));
  ASSIGN_OR_RETURN(const int limit,
                   parameters.Number("limit", kPapers, 1, kMaxPapers));
  if (const std::string half_life = parameters.Text("half_life");
      !half_life.empty()) {
    ASSIGN_OR_RETURN(const absl::Duration duration, ParseHalfLife(half_life));
    board.mutable_half_life()->set_seconds(absl::ToInt64Seconds(duration));
  }
  const std::string text = parameters.Text("q");
  if (!text.empty()) board.mutable_query()->set_text(text);
  board.set_window(window);
  board.set_formula(formula);
  board.set_page_size(limit);
  v1::ListTrendingResponse response;
  RETURN_IF_ERROR(rpc::ListTrending(context.store, board, &response));
  const std::string window_word =
      window == v1::TRENDING_WINDOW_WEEK ? "" : parameters.Text("window");
  const std::string formula_word =
      formula == v1::TRENDING_FORMULA_VOTES ? "" : parameters.Text("formula");
  Feed feed = NewFeed(
      context, "/feeds/trending",
      AddressOf("", {{"window", window_word},
                     {"formula", formula_word},
                     {"half_life", parameters.Text("half_life")},
                     {"q", text},
                     {"limit", limit == kPapers ? "" : StrCat(limit)}}));
  feed.title =
      StrCat("Trending papers, ", window_word.empty() ? "week" : window_word,
             text.empty() ? "" : ": ", text);
  feed.subtitle = response.formula_text();
  for (v1::TrendingPaper& paper : *response.mutable_papers()) {
    feed.papers.push_back(std::move(*paper.mutable_paper()));
  }
  return feed;
}

absl::StatusOr<Feed> DayFeed(const Context& context,
                             const httplib::Request& request) {
  RETURN_IF_ERROR(Parameters::Of(request.params, {}).status());
  ASSIGN_OR_RETURN(const catalogue::Span span,
                   catalogue::ParseSpan(request.matches[1].str()));
  ASSIGN_OR_RETURN(std::vector<ListedPaper> papers,
                   ListSpan(context.store, span, kMaxDayPapers));
  Feed feed = NewFeed(context, StrCat("/feeds/days/", span.label), "");
  feed.title = StrCat("Featured papers, ", span.label);
  for (ListedPaper& listed : papers) {
    feed.papers.push_back(std::move(listed.paper));
  }
  return feed;
}

using MakeFeed = absl::StatusOr<Feed> (*)(const Context&,
                                          const httplib::Request&);

// Both forms of a feed. `path` is a regular expression.
void Add(httplib::Server& server, const Context& context,
         const std::string& path, MakeFeed make) {
  const auto serve = [&](const char* format, const char* type,
                         std::string (*write)(const Feed&)) {
    server.Get(StrCat(path, "\\.", format), [context, type, write, make](
                                                const httplib::Request& request,
                                                httplib::Response& response) {
      absl::StatusOr<Feed> feed = make(context, request);
      if (!feed.ok()) return SendError(feed.status(), &response);
      Send(request, Content{type, write(*feed)}, context.versions, &response);
    });
  };
  serve("atom", kAtomType, WriteAtom);
  serve("json", kJsonFeedType, WriteJsonFeed);
}

}  // namespace

void AddFeeds(httplib::Server& server, const Context& context) {
  Add(server, context, "/feeds/search", SearchFeed);
  Add(server, context, "/feeds/trending", TrendingFeed);
  Add(server, context, "/feeds/days/([^/.]+)", DayFeed);
}

}  // namespace paperwire::http
