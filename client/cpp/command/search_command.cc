#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/paper_text.h"
#include "client/cpp/command/query_flags.h"
#include "client/cpp/command/rewrites.h"
#include "client/cpp/command/times.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// Pages of --all.
constexpr int64_t kPageOfAll = 500;

std::string OrderOf(const std::string& sort) {
  if (sort == "date") return "published_time desc";
  if (sort == "oldest") return "published_time";
  if (sort == "votes") return "vote_count desc";
  if (sort == "stored") return "sequence desc";
  return "";
}

absl::Status AddBoost(const Arguments& args, v1::SearchRequest* request) {
  if (args.Has("boost-recency")) {
    const absl::StatusOr<absl::Duration> half_life =
        ParseLength(args.Text("boost-recency"));
    if (!half_life.ok()) {
      return absl::InvalidArgumentError(
          StrCat("--boost-recency: ", ToStd(half_life.status().message())));
    }
    request->mutable_boost()->set_recency_weight(1);
    request->mutable_boost()->mutable_recency_half_life()->set_seconds(
        absl::ToInt64Seconds(*half_life));
  }
  if (args.Has("boost-votes")) {
    const std::string text = args.Text("boost-votes");
    double weight = 0;
    // The server knows how large it may be.
    if (!absl::SimpleAtod(text, &weight)) {
      return absl::InvalidArgumentError(
          StrCat("--boost-votes: \"", text, "\" is no number; write 0.5"));
    }
    request->mutable_boost()->set_votes_weight(weight);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::SearchRequest> MakeRequest(const Context& context) {
  const Arguments& args = context.args;
  v1::SearchRequest request;
  ASSIGN_OR_RETURN(*request.mutable_query(),
                   MakeQuery(args, args.JoinedWords(), absl::Now()));
  int64_t limit = args.Count("limit", 10);
  if (args.Has("all")) limit = args.Count("limit", kPageOfAll);
  request.set_page_size(
      static_cast<int32_t>(std::clamp<int64_t>(limit, 1, 1000)));
  request.set_page_token(args.Text("page-token"));
  request.set_strict(args.Has("strict"));
  request.set_order_by(OrderOf(args.Text("sort")));
  RETURN_IF_ERROR(AddBoost(args, &request));
  for (const std::string& name : args.List("facets")) {
    std::string spelled = absl::AsciiStrToUpper(name);
    std::replace(spelled.begin(), spelled.end(), '-', '_');
    v1::FacetField field = v1::FACET_FIELD_UNSPECIFIED;
    v1::FacetField_Parse(StrCat("FACET_FIELD_", spelled), &field);
    request.add_facets()->set_field(field);
  }
  request.set_explain(args.Has("explain"));
  if (!context.json()) {
    for (int i = 0; i < kTableFieldCount; ++i) {
      request.mutable_read_mask()->add_paths(kTableFields[i]);
    }
  }
  return request;
}

void PrintJson(Context& context, v1::SearchResponse response) {
  for (const v1::Hit& hit : response.hits()) {
    context.out.Write(StrCat("{\"hit\":", ToJson(hit), "}\n"));
  }
  response.clear_hits();
  context.out.Write(
      StrCat("{\"summary\":", ToJson(response, Defaults::kWrite), "}\n"));
}

std::string Milliseconds(absl::Duration took) {
  const double ms = absl::ToDoubleMilliseconds(took);
  return absl::StrFormat("%.*f ms", ms < 10 ? 1 : 0, ms);
}

void PrintSummary(Context& context, const v1::SearchResponse& response,
                  absl::Duration took, int64_t shown) {
  const int64_t total = response.total_full_matches();
  std::string text = StrCat(
      total == 0 ? "No paper matches"
                 : StrCat(WithCommas(total),
                          total == 1 ? " paper matches" : " papers match"),
      " (", Milliseconds(took), ")");
  if (response.ignored_words_size() > 0) {
    StrAppend(&text, "; left aside:");
    for (const std::string& word : response.ignored_words()) {
      StrAppend(&text, " ", word);
    }
  }
  if (total > shown && !context.args.Has("all")) {
    StrAppend(&text, "; more: --limit N, --all");
  }
  // On the error output when the hits go to a program.
  if (context.out.terminal()) {
    context.out.Write(Render({{StrCat("\n", Printable(text)), Style::kDim}},
                             context.out.color()) +
                      "\n");
  } else {
    context.Say(text);
    if (!response.next_page_token().empty()) {
      context.Say(
          StrCat("next page: --page-token ", response.next_page_token()));
    }
  }
}

int RunSearch(Context& context) {
  absl::StatusOr<v1::SearchRequest> request = MakeRequest(context);
  if (!request.ok()) return context.Misused(request.status());
  int64_t rank = 0;
  while (true) {
    const absl::Time start = absl::Now();
    absl::StatusOr<v1::SearchResponse> response =
        context.client().Search(*request);
    if (!response.ok()) return context.Fail(response.status());
    const absl::Duration took = absl::Now() - start;
    request->set_page_token(response->next_page_token());
    const bool last = !context.args.Has("all") ||
                      response->next_page_token().empty() ||
                      context.out.closed();
    if (context.json()) {
      PrintJson(context, *std::move(response));
      if (last) return context.Done();
      continue;
    }
    PrintHits(response->hits(),
              {.first_rank = rank + 1,
               .abstracts = context.args.Has("abstract"),
               .explain = context.args.Has("explain")},
              context.out);
    const bool first = rank == 0;
    rank += response->hits_size();
    if (first) PrintFacets(response->facets(), context.out);
    if (last) {
      PrintSummary(context, *response, took, rank);
      if (first) PrintRewrites(context, *response);
      return context.Done();
    }
  }
}

}  // namespace

CommandSpec SearchCommand() {
  return {
      .name = "search",
      .argument_kind = ArgumentKind::kQuery,
      .arguments = "QUERY...",
      .max_arguments = 1000,
      .summary = "Find papers, the best matches first",
      .details =
          StrCat(kQueryLanguage,
                 " Papers that match only some of the words come last and set "
                 "apart; --strict leaves them out. When none matches all, other "
                 "spellings and wider queries that do are named. Piped into a program, the "
                 "hits come with tabs between the columns; with --json as "
                 "{\"hit\":...} lines and a closing {\"summary\":...}."),
      .flags = WithQueryFlags({
          {.name = "limit",
           .letter = 'n',
           .kind = FlagKind::kCount,
           .value = "N",
           .help = "Show at most N papers, 1 to 1,000 (default 10)"},
          {.name = "strict", .help = "Only papers that match all of the query"},
          {.name = "sort",
           .kind = FlagKind::kText,
           .value = "ORDER",
           .help = "relevance (default), date, oldest, votes or stored",
           .choices = {"relevance", "date", "oldest", "votes", "stored"}},
          {.name = "boost-recency",
           .kind = FlagKind::kText,
           .value = "HALF-LIFE",
           .help = "Raise recent papers: those of today score twice as high, "
                   "those of HALF-LIFE ago (30d, 8w) one and a half times",
           .hints = {"7d", "30d", "365d"}},
          {.name = "boost-votes",
           .kind = FlagKind::kText,
           .value = "WEIGHT",
           .help = "Raise papers with votes, by WEIGHT times their score at "
                   "most (0.5), by half of that with 20 votes"},
          {.name = "facets",
           .kind = FlagKind::kText,
           .value = "WHAT",
           .help = "Count the matches by category, year, venue, source or "
                   "has-code",
           .choices = {"category", "year", "venue", "source", "has-code"},
           .many = true},
          {.name = "abstract",
           .letter = 'a',
           .help = "Show where the abstract matches"},
          {.name = "explain", .help = "Show how each score came about"},
          {.name = "all", .help = "Show every page"},
          {.name = "page-token",
           .kind = FlagKind::kText,
           .value = "TOKEN",
           .help = "Go on where an earlier search ended"},
      }),
      .examples = {{"Both words, in any form and order",
                    "paperwire search sparse autoencoders"},
                   {"A phrase in the title, of this year, with code",
                    "paperwire search 'title:\"world models\"' --since 2026 "
                    "--has code"},
                   {"What was voted for most, without video",
                    "paperwire search 'diffusion -video' --sort votes -n 20"},
                   {"What is new first, among what matches as well",
                    "paperwire search diffusion --boost-recency 30d"},
                   {"How a topic spread",
                    "paperwire search bottleneck --facets year,category"},
                   {"Titles for a program",
                    "paperwire search bottleneck --json --all | jq -r "
                    "'.hit.paper.title // empty'"}},
      .run = RunSearch};
}

}  // namespace paperwire::command
