#include "client/cpp/harvest/polite_fetcher.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "client/cpp/importers/dates.h"
#include "client/cpp/importers/excerpt.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::harvest {
namespace {

bool IsPassing(int status) {
  return status == 429 || status == 408 || status >= 500;
}

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 400:
      return " Bad Request";
    case 403:
      return " Forbidden";
    case 404:
      return " Not Found";
    case 429:
      return " Too Many Requests";
    case 503:
      return " Service Unavailable";
    default:
      return "";
  }
}

}  // namespace

std::optional<absl::Duration> ParseRetryAfter(std::string_view value,
                                              absl::Time now) {
  value = ToStd(absl::StripAsciiWhitespace(ToAbsl(value)));
  if (value.empty()) return std::nullopt;
  int64_t seconds = 0;
  if (absl::SimpleAtoi(ToAbsl(value), &seconds)) {
    if (seconds < 0) return std::nullopt;
    return absl::Seconds(seconds);
  }
  const std::optional<importers::Date> date = importers::ParseDate(value);
  if (!date.has_value()) return std::nullopt;
  return std::max(absl::FromUnixSeconds(date->seconds) - now,
                  absl::ZeroDuration());
}

absl::Status Refusal(const std::string& url, const HttpResponse& response) {
  return absl::FailedPreconditionError(StrCat(
      "the source refused ", url, ": ", response.status,
      ReasonPhrase(response.status), ", ",
      importers::MakeExcerpt(std::string_view(response.body).substr(0, 1024))));
}

absl::Duration PoliteFetcher::limited() const {
  return std::max(not_before_ - world_->Now(), absl::ZeroDuration());
}

absl::Status PoliteFetcher::WaitForLimit(const std::string& url,
                                         const Progress& progress) {
  const absl::Duration wait = limited();
  if (wait == absl::ZeroDuration()) return absl::OkStatus();
  if (wait > politeness_.max_retry_after) {
    not_before_ = absl::InfinitePast();  // it was said; a next run may try
    return absl::UnavailableError(StrCat(url, " asks to come back in ",
                                         absl::FormatDuration(wait),
                                         "; try again then"));
  }
  progress(StrCat("the requests that the source allows are used up, waiting ",
                  absl::FormatDuration(absl::Ceil(wait, absl::Seconds(1)))));
  return world_->Sleep(wait)
             ? absl::OkStatus()
             : absl::CancelledError("stopped while waiting for the limit");
}

absl::Status PoliteFetcher::Try(const Request& request, const Accept& accept,
                                std::optional<absl::Duration>* wait,
                                bool* passing) {
  if (last_.has_value()) {
    const absl::Duration early =
        *last_ + politeness_.min_interval - world_->Now();
    if (early > absl::ZeroDuration() && !world_->Sleep(early)) {
      return absl::CancelledError("stopped between two requests");
    }
  }
  ++requests_;
  const absl::StatusOr<HttpResponse> response =
      http_->Get(request.url, request.headers);
  last_ = world_->Now();
  if (!response.ok()) {
    *passing = absl::IsUnavailable(response.status()) ||
               absl::IsDeadlineExceeded(response.status());
    return response.status();
  }
  const Limit limit = read_limit_ ? read_limit_(*response, *last_) : Limit();
  if (limit.refused) {
    *passing = true;
    *wait = limit.wait;
    return absl::UnavailableError(
        StrCat(response->status, ReasonPhrase(response->status)));
  }
  if (limit.wait.has_value()) not_before_ = *last_ + *limit.wait;
  if (IsPassing(response->status)) {
    *passing = true;
    const auto header = response->headers.find("retry-after");
    if (header != response->headers.end()) {
      *wait = ParseRetryAfter(header->second, *last_);
    }
    return absl::UnavailableError(
        StrCat(response->status, ReasonPhrase(response->status)));
  }
  absl::Status status = accept(*response);
  *passing = absl::IsDataLoss(status);
  return status;
}

absl::Status PoliteFetcher::Fetch(const Request& request, const Accept& accept,
                                  const Progress& progress) {
  const std::string& url = request.url;
  RETURN_IF_ERROR(WaitForLimit(url, progress));
  absl::Duration backoff = politeness_.first_wait;
  for (int tries = 1;; ++tries) {
    std::optional<absl::Duration> wait;
    bool passing = false;
    const absl::Status status = Try(request, accept, &wait, &passing);
    if (status.ok() || !passing) return status;
    if (tries >= politeness_.max_tries) {
      return absl::UnavailableError(
          StrCat("gave up on ", url, " after ", tries,
                 " tries; the last one: ", status.message()));
    }
    const bool asked = wait.has_value();
    if (!asked) {
      wait = backoff / 2 + backoff / 2 * world_->Random();
      backoff = std::min(backoff * 2, politeness_.max_wait);
    } else if (*wait > politeness_.max_retry_after) {
      return absl::UnavailableError(StrCat(url, " asks to come back in ",
                                           absl::FormatDuration(*wait),
                                           "; try again then"));
    } else {
      // A little later than asked, not all at the same moment.
      *wait += absl::Seconds(1) * world_->Random();
    }
    ++retries_;
    progress(StrCat(status.message(), ", waiting ",
                    absl::FormatDuration(absl::Ceil(*wait, absl::Seconds(1))),
                    asked ? " as asked" : "", " before try ", tries + 1, " of ",
                    politeness_.max_tries));
    if (!world_->Sleep(*wait)) {
      return absl::CancelledError("stopped while waiting to try again");
    }
  }
}

}  // namespace paperwire::harvest
