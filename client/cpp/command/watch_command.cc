#include <memory>
#include <optional>

#include "absl/time/clock.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/cursor_file.h"
#include "client/cpp/command/errors.h"
#include "client/cpp/command/interrupt.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/paper_text.h"
#include "client/cpp/command/query_flags.h"
#include "client/cpp/command/text_layout.h"
#include "client/cpp/command/times.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// Shorter breaks are mended without a word.
constexpr absl::Duration kWorthSaying = absl::Milliseconds(300);

void SetStart(const std::string& from, v1::WatchRequest* request) {
  if (from == "now") {
    request->set_position(v1::WatchRequest::POSITION_NOW);
  } else if (from == "beginning") {
    request->set_position(v1::WatchRequest::POSITION_BEGINNING);
  } else if (absl::StatusOr<Span> span = ParseTime(from, absl::Now());
             span.ok()) {
    *request->mutable_start_time() = ToProto(span->start);
  } else {
    request->set_resume_token(from);
  }
}

// One watch, from its flags to its end.
class Watch {
 public:
  explicit Watch(Context& context) : context_(context) {
    if (context.args.Has("cursor"))
      cursor_.emplace(context.args.Text("cursor"));
  }

  absl::StatusOr<v1::WatchRequest> MakeRequest();
  int Follow(v1::WatchRequest request, Interrupt& interrupt);

 private:
  void Print(const v1::WatchResponse& event);
  void PrintMatch(const v1::WatchMatch& match);
  absl::Status SaveCursor(const v1::WatchResponse& event,
                          const std::string& token);
  int End(const absl::Status& why, const std::string& token,
          std::optional<Interrupt::Cause> cause);

  Context& context_;
  std::optional<CursorFile> cursor_;
  int64_t matches_ = 0;
};

absl::StatusOr<v1::WatchRequest> Watch::MakeRequest() {
  v1::WatchRequest request;
  ASSIGN_OR_RETURN(
      *request.mutable_query(),
      MakeQuery(context_.args, context_.args.JoinedWords(), absl::Now()));
  std::string from = context_.args.Text("from", "now");
  if (cursor_.has_value()) {
    ASSIGN_OR_RETURN(const std::string token, cursor_->Read());
    if (!token.empty()) {
      request.set_resume_token(token);
      from.clear();
    }
  }
  if (!from.empty()) SetStart(from, &request);
  if (!context_.json()) {
    for (int i = 0; i < kTableFieldCount; ++i) {
      request.mutable_read_mask()->add_paths(kTableFields[i]);
    }
  }
  return request;
}

int Watch::Follow(v1::WatchRequest request, Interrupt& interrupt) {
  // A server that is not there is said at once; one that goes away later is
  // waited for.
  const absl::Status reached = context_.client().GetServerInfo().status();
  if (!reached.ok()) return context_.Fail(reached);
  bool lost = false;
  WatcherOptions options;
  options.on_retry = [&](const absl::Status& why, absl::Duration wait) {
    if (lost || wait < kWorthSaying) return;
    lost = true;
    context_.Say(StrCat("connection lost (", ShortCause(ToStd(why.message())),
                        "); trying again until it is back"));
  };
  const std::shared_ptr<Watcher> watcher =
      context_.client().Watch(std::move(request), options);
  interrupt.Then([watcher] { watcher->Cancel(); });
  while (true) {
    absl::StatusOr<v1::WatchResponse> event = watcher->Next();
    if (!event.ok()) {
      return End(event.status(), watcher->resume_token(), interrupt.cause());
    }
    if (lost) context_.Say("connected again");
    lost = false;
    Print(*event);
    const absl::Status flushed = context_.out.Flush();
    // What did not get through is not covered by the cursor.
    if (context_.out.closed()) {
      return flushed.ok() ? kOk : context_.Fail(flushed);
    }
    const absl::Status saved = SaveCursor(*event, watcher->resume_token());
    if (!saved.ok()) return context_.Fail(saved);
    if (event->has_caught_up() && context_.args.Has("until-caught-up")) {
      return kOk;
    }
  }
}

void Watch::Print(const v1::WatchResponse& event) {
  if (event.has_match()) ++matches_;
  if (event.has_reset()) {
    context_.Say(
        "the server's journal is older than this place in it: its data was "
        "put back. Going on from its end; papers may come again");
  }
  if (context_.json()) {
    context_.out.Write(StrCat(ToJson(event), "\n"));
  } else if (event.has_match()) {
    PrintMatch(event.match());
  } else if (event.has_caught_up() && context_.err.terminal() &&
             !context_.args.Has("until-caught-up")) {
    context_.Say("up to date, waiting for new papers; Ctrl-C ends");
  }
}

void Watch::PrintMatch(const v1::WatchMatch& match) {
  const v1::Paper& paper = match.paper();
  Output& out = context_.out;
  const Line title = TitleLine(paper, match.highlights());
  if (!out.terminal()) {
    out.Write(StrCat(match.sequence(), "\t",
                     match.created() ? "new" : "changed", "\t",
                     PublishedDate(paper), "\t", Render(title, out.color()),
                     "\t", ShortAuthors(paper), "\t", ShownId(paper), "\n"));
    return;
  }
  Line line = {{LocalTime(absl::Now()).substr(11), Style::kDim}, {"  "}};
  Line rest = {{"  "}};
  if (out.columns() >= 100) {
    rest = Fit({{"  "}, {ShortAuthors(paper)}}, 24, Pad::kRight);
    rest.push_back({"  "});
  }
  rest.push_back({ShownId(paper), Style::kHeading});
  const int room = out.columns() - Width(line) - Width(rest);
  for (Piece& piece : Fit(title, room, Pad::kRight)) {
    line.push_back(std::move(piece));
  }
  line.insert(line.end(), rest.begin(), rest.end());
  out.Write(
      StrCat(Render(Fit(line, out.columns(), Pad::kNone), out.color()), "\n"));
}

absl::Status Watch::SaveCursor(const v1::WatchResponse& event,
                               const std::string& token) {
  if (!cursor_.has_value() || token.empty()) return absl::OkStatus();
  return cursor_->Write(token, event.has_match()
                                   ? CursorFile::Sync::kWithinASecond
                                   : CursorFile::Sync::kNow);
}

int Watch::End(const absl::Status& why, const std::string& token,
               std::optional<Interrupt::Cause> cause) {
  if (cursor_.has_value() && !token.empty() && absl::IsCancelled(why)) {
    const absl::Status saved = cursor_->Write(token, CursorFile::Sync::kNow);
    if (!saved.ok()) return context_.Fail(saved);
  }
  if (absl::IsCancelled(why) && cause.has_value()) {
    if (cause == Interrupt::Cause::kReaderGone) return kOk;
    context_.Say(StrCat(
        "stopped after ", matches_, matches_ == 1 ? " match" : " matches",
        cursor_.has_value() ? StrCat("; the place is kept in ", cursor_->path())
        : token.empty()     ? ""
                            : StrCat("; go on with --from ", token)));
    return context_.Done();
  }
  const int result = context_.Fail(why);
  if (cursor_.has_value() &&
      (absl::IsInvalidArgument(why) || absl::IsOutOfRange(why))) {
    context_.Say(StrCat("  The place to go on from was read from ",
                        cursor_->path(), "; remove that file to begin anew."));
  }
  return result;
}

int RunWatch(Context& context) {
  // Before the client, whose threads must not take the signals.
  Interrupt interrupt(
      {.reader_fd = context.out.fd(),
       .after = context.args.Seconds("timeout", absl::InfiniteDuration())});
  Watch watch(context);
  absl::StatusOr<v1::WatchRequest> request = watch.MakeRequest();
  if (!request.ok()) {
    return absl::IsInvalidArgument(request.status())
               ? context.Misused(request.status())
               : context.Fail(request.status());
  }
  return watch.Follow(*std::move(request), interrupt);
}

}  // namespace

CommandSpec WatchCommand() {
  return {
      .name = "watch",
      .argument_kind = ArgumentKind::kQuery,
      .arguments = "QUERY...",
      .max_arguments = 1000,
      .summary = "Show papers as they start to match a query",
      .details =
          StrCat("A paper comes when, and only when, a strict search for the "
                 "query would find it. The watch mends broken connections by "
                 "itself and goes on where it was. With --cursor it does so "
                 "after a restart too: the file holds the place after the "
                 "last paper that was written out. ",
                 kQueryLanguage),
      .flags = WithQueryFlags({
          {.name = "from",
           .kind = FlagKind::kText,
           .value = "WHERE",
           .help = "now (default), beginning, a time such as 2026-07-10 or "
                   "12h, or a resume token",
           .hints = {"now", "beginning"}},
          {.name = "cursor",
           .kind = FlagKind::kFile,
           .value = "FILE",
           .help = "Go on where FILE says, and keep the place there; --from "
                   "counts while there is no such file"},
          {.name = "until-caught-up",
           .help = "End when everything stored so far has been shown"},
      }),
      .examples =
          {{"New papers on a topic, until Ctrl-C",
            "paperwire watch 'sparse autoencoders'"},
           {"What would have come since last week, and then what comes",
            "paperwire watch 'diffusion -video' --from 7d"},
           {"Only what is new since the last run, for cron",
            "paperwire watch robots --cursor ~/.robots --until-caught-up"},
           {"Events for a program",
            "paperwire watch robots --json | jq -r "
            "'.match.paper.title // empty'"}},
      .run = RunWatch};
}

}  // namespace paperwire::command
