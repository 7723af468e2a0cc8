#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/paper_page.h"
#include "client/cpp/command/paper_text.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

int RunGet(Context& context) {
  std::vector<v1::GetPaperRequest> requests;
  for (const std::string& word : context.args.words) {
    absl::StatusOr<std::string> name = ParsePaperName(word);
    if (!name.ok()) return context.Misused(name.status());
    requests.emplace_back().set_name(*name);
  }
  int result = kOk;
  bool first = true;
  for (const v1::GetPaperRequest& request : requests) {
    absl::StatusOr<v1::Paper> paper = context.client().GetPaper(request);
    if (!paper.ok()) {
      // One paper that is missing does not hide the others.
      result = context.Fail(paper.status());
      if (!absl::IsNotFound(paper.status())) return result;
      continue;
    }
    if (context.json()) {
      context.out.Write(StrCat(ToJson(*paper), "\n"));
    } else {
      if (!first) context.out.Write("\n\n");
      PrintPaper(*paper, context.out);
    }
    first = false;
  }
  const int done = context.Done();
  return result == kOk ? done : result;
}

}  // namespace

CommandSpec GetCommand() {
  return {
      .name = "get",
      .argument_kind = ArgumentKind::kPapers,
      .arguments = "PAPER...",
      .min_arguments = 1,
      .max_arguments = 10000,
      .summary = "Show papers by name, arXiv id, DOI or address",
      .details =
          "A paper that the server does not have is reported, and "
          "the others are shown; the exit code is 1 then. "
          "Withdrawn papers are shown too, and say so.",
      .examples = {{"By arXiv id", "paperwire get 2503.18940"},
                   {"By DOI", "paperwire get doi:10.1103/PhysRevD.93.016005"},
                   {"By the address of its page",
                    "paperwire get https://arxiv.org/abs/2503.18940"},
                   {"Several, for a program",
                    "paperwire get 2503.18940 2503.19757 --json"}},
      .run = RunGet};
}

}  // namespace paperwire::command
