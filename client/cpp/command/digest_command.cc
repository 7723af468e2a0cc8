#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "client/cpp/command/actions.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/digest_edits.h"
#include "client/cpp/command/digest_flags.h"
#include "client/cpp/command/digest_issues.h"
#include "client/cpp/command/digest_names.h"
#include "client/cpp/command/digest_page.h"
#include "client/cpp/command/digest_preview.h"
#include "client/cpp/command/digest_report.h"
#include "client/cpp/command/digest_states.h"
#include "client/cpp/command/digest_suppressions.h"
#include "client/cpp/command/digest_text.h"
#include "client/cpp/command/query_flags.h"
#include "client/cpp/command/table.h"
#include "client/cpp/command/times.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

constexpr int kPage = 1000;
// A query of many words.
constexpr size_t kMostQueryWords = 1000;

// Behind the action's name.
using Words = std::vector<std::string>;

int RunList(Context& context, const Words&) {
  const absl::StatusOr<std::string> parent = DigestParent(context.args);
  if (!parent.ok()) return context.Misused(parent.status());
  v1::ListDigestsRequest request;
  request.set_parent(*parent);
  request.set_page_size(kPage);
  const absl::StatusOr<std::vector<v1::Digest>> all =
      context.client().ListDigests(request);
  if (!all.ok()) return context.Fail(all.status());
  Table table({{.heading = "ID", .most = 30},
               {.heading = "STATE"},
               {.heading = "TO", .most = 30},
               {.heading = "PAPERS", .stretch = true},
               {.heading = "SENT", .drop = 2},
               {.heading = "NEXT", .drop = 1}});
  for (const v1::Digest& digest : *all) {
    if (context.json()) {
      PrintDigestJson(context, digest);
      continue;
    }
    table.AddRow({{{ShownDigest(digest.name()), Style::kHeading}},
                  {DigestState(digest.state())},
                  {{Printable(digest.address())}},
                  {{ContentText(digest)}},
                  {{ScheduleText(digest.schedule())}},
                  {{digest.has_next_send_time()
                        ? LocalTime(FromProto(digest.next_send_time()))
                        : "",
                    Style::kDim}}});
  }
  if (!context.json() && !all->empty()) table.Print(context.out);
  if (!context.json() && all->empty()) {
    context.Say("no digests; make one with paperwire digest create");
  }
  return context.Done();
}

// Reports what is not there, and shows the rest.
int RunShow(Context& context, const Words& names) {
  bool complete = true;
  bool first = true;
  for (const std::string& name : names) {
    const absl::StatusOr<v1::Digest> digest = FetchDigest(context, name);
    if (!digest.ok()) {
      context.Fail(digest.status());
      if (!absl::IsNotFound(digest.status())) return kFailed;
      complete = false;
      continue;
    }
    if (context.json()) {
      PrintDigestJson(context, *digest);
    } else {
      if (!first) context.out.Write("\n");
      PrintDigest(*digest, absl::Now(), context.out);
    }
    first = false;
  }
  const int code = context.Done();
  return complete ? code : kFailed;
}

// Of DigestFlags, with others behind.
std::vector<std::string> FlagNames(std::vector<std::string> others) {
  std::vector<std::string> names;
  for (const FlagSpec& flag : DigestFlags()) names.push_back(flag.name);
  names.insert(names.end(), others.begin(), others.end());
  return names;
}

// An action on digests that are named.
Action OnDigests(const std::string& name, std::vector<std::string> flags,
                 int (*run)(Context& context, const Words& names),
                 size_t most = 1) {
  flags.push_back("user");
  return {.name = name,
          .words = most == 1 ? "NAME" : "NAME...",
          .where = "paperwire digest lists them",
          .min_words = 1,
          .max_words = most,
          .flags = std::move(flags),
          .run = run};
}

const std::vector<Action>& Actions() {
  static const auto* const kActions = new std::vector<Action>{
      {.name = "list", .flags = {"user"}, .run = RunList},
      {.name = "create",
       .words = "--to ADDRESS [QUERY...]",
       .max_words = kMostQueryWords,
       .flags = FlagNames({"to", "id", "user"}),
       .run = CreateDigest},
      OnDigests("show", {}, RunShow, kMostWords),
      OnDigests(
          "update",
          FlagNames({"no-query", "no-trending", "no-monthly-note", "etag"}),
          UpdateDigest),
      OnDigests("pause", {"etag"}, PauseDigests, kMostWords),
      OnDigests("resume", {"etag"}, ResumeDigests, kMostWords),
      OnDigests("delete", {"etag", "yes", "allow-missing"}, DeleteDigests,
                kMostWords),
      {.name = "confirm",
       .words = "LINK",
       .where = "the link is in the mail that asks for consent",
       .min_words = 1,
       .max_words = 1,
       .run = ConfirmDigest},
      OnDigests("ask-again", {}, AskAgain),
      {.name = "preview",
       .words = "NAME, or a QUERY and its flags",
       .max_words = kMostQueryWords,
       .flags = FlagNames({"to", "user", "eml", "html"}),
       .run = PreviewDigest},
      OnDigests("issues", {"limit"}, ListIssues),
      {.name = "report",
       .words = "[FILE|-]",
       .max_words = 1,
       .run = ReportReturned},
      {.name = "suppressions",
       .words = "[list|add|remove] [ADDRESS...]",
       .max_words = kMostWords,
       .flags = {"detail"},
       .run = ChangeSuppressions}};
  return *kActions;
}

int RunDigest(Context& context) {
  const absl::StatusOr<const Action*> action =
      ChooseAction(Actions(), context.args);
  if (!action.ok()) return context.Misused(action.status());
  Words words = WordsOf(context.args);
  if (ToStd((*action)->words).starts_with("NAME") &&
      (*action)->run != PreviewDigest) {
    absl::StatusOr<Words> names = ParseDigestNames(context.args, words);
    if (!names.ok()) return context.Misused(names.status());
    words = *std::move(names);
  }
  return (*action)->run(context, words);
}

std::vector<FlagSpec> Flags() {
  std::vector<FlagSpec> flags = {
      {.name = "to",
       .kind = FlagKind::kText,
       .value = "ADDRESS",
       .help = "Who gets it; asked for consent first"}};
  for (FlagSpec& flag : DigestFlags()) flags.push_back(std::move(flag));
  for (FlagSpec& flag : DigestRemovalFlags()) flags.push_back(std::move(flag));
  flags.push_back({.name = "id",
                   .kind = FlagKind::kText,
                   .value = "ID",
                   .help = "Its name from then on: 1 to 63 lower-case letters, "
                           "digits and hyphens (default: the server makes one "
                           "up)"});
  flags.push_back({.name = "user",
                   .kind = FlagKind::kText,
                   .value = "USER",
                   .help = "Whose digests: ada or users/ada (default "
                           "users/local)"});
  flags.push_back({.name = "etag",
                   .kind = FlagKind::kText,
                   .value = "ETAG",
                   .help = "Only if it is still as when it had this etag"});
  flags.push_back({.name = "eml",
                   .kind = FlagKind::kFile,
                   .value = "FILE",
                   .help = "Write the whole mail there; - is standard output"});
  flags.push_back({.name = "html",
                   .kind = FlagKind::kFile,
                   .value = "FILE",
                   .help = "Write its HTML there; - is standard output"});
  flags.push_back({.name = "limit",
                   .letter = 'n',
                   .kind = FlagKind::kCount,
                   .value = "N",
                   .help = "Show at most N mails (default 20)"});
  flags.push_back({.name = "detail",
                   .kind = FlagKind::kText,
                   .value = "TEXT",
                   .help = "What to remember with a suppression"});
  flags.push_back({.name = "yes", .letter = 'y', .help = "Delete, do not ask"});
  flags.push_back({.name = "allow-missing",
                   .help = "To delete what is not there is no error"});
  return flags;
}

}  // namespace

CommandSpec DigestCommand() {
  return {
      .name = "digest",
      .argument_kind = ArgumentKind::kChoice,
      // With blanks, so that the help can break it.
      .arguments =
          StrCat("[", absl::StrJoin(NamesOf(Actions()), " | "), "] [WORDS]"),
      .choices = NamesOf(Actions()),
      .max_arguments = kMostWords + 1,
      .summary = "Have papers sent by mail, every morning or week",
      .details = StrCat(
          "A digest brings the papers that newly match a query, those that "
          "lead a board (--trending), or both, and each paper once. create "
          "stores it and sends one mail that asks for consent; nothing else is "
          "sent before its reader confirms behind the link in it. Every mail "
          "has a link that stops it. "
          "Without anything new there is no mail. preview shows the mail of a "
          "stored digest, or of a query that is not stored (with one word and "
          "no flags, write --query WORD). update takes the flags of create, "
          "and changes only what they say. issues lists what was sent. report "
          "takes a mail that came back, on standard input, as the pipe of a "
          "mail server (in /etc/aliases: bounces: \"|paperwire digest "
          "report\"): it exits with 0 when the mail was taken, 75 when it "
          "should be tried again, 65 when it is no mail. The server needs "
          "--smtp, --mail-from, --public-url and --http. ",
          kQueryLanguage),
      .flags = Flags(),
      .examples =
          {{"New papers, every morning",
            "paperwire digest create --to jane@example.org 'sparse "
            "autoencoders' --zone Europe/Berlin --id sae"},
           {"What leads the board of the week, on Fridays",
            "paperwire digest create --to jane@example.org --trending week "
            "--weekly friday --at 17:00"},
           {"What it would look like, before",
            "paperwire digest preview 'sparse autoencoders' --trending week"},
           {"The mail itself", "paperwire digest preview sae --eml sae.eml"},
           {"What was sent", "paperwire digest issues sae"},
           {"A bounce that lies in a file",
            "paperwire digest report mail.eml"}},
      .run = RunDigest};
}

}  // namespace paperwire::command
