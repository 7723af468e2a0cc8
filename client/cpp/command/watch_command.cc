#include <memory>
#include <optional>

#include "absl/time/clock.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/committer.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/cursor_file.h"
#include "client/cpp/command/errors.h"
#include "client/cpp/command/interrupt.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/paper_text.h"
#include "client/cpp/command/query_flags.h"
#include "client/cpp/command/subscription_text.h"
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
  } else if (from == "cursor") {
    request->set_position(v1::WatchRequest::POSITION_CURSOR);
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
  absl::Status SetWhat(v1::WatchRequest* request);
  absl::Status Reach(const v1::WatchRequest& request);
  void Print(const v1::WatchResponse& event);
  void PrintMatch(const v1::WatchMatch& match);
  // Keeps the place: everything that `token` covers was written out.
  absl::Status Keep(const std::string& token, CursorFile::Sync sync);
  int End(const absl::Status& why, const std::string& token,
          std::optional<Interrupt::Cause> cause);
  std::string PlaceText(const std::string& token) const;

  Context& context_;
  // Where the place is kept: one of the two at most.
  std::optional<CursorFile> cursor_;
  std::optional<Committer> committer_;
  int64_t matches_ = 0;        // printed
  int64_t noted_matches_ = 0;  // of them, those that committer_ knows of
};

absl::Status Watch::SetWhat(v1::WatchRequest* request) {
  const Arguments& args = context_.args;
  if (args.Has("subscription")) {
    if (!args.words.empty() || HasQueryFlags(args)) {
      return absl::InvalidArgumentError(
          "--subscription has a query of its own; leave out the words and "
          "flags of another");
    }
    ASSIGN_OR_RETURN(*request->mutable_subscription(),
                     ParseSubscriptionName(args.Text("subscription")));
    return absl::OkStatus();
  }
  if (args.Has("no-commit") || args.Text("from") == "cursor") {
    return absl::InvalidArgumentError(
        StrCat(args.Has("no-commit") ? "--no-commit" : "--from cursor",
               " goes with --subscription ID"));
  }
  ASSIGN_OR_RETURN(*request->mutable_query(),
                   MakeQuery(args, args.JoinedWords(), absl::Now()));
  return absl::OkStatus();
}

absl::StatusOr<v1::WatchRequest> Watch::MakeRequest() {
  v1::WatchRequest request;
  RETURN_IF_ERROR(SetWhat(&request));
  const bool stored = !request.subscription().empty();
  std::string from = context_.args.Text("from", stored ? "cursor" : "now");
  // From anywhere else, a commit would pass over what is still to be read.
  const bool gapless = from == "cursor" || from == "beginning";
  if (cursor_.has_value()) {
    ASSIGN_OR_RETURN(const std::string token, cursor_->Read());
    if (!token.empty()) {
      request.set_resume_token(token);
      from.clear();
    }
  } else if (stored && gapless && !context_.args.Has("no-commit")) {
    committer_.emplace(&context_.client(), request.subscription());
  }
  if (!from.empty()) SetStart(from, &request);
  if (!context_.json()) {
    for (int i = 0; i < kTableFieldCount; ++i) {
      request.mutable_read_mask()->add_paths(kTableFields[i]);
    }
  }
  return request;
}

// A server that is not there is said at once; one that goes away later is
// waited for.
absl::Status Watch::Reach(const v1::WatchRequest& request) {
  if (request.subscription().empty()) {
    return context_.client().GetServerInfo().status();
  }
  v1::GetSubscriptionRequest get;
  get.set_name(request.subscription());
  ASSIGN_OR_RETURN(const v1::Subscription subscription,
                   context_.client().GetSubscription(get));
  if (subscription.state() == v1::Subscription::STATE_PAUSED) {
    const std::string id = ShownSubscription(request.subscription());
    context_.Say(StrCat(id,
                        " is paused: nothing comes before paperwire "
                        "subscriptions resume ",
                        id));
  }
  return absl::OkStatus();
}

int Watch::Follow(v1::WatchRequest request, Interrupt& interrupt) {
  const absl::Status reached = Reach(request);
  if (!reached.ok()) return context_.Fail(reached);
  const bool until_caught_up = context_.args.Has("until-caught-up");
  bool caught_up = false;
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
    // The place is kept once a batch.
    if (watcher->has_next() && !context_.out.closed()) continue;
    const absl::Status flushed = context_.out.Flush();
    // What did not get through is not covered by the place.
    if (context_.out.closed()) {
      return flushed.ok() ? kOk : context_.Fail(flushed);
    }
    // Places of a journal that was put back mean nothing to it any more.
    if (event->has_reset() && committer_.has_value()) committer_->Forget();
    const absl::Status kept =
        Keep(watcher->resume_token(), event->has_match()
                                          ? CursorFile::Sync::kWithinASecond
                                          : CursorFile::Sync::kNow);
    if (!kept.ok()) return context_.Fail(kept);
    caught_up = caught_up || event->has_caught_up();
    const bool committed = !committer_.has_value() || !committer_->behind();
    if (until_caught_up && caught_up && committed) return kOk;
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

absl::Status Watch::Keep(const std::string& token, CursorFile::Sync sync) {
  if (cursor_.has_value() && !token.empty()) return cursor_->Write(token, sync);
  if (!committer_.has_value()) return absl::OkStatus();
  // Only matches move the place: to look again at what did not match costs
  // the server nothing, to commit it every 15 seconds would.
  if (matches_ > noted_matches_) committer_->Note(token);
  noted_matches_ = matches_;
  return committer_->Commit();
}

int Watch::End(const absl::Status& why, const std::string& token,
               std::optional<Interrupt::Cause> cause) {
  if (absl::IsCancelled(why)) {
    // It may have ended in the middle of a batch.
    const absl::Status flushed = context_.out.Flush();
    if (context_.out.closed()) {
      return flushed.ok() ? kOk : context_.Fail(flushed);
    }
    const absl::Status kept = Keep(token, CursorFile::Sync::kNow);
    if (!kept.ok()) return context_.Fail(kept);
  }
  if (absl::IsCancelled(why) && cause.has_value()) {
    if (cause == Interrupt::Cause::kReaderGone) return kOk;
    context_.Say(StrCat("stopped after ", matches_,
                        matches_ == 1 ? " match" : " matches",
                        PlaceText(token)));
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

std::string Watch::PlaceText(const std::string& token) const {
  if (cursor_.has_value()) {
    return StrCat("; the place is kept in ", cursor_->path());
  }
  if (committer_.has_value()) {
    return committer_->behind()
               ? "; the last of them could not be committed and come again"
               : "; the place is kept on the server";
  }
  return token.empty() ? "" : StrCat("; go on with --from ", token);
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
                 "last paper that was written out. A subscription (see "
                 "paperwire subscribe) needs no file: the watch goes on from "
                 "its cursor, which the server keeps, and commits what was "
                 "written out. Nothing is committed with --cursor, nor from a "
                 "place that passes over what is pending: now, a time or a "
                 "token. ",
                 kQueryLanguage),
      .flags = WithQueryFlags({
          {.name = "subscription",
           .kind = FlagKind::kText,
           .value = "ID",
           .help = "Watch this subscription, instead of a query"},
          {.name = "from",
           .kind = FlagKind::kText,
           .value = "WHERE",
           .help = "now (default), beginning, a time such as 2026-07-10 or "
                   "12h, a resume token, or cursor (default with "
                   "--subscription)",
           .hints = {"now", "beginning", "cursor"}},
          {.name = "cursor",
           .kind = FlagKind::kFile,
           .value = "FILE",
           .help = "Go on where FILE says, and keep the place there; --from "
                   "counts while there is no such file"},
          {.name = "no-commit",
           .help = "Leave the subscription's cursor where it is"},
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
           {"The same with the place on the server",
            "paperwire watch --subscription robots --until-caught-up"},
           {"Events for a program",
            "paperwire watch robots --json | jq -r "
            "'.match.paper.title // empty'"}},
      .run = RunWatch};
}

}  // namespace paperwire::command
