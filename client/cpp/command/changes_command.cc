#include <algorithm>

#include "absl/strings/ascii.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/paper_text.h"
#include "client/cpp/command/table.h"
#include "client/cpp/command/times.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

std::string KindName(v1::PaperChange::Kind kind) {
  const std::string name = v1::PaperChange::Kind_Name(kind);
  return absl::AsciiStrToLower(name.substr(std::min<size_t>(name.size(), 5)));
}

int RunChanges(Context& context) {
  absl::StatusOr<std::string> name = ParsePaperName(context.args.words[0]);
  if (!name.ok()) return context.Misused(name.status());
  v1::ListPaperChangesRequest request;
  request.set_name(*name);
  request.set_page_size(1000);
  Table table({{.heading = "SEQUENCE", .right = true},
               {.heading = "CHANGE"},
               {.heading = "WHEN"},
               {.heading = "SOURCE", .stretch = true},
               {.heading = "OTHER PAPER"}});
  do {
    absl::StatusOr<v1::ListPaperChangesResponse> page =
        context.client().ListPaperChanges(request);
    if (!page.ok()) return context.Fail(page.status());
    for (const v1::PaperChange& change : page->changes()) {
      if (context.json()) {
        context.out.Write(StrCat(ToJson(change), "\n"));
        continue;
      }
      table.AddRow({{{StrCat(change.sequence())}},
                    {{KindName(change.kind())}},
                    {{LocalTime(FromProto(change.change_time()))}},
                    {{Printable(change.source())}},
                    {{Printable(change.other_name())}}});
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty() && !context.out.closed());
  if (!context.json()) table.Print(context.out);
  return context.Done();
}

}  // namespace

CommandSpec ChangesCommand() {
  return {
      .name = "changes",
      .argument_kind = ArgumentKind::kPapers,
      .arguments = "PAPER",
      .min_arguments = 1,
      .max_arguments = 1,
      .summary = "Show what the journal says of a paper",
      .details =
          "The newest change comes first. The sequence of a merge is "
          "what paperwire split wants to undo it.",
      .examples = {{"Where a record came from", "paperwire changes 2503.18940"},
                   {"For a program", "paperwire changes 2503.18940 --json"},
                   {"Only merges",
                    "paperwire changes 2503.18940 | awk '$2 == "
                    "\"merged\"'"}},
      .run = RunChanges};
}

}  // namespace paperwire::command
