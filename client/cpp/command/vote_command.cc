#include <optional>
#include <string>
#include <vector>

#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/paper_text.h"
#include "client/cpp/command/subscription_text.h"
#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

absl::StatusOr<std::vector<v1::VotePaperRequest>> MakeRequests(
    const Arguments& args) {
  v1::VotePaperRequest request;
  request.set_revoke(args.Has("revoke"));
  if (args.Has("voter")) {
    const absl::StatusOr<std::string> voter = ParseUserName(args.Text("voter"));
    if (!voter.ok()) {
      return absl::InvalidArgumentError(
          StrCat("--voter: ", ToStd(voter.status().message())));
    }
    request.set_voter(*voter);
  }
  std::vector<v1::VotePaperRequest> requests;
  for (const std::string& word : args.words) {
    ASSIGN_OR_RETURN(*request.mutable_name(), ParsePaperName(word));
    requests.push_back(request);
  }
  return requests;
}

// Whether the next paper may do better.
bool IsOfOnePaper(const absl::Status& status) {
  if (absl::IsNotFound(status)) return true;
  const std::optional<ErrorReason> reason = ReasonOf(status);
  return reason.has_value() && reason->reason == "PAPER_WITHDRAWN";
}

// "voted for papers/x: 13 votes cast here".
std::string Sentence(const v1::VotePaperRequest& request,
                     const v1::VotePaperResponse& response) {
  const char* did = "voted for ";
  if (request.revoke()) {
    did = response.changed() ? "took back the vote for "
                             : "there was no vote to take back for ";
  } else if (!response.changed()) {
    did = "had voted already for ";
  }
  const int64_t votes = response.cast_vote_count();
  return StrCat(did, request.name(), ": ",
                votes == 0 ? "no" : WithCommas(votes),
                votes == 1 ? " vote" : " votes", " cast here");
}

int RunVote(Context& context) {
  const absl::StatusOr<std::vector<v1::VotePaperRequest>> requests =
      MakeRequests(context.args);
  if (!requests.ok()) return context.Misused(requests.status());
  int result = kOk;
  for (const v1::VotePaperRequest& request : *requests) {
    const absl::StatusOr<v1::VotePaperResponse> response =
        context.client().VotePaper(request);
    if (!response.ok()) {
      result = context.Fail(response.status());
      if (!IsOfOnePaper(response.status())) return result;
      continue;
    }
    if (context.json()) {
      // `changed` is wanted most when it is false.
      context.out.Write(StrCat(ToJson(*response, Defaults::kWrite), "\n"));
    } else {
      context.Say(Sentence(request, *response));
    }
  }
  const int done = context.Done();
  return result == kOk ? done : result;
}

}  // namespace

CommandSpec VoteCommand() {
  return {
      .name = "vote",
      .argument_kind = ArgumentKind::kPapers,
      .arguments = "PAPER...",
      .min_arguments = 1,
      .max_arguments = 10000,
      .summary = "Vote for papers, or take a vote back",
      .details =
          "A voter has one vote for each paper: voting again changes nothing. "
          "Votes that are cast here count from now on, in paperwire trending "
          "and wherever votes do, together with those that the sources of a "
          "paper report. A paper that the server does not have, or that is "
          "withdrawn, is reported, and the others are voted for; the exit "
          "code is 1 then.",
      .flags = {{.name = "voter",
                 .kind = FlagKind::kText,
                 .value = "USER",
                 .help = "Who votes: ada or users/ada (default users/local)"},
                {.name = "revoke", .help = "Take the vote back"}},
      .examples = {{"For one paper", "paperwire vote 2503.18940"},
                   {"It was a mistake", "paperwire vote 2503.18940 --revoke"},
                   {"In somebody's name",
                    "paperwire vote 2503.18940 2503.19757 --voter ada"},
                   {"How many votes there are now, for a program",
                    "paperwire vote 2503.18940 --json | jq -r "
                    ".cast_vote_count"}},
      .run = RunVote};
}

}  // namespace paperwire::command
