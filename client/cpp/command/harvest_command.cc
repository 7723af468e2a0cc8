#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "absl/strings/ascii.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/import_account.h"
#include "client/cpp/command/interrupt.h"
#include "client/cpp/command/progress.h"
#include "client/cpp/command/reject_log.h"
#include "client/cpp/command/text_layout.h"
#include "client/cpp/harvest/harvester.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

constexpr size_t kBatchPapers = 500;

// $XDG_STATE_HOME/paperwire/arxiv-cs.json, by the XDG base directory
// specification. Empty when there is no home.
std::string DefaultStateFile(const Context& context) {
  std::string folder = context.getenv("XDG_STATE_HOME").value_or("");
  if (folder.empty() || folder[0] != '/') {
    const std::string home = context.getenv("HOME").value_or("");
    if (home.empty()) return "";
    folder = StrCat(home, "/.local/state");
  }
  std::string name = context.args.words[0];
  for (char c :
       StrCat(context.args.Has("set") ? "-" : "", context.args.Text("set"))) {
    name += absl::ascii_isalnum(static_cast<unsigned char>(c)) ? c : '-';
  }
  return StrCat(folder, "/paperwire/", name, ".json");
}

absl::StatusOr<std::string> PrepareStateFile(const Context& context) {
  const std::string path =
      context.args.Text("state", DefaultStateFile(context));
  if (path.empty()) {
    return absl::InvalidArgumentError(
        "there is no home folder to keep the place in; name a file with "
        "--state");
  }
  std::error_code error;
  const std::filesystem::path folder =
      std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::UnavailableError(StrCat("cannot make the folder ",
                                         folder.string(),
                                         " for --state: ", error.message()));
  }
  return path;
}

// What a source is called in the sources of papers, and in the account.
std::string SourceOf(const Context& context) {
  const std::string& word = context.args.words[0];
  return word == "github-stars" ? "github" : word;
}

// Flags that mean nothing to the source that was asked for.
absl::Status CheckFlags(const Arguments& args) {
  const std::string& source = args.words[0];
  const auto only = [&](const char* flag, bool takes, const char* who) {
    if (!args.Has(flag) || takes) return absl::OkStatus();
    return absl::InvalidArgumentError(
        StrCat("--", flag, " goes with ", who, " only"));
  };
  const bool stars = source == "github-stars";
  RETURN_IF_ERROR(only("set", source == "arxiv", "arxiv"));
  RETURN_IF_ERROR(only("from", !stars, "arxiv and hf-daily"));
  RETURN_IF_ERROR(only("max", stars, "github-stars"));
  return only("token-file", stars, "github-stars");
}

// From --token-file, or else $GITHUB_TOKEN; empty when there is neither.
absl::StatusOr<std::string> ReadToken(const Context& context) {
  constexpr size_t kMostBytes = 1000;
  const std::string path = context.args.Text("token-file");
  if (!context.args.Has("token-file")) {
    return context.getenv("GITHUB_TOKEN").value_or("");
  }
  std::string text(kMostBytes, '\0');
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) {
    return absl::InvalidArgumentError(
        StrCat("cannot read ", path, ": ", std::strerror(errno)));
  }
  text.resize(static_cast<size_t>(file.gcount()));
  std::string token(absl::StripAsciiWhitespace(text));
  if (token.empty()) {
    return absl::InvalidArgumentError(StrCat(path, " holds no token"));
  }
  return token;
}

// The papers with code of the server, with no more of each than is looked at.
// What the server says goes to `failure`, too.
harvest::EachPaper PapersWithCode(Client& client, absl::Status* failure) {
  return [&client, failure](const harvest::TakePaper& take) {
    v1::ExportPapersRequest request;
    request.mutable_query()->set_text("has:code");
    for (const char* field : {"external_ids", "links", "signals"}) {
      request.mutable_read_mask()->add_paths(field);
    }
    *failure = client.ExportPapers(
        request, [&](const v1::ExportPapersResponse& part) -> absl::Status {
          for (const v1::Paper& paper : part.papers()) {
            RETURN_IF_ERROR(take(paper));
          }
          return absl::OkStatus();
        });
    return *failure;
  };
}

// `failure` must outlive the harvester.
absl::StatusOr<std::unique_ptr<harvest::Harvester>> MakeHarvester(
    Context& context, absl::Status* failure, harvest::HttpClient* http,
    harvest::World* world) {
  const Arguments& args = context.args;
  RETURN_IF_ERROR(CheckFlags(args));
  ASSIGN_OR_RETURN(const std::string state, PrepareStateFile(context));
  if (args.words[0] == "arxiv") {
    harvest::ArxivOptions options;
    options.base_url = args.Text("base-url", options.base_url);
    options.set = args.Text("set");
    options.from = args.Text("from");
    options.state_file = state;
    return harvest::MakeArxivHarvester(options, http, world);
  }
  if (args.words[0] == "github-stars") {
    harvest::GithubStarsOptions options;
    options.base_url = args.Text("base-url", options.base_url);
    options.state_file = state;
    options.max_requests = args.Count("max", 0);
    ASSIGN_OR_RETURN(options.token, ReadToken(context));
    return harvest::MakeGithubStarsHarvester(
        options, PapersWithCode(context.client(), failure), http, world);
  }
  harvest::HfDailyOptions options;
  options.base_url = args.Text("base-url", options.base_url);
  options.from = args.Text("from");
  options.state_file = state;
  return harvest::MakeHfDailyHarvester(options, http, world);
}

// Its title; of a report about a paper that is known, its id.
std::string ExcerptOf(const v1::Paper& paper) {
  if (!paper.title().empty() || paper.external_ids().empty()) {
    return paper.title().substr(0, 200);
  }
  const v1::ExternalId& id = paper.external_ids(0);
  return StrCat(id.scheme(), ":", id.value()).substr(0, 200);
}

// Brings batches into the server and keeps the account.
class Delivery {
 public:
  Delivery(Context& context, RejectLog& rejects)
      : context_(context), rejects_(rejects) {}

  // OK: all of it is stored for good.
  absl::Status Deliver(harvest::Batch batch) {
    failure_ = Send(std::move(batch));
    return failure_;
  }

  // What the server said last; OK when it took everything.
  const absl::Status& failure() const { return failure_; }

  const ImportAccount& account() const { return account_; }

 private:
  absl::Status Send(harvest::Batch batch);

  Context& context_;
  RejectLog& rejects_;
  ImportAccount account_;
  absl::Status failure_;
};

absl::Status Delivery::Send(harvest::Batch batch) {
  const std::string source = SourceOf(context_);
  account_.CountRead(static_cast<int64_t>(batch.records.size()),
                     static_cast<int64_t>(batch.rejects.size()));
  for (const importers::Reject& reject : batch.rejects) {
    rejects_.Add({.file = source,
                  .line = reject.line,
                  .number = reject.number,
                  .by = "importer",
                  .reason = reject.reason,
                  .excerpt = reject.excerpt});
  }
  ImportStreamOptions options;
  // Runs while Finish waits, so that nothing here is used by two threads.
  options.on_acknowledged = [&](const v1::ImportPapersRequest& request,
                                const v1::ImportPapersResponse& answer) {
    account_.CountVerdicts(answer);
    for (int i = 0; i < answer.verdicts_size(); ++i) {
      if (answer.verdicts(i).outcome() != v1::ImportVerdict::OUTCOME_REJECTED) {
        continue;
      }
      rejects_.Add({.file = source,
                    .line = request.items(i).line(),
                    .by = "server",
                    .reason = answer.verdicts(i).reason(),
                    .excerpt = ExcerptOf(request.items(i).paper())});
    }
  };
  std::unique_ptr<ImportStream> stream =
      context_.client().ImportPapers(std::move(options));
  for (size_t first = 0; first < batch.records.size(); first += kBatchPapers) {
    v1::ImportPapersRequest request;
    request.set_source(source);
    const size_t end = std::min(first + kBatchPapers, batch.records.size());
    for (size_t i = first; i < end; ++i) {
      v1::ImportItem* item = request.add_items();
      item->set_line(batch.records[i].line);
      *item->mutable_paper() = std::move(batch.records[i].paper);
    }
    RETURN_IF_ERROR(stream->Send(std::move(request)));
  }
  return stream->Finish();
}

int RunHarvest(Context& context) {
  // Before all other threads, because signals go to any that takes them.
  Interrupt interrupt({});
  auto stop = std::make_shared<std::atomic<bool>>(false);
  interrupt.Then([stop] { *stop = true; });
  if (context.args.Has("once") && context.args.Has("every")) {
    return context.Misused(
        absl::InvalidArgumentError("--once and --every exclude each other"));
  }
  const absl::Status reached = context.client().GetServerInfo().status();
  if (!reached.ok()) return context.Fail(reached);
  const std::unique_ptr<harvest::World> world = harvest::MakeWorld(stop.get());
  const std::unique_ptr<harvest::HttpClient> http = harvest::MakeCurlClient(
      {.contact = context.args.Text("contact")}, context.args.Text("base-url"));
  absl::Status failure;
  absl::StatusOr<std::unique_ptr<harvest::Harvester>> harvester =
      MakeHarvester(context, &failure, http.get(), world.get());
  if (!harvester.ok()) {
    return absl::IsInvalidArgument(harvester.status())
               ? context.Misused(harvester.status())
               : context.Fail(harvester.status());
  }
  Progress lines(context.err, false);
  absl::StatusOr<std::unique_ptr<RejectLog>> rejects =
      RejectLog::Open(context.args.Text("rejects"), lines);
  if (!rejects.ok()) return context.Fail(rejects.status());
  Delivery delivery(context, **rejects);
  const harvest::Deliver deliver = [&](harvest::Batch batch) {
    return delivery.Deliver(std::move(batch));
  };
  const harvest::Progress say = [&](std::string_view line) {
    context.Say(line);
  };
  const absl::Time start = world->Now();
  absl::Status status;
  bool stale = false;
  if (context.args.Has("every")) {
    status = harvest::Follow(
        **harvester,
        {.interval = context.args.Seconds("every", absl::Hours(1))}, *world,
        deliver, say);
  } else {
    absl::StatusOr<harvest::Summary> summary =
        (*harvester)->RunOnce(deliver, say);
    status = summary.status();
    stale = summary.ok() && summary->stale;
    if (stale) {
      context.Say(StrCat("nothing newer than ", summary->newest,
                         " has come from ", context.args.words[0],
                         " for days; the source may be stuck"));
    }
  }
  const absl::Status told = (*rejects)->Finish();
  const absl::Duration took = world->Now() - start;
  context.out.Write(
      context.json()
          ? AccountJson(delivery.account(), took, false)
          : Describe(delivery.account(), took, false, context.out.color()));
  if (interrupt.cause().has_value()) {
    context.Say("stopped; the next run goes on from here");
    return context.Done();
  }
  if (!status.ok()) {
    // What is not the server's failure is the source's, and says so itself.
    return context.Fail(delivery.failure().ok() && failure.ok()
                            ? absl::UnknownError(status.message())
                            : status);
  }
  return told.ok() ? context.Done() : context.Fail(told);
}

}  // namespace

CommandSpec HarvestCommand() {
  return {
      .name = "harvest",
      .argument_kind = ArgumentKind::kChoice,
      .arguments = "arxiv|hf-daily|github-stars",
      .choices = {"arxiv", "hf-daily", "github-stars"},
      .min_arguments = 1,
      .max_arguments = 1,
      .summary = "Take papers in from a live source",
      .details =
          "Goes on where the last run stopped: the place is kept in a file, "
          "and moves only after the papers are stored. Sources are asked "
          "politely, one request at a time and with growing waits when they "
          "are busy. Tell them with --contact whom to write to. github-stars "
          "brings no papers: it asks GitHub for the stars of the repositories "
          "that the papers here link to, once each, and stores the numbers "
          "that have changed, with their time. A run that is interrupted is "
          "gone on with. GitHub answers 60 requests an hour, and 5,000 with a "
          "token, which is read from $GITHUB_TOKEN or --token-file.",
      .flags = {{.name = "set",
                 .kind = FlagKind::kText,
                 .value = "SET",
                 .help =
                     "For arxiv: only this set, such as cs or physics:hep-th",
                 .hints = {"cs", "math", "stat", "physics:hep-th", "q-bio"}},
                {.name = "from",
                 .kind = FlagKind::kText,
                 .value = "DATE",
                 .help = "The first day to take, 2026-07-10, on the first run"},
                {.name = "state",
                 .kind = FlagKind::kFile,
                 .value = "FILE",
                 .help = "Where the place is kept (default in "
                         "$XDG_STATE_HOME/paperwire)"},
                {.name = "once",
                 .help = "Take what is new, then end (default)"},
                {.name = "every",
                 .kind = FlagKind::kSeconds,
                 .value = "TIME",
                 .help = "Look again and again, with so long between: 6h"},
                {.name = "contact",
                 .kind = FlagKind::kText,
                 .value = "MAIL",
                 .help = "Whom the source can ask about the traffic"},
                {.name = "max",
                 .kind = FlagKind::kCount,
                 .value = "N",
                 .help = "For github-stars: ask for N repositories in a run; "
                         "the next goes on (default 0: all)"},
                {.name = "token-file",
                 .kind = FlagKind::kFile,
                 .value = "FILE",
                 .help = "For github-stars: FILE holds a token (default "
                         "$GITHUB_TOKEN)"},
                {.name = "rejects",
                 .kind = FlagKind::kFile,
                 .value = "FILE",
                 .help = "Write all rejected records to FILE as JSON lines"},
                {.name = "base-url",
                 .kind = FlagKind::kText,
                 .value = "URL",
                 .help = "Another address that speaks the same protocol"}},
      .examples = {{"Hugging Face's daily papers of the last week",
                    "paperwire harvest hf-daily"},
                   {"Computer science of arXiv, from a day on",
                    "paperwire harvest arxiv --set cs --from 2026-07-01 "
                    "--contact me@example.org"},
                   {"As a service, four times a day",
                    "paperwire harvest arxiv --set cs --every 6h"},
                   {"Stars of the papers' code, once a day",
                    "paperwire harvest github-stars --every 1d"}},
      .run = RunHarvest};
}

}  // namespace paperwire::command
