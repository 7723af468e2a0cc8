#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "client/cpp/command/actions.h"
#include "client/cpp/command/asking.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/query_flags.h"
#include "client/cpp/command/subscription_flags.h"
#include "client/cpp/command/subscription_page.h"
#include "client/cpp/command/subscription_text.h"
#include "client/cpp/command/table.h"
#include "client/cpp/command/times.h"
#include "client/cpp/command/webhook_text.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

constexpr int kPage = 1000;
constexpr size_t kDateSize = sizeof("2026-07-10") - 1;

using Names = std::vector<std::string>;

absl::StatusOr<v1::Subscription> Get(Context& context,
                                     const std::string& name) {
  v1::GetSubscriptionRequest request;
  request.set_name(name);
  return context.client().GetSubscription(request);
}

void PrintJson(Context& context, const v1::Subscription& subscription) {
  // pending_count is wanted most when it is 0.
  context.out.Write(StrCat(ToJson(subscription, Defaults::kWrite), "\n"));
}

int RunList(Context& context, const Names&) {
  v1::ListSubscriptionsRequest request;
  request.set_parent(kParent);
  request.set_page_size(kPage);
  const absl::Status labels = AddLabels(context.args, request.mutable_labels());
  if (!labels.ok()) return context.Misused(labels);
  const absl::StatusOr<std::vector<v1::Subscription>> all =
      context.client().ListSubscriptions(request);
  if (!all.ok()) return context.Fail(all.status());
  const bool terminal = context.out.terminal();
  Table table({{.heading = "ID", .most = 30},
               {.heading = "STATE"},
               {.heading = "QUERY", .stretch = true},
               {.heading = "PENDING", .right = true},
               {.heading = "CREATED", .drop = 2},
               {.heading = "WEBHOOK"},
               {.heading = "SHARED BY", .most = 20, .drop = 1}});
  for (const v1::Subscription& subscription : *all) {
    if (context.json()) {
      PrintJson(context, subscription);
      continue;
    }
    const std::string query = QueryText(subscription.query());
    const std::string created =
        LocalTime(FromProto(subscription.create_time()));
    const bool paused = subscription.state() == v1::Subscription::STATE_PAUSED;
    table.AddRow(
        {{{ShownSubscription(subscription.name()), Style::kHeading}},
         {{StateText(subscription.state()),
           paused ? Style::kDim : Style::kPlain}},
         {terminal && query.empty() ? Piece{"every paper", Style::kDim}
                                    : Piece{query}},
         {{terminal ? PendingText(subscription)
                    : StrCat(subscription.pending_count())}},
         {{terminal ? created.substr(0, kDateSize) : created, Style::kDim}},
         {WebhookState(subscription.webhook())},
         {{GroupNames(subscription)}}});
  }
  if (!context.json() && !all->empty()) table.Print(context.out);
  if (!context.json() && all->empty()) {
    context.Say(request.labels().empty()
                    ? "no subscriptions; make one with paperwire subscribe"
                    : "no subscriptions with these labels");
  }
  return context.Done();
}

// Reports what is not there, and shows the rest.
int RunShow(Context& context, const Names& names) {
  bool complete = true;
  bool first = true;
  for (const std::string& name : names) {
    const absl::StatusOr<v1::Subscription> subscription = Get(context, name);
    if (!subscription.ok()) {
      context.Fail(subscription.status());
      if (!absl::IsNotFound(subscription.status())) return kFailed;
      complete = false;
      continue;
    }
    if (context.json()) {
      PrintJson(context, *subscription);
    } else {
      if (!first) context.out.Write("\n");
      PrintSubscription(*subscription, absl::Now(), context.out);
    }
    first = false;
  }
  const int code = context.Done();
  return complete ? code : kFailed;
}

// Puts what the flags say into `subscription`, and the fields into `mask`.
absl::Status ApplyChanges(const Arguments& args, v1::Subscription* subscription,
                          google::protobuf::FieldMask* mask) {
  const absl::Time now = absl::Now();
  if (args.Has("query") || HasQueryFlags(args)) {
    v1::Query* query = subscription->mutable_query();
    if (args.Has("query")) query->set_text(args.Text("query"));
    RETURN_IF_ERROR(ApplyQueryFlags(args, now, query));
    mask->add_paths("query");
  }
  RETURN_IF_ERROR(ApplySubscriptionFlags(args, now, subscription, mask));
  for (const std::string& key : args.List("remove-label")) {
    if (subscription->mutable_labels()->erase(key) == 0) {
      return absl::InvalidArgumentError(
          StrCat("--remove-label: there is no label \"", key, "\""));
    }
  }
  if (args.Has("remove-label") && !args.Has("label")) mask->add_paths("labels");
  if (mask->paths().empty()) {
    return absl::InvalidArgumentError(
        "nothing to change: give --query, --title, --news, --label, "
        "--expires, or a flag of the query such as --category");
  }
  return absl::OkStatus();
}

int RunEdit(Context& context, const Names& names) {
  v1::UpdateSubscriptionRequest request;
  absl::StatusOr<v1::Subscription> stored = Get(context, names[0]);
  if (!stored.ok()) return context.Fail(stored.status());
  v1::Subscription* changed = request.mutable_subscription();
  *changed = *stored;
  const absl::Status applied =
      ApplyChanges(context.args, changed, request.mutable_update_mask());
  if (!applied.ok()) return context.Misused(applied);
  // What was read is what is changed.
  changed->set_etag(context.args.Text("etag", stored->etag()));
  const absl::StatusOr<v1::Subscription> updated =
      context.client().UpdateSubscription(request);
  if (!updated.ok()) return context.Fail(updated.status());
  if (context.json()) {
    PrintJson(context, *updated);
  } else {
    context.Say(StrCat("changed ", ShownSubscription(updated->name())));
  }
  return context.Done();
}

int RunPause(Context& context, const Names& names) {
  for (const std::string& name : names) {
    v1::PauseSubscriptionRequest request;
    request.set_name(name);
    request.set_etag(context.args.Text("etag"));
    const absl::StatusOr<v1::Subscription> paused =
        context.client().PauseSubscription(request);
    if (!paused.ok()) return context.Fail(paused.status());
    if (context.json()) {
      PrintJson(context, *paused);
    } else {
      context.Say(StrCat("paused ", ShownSubscription(name),
                         "; what matches is held back"));
    }
  }
  return context.Done();
}

int RunResume(Context& context, const Names& names) {
  for (const std::string& name : names) {
    v1::ResumeSubscriptionRequest request;
    request.set_name(name);
    request.set_etag(context.args.Text("etag"));
    const absl::StatusOr<v1::Subscription> resumed =
        context.client().ResumeSubscription(request);
    if (!resumed.ok()) return context.Fail(resumed.status());
    if (context.json()) {
      PrintJson(context, *resumed);
    } else {
      context.Say(StrCat("resumed ", ShownSubscription(name),
                         "; pending: ", PendingText(*resumed)));
    }
  }
  return context.Done();
}

int RunDelete(Context& context, const Names& names) {
  if (absl::Status sure = CheckSure(context); !sure.ok()) {
    return context.Misused(sure);
  }
  for (const std::string& name : names) {
    v1::DeleteSubscriptionRequest request;
    request.set_name(name);
    request.set_etag(context.args.Text("etag"));
    request.set_allow_missing(context.args.Has("allow-missing"));
    if (!context.args.Has("yes")) {
      const absl::StatusOr<v1::Subscription> there = Get(context, name);
      if (absl::IsNotFound(there.status()) && request.allow_missing()) {
        continue;
      }
      if (!there.ok()) return context.Fail(there.status());
      if (!Confirmed(context,
                     StrCat("Delete ", ShownSubscription(name), " (",
                            QueryText(there->query()), ") with its cursor?"))) {
        continue;
      }
      // What was seen is what is deleted.
      if (request.etag().empty()) request.set_etag(there->etag());
    }
    const absl::Status status = context.client().DeleteSubscription(request);
    if (!status.ok()) return context.Fail(status);
    context.Say(StrCat("deleted ", ShownSubscription(name)));
  }
  return context.Done();
}

int RunDeleteGroup(Context& context, const Names& names) {
  const std::string group = context.args.Text("share-group");
  if (group.empty()) {
    return context.Misused(absl::InvalidArgumentError(
        "which one? say --share-group NAME; paperwire subscriptions show "
        "tells those that there are"));
  }
  if (absl::Status sure = CheckSure(context); !sure.ok()) {
    return context.Misused(sure);
  }
  const std::string shown = StrCat("the share group ", Printable(group), " of ",
                                   ShownSubscription(names[0]));
  if (!Confirmed(context, StrCat("Delete ", shown, " with its place?"))) {
    return kOk;
  }
  v1::DeleteShareGroupRequest request;
  request.set_name(names[0]);
  request.set_share_group(group);
  const absl::Status status = context.client().DeleteShareGroup(request);
  if (!status.ok()) return context.Fail(status);
  context.Say(StrCat("deleted ", shown));
  return context.Done();
}

std::vector<std::string> FlagsOfEdit() {
  std::vector<std::string> names = {"query", "remove-label", "etag"};
  for (const FlagSpec& flag : SubscriptionFlags()) names.push_back(flag.name);
  for (const FlagSpec& flag : QueryFlags()) names.push_back(flag.name);
  return names;
}

const std::vector<Action>& Actions() {
  static const auto* const kActions = new std::vector<Action>{
      {.name = "list", .flags = {"label"}, .run = RunList},
      {.name = "show",
       .words = "ID...",
       .min_words = 1,
       .max_words = kMostWords,
       .run = RunShow},
      {.name = "edit",
       .words = "ID",
       .min_words = 1,
       .max_words = 1,
       .flags = FlagsOfEdit(),
       .run = RunEdit},
      {.name = "pause",
       .words = "ID...",
       .min_words = 1,
       .max_words = kMostWords,
       .flags = {"etag"},
       .run = RunPause},
      {.name = "resume",
       .words = "ID...",
       .min_words = 1,
       .max_words = kMostWords,
       .flags = {"etag"},
       .run = RunResume},
      {.name = "delete",
       .words = "ID...",
       .min_words = 1,
       .max_words = kMostWords,
       .flags = {"etag", "yes", "allow-missing"},
       .run = RunDelete},
      {.name = "delete-group",
       .words = "ID",
       .min_words = 1,
       .max_words = 1,
       .flags = {"share-group", "yes"},
       .run = RunDeleteGroup}};
  return *kActions;
}

absl::StatusOr<Names> ParseNames(const Arguments& args) {
  Names names;
  for (const std::string& word : WordsOf(args)) {
    ASSIGN_OR_RETURN(std::string name, ParseSubscriptionName(word));
    names.push_back(std::move(name));
  }
  if (names.size() > 1 && args.Has("etag")) {
    return absl::InvalidArgumentError("--etag goes with one subscription only");
  }
  return names;
}

int RunSubscriptions(Context& context) {
  const absl::StatusOr<const Action*> action =
      ChooseAction(Actions(), context.args);
  if (!action.ok()) return context.Misused(action.status());
  const absl::StatusOr<Names> names = ParseNames(context.args);
  if (!names.ok()) return context.Misused(names.status());
  return (*action)->run(context, *names);
}

std::vector<FlagSpec> Flags() {
  std::vector<FlagSpec> flags = {
      {.name = "query",
       .letter = 'q',
       .kind = FlagKind::kText,
       .value = "QUERY",
       .help = "The new words of the query; its flags stay unless given anew"}};
  for (FlagSpec& flag : SubscriptionFlags()) flags.push_back(std::move(flag));
  flags.push_back({.name = "remove-label",
                   .kind = FlagKind::kText,
                   .value = "KEY",
                   .help = "Take this label away",
                   .many = true});
  flags.push_back({.name = "etag",
                   .kind = FlagKind::kText,
                   .value = "ETAG",
                   .help = "Only if it is still as when it had this etag"});
  flags.push_back({.name = "share-group",
                   .kind = FlagKind::kText,
                   .value = "NAME",
                   .help = "The group to delete, with how far it was"});
  flags.push_back({.name = "yes", .letter = 'y', .help = "Delete, do not ask"});
  flags.push_back({.name = "allow-missing",
                   .help = "To delete what is not there is no error"});
  return WithQueryFlags(std::move(flags));
}

}  // namespace

CommandSpec SubscriptionsCommand() {
  return {
      .name = "subscriptions",
      .argument_kind = ArgumentKind::kChoice,
      .arguments = StrCat(ChoiceText(Actions()), " [ID...]"),
      .choices = NamesOf(Actions()),
      .max_arguments = kMostWords + 1,
      .summary = "Look at subscriptions, and change them",
      .details =
          "Without a word they are listed: how many papers are pending, that "
          "is, match and were not committed yet; --label KEY=VALUE lists only "
          "those that have it. edit takes the flags of paperwire subscribe "
          "and changes only what they say, from now on; --category '', "
          "--since any and --min-votes 0 take a part of the query away, "
          "--expires never the end. What matches while a subscription is "
          "paused comes when it is resumed. To delete one deletes its cursor "
          "too. delete-group forgets a share group and how far it was. Its "
          "webhook is changed by paperwire webhook.",
      .flags = Flags(),
      .examples =
          {{"All of them", "paperwire subscriptions"},
           {"Other words, the rest as it is",
            "paperwire subscriptions edit sae --query 'sparse autoencoder*'"},
           {"Nothing for a while", "paperwire subscriptions pause sae"},
           {"The ids of those with papers to read",
            "paperwire subscriptions --json | jq -r "
            "'select(.pending_count > 0).name'"},
           {"Without a question", "paperwire subscriptions delete sae --yes"}},
      .run = RunSubscriptions};
}

}  // namespace paperwire::command
