#include "service/http/daily_papers.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "nlohmann/json.hpp"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/catalogue/days.h"
#include "service/http/answer.h"
#include "service/http/feed.h"
#include "service/http/parameters.h"
#include "service/http/xml.h"
#include "service/rpc/trending.h"

namespace paperwire::http {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kPapers = 50;
constexpr int kMaxPapers = 100;
constexpr int kMaxPage = 1000;
// Lists of a month are some 900 papers.
constexpr size_t kMaxSpanPapers = 5000;

// With milliseconds, which some clients insist on.
std::string ApiTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

// Its arXiv id, or that of the site, or what is unique here.
std::string IdOf(const v1::Paper& paper) {
  for (const char* scheme : {"arxiv", "hf"}) {
    for (const v1::ExternalId& id : paper.external_ids()) {
      if (id.scheme() == scheme) return Clean(id.value());
    }
  }
  return paper.name().substr(paper.name().find('/') + 1);
}

Json Links(const v1::Paper& paper, v1::Link::Kind kind) {
  Json links = Json::array();
  for (const v1::Link& link : paper.links()) {
    if (link.kind() == kind) links.push_back(Clean(link.uri()));
  }
  return links;
}

// "https://github.com/..." of all that is code: the field is for GitHub's.
std::string GithubRepo(const v1::Paper& paper) {
  for (const v1::Link& link : paper.links()) {
    if (link.kind() == v1::Link::KIND_CODE &&
        link.uri().starts_with("https://github.com/")) {
      return Clean(link.uri());
    }
  }
  return "";
}

Json Person(const std::string& name) {
  return {{"fullname", Clean(name)}, {"name", Clean(name)}, {"type", "user"}};
}

Json Paper(const ListedPaper& listed) {
  const v1::Paper& paper = listed.paper;
  Json json = {{"id", IdOf(paper)}, {"authors", Json::array()}};
  for (const v1::Author& author : paper.authors()) {
    json["authors"].push_back(
        {{"name", Clean(author.name())}, {"hidden", false}});
  }
  json["publishedAt"] = ApiTime(PublishedTime(paper).value_or(
      absl::FromUnixSeconds(paper.create_time().seconds())));
  if (!listed.feature.day().empty()) {
    json["submittedOnDailyAt"] =
        StrCat(Clean(listed.feature.day()), "T00:00:00.000Z");
  }
  if (!listed.feature.curator().empty()) {
    json["submittedOnDailyBy"] = Person(listed.feature.curator());
  }
  json["title"] = Clean(paper.title());
  json["summary"] = Clean(paper.abstract());
  json["upvotes"] = paper.vote_count() + paper.cast_vote_count();
  if (Json media = Links(paper, v1::Link::KIND_MEDIA); !media.empty()) {
    json["mediaUrls"] = std::move(media);
  }
  if (const std::string repo = GithubRepo(paper); !repo.empty()) {
    json["githubRepo"] = repo;
  }
  for (const v1::Signal& signal : paper.signals()) {
    if (signal.kind() == "github-stars") {
      json["githubStars"] = static_cast<int64_t>(signal.value());
    }
  }
  if (const std::string page = LinkOf(paper, v1::Link::KIND_PROJECT);
      !page.empty()) {
    json["projectPage"] = Clean(page);
  }
  if (!paper.tldr().empty()) json["ai_summary"] = Clean(paper.tldr());
  for (const std::string& keyword : paper.keywords()) {
    json["ai_keywords"].push_back(Clean(keyword));
  }
  return json;
}

Json Envelope(const ListedPaper& listed) {
  Json paper = Paper(listed);
  Json envelope = {{"publishedAt", paper["publishedAt"]},
                   {"title", paper["title"]},
                   {"summary", paper["summary"]},
                   {"thumbnail", nullptr},
                   {"numComments", listed.paper.comment_count()},
                   {"isAuthorParticipating", false}};
  if (paper.contains("mediaUrls")) envelope["mediaUrls"] = paper["mediaUrls"];
  if (paper.contains("submittedOnDailyBy")) {
    envelope["submittedBy"] = paper["submittedOnDailyBy"];
  }
  envelope["paper"] = std::move(paper);
  return envelope;
}

// The one of `date`, `week` and `month` that is given.
absl::StatusOr<std::optional<catalogue::Span>> SpanOf(
    const Parameters& parameters) {
  std::optional<catalogue::Span> span;
  for (const auto& [name, size] :
       {std::pair<std::string_view, size_t>("date", 10),
        {"week", 8},
        {"month", 7}}) {
    if (!parameters.Has(name)) continue;
    if (span.has_value()) {
      return absl::InvalidArgumentError(
          "Give one of date, week and month, not several.");
    }
    const std::string label = parameters.Text(name);
    absl::StatusOr<catalogue::Span> parsed = catalogue::ParseSpan(label);
    if (!parsed.ok() || label.size() != size) {
      return absl::InvalidArgumentError(
          StrCat(name,
                 ": It is none. Write a date like 2026-07-10, a week like "
                 "2026-W28, a month like 2026-07."));
    }
    span = *std::move(parsed);
  }
  return span;
}

enum class Order { kLists, kTrending };

// What is asked for, but for the page.
struct Wanted {
  std::optional<catalogue::Span> span;
  Order order = Order::kLists;
  std::string curator;
  size_t skip = 0;
  size_t limit = 0;
};

absl::StatusOr<std::vector<ListedPaper>> OfSpan(const Context& context,
                                                const Wanted& wanted) {
  ASSIGN_OR_RETURN(std::vector<ListedPaper> papers,
                   ListSpan(context.store, *wanted.span, kMaxSpanPapers));
  if (!wanted.curator.empty()) {
    std::erase_if(papers, [&](const ListedPaper& listed) {
      return listed.feature.curator() != wanted.curator;
    });
  }
  if (wanted.order == Order::kTrending) {
    std::stable_sort(papers.begin(), papers.end(),
                     [](const ListedPaper& a, const ListedPaper& b) {
                       return a.paper.vote_count() + a.paper.cast_vote_count() >
                              b.paper.vote_count() + b.paper.cast_vote_count();
                     });
  }
  const auto at = [&papers](size_t place) {
    return papers.begin() +
           static_cast<std::ptrdiff_t>(std::min(place, papers.size()));
  };
  return std::vector<ListedPaper>(
      std::make_move_iterator(at(wanted.skip)),
      std::make_move_iterator(at(wanted.skip + wanted.limit)));
}

absl::StatusOr<std::vector<ListedPaper>> OfBoard(const Context& context,
                                                 const Wanted& wanted) {
  v1::ListTrendingRequest board;
  board.set_window(v1::TRENDING_WINDOW_MONTH);
  board.set_formula(v1::TRENDING_FORMULA_HACKER_NEWS);
  board.set_page_size(1000);
  std::vector<ListedPaper> result;
  const std::function<absl::Status()> check = CheckTime();
  size_t place = 0;
  do {
    RETURN_IF_ERROR(check());
    v1::ListTrendingResponse page;
    RETURN_IF_ERROR(rpc::ListTrending(context.store, board, &page));
    for (v1::TrendingPaper& paper : *page.mutable_papers()) {
      ListedPaper listed = WithNewestFeature(std::move(*paper.mutable_paper()));
      if (!wanted.curator.empty() &&
          listed.feature.curator() != wanted.curator) {
        continue;
      }
      if (place++ < wanted.skip) continue;
      result.push_back(std::move(listed));
      if (result.size() == wanted.limit) return result;
    }
    board.set_page_token(page.next_page_token());
  } while (!board.page_token().empty());
  return result;
}

absl::StatusOr<Content> Answer(const Context& context,
                               const httplib::Request& request) {
  ASSIGN_OR_RETURN(
      const Parameters parameters,
      Parameters::Of(request.params, {"date", "week", "month", "limit", "p",
                                      "sort", "submitter"}));
  Wanted wanted;
  ASSIGN_OR_RETURN(wanted.span, SpanOf(parameters));
  ASSIGN_OR_RETURN(wanted.order, parameters.Choice<Order>(
                                     "sort", {{"publishedAt", Order::kLists},
                                              {"trending", Order::kTrending}}));
  ASSIGN_OR_RETURN(const int limit,
                   parameters.Number("limit", kPapers, 1, kMaxPapers));
  ASSIGN_OR_RETURN(const int page, parameters.Number("p", 0, 0, kMaxPage));
  wanted.curator = parameters.Text("submitter");
  wanted.limit = static_cast<size_t>(limit);
  wanted.skip = static_cast<size_t>(page) * wanted.limit;

  std::vector<ListedPaper> papers;
  if (wanted.span.has_value()) {
    ASSIGN_OR_RETURN(papers, OfSpan(context, wanted));
  } else if (wanted.order == Order::kTrending) {
    ASSIGN_OR_RETURN(papers, OfBoard(context, wanted));
  } else {
    ASSIGN_OR_RETURN(papers,
                     ListNewest(context.store, wanted.curator, wanted.skip,
                                wanted.limit, CheckTime()));
  }
  return Content{kJson, WriteDailyPapers(papers)};
}

}  // namespace

std::string WriteDailyPapers(const std::vector<ListedPaper>& papers) {
  Json all = Json::array();
  for (const ListedPaper& listed : papers) all.push_back(Envelope(listed));
  return all.dump() + "\n";
}

void AddDailyPapers(httplib::Server& server, const Context& context) {
  server.Get("/api/daily_papers", [context](const httplib::Request& request,
                                            httplib::Response& response) {
    Send(request, Answer(context, request), context.versions, &response);
  });
}

}  // namespace paperwire::http
