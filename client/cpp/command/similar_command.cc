#include <algorithm>

#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/paper_text.h"
#include "client/cpp/command/query_flags.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

absl::StatusOr<v1::SearchSimilarPapersRequest> MakeRequest(
    const Context& context) {
  v1::SearchSimilarPapersRequest request;
  ASSIGN_OR_RETURN(*request.mutable_name(),
                   ParsePaperName(context.args.words[0]));
  ASSIGN_OR_RETURN(
      *request.mutable_query(),
      MakeQuery(context.args, context.args.Text("query"), absl::Now()));
  request.set_page_size(static_cast<int32_t>(
      std::clamp<int64_t>(context.args.Count("limit", 10), 1, 100)));
  if (!context.json()) {
    for (int i = 0; i < kTableFieldCount; ++i) {
      request.mutable_read_mask()->add_paths(kTableFields[i]);
    }
  }
  return request;
}

int RunSimilar(Context& context) {
  absl::StatusOr<v1::SearchSimilarPapersRequest> request = MakeRequest(context);
  if (!request.ok()) return context.Misused(request.status());
  absl::StatusOr<v1::SearchSimilarPapersResponse> response =
      context.client().SearchSimilarPapers(*request);
  if (!response.ok()) return context.Fail(response.status());
  if (context.json()) {
    for (const v1::Hit& hit : response->hits()) {
      context.out.Write(StrCat("{\"hit\":", ToJson(hit), "}\n"));
    }
    response->clear_hits();
    context.out.Write(
        StrCat("{\"summary\":", ToJson(*response, Defaults::kWrite), "}\n"));
    return context.Done();
  }
  // Every hit is a partial match here; that goes without saying.
  for (v1::Hit& hit : *response->mutable_hits()) {
    hit.set_match_kind(v1::MATCH_KIND_FULL);
  }
  PrintHits(response->hits(), {}, context.out);
  const std::string terms = absl::StrJoin(response->terms(), ", ");
  if (response->hits().empty()) {
    context.Say("no paper shares its telling words");
  } else if (context.out.terminal() && !terms.empty()) {
    context.out.Write(StrCat(
        "\n",
        Render(Fit({{StrCat("judged by ", Printable(terms)), Style::kDim}},
                   context.out.columns(), Pad::kNone),
               context.out.color()),
        "\n"));
  }
  return context.Done();
}

}  // namespace

CommandSpec SimilarCommand() {
  return {.name = "similar",
          .argument_kind = ArgumentKind::kPapers,
          .arguments = "PAPER",
          .min_arguments = 1,
          .max_arguments = 1,
          .summary = "Find papers that are like a given one",
          .details =
              "Papers are alike that share the telling words of title "
              "and abstract. PAPER is written as for paperwire get.",
          .flags = WithQueryFlags({
              {.name = "limit",
               .letter = 'n',
               .kind = FlagKind::kCount,
               .value = "N",
               .help = "Show at most N papers, 1 to 100 (default 10)"},
              {.name = "query",
               .letter = 'q',
               .kind = FlagKind::kText,
               .value = "QUERY",
               .help = "Only papers that match this too"},
          }),
          .examples = {{"By arXiv id", "paperwire similar 2503.18940"},
                       {"Newer ones only, with code",
                        "paperwire similar 2503.18940 --since 2026 --has code"},
                       {"On one side of the topic",
                        "paperwire similar 2503.18940 -q video -n 20"}},
          .run = RunSimilar};
}

}  // namespace paperwire::command
