#include "client/cpp/command/subscription_flags.h"

#include "client/cpp/command/times.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {

std::vector<FlagSpec> SubscriptionFlags() {
  return {{.name = "title",
           .kind = FlagKind::kText,
           .value = "TEXT",
           .help = "What to call it"},
          NewsFlag(),
          {.name = "label",
           .kind = FlagKind::kText,
           .value = "KEY=VALUE",
           .help = "A mark of your own, to list by",
           .many = true},
          {.name = "expires",
           .kind = FlagKind::kText,
           .value = "WHEN",
           .help = "Delete it then: 30d or 12w from now, 2026-12-31 (that day "
                   "included), or never",
           .hints = {"never", "7d", "30d", "90d"}}};
}

FlagSpec NewsFlag() {
  return {.name = "news",
          .kind = FlagKind::kText,
          .value = "WHAT",
          .help =
              "papers: each once (default); versions: new versions of a "
              "paper, too",
          .choices = {"papers", "versions"}};
}

v1::News NewsOf(const Arguments& args) {
  return args.Text("news") == "versions" ? v1::NEWS_VERSIONS : v1::NEWS_PAPERS;
}

absl::Status ApplySubscriptionFlags(const Arguments& args, absl::Time now,
                                    v1::Subscription* subscription,
                                    google::protobuf::FieldMask* mask) {
  if (args.Has("title")) {
    subscription->set_display_name(args.Text("title"));
    mask->add_paths("display_name");
  }
  if (args.Has("news")) {
    subscription->set_news(NewsOf(args));
    mask->add_paths("news");
  }
  if (args.Has("label")) {
    RETURN_IF_ERROR(AddLabels(args, subscription->mutable_labels()));
    mask->add_paths("labels");
  }
  if (args.Has("expires")) {
    subscription->clear_expire_time();
    if (args.Text("expires") != "never") {
      absl::StatusOr<absl::Time> time = ParseFuture(args.Text("expires"), now);
      if (!time.ok()) {
        return absl::InvalidArgumentError(
            StrCat("--expires: ", ToStd(time.status().message())));
      }
      *subscription->mutable_expire_time() = ToProto(*time);
    }
    mask->add_paths("expire_time");
  }
  return absl::OkStatus();
}

absl::Status AddLabels(
    const Arguments& args,
    google::protobuf::Map<std::string, std::string>* labels) {
  for (const std::string& label : args.List("label")) {
    const size_t equals = label.find('=');
    if (equals == label.npos || equals == 0) {
      return absl::InvalidArgumentError(StrCat(
          "--label wants KEY=VALUE, such as team=nlp, not \"", label, "\""));
    }
    (*labels)[label.substr(0, equals)] = label.substr(equals + 1);
  }
  return absl::OkStatus();
}

}  // namespace paperwire::command
