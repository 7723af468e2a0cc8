#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "client/cpp/command/actions.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/page.h"
#include "client/cpp/command/subscription_text.h"
#include "client/cpp/command/table.h"
#include "client/cpp/command/times.h"
#include "client/cpp/command/webhook_deliveries.h"
#include "client/cpp/command/webhook_flags.h"
#include "client/cpp/command/webhook_text.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

constexpr int kPage = 1000;

// The id behind the action's name, and what follows it.
using Words = std::vector<std::string>;

absl::StatusOr<v1::Subscription> Get(Context& context,
                                     const std::string& name) {
  v1::GetSubscriptionRequest request;
  request.set_name(name);
  return context.client().GetSubscription(request);
}

absl::Status NoWebhook(const v1::Subscription& subscription) {
  const std::string id = ShownSubscription(subscription.name());
  return absl::FailedPreconditionError(
      StrCat(id, " has no webhook; give it one: paperwire webhook set ", id,
             " https://..."));
}

// The subscription, which has a webhook.
absl::StatusOr<v1::Subscription> Need(Context& context,
                                      const std::string& name) {
  ASSIGN_OR_RETURN(v1::Subscription subscription, Get(context, name));
  if (!subscription.has_webhook()) return NoWebhook(subscription);
  return subscription;
}

// Stores the webhook of what was read, if nobody has changed it meanwhile.
absl::StatusOr<v1::Subscription> Update(Context& context,
                                        v1::Subscription subscription) {
  v1::UpdateSubscriptionRequest request;
  *request.mutable_subscription() = std::move(subscription);
  request.mutable_subscription()->mutable_webhook()->clear_status();
  if (request.subscription().webhook().url().empty()) {
    request.mutable_subscription()->clear_webhook();
  }
  request.mutable_update_mask()->add_paths("webhook");
  return context.client().UpdateSubscription(request);
}

void PrintJson(Context& context, const google::protobuf::Message& message) {
  context.out.Write(StrCat(ToJson(message, Defaults::kWrite), "\n"));
}

int RunList(Context& context, const Words&) {
  v1::ListSubscriptionsRequest request;
  request.set_parent(kParent);
  request.set_page_size(kPage);
  const absl::StatusOr<std::vector<v1::Subscription>> all =
      context.client().ListSubscriptions(request);
  if (!all.ok()) return context.Fail(all.status());
  Table table({{.heading = "ID", .most = 30},
               {.heading = "STATE"},
               {.heading = "URL", .stretch = true},
               {.heading = "LAST TAKEN", .drop = 1}});
  bool any = false;
  for (const v1::Subscription& subscription : *all) {
    if (!subscription.has_webhook()) continue;
    any = true;
    const v1::Webhook& webhook = subscription.webhook();
    if (context.json()) {
      PrintJson(context, subscription);
      continue;
    }
    const std::string taken =
        webhook.status().has_last_success_time()
            ? LocalTime(FromProto(webhook.status().last_success_time()))
            : "";
    table.AddRow({{{ShownSubscription(subscription.name()), Style::kHeading}},
                  {WebhookState(webhook)},
                  {{Printable(webhook.url())}},
                  {{taken, Style::kDim}}});
  }
  if (!context.json() && any) table.Print(context.out);
  if (!context.json() && !any) {
    context.Say(
        "no subscription has a webhook; give one to a new one with paperwire "
        "subscribe --webhook URL, or to one that stands with paperwire webhook "
        "set ID URL");
  }
  return context.Done();
}

int RunShow(Context& context, const Words& words) {
  const absl::StatusOr<v1::Subscription> subscription = Need(context, words[0]);
  if (!subscription.ok()) return context.Fail(subscription.status());
  if (context.json()) {
    PrintJson(context, *subscription);
  } else {
    Page page(context.out);
    const std::string id = ShownSubscription(subscription->name());
    page.Text(id, Style::kBold);
    page.Gap();
    PrintWebhook(subscription->webhook(), id, absl::Now(), &page);
  }
  return context.Done();
}

// Puts what the words and flags say into `webhook`; returns a secret that was
// made, if one was.
absl::StatusOr<std::string> Apply(const Arguments& args, const Words& words,
                                  v1::Webhook* webhook) {
  const bool is_new = webhook->url().empty();
  if (is_new && words.size() < 2) {
    return absl::InvalidArgumentError(
        "it has no webhook yet; say where to post: paperwire webhook set ID "
        "https://...");
  }
  if (words.size() > 1) webhook->set_url(words[1]);
  if (args.Has("batch")) {
    webhook->set_max_batch_size(static_cast<int32_t>(
        std::min<int64_t>(args.Count("batch", 0), 1 << 30)));
  }
  if (args.Has("give-up-after")) {
    *webhook->mutable_give_up_after() =
        ToProto(args.Seconds("give-up-after", absl::ZeroDuration()));
  }
  if (args.Has("secret-file") && args.Has("new-secret")) {
    return absl::InvalidArgumentError(
        "--secret-file and --new-secret: give one of the two");
  }
  if (!is_new && !args.Has("secret-file") && !args.Has("new-secret")) {
    if (words.size() > 1 || args.Has("batch") || args.Has("give-up-after")) {
      return "";
    }
    return absl::InvalidArgumentError(
        "nothing to change: give another URL, --secret-file, --new-secret, "
        "--batch or --give-up-after");
  }
  return SetSecret(args.Text("secret-file"), webhook);
}

int RunSet(Context& context, const Words& words) {
  absl::StatusOr<v1::Subscription> subscription = Get(context, words[0]);
  if (!subscription.ok()) return context.Fail(subscription.status());
  const absl::StatusOr<std::string> made =
      Apply(context.args, words, subscription->mutable_webhook());
  if (!made.ok()) return context.Misused(made.status());
  absl::StatusOr<v1::Subscription> updated =
      Update(context, *std::move(subscription));
  if (!updated.ok()) return context.Fail(updated.status());
  if (context.json()) {
    updated->mutable_webhook()->set_secret(*made);
    PrintJson(context, *updated);
    return context.Done();
  }
  if (!made->empty()) {
    context.Say(
        "deliveries are signed with this secret; it is shown this once, the "
        "receiver needs it:");
    context.out.Write(StrCat(*made, "\n"));
    if (const int code = context.Done(); code != kOk) return code;
  }
  context.Say(StrCat("what matches ", ShownSubscription(words[0]),
                     " is posted to ", updated->webhook().url(),
                     updated->webhook().disabled()
                         ? "; held back until paperwire webhook enable"
                         : ""));
  return kOk;
}

int Switch(Context& context, const Words& words, bool disabled) {
  for (const std::string& name : words) {
    absl::StatusOr<v1::Subscription> subscription = Need(context, name);
    if (!subscription.ok()) return context.Fail(subscription.status());
    subscription->mutable_webhook()->set_disabled(disabled);
    const absl::StatusOr<v1::Subscription> updated =
        Update(context, *std::move(subscription));
    if (!updated.ok()) return context.Fail(updated.status());
    if (context.json()) {
      PrintJson(context, *updated);
    } else if (disabled) {
      context.Say(StrCat("disabled the webhook of ", ShownSubscription(name),
                         "; what matches is held back for it"));
    } else {
      context.Say(StrCat("enabled the webhook of ", ShownSubscription(name),
                         "; what was held back is posted first"));
    }
  }
  return context.Done();
}

int RunDisable(Context& context, const Words& words) {
  return Switch(context, words, true);
}

int RunEnable(Context& context, const Words& words) {
  return Switch(context, words, false);
}

int RunRemove(Context& context, const Words& words) {
  for (const std::string& name : words) {
    absl::StatusOr<v1::Subscription> subscription = Need(context, name);
    if (!subscription.ok()) return context.Fail(subscription.status());
    subscription->clear_webhook();
    const absl::StatusOr<v1::Subscription> updated =
        Update(context, *std::move(subscription));
    if (!updated.ok()) return context.Fail(updated.status());
    if (context.json()) {
      PrintJson(context, *updated);
    } else {
      context.Say(StrCat("removed the webhook of ", ShownSubscription(name),
                         "; the subscription stays"));
    }
  }
  return context.Done();
}

const std::vector<Action>& Actions() {
  static const auto* const kActions = new std::vector<Action>{
      {.name = "list", .run = RunList},
      {.name = "show",
       .words = "ID",
       .min_words = 1,
       .max_words = 1,
       .run = RunShow},
      {.name = "set",
       .words = "ID [URL]",
       .min_words = 1,
       .max_words = 2,
       .flags = {"secret-file", "new-secret", "batch", "give-up-after"},
       .run = RunSet},
      {.name = "disable",
       .words = "ID...",
       .min_words = 1,
       .max_words = kMostWords,
       .run = RunDisable},
      {.name = "enable",
       .words = "ID...",
       .min_words = 1,
       .max_words = kMostWords,
       .run = RunEnable},
      {.name = "remove",
       .words = "ID...",
       .min_words = 1,
       .max_words = kMostWords,
       .run = RunRemove},
      {.name = "deliveries",
       .words = "ID",
       .min_words = 1,
       .max_words = 1,
       .flags = {"dead", "limit"},
       .run = ListDeliveries},
      {.name = "retry",
       .words = "ID [DELIVERY...]",
       .min_words = 1,
       .max_words = kMostWords,
       .flags = {"all"},
       .run = RetryDeliveries}};
  return *kActions;
}

// The words with names in place of ids: of the first, or of all.
absl::StatusOr<Words> WithNames(const Action& action, const Arguments& args) {
  Words words = WordsOf(args);
  const size_t ids = action.words == "ID..." ? words.size() : 1;
  for (size_t i = 0; i < std::min(ids, words.size()); ++i) {
    ASSIGN_OR_RETURN(words[i], ParseSubscriptionName(words[i]));
  }
  return words;
}

int RunWebhook(Context& context) {
  const absl::StatusOr<const Action*> action =
      ChooseAction(Actions(), context.args);
  if (!action.ok()) return context.Misused(action.status());
  const absl::StatusOr<Words> words = WithNames(**action, context.args);
  if (!words.ok()) return context.Misused(words.status());
  return (*action)->run(context, *words);
}

}  // namespace

CommandSpec WebhookCommand() {
  return {
      .name = "webhook",
      .argument_kind = ArgumentKind::kChoice,
      .arguments = StrCat(ChoiceText(Actions()), " [ID [WORDS]]"),
      .choices = NamesOf(Actions()),
      .max_arguments = kMostWords + 1,
      .summary = "Have the matches of a subscription posted to an address",
      .details =
          "The server posts what matches from then on as JSON, a batch at a "
          "time and in order, and again, with growing pauses, until it is "
          "answered with 2xx. What is not taken in 24 hours (--give-up-after) "
          "is dead: deliveries --dead shows it, retry posts it once more. "
          "Deliveries are signed as Standard Webhooks has it "
          "(standardwebhooks.com). set changes only what it is told; the first "
          "time, and with --new-secret, it makes the secret and writes it to "
          "standard output, once. A webhook has a place of its own: watches "
          "and their cursor do not move it. Addresses of the server's machine "
          "or a private network are refused, unless it runs with "
          "--allow-private-webhooks.",
      .flags = {{.name = "secret-file",
                 .kind = FlagKind::kFile,
                 .value = "FILE",
                 .help = "Sign with the secret in FILE: whsec_ and the base64 "
                         "of 24 to 64 random bytes"},
                {.name = "new-secret",
                 .help = "Make a new secret, in place of the one it has"},
                {.name = "batch",
                 .kind = FlagKind::kCount,
                 .value = "N",
                 .help = "At most N papers in one delivery (default 100; 1 to "
                         "1000)"},
                {.name = "give-up-after",
                 .kind = FlagKind::kSeconds,
                 .value = "TIME",
                 .help = "How long a delivery is tried (default 24h; 1m to "
                         "7d)"},
                {.name = "dead", .help = "Only deliveries that were given up"},
                {.name = "limit",
                 .letter = 'n',
                 .kind = FlagKind::kCount,
                 .value = "N",
                 .help = "Show at most N deliveries (default 20)"},
                {.name = "all", .help = "Retry every dead delivery"}},
      .examples =
          {{"Post to a server of yours, and keep the secret",
            "paperwire webhook set sae https://example.org/papers > secret"},
           {"How it fares", "paperwire webhook show sae"},
           {"What was not taken, and once more",
            "paperwire webhook deliveries sae --dead"},
           {"All of that once more", "paperwire webhook retry sae --all"},
           {"Hold deliveries back for a while",
            "paperwire webhook disable sae"}},
      .run = RunWebhook};
}

}  // namespace paperwire::command
