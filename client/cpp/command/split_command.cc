#include "absl/strings/numbers.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/paper_text.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

int RunSplit(Context& context) {
  absl::StatusOr<std::string> name = ParsePaperName(context.args.words[0]);
  if (!name.ok()) return context.Misused(name.status());
  int64_t sequence = 0;
  if (!absl::SimpleAtoi(context.args.words[1], &sequence) || sequence <= 0) {
    return context.Misused(absl::InvalidArgumentError(
        StrCat("\"", context.args.words[1],
               "\" is no sequence number; take it from paperwire changes ",
               context.args.words[0])));
  }
  v1::SplitPaperRequest request;
  request.set_name(*name);
  request.set_sequence(sequence);
  absl::StatusOr<v1::SplitPaperResponse> response =
      context.client().SplitPaper(request);
  if (!response.ok()) return context.Fail(response.status());
  if (context.json()) {
    context.out.Write(StrCat(ToJson(*response), "\n"));
    return context.Done();
  }
  for (const v1::Paper* paper :
       {&response->paper(), &response->split_paper()}) {
    context.out.Write(StrCat(Printable(paper->name()), "\t",
                             Printable(paper->title()), "\n"));
  }
  return context.Done();
}

}  // namespace

CommandSpec SplitCommand() {
  return {
      .name = "split",
      .argument_kind = ArgumentKind::kPapers,
      .arguments = "PAPER SEQUENCE",
      .min_arguments = 2,
      .max_arguments = 2,
      .summary = "Undo a merge of two papers",
      .details =
          "What came in by the merge becomes a paper of its own "
          "again, and the two are kept apart from then on. Both "
          "names are printed, each with its title.",
      .examples = {{"Find the merge", "paperwire changes 2503.18940"},
                   {"Undo it", "paperwire split 2503.18940 1234"},
                   {"For a program", "paperwire split 2503.18940 1234 --json"}},
      .run = RunSplit};
}

}  // namespace paperwire::command
