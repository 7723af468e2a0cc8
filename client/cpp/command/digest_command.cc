#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "client/cpp/client/uuid.h"
#include "client/cpp/command/actions.h"
#include "client/cpp/command/asking.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/digest_failure.h"
#include "client/cpp/command/digest_flags.h"
#include "client/cpp/command/digest_issues.h"
#include "client/cpp/command/digest_page.h"
#include "client/cpp/command/digest_preview.h"
#include "client/cpp/command/digest_report.h"
#include "client/cpp/command/digest_suppressions.h"
#include "client/cpp/command/digest_text.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/query_flags.h"
#include "client/cpp/command/subscription_text.h"
#include "client/cpp/command/table.h"
#include "client/cpp/command/times.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

constexpr int kPage = 1000;
// A query of many words.
constexpr size_t kMostQueryWords = 1000;

// Behind the action's name.
using Words = std::vector<std::string>;

// Whose digests are meant.
absl::StatusOr<std::string> ParentOf(const Arguments& args) {
  if (!args.Has("user")) return std::string(kParent);
  absl::StatusOr<std::string> user = ParseUserName(args.Text("user"));
  if (user.ok()) return user;
  return absl::InvalidArgumentError(
      StrCat("--user: ", ToStd(user.status().message())));
}

absl::StatusOr<Words> ParseNames(const Arguments& args, const Words& words) {
  ASSIGN_OR_RETURN(const std::string parent, ParentOf(args));
  Words names;
  for (const std::string& word : words) {
    ASSIGN_OR_RETURN(std::string name, ParseDigestName(word, parent));
    names.push_back(std::move(name));
  }
  if (names.size() > 1 && args.Has("etag")) {
    return absl::InvalidArgumentError("--etag goes with one digest only");
  }
  return names;
}

// What the words say, if there are any.
std::optional<std::string> TextOf(const Words& words) {
  if (words.empty()) return std::nullopt;
  return absl::StrJoin(words, " ");
}

absl::StatusOr<v1::Digest> Get(Context& context, const std::string& name) {
  v1::GetDigestRequest request;
  request.set_name(name);
  return context.client().GetDigest(request);
}

void PrintJson(Context& context, const v1::Digest& digest) {
  context.out.Write(StrCat(ToJson(digest, Defaults::kWrite), "\n"));
}

int RunList(Context& context, const Words&) {
  const absl::StatusOr<std::string> parent = ParentOf(context.args);
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
      PrintJson(context, digest);
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
    const absl::StatusOr<v1::Digest> digest = Get(context, name);
    if (!digest.ok()) {
      context.Fail(digest.status());
      if (!absl::IsNotFound(digest.status())) return kFailed;
      complete = false;
      continue;
    }
    if (context.json()) {
      PrintJson(context, *digest);
    } else {
      if (!first) context.out.Write("\n");
      PrintDigest(*digest, absl::Now(), context.out);
    }
    first = false;
  }
  const int code = context.Done();
  return complete ? code : kFailed;
}

absl::Status CheckContent(const v1::Digest& digest) {
  if (digest.has_query() || digest.has_board()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "a digest of what? write a query, --trending week, or both; '' is the "
      "query of every paper");
}

absl::StatusOr<v1::CreateDigestRequest> MakeCreateRequest(const Arguments& args,
                                                          const Words& words) {
  v1::CreateDigestRequest request;
  ASSIGN_OR_RETURN(*request.mutable_parent(), ParentOf(args));
  request.set_digest_id(args.Text("id"));
  request.set_request_id(RandomUuid());
  v1::Digest* digest = request.mutable_digest();
  digest->set_address(args.Text("to"));
  if (digest->address().empty()) {
    return absl::InvalidArgumentError("to whom? say --to jane@example.org");
  }
  google::protobuf::FieldMask mask;
  RETURN_IF_ERROR(
      ApplyDigestFlags(args, TextOf(words), absl::Now(), digest, &mask));
  RETURN_IF_ERROR(CheckContent(*digest));
  return request;
}

// What somebody has to do now.
void SayAsked(Context& context, const v1::Digest& digest) {
  context.Say(StrCat("asked ", digest.address(),
                     " for consent; nothing else is sent until the link in "
                     "that mail is opened, or given to paperwire digest "
                     "confirm"));
}

int RunCreate(Context& context, const Words& words) {
  const absl::StatusOr<v1::CreateDigestRequest> request =
      MakeCreateRequest(context.args, words);
  if (!request.ok()) return context.Misused(request.status());
  const absl::StatusOr<v1::Digest> created =
      context.client().CreateDigest(*request);
  if (!created.ok()) {
    return FailOfDigest(context, created.status(), request->digest());
  }
  if (context.json()) {
    PrintJson(context, *created);
    return context.Done();
  }
  context.out.Write(StrCat(Printable(created->name()), "\n"));
  if (const int code = context.Done(); code != kOk) return code;
  context.Say(StrCat("to be sent: ", ContentText(*created), ", ",
                     ScheduleText(created->schedule())));
  SayAsked(context, *created);
  return kOk;
}

int RunUpdate(Context& context, const Words& names) {
  const absl::StatusOr<v1::Digest> stored = Get(context, names[0]);
  if (!stored.ok()) return context.Fail(stored.status());
  v1::UpdateDigestRequest request;
  v1::Digest* changed = request.mutable_digest();
  *changed = *stored;
  const absl::Status applied =
      ApplyDigestFlags(context.args, std::nullopt, absl::Now(), changed,
                       request.mutable_update_mask());
  if (!applied.ok()) return context.Misused(applied);
  if (request.update_mask().paths().empty()) {
    return context.Misused(absl::InvalidArgumentError(
        "nothing to change: give --query, --trending, --daily, --at or "
        "another flag of digest create"));
  }
  if (absl::Status content = CheckContent(*changed); !content.ok()) {
    return context.Misused(content);
  }
  // What was read is what is changed.
  changed->set_etag(context.args.Text("etag", stored->etag()));
  const absl::StatusOr<v1::Digest> updated =
      context.client().UpdateDigest(request);
  if (!updated.ok()) {
    return FailOfDigest(context, updated.status(), request.digest());
  }
  if (context.json()) {
    PrintJson(context, *updated);
  } else {
    context.Say(StrCat("changed ", ShownDigest(updated->name()), ": ",
                       ContentText(*updated), ", ",
                       ScheduleText(updated->schedule())));
  }
  return context.Done();
}

int RunPause(Context& context, const Words& names) {
  for (const std::string& name : names) {
    v1::PauseDigestRequest request;
    request.set_name(name);
    request.set_etag(context.args.Text("etag"));
    const absl::StatusOr<v1::Digest> paused =
        context.client().PauseDigest(request);
    if (!paused.ok()) return context.Fail(paused.status());
    if (context.json()) {
      PrintJson(context, *paused);
    } else {
      context.Say(StrCat("paused ", ShownDigest(name),
                         "; what matches comes with the next mail"));
    }
  }
  return context.Done();
}

// "; next mail 2026-07-11 08:00:00", if it is known.
std::string NextMail(const v1::Digest& digest) {
  if (!digest.has_next_send_time()) return "";
  return StrCat("; next mail ", LocalTime(FromProto(digest.next_send_time())));
}

int RunResume(Context& context, const Words& names) {
  for (const std::string& name : names) {
    v1::ResumeDigestRequest request;
    request.set_name(name);
    request.set_etag(context.args.Text("etag"));
    const absl::StatusOr<v1::Digest> resumed =
        context.client().ResumeDigest(request);
    if (!resumed.ok()) return context.Fail(resumed.status());
    if (context.json()) {
      PrintJson(context, *resumed);
    } else {
      context.Say(StrCat("resumed ", ShownDigest(name), NextMail(*resumed)));
    }
  }
  return context.Done();
}

int RunDelete(Context& context, const Words& names) {
  if (absl::Status sure = CheckSure(context); !sure.ok()) {
    return context.Misused(sure);
  }
  for (const std::string& name : names) {
    v1::DeleteDigestRequest request;
    request.set_name(name);
    request.set_etag(context.args.Text("etag"));
    request.set_allow_missing(context.args.Has("allow-missing"));
    if (!context.args.Has("yes")) {
      const absl::StatusOr<v1::Digest> there = Get(context, name);
      if (absl::IsNotFound(there.status()) && request.allow_missing()) {
        continue;
      }
      if (!there.ok()) return context.Fail(there.status());
      if (!Confirmed(context, StrCat("Delete ", ShownDigest(name), " (",
                                     ContentText(*there), ", to ",
                                     Printable(there->address()),
                                     ") with what it has sent?"))) {
        continue;
      }
      // What was seen is what is deleted.
      if (request.etag().empty()) request.set_etag(there->etag());
    }
    const absl::Status status = context.client().DeleteDigest(request);
    if (!status.ok()) return context.Fail(status);
    context.Say(StrCat("deleted ", ShownDigest(name)));
  }
  return context.Done();
}

int RunConfirm(Context& context, const Words& words) {
  v1::ConfirmDigestRequest request;
  request.set_token(TokenOf(words[0]));
  const absl::StatusOr<v1::Digest> confirmed =
      context.client().ConfirmDigest(request);
  if (!confirmed.ok()) return context.Fail(confirmed.status());
  if (context.json()) {
    PrintJson(context, *confirmed);
  } else {
    context.Say(StrCat("confirmed ", ShownDigest(confirmed->name()),
                       NextMail(*confirmed)));
  }
  return context.Done();
}

int RunAskAgain(Context& context, const Words& names) {
  v1::RequestDigestConfirmationRequest request;
  request.set_name(names[0]);
  const absl::StatusOr<v1::Digest> asked =
      context.client().RequestDigestConfirmation(request);
  if (!asked.ok()) return context.Fail(asked.status());
  if (context.json()) {
    PrintJson(context, *asked);
  } else {
    SayAsked(context, *asked);
  }
  return context.Done();
}

// One word without flags that describe a digest is the name of one.
absl::StatusOr<v1::PreviewDigestRequest> MakePreviewRequest(
    const Arguments& args, const Words& words) {
  v1::PreviewDigestRequest request;
  if (words.size() == 1 && !HasDigestFlags(args)) {
    ASSIGN_OR_RETURN(const Words names, ParseNames(args, words));
    request.set_name(names[0]);
    return request;
  }
  google::protobuf::FieldMask mask;
  v1::Digest* digest = request.mutable_digest();
  digest->set_address(args.Text("to"));
  RETURN_IF_ERROR(
      ApplyDigestFlags(args, TextOf(words), absl::Now(), digest, &mask));
  RETURN_IF_ERROR(CheckContent(*digest));
  return request;
}

int RunPreview(Context& context, const Words& words) {
  const absl::StatusOr<v1::PreviewDigestRequest> request =
      MakePreviewRequest(context.args, words);
  if (!request.ok()) return context.Misused(request.status());
  return ShowPreview(context, *request);
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
       .run = RunCreate},
      OnDigests("show", {}, RunShow, kMostWords),
      OnDigests(
          "update",
          FlagNames({"no-query", "no-trending", "no-monthly-note", "etag"}),
          RunUpdate),
      OnDigests("pause", {"etag"}, RunPause, kMostWords),
      OnDigests("resume", {"etag"}, RunResume, kMostWords),
      OnDigests("delete", {"etag", "yes", "allow-missing"}, RunDelete,
                kMostWords),
      {.name = "confirm",
       .words = "LINK",
       .where = "the link is in the mail that asks for consent",
       .min_words = 1,
       .max_words = 1,
       .run = RunConfirm},
      OnDigests("ask-again", {}, RunAskAgain),
      {.name = "preview",
       .words = "NAME, or a QUERY and its flags",
       .max_words = kMostQueryWords,
       .flags = FlagNames({"to", "user", "eml", "html"}),
       .run = RunPreview},
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
      (*action)->run != RunPreview) {
    absl::StatusOr<Words> names = ParseNames(context.args, words);
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
          "sent until its link is opened. Every mail has a link that stops it. "
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
