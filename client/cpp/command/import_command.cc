#include <algorithm>
#include <deque>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/errors.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/import_account.h"
#include "client/cpp/command/import_reader.h"
#include "client/cpp/command/interrupt.h"
#include "client/cpp/command/progress.h"
#include "client/cpp/command/reject_log.h"
#include "client/cpp/command/text_layout.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

constexpr int64_t kMostPapersInBatch = 10'000;
constexpr absl::Duration kWorthSaying = absl::Milliseconds(300);

// One import: batches from the reader to the stream, verdicts from the stream
// to the account. Send is for one thread, TakeAnswer for another.
class Import {
 public:
  Import(Context& context, RejectLog& rejects, Progress& progress)
      : context_(context), rejects_(rejects), progress_(progress) {}

  // Sends what the reader reads until its end. Fails when the server does.
  absl::Status Send(ImportReader& reader, ImportStream* stream);

  void TakeAnswer(const v1::ImportPapersRequest& batch,
                  const v1::ImportPapersResponse& answer);

  // Files that could not be read to their end.
  int broken_files() const { return broken_files_; }
  ImportAccount account() const {
    absl::MutexLock lock(&mutex_);
    return account_;
  }
  // "papers.jsonl:1234", the last item that was acknowledged.
  std::string position() const {
    absl::MutexLock lock(&mutex_);
    return position_;
  }

 private:
  void TakeRejects(const ImportBatch& batch);

  Context& context_;
  RejectLog& rejects_ ABSL_GUARDED_BY(mutex_);
  Progress& progress_;
  int broken_files_ = 0;
  mutable absl::Mutex mutex_;
  ImportAccount account_ ABSL_GUARDED_BY(mutex_);
  // The files of the batches on their way, in order.
  std::deque<std::string> files_ ABSL_GUARDED_BY(mutex_);
  std::string position_ ABSL_GUARDED_BY(mutex_);
};

absl::Status Import::Send(ImportReader& reader, ImportStream* stream) {
  while (std::optional<ImportBatch> batch = reader.Next()) {
    TakeRejects(*batch);
    if (stream != nullptr && batch->request.items_size() > 0) {
      {
        absl::MutexLock lock(&mutex_);
        files_.push_back(batch->file);
      }
      RETURN_IF_ERROR(stream->Send(std::move(batch->request)));
    }
    if (!batch->broken.ok()) {
      ++broken_files_;
      progress_.Clear();
      context_.Fail(
          absl::Status(batch->broken.code(),
                       ToAbsl(StrCat("cannot read on in ", batch->file, ": ",
                                     ToStd(batch->broken.message())))));
    }
    progress_.Update({.done = reader.raw_position(),
                      .all = reader.raw_size(),
                      .papers = account().read});
  }
  return stream == nullptr ? absl::OkStatus() : stream->Finish();
}

void Import::TakeRejects(const ImportBatch& batch) {
  absl::MutexLock lock(&mutex_);
  account_.CountRead(batch.request.items_size(),
                     static_cast<int64_t>(batch.rejects.size()));
  for (const importers::Reject& reject : batch.rejects) {
    rejects_.Add({.file = batch.file,
                  .line = reject.line,
                  .number = reject.number,
                  .by = "importer",
                  .reason = reject.reason,
                  .excerpt = reject.excerpt});
  }
}

void Import::TakeAnswer(const v1::ImportPapersRequest& batch,
                        const v1::ImportPapersResponse& answer) {
  absl::MutexLock lock(&mutex_);
  account_.CountVerdicts(answer);
  const std::string file = std::move(files_.front());
  files_.pop_front();
  position_ = StrCat(file, ":", batch.items(batch.items_size() - 1).line());
  for (int i = 0; i < answer.verdicts_size(); ++i) {
    const v1::ImportVerdict& verdict = answer.verdicts(i);
    if (verdict.outcome() != v1::ImportVerdict::OUTCOME_REJECTED) continue;
    rejects_.Add({.file = file,
                  .line = batch.items(i).line(),
                  .by = "server",
                  .reason = verdict.reason(),
                  .excerpt = batch.items(i).paper().title().substr(0, 200)});
  }
}

absl::StatusOr<ImportReaderOptions> MakeOptions(const Arguments& args) {
  ImportReaderOptions options;
  options.files = args.words;
  if (std::count(options.files.begin(), options.files.end(), "-") > 1) {
    return absl::InvalidArgumentError("standard input (-) can be read once");
  }
  if (args.Has("format")) {
    ASSIGN_OR_RETURN(options.format,
                     importers::ParseFormat(args.Text("format")));
  }
  options.source = args.Text("source");
  options.import_options.feature_day = args.Text("day");
  const int64_t batch = args.Count("batch", 500);
  if (batch < 1 || batch > kMostPapersInBatch) {
    return absl::InvalidArgumentError(
        StrCat("--batch wants 1 to 10000 papers, not ", batch));
  }
  options.batch_papers = static_cast<size_t>(batch);
  return options;
}

int Report(Context& context, const Import& import, const absl::Status& status,
           bool interrupted, absl::Duration took) {
  const bool dry_run = context.args.Has("dry-run");
  const ImportAccount account = import.account();
  context.out.Write(
      context.json() ? AccountJson(account, took, dry_run)
                     : Describe(account, took, dry_run, context.out.color()));
  const bool adds_up = dry_run || account.unaccounted() == 0;
  if (interrupted) {
    context.Say(StrCat(
        "interrupted",
        import.position().empty()
            ? ""
            : StrCat("; stored up to ", import.position()),
        ". Run the same import again: papers that are stored already come "
        "out unchanged"));
    return kInterrupted;
  }
  if (!status.ok()) {
    const int result = context.Fail(status);
    if (!import.position().empty()) {
      context.Say(StrCat("  Stored up to ", import.position(),
                         "; run the same import again to go on."));
    }
    return result;
  }
  if (!adds_up) {
    return context.Fail(absl::InternalError(
        StrCat("the account does not add up: the server left the fate of ",
               WithCommas(account.unaccounted()), " papers open")));
  }
  const int done = context.Done();
  if (import.broken_files() > 0) return kFailed;
  if (done == kOk && account.rejected() > 0 && !context.json()) {
    context.Say(StrCat("every record is accounted for, ",
                       WithCommas(account.rejected()), " of them rejected"));
  }
  return done;
}

int RunImport(Context& context) {
  absl::StatusOr<ImportReaderOptions> options = MakeOptions(context.args);
  if (!options.ok()) return context.Misused(options.status());
  // Before all other threads, because signals go to any that takes them.
  Interrupt interrupt({});
  Progress progress(context.err, true);
  absl::StatusOr<std::unique_ptr<RejectLog>> rejects =
      RejectLog::Open(context.args.Text("rejects"), progress);
  if (!rejects.ok()) return context.Fail(rejects.status());
  Import import(context, **rejects, progress);

  std::unique_ptr<ImportStream> stream;
  if (!context.args.Has("dry-run")) {
    // A server that is not there is said at once; one that goes away later is
    // waited for.
    const absl::Status reached = context.client().GetServerInfo().status();
    if (!reached.ok()) return context.Fail(reached);
    ImportStreamOptions stream_options;
    stream_options.on_acknowledged =
        [&import](const v1::ImportPapersRequest& batch,
                  const v1::ImportPapersResponse& answer) {
          import.TakeAnswer(batch, answer);
        };
    stream_options.on_retry = [&progress](const absl::Status& why,
                                          absl::Duration wait) {
      if (wait < kWorthSaying) return;
      progress.Say(Printable(StrCat(
          "connection lost (", ShortCause(ToStd(why.message())),
          "); trying again in ",
          absl::FormatDuration(absl::Trunc(wait, absl::Milliseconds(100))))));
    };
    stream = context.client().ImportPapers(std::move(stream_options));
  }
  const absl::Time start = absl::Now();
  const std::shared_ptr<ImportReader> reader =
      ImportReader::Start(*std::move(options));
  interrupt.Then([reader] { reader->Stop(); });
  const absl::Status status = import.Send(*reader, stream.get());
  reader->Stop();
  stream.reset();
  const absl::Duration took = absl::Now() - start;
  progress.Clear();
  const absl::Status told = (*rejects)->Finish();
  const int result =
      Report(context, import, status, interrupt.cause().has_value(), took);
  return told.ok() || result != kOk ? result : context.Fail(told);
}

std::vector<std::string> FormatNames() {
  std::vector<std::string> names;
  for (importers::Format format : importers::AllFormats()) {
    names.emplace_back(importers::FormatName(format));
  }
  return names;
}

}  // namespace

CommandSpec ImportCommand() {
  return {.name = "import",
          .argument_kind = ArgumentKind::kFiles,
          .arguments = "FILE...",
          .min_arguments = 1,
          .max_arguments = 100000,
          .summary = "Take papers in from files",
          .details = StrCat(
              "The format is detected, or named with --format: ",
              absl::StrJoin(FormatNames(), ", "),
              ". gzip and zstd are read as they are; - is standard input. "
              "At the end every record is accounted for: created, updated, "
              "unchanged, merged or rejected, the latter by line with the "
              "reason. The exit code is 0 then, and 1 when a file broke off "
              "or the server failed. Importing again is harmless."),
          .flags =
              {{.name = "format",
                .letter = 'f',
                .kind = FlagKind::kText,
                .value = "FORMAT",
                .help = "The format, where detecting it fails",
                .choices = FormatNames()},
               {.name = "source",
                .kind = FlagKind::kText,
                .value = "SOURCE",
                .help = "The source of papers that name none (default import)"},
               {.name = "day",
                .kind = FlagKind::kText,
                .value = "DAY",
                .help = "For hf-daily: the day whose list this is, 2026-07-10"},
               {.name = "batch",
                .kind = FlagKind::kCount,
                .value = "N",
                .help = "Send N papers at a time (default 500)"},
               {.name = "rejects",
                .kind = FlagKind::kFile,
                .value = "FILE",
                .help = "Write all rejected records to FILE as JSON lines"},
               {.name = "dry-run",
                .help = "Read and check the files, but send nothing"}},
          .examples = {{"A compressed file, whatever its format",
                        "paperwire import papers.jsonl.gz"},
                       {"arXiv's bulk metadata, rejects kept for later",
                        "paperwire import arxiv-metadata-oai-snapshot.json "
                        "--rejects rejects.jsonl"},
                       {"From another program",
                        "curl -s 'https://huggingface.co/api/daily_papers' | "
                        "paperwire import -"},
                       {"Is this file fit?",
                        "paperwire import --dry-run anthology/*.xml"},
                       {"A bibliography, under a name of its own",
                        "paperwire import --source my-library library.bib"}},
          .run = RunImport};
}

}  // namespace paperwire::command
