#include "service/http/digest_pages.h"

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/http/answer.h"
#include "service/http/digest_html.h"
#include "spdlog/spdlog.h"

namespace paperwire::http {
namespace {

using digest::Digests;
using digest::Secrets;
using httplib::Request;
using httplib::Response;
using v1::Digest;

// Waits for what another thread answers: some milliseconds.
template <typename T>
absl::StatusOr<T> Await(
    const std::function<void(std::function<void(absl::StatusOr<T>)>)>& start) {
  auto answer = std::make_shared<std::promise<absl::StatusOr<T>>>();
  start([answer](absl::StatusOr<T> result) {
    answer->set_value(std::move(result));
  });
  return answer->get_future().get();
}

void SendPage(int status, std::string_view title, std::string_view body,
              Response* response) {
  response->status = status;
  // What a link shows is its reader's alone.
  response->set_header("Cache-Control", "no-store");
  response->set_content(Page(title, body), kHtml);
}

// Errors as a page: whoever comes here is no program.
void SendProblem(const absl::Status& status, Response* response) {
  if (absl::IsNotFound(status)) {
    return SendPage(404, "This link does nothing any more",
                    Paragraph(ToStd(status.message())), response);
  }
  if (absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status)) {
    return SendPage(400, "That cannot be done",
                    Paragraph(ToStd(status.message())), response);
  }
  spdlog::error("a page of a digest failed: {}", status.ToString());
  SendPage(503, "That did not work",
           Paragraph("The server cannot do it now. Please try again in a "
                     "minute."),
           response);
}

std::string TokenOf(const Request& request) {
  return request.get_param_value("t");
}

void ShowConfirm(Digests& digests, const Request& request, Response* response) {
  const absl::StatusOr<Digest> digest = digests.FindByToken(TokenOf(request));
  if (!digest.ok()) return SendProblem(digest.status(), response);
  if (digest->state() != Digest::STATE_UNCONFIRMED) {
    return SendPage(200, "This is confirmed", Describe(*digest), response);
  }
  SendPage(200, "Papers by email: is this for you?",
           StrCat(Describe(*digest), Button("Yes, send it"),
                  Paragraph("If you did not ask for it, close this page: "
                            "nothing will be sent.")),
           response);
}

void DoConfirm(Digests& digests, const Request& request, Response* response) {
  const absl::StatusOr<Digest> digest = Await<Digest>(
      [&](auto done) { digests.Confirm(TokenOf(request), std::move(done)); });
  if (!digest.ok()) return SendProblem(digest.status(), response);
  SendPage(200, "Thank you: this is confirmed",
           StrCat(Describe(*digest),
                  Paragraph("Each message has links to change it and to stop "
                            "it.")),
           response);
}

void ShowUnsubscribe(Digests& digests, const Request& request,
                     Response* response) {
  const absl::StatusOr<Digest> digest =
      digests.FindByLink(Secrets::kUnsubscribe, TokenOf(request));
  if (!digest.ok()) return SendProblem(digest.status(), response);
  if (digest->state() == Digest::STATE_UNSUBSCRIBED) {
    return SendPage(200, "This has been stopped",
                    Paragraph("Nothing is sent any more."), response);
  }
  SendPage(200, "Stop these messages?",
           StrCat(Describe(*digest), Button("Stop them")), response);
}

void DoUnsubscribe(Digests& digests, const Request& request,
                   Response* response) {
  const absl::StatusOr<Digest> digest = Await<Digest>([&](auto done) {
    digests.Unsubscribe(TokenOf(request), std::move(done));
  });
  if (!digest.ok()) return SendProblem(digest.status(), response);
  SendPage(200, "These messages are stopped",
           Paragraph("Nothing is sent any more."), response);
}

void ShowSettings(Digests& digests, const Digest& digest,
                  const Request& request, std::string_view said,
                  Response* response) {
  const std::string stop = StrCat(
      "<p><a href=\"unsubscribe?t=", digests.UnsubscribeLink(TokenOf(request)),
      "\">Stop these messages</a></p>\n");
  std::string body = said.empty() ? "" : Paragraph(said);
  body += Describe(digest);
  if (digest.state() == Digest::STATE_ACTIVE ||
      digest.state() == Digest::STATE_PAUSED) {
    StrAppend(&body, SettingsForm(digest), stop);
  } else {
    body += Paragraph("It has been stopped. Nothing is sent any more.");
  }
  SendPage(200, "Papers by email: your settings", body, response);
}

absl::StatusOr<v1::UpdateDigestRequest> UpdateOf(const Request& request,
                                                 const Digest& digest) {
  v1::UpdateDigestRequest update;
  Digest& to = *update.mutable_digest();
  to.set_name(digest.name());
  v1::DigestSchedule& schedule = *to.mutable_schedule();
  int frequency = 0;
  int weekday = 0;
  int max_papers = 0;
  if (!absl::SimpleAtoi(request.get_param_value("frequency"), &frequency) ||
      !absl::SimpleAtoi(request.get_param_value("weekday"), &weekday) ||
      !absl::SimpleAtoi(request.get_param_value("max_papers"), &max_papers)) {
    return absl::InvalidArgumentError(
        "The settings are incomplete. Go back and send the form again.");
  }
  schedule.set_frequency(static_cast<v1::DigestSchedule::Frequency>(frequency));
  if (frequency == v1::DigestSchedule::FREQUENCY_WEEKLY) {
    schedule.set_weekday(weekday);
  }
  schedule.set_time_of_day(request.get_param_value("time_of_day"));
  schedule.set_time_zone(request.get_param_value("time_zone"));
  to.set_max_papers(max_papers);
  to.set_monthly_note(request.has_param("monthly_note"));
  for (const char* path : {"schedule", "max_papers", "monthly_note"}) {
    update.mutable_update_mask()->add_paths(path);
  }
  return update;
}

absl::StatusOr<Digest> ApplySettings(Digests& digests, const Request& request,
                                     const Digest& digest) {
  const std::string action = request.get_param_value("action");
  if (action == "pause" || action == "resume") {
    return Await<Digest>([&](auto done) {
      digests.SetPaused(digest.name(), /*etag=*/"", action == "pause",
                        std::move(done));
    });
  }
  if (action != "save") {
    return absl::InvalidArgumentError(
        "There is no such action. Go back and use the buttons of the page.");
  }
  ASSIGN_OR_RETURN(v1::UpdateDigestRequest update, UpdateOf(request, digest));
  return Await<Digest>(
      [&](auto done) { digests.Update(std::move(update), std::move(done)); });
}

void ShowManage(Digests& digests, const Request& request, Response* response) {
  const absl::StatusOr<Digest> digest =
      digests.FindByLink(Secrets::kManage, TokenOf(request));
  if (!digest.ok()) return SendProblem(digest.status(), response);
  ShowSettings(digests, *digest, request, "", response);
}

void DoManage(Digests& digests, const Request& request, Response* response) {
  const absl::StatusOr<Digest> digest =
      digests.FindByLink(Secrets::kManage, TokenOf(request));
  if (!digest.ok()) return SendProblem(digest.status(), response);
  const absl::StatusOr<Digest> changed =
      ApplySettings(digests, request, *digest);
  if (!changed.ok()) return SendProblem(changed.status(), response);
  ShowSettings(digests, *changed, request, "That is noted.", response);
}

void ShowFound(Digests& digests, const Request& request, Response* response) {
  const auto papers = digests.FindFound(TokenOf(request));
  if (!papers.ok()) return SendProblem(papers.status(), response);
  SendPage(200, "Papers by email: all that was found", ListOf(*papers),
           response);
}

void TakeReport(Digests& digests, const Request& request, Response* response) {
  v1::ReportMailRequest report;
  report.set_message(request.body);
  const absl::StatusOr<v1::ReportMailResponse> taken =
      Await<v1::ReportMailResponse>([&](auto done) {
        digests.Report(std::move(report), std::move(done));
      });
  if (!taken.ok()) return SendError(taken.status(), response);
  response->status = 200;
  response->set_header("Cache-Control", "no-store");
  // Not whose it was: anybody may ask.
  response->set_content(
      StrCat(v1::ReportMailResponse::Kind_Name(taken->kind()), "\n"),
      kPlainText);
}

}  // namespace

void AddDigestPages(httplib::Server& server, Digests& digests) {
  const auto with =
      [&digests](void (*handle)(Digests&, const Request&, Response*)) {
        return [&digests, handle](const Request& request, Response& response) {
          handle(digests, request, &response);
        };
      };
  server.Get("/digests/confirm", with(ShowConfirm));
  server.Post("/digests/confirm", with(DoConfirm));
  server.Get("/digests/unsubscribe", with(ShowUnsubscribe));
  server.Post("/digests/unsubscribe", with(DoUnsubscribe));
  server.Get("/digests/manage", with(ShowManage));
  server.Post("/digests/manage", with(DoManage));
  server.Get("/digests/found", with(ShowFound));
  server.Post("/digests/reports", with(TakeReport));
}

}  // namespace paperwire::http
