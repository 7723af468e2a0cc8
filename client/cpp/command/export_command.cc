#include "absl/time/clock.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/progress.h"
#include "client/cpp/command/query_flags.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

int RunExport(Context& context) {
  v1::ExportPapersRequest request;
  absl::StatusOr<v1::Query> query =
      MakeQuery(context.args, context.args.JoinedWords(), absl::Now());
  if (!query.ok()) return context.Misused(query.status());
  *request.mutable_query() = *std::move(query);
  for (const std::string& field : context.args.List("fields")) {
    request.mutable_read_mask()->add_paths(field);
  }
  // Where the papers scroll by, a bar would only be in their way.
  Progress progress(context.err, !context.out.terminal());
  int64_t written = 0;
  const absl::Status status = context.client().ExportPapers(
      request, [&](v1::ExportPapersResponse part) {
        for (const v1::Paper& paper : part.papers()) {
          context.out.Write(StrCat(ToJson(paper), "\n"));
        }
        written += part.papers_size();
        progress.Update({.done = written,
                         .all = part.total_full_matches(),
                         .papers = written});
        return context.out.closed() ? absl::CancelledError("no reader")
                                    : absl::OkStatus();
      });
  progress.Clear();
  if (context.out.closed()) return context.Done();
  if (!status.ok()) {
    context.Say(StrCat("the export broke off after ", WithCommas(written),
                       " papers; what was written is not the whole"));
    return context.Fail(status);
  }
  const int result = context.Done();
  if (result == kOk && !context.out.terminal()) {
    context.Say(StrCat(WithCommas(written), " papers exported"));
  }
  return result;
}

}  // namespace

CommandSpec ExportCommand() {
  return {.name = "export",
          .argument_kind = ArgumentKind::kQuery,
          .arguments = "[QUERY...]",
          .max_arguments = 1000,
          .summary = "Write every matching paper as JSON lines",
          .details =
              "Each line is one paper in Paperwire JSON, which paperwire "
              "import takes back. Without a query, every active paper is "
              "written. All lines are of one moment, in the order in which "
              "the papers were stored.",
          .flags = WithQueryFlags({
              {.name = "format",
               .kind = FlagKind::kText,
               .value = "FORMAT",
               .help = "jsonl (the only one)",
               .choices = {"jsonl"}},
              {.name = "fields",
               .kind = FlagKind::kText,
               .value = "FIELDS",
               .help = "Only these fields: title,abstract,external_ids",
               .hints = {"name", "external_ids", "title", "abstract", "authors",
                         "categories", "published_time", "links", "vote_count"},
               .many = true},
          }),
          .examples = {{"Everything, compressed",
                        "paperwire export | zstd > papers.jsonl.zst"},
                       {"One topic",
                        "paperwire export 'sparse autoencoders' > sae.jsonl"},
                       {"From one server into another",
                        "paperwire export --category cs.CL | "
                        "paperwire import - --server other:7227"}},
          .run = RunExport};
}

}  // namespace paperwire::command
