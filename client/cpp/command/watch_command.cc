#include <memory>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/cursor_file.h"
#include "client/cpp/command/interrupt.h"
#include "client/cpp/command/outage.h"
#include "client/cpp/command/paper_text.h"
#include "client/cpp/command/query_flags.h"
#include "client/cpp/command/subscription_text.h"
#include "client/cpp/command/times.h"
#include "client/cpp/command/watch_place.h"
#include "client/cpp/command/watch_printer.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

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

std::string TokenOf(const Watcher& watcher) { return watcher.resume_token(); }
// A share group has its place on the server.
std::string TokenOf(const SharedWatcher&) { return ""; }

// Whether more comes for sure, so that what was printed may wait for it.
bool BatchGoesOn(const Watcher& watcher) { return watcher.has_next(); }
bool BatchGoesOn(const SharedWatcher&) { return false; }

// One watch, from its flags to its end.
class Watch {
 public:
  explicit Watch(Context& context)
      : context_(context),
        printer_(context),
        outage_(std::make_shared<Outage>(&context)) {
    if (context.args.Has("cursor"))
      cursor_.emplace(context.args.Text("cursor"));
  }

  absl::StatusOr<v1::WatchRequest> MakeRequest();
  int Run(v1::WatchRequest request, Interrupt& interrupt);

 private:
  absl::Status SetWhat(v1::WatchRequest* request);
  absl::Status SetSharing(v1::WatchRequest* request);
  absl::Status Reach(const v1::WatchRequest& request);
  template <typename AnyWatcher>
  int Follow(AnyWatcher& watcher, const Interrupt& interrupt);
  int End(const absl::Status& why, Written written,
          std::optional<Interrupt::Cause> cause);

  Context& context_;
  WatchPrinter printer_;
  const std::shared_ptr<Outage> outage_;
  std::optional<CursorFile> cursor_;
  bool commits_ = false;
  std::unique_ptr<WatchPlace> place_;
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
  for (const char* flag : {"no-commit", "share-group"}) {
    if (!args.Has(flag)) continue;
    return absl::InvalidArgumentError(
        StrCat("--", flag, " goes with --subscription ID"));
  }
  if (args.Text("from") == "cursor") {
    return absl::InvalidArgumentError(
        "--from cursor goes with --subscription ID");
  }
  ASSIGN_OR_RETURN(*request->mutable_query(),
                   MakeQuery(args, args.JoinedWords(), absl::Now()));
  return absl::OkStatus();
}

absl::Status Watch::SetSharing(v1::WatchRequest* request) {
  const Arguments& args = context_.args;
  if (!args.Has("share-group")) {
    if (!args.Has("lease")) return absl::OkStatus();
    return absl::InvalidArgumentError("--lease goes with --share-group NAME");
  }
  for (const char* flag : {"cursor", "no-commit"}) {
    if (!args.Has(flag)) continue;
    return absl::InvalidArgumentError(
        StrCat("--", flag,
               " does not go with --share-group: the server knows "
               "how far the group is, by what its members acknowledge"));
  }
  request->set_share_group(args.Text("share-group"));
  if (args.Has("lease")) {
    *request->mutable_lease_duration() =
        ToProto(args.Seconds("lease", absl::ZeroDuration()));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::WatchRequest> Watch::MakeRequest() {
  v1::WatchRequest request;
  RETURN_IF_ERROR(SetWhat(&request));
  RETURN_IF_ERROR(SetSharing(&request));
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
  }
  commits_ = stored && gapless && !context_.args.Has("no-commit");
  if (!from.empty()) SetStart(from, &request);
  request.set_explain(context_.args.Has("explain"));
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

int Watch::Run(v1::WatchRequest request, Interrupt& interrupt) {
  const absl::Status reached = Reach(request);
  if (!reached.ok()) return context_.Fail(reached);
  Client& client = context_.client();
  WatcherOptions options;
  options.on_retry = [outage = outage_](const absl::Status& why,
                                        absl::Duration wait) {
    outage->Began(why, wait);
  };
  if (!request.share_group().empty()) {
    const std::shared_ptr<SharedWatcher> watcher =
        client.WatchShared(std::move(request), options);
    interrupt.Then([watcher] { watcher->Cancel(); });
    place_ = PlaceInGroup(watcher.get());
    return Follow(*watcher, interrupt);
  }
  if (cursor_.has_value()) {
    place_ = PlaceInFile(&*cursor_);
  } else if (commits_) {
    place_ = PlaceAtServer(&client, request.subscription());
  } else {
    place_ = PlaceNowhere();
  }
  const std::shared_ptr<Watcher> watcher =
      client.Watch(std::move(request), options);
  interrupt.Then([watcher] { watcher->Cancel(); });
  return Follow(*watcher, interrupt);
}

template <typename AnyWatcher>
int Watch::Follow(AnyWatcher& watcher, const Interrupt& interrupt) {
  const bool until_caught_up = context_.args.Has("until-caught-up");
  bool caught_up = false;
  Written written;
  while (true) {
    const absl::StatusOr<v1::WatchResponse> event = watcher.Next();
    written.token = TokenOf(watcher);
    if (!event.ok()) {
      return End(event.status(), std::move(written), interrupt.cause());
    }
    outage_->Ended();
    printer_.Print(*event);
    if (event->has_match()) {
      written.matches.push_back(event->match().sequence());
    }
    caught_up = caught_up || event->has_caught_up();
    // The place is kept once a batch.
    if (BatchGoesOn(watcher) && !context_.out.closed()) continue;
    const absl::Status flushed = context_.out.Flush();
    // What did not get through is not covered by the place.
    if (context_.out.closed()) {
      return flushed.ok() ? kOk : context_.Fail(flushed);
    }
    // Places of a journal that was put back mean nothing to it any more.
    if (event->has_reset()) place_->Forget();
    const absl::Status kept = place_->Keep(written);
    if (!kept.ok()) return context_.Fail(kept);
    written.matches.clear();
    if (until_caught_up && caught_up && !place_->behind()) return kOk;
  }
}

int Watch::End(const absl::Status& why, Written written,
               std::optional<Interrupt::Cause> cause) {
  if (absl::IsCancelled(why)) {
    // It may have ended in the middle of a batch.
    const absl::Status flushed = context_.out.Flush();
    if (context_.out.closed()) {
      return flushed.ok() ? kOk : context_.Fail(flushed);
    }
    written.last = true;
    const absl::Status kept = place_->Keep(written);
    if (!kept.ok()) return context_.Fail(kept);
  }
  if (absl::IsCancelled(why) && cause.has_value()) {
    if (cause == Interrupt::Cause::kReaderGone) return kOk;
    context_.Say(StrCat("stopped after ", printer_.matches(),
                        printer_.matches() == 1 ? " match" : " matches",
                        place_->Remark()));
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
  return watch.Run(*std::move(request), interrupt);
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
                 "token. With --share-group, all who watch under that name "
                 "split the subscription's papers: each goes to one of them, "
                 "is acknowledged when it was written out, and goes to "
                 "another when its holder ends or does not acknowledge it "
                 "within the lease. The group's place is on the server, apart "
                 "from the cursor; --from counts for the first who names the "
                 "group. A source of papers that is silent for longer than it "
                 "ever was is mentioned on the error output. ",
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
          {.name = "share-group",
           .kind = FlagKind::kText,
           .value = "NAME",
           .help = "Split the subscription's papers with all who watch under "
                   "this name"},
          {.name = "lease",
           .kind = FlagKind::kSeconds,
           .value = "SECONDS",
           .help = "How long a paper may be held here before it goes to "
                   "another in the group (default 60; 1 to 3600)"},
          {.name = "explain",
           .help = "Show why each paper matches: which part of the query, in "
                   "which field, and what stands there"},
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
           {"One of several that share the work",
            "paperwire watch --subscription robots --share-group workers"},
           {"Why each paper comes",
            "paperwire watch 'robot* -survey' --explain"},
           {"Events for a program",
            "paperwire watch robots --json | jq -r "
            "'.match.paper.title // empty'"}},
      .run = RunWatch};
}

}  // namespace paperwire::command
