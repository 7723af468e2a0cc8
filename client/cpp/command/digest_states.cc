#include "client/cpp/command/digest_states.h"

#include "client/cpp/command/asking.h"
#include "client/cpp/command/digest_edits.h"
#include "client/cpp/command/digest_names.h"
#include "client/cpp/command/digest_text.h"
#include "client/cpp/command/times.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

using Words = std::vector<std::string>;

// "; next mail 2026-07-11 08:00:00", if it is known.
std::string NextMail(const v1::Digest& digest) {
  if (!digest.has_next_send_time()) return "";
  return StrCat("; next mail ", LocalTime(FromProto(digest.next_send_time())));
}

}  // namespace

int PauseDigests(Context& context, const Words& names) {
  for (const std::string& name : names) {
    v1::PauseDigestRequest request;
    request.set_name(name);
    request.set_etag(context.args.Text("etag"));
    const absl::StatusOr<v1::Digest> paused =
        context.client().PauseDigest(request);
    if (!paused.ok()) return context.Fail(paused.status());
    if (context.json()) {
      PrintDigestJson(context, *paused);
    } else {
      context.Say(StrCat("paused ", ShownDigest(name),
                         "; what matches comes with the next mail"));
    }
  }
  return context.Done();
}

int ResumeDigests(Context& context, const Words& names) {
  for (const std::string& name : names) {
    v1::ResumeDigestRequest request;
    request.set_name(name);
    request.set_etag(context.args.Text("etag"));
    const absl::StatusOr<v1::Digest> resumed =
        context.client().ResumeDigest(request);
    if (!resumed.ok()) return context.Fail(resumed.status());
    if (context.json()) {
      PrintDigestJson(context, *resumed);
    } else {
      context.Say(StrCat("resumed ", ShownDigest(name), NextMail(*resumed)));
    }
  }
  return context.Done();
}

int DeleteDigests(Context& context, const Words& names) {
  if (absl::Status sure = CheckSure(context); !sure.ok()) {
    return context.Misused(sure);
  }
  for (const std::string& name : names) {
    v1::DeleteDigestRequest request;
    request.set_name(name);
    request.set_etag(context.args.Text("etag"));
    request.set_allow_missing(context.args.Has("allow-missing"));
    if (!context.args.Has("yes")) {
      const absl::StatusOr<v1::Digest> there = FetchDigest(context, name);
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

int ConfirmDigest(Context& context, const Words& words) {
  v1::ConfirmDigestRequest request;
  request.set_token(TokenOf(words[0]));
  const absl::StatusOr<v1::Digest> confirmed =
      context.client().ConfirmDigest(request);
  if (!confirmed.ok()) return context.Fail(confirmed.status());
  if (context.json()) {
    PrintDigestJson(context, *confirmed);
  } else {
    context.Say(StrCat("confirmed ", ShownDigest(confirmed->name()),
                       NextMail(*confirmed)));
  }
  return context.Done();
}

int AskAgain(Context& context, const Words& names) {
  v1::RequestDigestConfirmationRequest request;
  request.set_name(names[0]);
  const absl::StatusOr<v1::Digest> asked =
      context.client().RequestDigestConfirmation(request);
  if (!asked.ok()) return context.Fail(asked.status());
  if (context.json()) {
    PrintDigestJson(context, *asked);
  } else {
    SayAsked(context, *asked);
  }
  return context.Done();
}

}  // namespace paperwire::command
