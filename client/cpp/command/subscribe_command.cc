#include <algorithm>

#include "absl/time/clock.h"
#include "client/cpp/client/uuid.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/query_flags.h"
#include "client/cpp/command/subscription_flags.h"
#include "client/cpp/command/subscription_text.h"
#include "client/cpp/command/text_layout.h"
#include "client/cpp/command/webhook_flags.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// The subscription stands already; nobody should wait long for the hint.
constexpr absl::Duration kHintTimeout = absl::Seconds(10);

// `secret` becomes that of the webhook, if it was made here.
absl::StatusOr<v1::CreateSubscriptionRequest> MakeRequest(const Arguments& args,
                                                          std::string* secret) {
  const absl::Time now = absl::Now();
  v1::CreateSubscriptionRequest request;
  request.set_parent(kParent);
  request.set_subscription_id(args.Text("id"));
  request.set_request_id(RandomUuid());
  v1::Subscription* subscription = request.mutable_subscription();
  ASSIGN_OR_RETURN(*subscription->mutable_query(),
                   MakeExplicitQuery(args, now));
  google::protobuf::FieldMask mask;
  RETURN_IF_ERROR(ApplySubscriptionFlags(args, now, subscription, &mask));
  if (args.Has("webhook")) {
    v1::Webhook* webhook = subscription->mutable_webhook();
    webhook->set_url(args.Text("webhook"));
    ASSIGN_OR_RETURN(*secret,
                     SetSecret(args.Text("webhook-secret-file"), webhook));
  } else if (args.Has("webhook-secret-file")) {
    return absl::InvalidArgumentError(
        "--webhook-secret-file goes with --webhook URL");
  }
  return request;
}

// Says how much the last 30 days would have brought, so that a query that is
// too broad is noticed before it hurts.
void SayPast(Context& context, const v1::Subscription& subscription) {
  Client client(
      {.address = context.address(),
       .timeout = std::min(context.args.Seconds("timeout", kHintTimeout),
                           kHintTimeout)});
  v1::PreviewSubscriptionRequest request;
  *request.mutable_query() = subscription.query();
  request.set_news(subscription.news());
  request.set_sample_size(1);
  request.mutable_read_mask()->add_paths("name");
  const absl::StatusOr<v1::PreviewSubscriptionResponse> past =
      client.PreviewSubscription(request);
  if (!past.ok()) {
    context.Say(StrCat("what it would have sent so far is not known: ",
                       ToStd(past.status().message())));
    return;
  }
  const int64_t total = past->total_match_count();
  context.Say(
      StrCat("would have sent ", total == 0 ? "no" : WithCommas(total),
             total == 1 ? " paper" : " papers",
             subscription.news() == v1::NEWS_VERSIONS ? " and versions" : "",
             " in the last 30 days"));
}

void SaySecret(Context& context, const std::string& secret) {
  context.Say(
      "deliveries to the webhook are signed with this secret; it is shown this "
      "once, the receiver needs it:");
  context.Say(secret);
}

int RunSubscribe(Context& context) {
  std::string secret;
  const absl::StatusOr<v1::CreateSubscriptionRequest> request =
      MakeRequest(context.args, &secret);
  if (!request.ok()) return context.Misused(request.status());
  absl::StatusOr<v1::Subscription> created =
      context.client().CreateSubscription(*request);
  if (!created.ok()) return context.Fail(created.status());
  if (context.json()) {
    if (!secret.empty()) created->mutable_webhook()->set_secret(secret);
    context.out.Write(StrCat(ToJson(*created, Defaults::kWrite), "\n"));
    return context.Done();
  }
  context.out.Write(StrCat(Printable(created->name()), "\n"));
  // Whatever becomes of standard output: nobody can ask for it again.
  if (!secret.empty()) SaySecret(context, secret);
  if (const int code = context.Done(); code != kOk) return code;
  context.Say(StrCat("watch it with: paperwire watch --subscription ",
                     ShownSubscription(created->name())));
  SayPast(context, *created);
  return kOk;
}

}  // namespace

CommandSpec SubscribeCommand() {
  std::vector<FlagSpec> flags = {
      {.name = "id",
       .kind = FlagKind::kText,
       .value = "ID",
       .help = "Its name from then on: 1 to 63 lower-case letters, digits and "
               "hyphens (default: the server makes one up)"}};
  for (FlagSpec& flag : SubscriptionFlags()) flags.push_back(std::move(flag));
  flags.push_back({.name = "webhook",
                   .kind = FlagKind::kText,
                   .value = "URL",
                   .help = "POST what matches to this https address, too; see "
                           "paperwire webhook"});
  flags.push_back({.name = "webhook-secret-file",
                   .kind = FlagKind::kFile,
                   .value = "FILE",
                   .help = "Sign deliveries with the secret in FILE (default: "
                           "one is made, and shown once)"});
  return {.name = "subscribe",
          .argument_kind = ArgumentKind::kQuery,
          .arguments = "QUERY...",
          .max_arguments = 1000,
          .summary = "Leave a query standing on the server",
          .details = StrCat(
              "From now on the server notes what starts to match, and how "
              "far you have read, so that paperwire watch --subscription "
              "gets all of it, however late it comes. The name is written "
              "to standard output. A paper comes once, when it first "
              "matches: when it is new, or when a change or votes make it "
              "match; lengths of time in --since and --until count back "
              "from now, once and for all. ",
              kQueryLanguage),
          .flags = WithQueryFlags(std::move(flags)),
          .examples =
              {{"Under a name of your choice",
                "paperwire subscribe 'sparse autoencoders' --id sae"},
               {"What starts to be voted for, and new versions of it",
                "paperwire subscribe diffusion --min-votes 20 --news versions"},
               {"For a while, with marks to list by",
                "paperwire subscribe robots -c cs.RO --expires 90d --label "
                "team=arm"},
               {"Posted to a server of yours",
                "paperwire subscribe robots --id robots --webhook "
                "https://example.org/papers"},
               {"What it will be like, before",
                "paperwire backtest robots -c cs.RO --days 90"}},
          .run = RunSubscribe};
}

}  // namespace paperwire::command
