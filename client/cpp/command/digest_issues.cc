#include "client/cpp/command/digest_issues.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "client/cpp/command/digest_text.h"
#include "client/cpp/command/hits.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/table.h"
#include "client/cpp/command/times.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

constexpr int64_t kDefaultLimit = 20;
constexpr int64_t kMostInPage = 100;

// The newest, `most` at most; `more` says whether there are others.
absl::StatusOr<std::vector<v1::DigestIssue>> List(Context& context,
                                                  const std::string& name,
                                                  int64_t most, bool* more) {
  std::vector<v1::DigestIssue> all;
  v1::ListDigestIssuesRequest request;
  request.set_parent(name);
  do {
    request.set_page_size(static_cast<int32_t>(
        std::min(most - static_cast<int64_t>(all.size()), kMostInPage)));
    ASSIGN_OR_RETURN(v1::ListDigestIssuesResponse page,
                     context.client().ListDigestIssues(request));
    std::move(page.mutable_digest_issues()->begin(),
              page.mutable_digest_issues()->end(), std::back_inserter(all));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() &&
           static_cast<int64_t>(all.size()) < most);
  *more = !request.page_token().empty();
  return all;
}

// "12", and how many more there were of the query: "20 (+3)".
std::string PapersText(const v1::DigestIssue& issue) {
  if (issue.kind() != v1::DigestIssue::KIND_PAPERS) return "";
  const std::string shown = WithCommas(issue.papers_size());
  return issue.more_count() == 0
             ? shown
             : StrCat(shown, " (+", WithCommas(issue.more_count()), ")");
}

void AddIssue(const v1::DigestIssue& issue, Table* table) {
  table->AddRow({{{Printable(issue.name().substr(issue.name().rfind('/') + 1)),
                   Style::kHeading}},
                 {{IssueKind(issue.kind())}},
                 {IssueState(issue.state())},
                 {{PapersText(issue)}},
                 {{LocalTime(FromProto(issue.due_time())), Style::kDim}},
                 {{WithCommas(issue.attempt_count())}},
                 {{issue.has_next_attempt_time()
                       ? LocalTime(FromProto(issue.next_attempt_time()))
                       : "",
                   Style::kDim}},
                 {{Printable(issue.error())}}});
}

}  // namespace

int ListIssues(Context& context, const std::vector<std::string>& words) {
  const int64_t most = context.args.Count("limit", kDefaultLimit);
  if (most == 0) {
    return context.Misused(
        absl::InvalidArgumentError("--limit wants 1 or more"));
  }
  bool more = false;
  const absl::StatusOr<std::vector<v1::DigestIssue>> issues =
      List(context, words[0], most, &more);
  if (!issues.ok()) return context.Fail(issues.status());
  Table table({{.heading = "#", .right = true},
               {.heading = "KIND"},
               {.heading = "STATE"},
               {.heading = "PAPERS", .right = true},
               {.heading = "DUE", .drop = 1},
               {.heading = "TRIED", .right = true, .drop = 2},
               {.heading = "NEXT TRY", .drop = 3},
               {.heading = "ERROR", .stretch = true}});
  for (const v1::DigestIssue& issue : *issues) {
    if (context.json()) {
      context.out.Write(StrCat(ToJson(issue, Defaults::kWrite), "\n"));
    } else {
      AddIssue(issue, &table);
    }
  }
  if (context.json()) return context.Done();
  if (!issues->empty()) table.Print(context.out);
  if (const int code = context.Done(); code != kOk) return code;
  if (issues->empty()) context.Say("nothing was sent yet");
  if (more) context.Say("there are more; give --limit N");
  return kOk;
}

}  // namespace paperwire::command
