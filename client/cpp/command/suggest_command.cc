#include <algorithm>

#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/table.h"
#include "client/cpp/command/text_layout.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

const char* NameOf(v1::SuggestionKind kind) {
  switch (kind) {
    case v1::SUGGESTION_KIND_TITLE:
      return "title";
    case v1::SUGGESTION_KIND_AUTHOR:
      return "author";
    default:
      return "term";
  }
}

void PrintSuggestions(Context& context, const v1::SuggestResponse& response) {
  if (response.suggestions().empty()) {
    context.Say("nothing begins so");
    return;
  }
  Table table({{.heading = "KIND"},
               {.heading = "TEXT", .stretch = true},
               {.heading = "PAPERS", .right = true},
               {.heading = "QUERY", .most = 40, .drop = 1}});
  for (const v1::Suggestion& s : response.suggestions()) {
    table.AddRow({{{NameOf(s.kind()), Style::kDim}},
                  {{Printable(s.text())}},
                  {{context.out.terminal() ? WithCommas(s.paper_count())
                                           : StrCat(s.paper_count()),
                    Style::kDim}},
                  {{Printable(s.query()), Style::kHeading}}});
  }
  table.Print(context.out);
}

int RunSuggest(Context& context) {
  v1::SuggestRequest request;
  request.set_text(context.args.JoinedWords());
  for (const std::string& kind : context.args.List("kind")) {
    request.add_kinds(kind == "title"    ? v1::SUGGESTION_KIND_TITLE
                      : kind == "author" ? v1::SUGGESTION_KIND_AUTHOR
                                         : v1::SUGGESTION_KIND_TERM);
  }
  request.set_limit(static_cast<int32_t>(
      std::clamp<int64_t>(context.args.Count("limit", 5), 1, 20)));
  absl::StatusOr<v1::SuggestResponse> response =
      context.client().Suggest(request);
  if (!response.ok()) return context.Fail(response.status());
  if (context.json()) {
    for (const v1::Suggestion& s : response->suggestions()) {
      context.out.Write(StrCat("{\"suggestion\":", ToJson(s), "}\n"));
    }
  } else {
    PrintSuggestions(context, *response);
  }
  return context.Done();
}

}  // namespace

CommandSpec SuggestCommand() {
  return {.name = "suggest",
          .argument_kind = ArgumentKind::kQuery,
          .arguments = "TEXT...",
          .min_arguments = 1,
          .max_arguments = 1000,
          .summary = "Complete titles, authors and words",
          .details =
              "TEXT is plain words, the last of them perhaps not to its end. "
              "QUERY is what to search for to find a suggestion.",
          .flags = {{.name = "kind",
                     .letter = 'k',
                     .kind = FlagKind::kText,
                     .value = "KIND",
                     .help = "Only title, author or term",
                     .choices = {"title", "author", "term"},
                     .many = true},
                    {.name = "limit",
                     .letter = 'n',
                     .kind = FlagKind::kCount,
                     .value = "N",
                     .help = "At most N of each kind, 1 to 20 (default 5)"}},
          .examples = {{"All that it could become",
                        "paperwire suggest concept bott"},
                       {"Names only", "paperwire suggest -k author beng"}},
          .run = RunSuggest};
}

}  // namespace paperwire::command
