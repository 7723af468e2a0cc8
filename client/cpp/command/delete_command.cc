#include <string>

#include "client/cpp/command/asking.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/paper_text.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

int RunDelete(Context& context) {
  std::vector<std::string> names;
  for (const std::string& word : context.args.words) {
    absl::StatusOr<std::string> name = ParsePaperName(word);
    if (!name.ok()) return context.Misused(name.status());
    names.push_back(*std::move(name));
  }
  if (absl::Status sure = CheckSure(context); !sure.ok()) {
    return context.Misused(sure);
  }
  if (context.args.Has("etag") && names.size() > 1) {
    return context.Misused(
        absl::InvalidArgumentError("--etag goes with one paper only"));
  }
  for (const std::string& name : names) {
    v1::DeletePaperRequest request;
    request.set_name(name);
    request.set_etag(context.args.Text("etag"));
    request.set_allow_missing(context.args.Has("allow-missing"));
    if (!context.args.Has("yes")) {
      v1::GetPaperRequest get;
      get.set_name(name);
      absl::StatusOr<v1::Paper> paper = context.client().GetPaper(get);
      if (absl::IsNotFound(paper.status()) && request.allow_missing()) {
        continue;
      }
      if (!paper.ok()) return context.Fail(paper.status());
      if (!Confirmed(context,
                     StrCat("Delete ", Printable(paper->name()), " \"",
                            Printable(paper->title()), "\" for good?"))) {
        continue;
      }
      // What was seen is what is deleted.
      request.set_name(paper->name());
      if (request.etag().empty()) request.set_etag(paper->etag());
    }
    const absl::Status status = context.client().DeletePaper(request);
    if (!status.ok()) return context.Fail(status);
    context.Say(StrCat("deleted ", request.name()));
  }
  return context.Done();
}

}  // namespace

CommandSpec DeleteCommand() {
  return {
      .name = "delete",
      .argument_kind = ArgumentKind::kPapers,
      .arguments = "PAPER...",
      .min_arguments = 1,
      .max_arguments = 10000,
      .summary = "Delete papers for good",
      .details =
          "A later import may bring a deleted paper anew under another "
          "name. To hide a paper but keep it, import it with the state "
          "STATE_WITHDRAWN.",
      .flags = {{.name = "yes", .letter = 'y', .help = "Do not ask"},
                {.name = "etag",
                 .kind = FlagKind::kText,
                 .value = "ETAG",
                 .help = "Only if the paper is still as when it had this etag"},
                {.name = "allow-missing",
                 .help = "A paper that is not there is no error"}},
      .examples = {{"One paper, after a question",
                    "paperwire delete 2503.18940"},
                   {"Without a question", "paperwire delete 2503.18940 --yes"},
                   {"Only what was seen",
                    "paperwire delete 2503.18940 --yes --etag "
                    "\"$(paperwire get 2503.18940 --json | jq -r .etag)\""}},
      .run = RunDelete};
}

}  // namespace paperwire::command
