#include <curl/curl.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "client/cpp/harvest/world.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::harvest {
namespace {

constexpr size_t kMaxHeaderBytes = size_t{256} << 10;

std::string_view Trim(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

// Scheme, host and port of an address, in lower case.
struct Origin {
  std::string scheme;
  std::string host;
  std::string port;

  friend bool operator==(const Origin&, const Origin&) = default;
};

absl::StatusOr<Origin> OriginOf(const std::string& url) {
  Origin origin;
  CURLU* const parsed = curl_url();
  bool ok = parsed != nullptr &&
            curl_url_set(parsed, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK;
  char* part = nullptr;
  if (ok && curl_url_get(parsed, CURLUPART_SCHEME, &part, 0) == CURLUE_OK) {
    origin.scheme = absl::AsciiStrToLower(part);
    curl_free(part);
  }
  if (ok && curl_url_get(parsed, CURLUPART_HOST, &part, 0) == CURLUE_OK) {
    origin.host = absl::AsciiStrToLower(part);
    curl_free(part);
  }
  if (ok && curl_url_get(parsed, CURLUPART_PORT, &part, CURLU_DEFAULT_PORT) ==
                CURLUE_OK) {
    origin.port = part;
    curl_free(part);
  }
  curl_url_cleanup(parsed);
  if (origin.scheme.empty() || origin.host.empty()) {
    return absl::InvalidArgumentError(StrCat("\"", url,
                                             "\" is no address; write it like "
                                             "https://example.org/path"));
  }
  return origin;
}

bool IsLoopback(std::string_view host) {
  if (host == "localhost" || host == "[::1]" || host == "::1") return true;
  if (!host.starts_with("127.")) return false;
  // "127.evil.example" is a name, not an address.
  return host.find_first_not_of("0123456789.") == host.npos;
}

// A line end would begin a header that nobody meant.
absl::Status CheckHeaders(const Headers& headers) {
  for (const auto& [name, value] : headers) {
    for (const std::string_view text :
         {std::string_view(name), std::string_view(value)}) {
      if (text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos) {
        return absl::InvalidArgumentError(
            StrCat("the header ", name.substr(0, name.find_first_of("\r\n")),
                   " holds a line end"));
      }
    }
  }
  return absl::OkStatus();
}

// What the callbacks of one transfer fill in.
struct Transfer {
  HttpResponse response;
  size_t max_body_bytes = 0;
  size_t header_bytes = 0;
  bool too_large = false;
  const std::atomic<bool>* stop = nullptr;
};

size_t OnBody(char* data, size_t size, size_t n, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  const size_t bytes = size * n;
  if (transfer->response.body.size() + bytes > transfer->max_body_bytes) {
    transfer->too_large = true;
    return 0;
  }
  transfer->response.body.append(data, bytes);
  return bytes;
}

size_t OnHeader(char* data, size_t size, size_t n, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  const std::string_view line(data, size * n);
  transfer->header_bytes += line.size();
  if (transfer->header_bytes > kMaxHeaderBytes) {
    transfer->too_large = true;
    return 0;
  }
  const size_t colon = line.find(':');
  if (colon != line.npos) {
    transfer->response
        .headers[absl::AsciiStrToLower(ToAbsl(line.substr(0, colon)))] =
        std::string(Trim(line.substr(colon + 1)));
  }
  return line.size();
}

int OnProgress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto* transfer = static_cast<const Transfer*>(user);
  return transfer->stop != nullptr && transfer->stop->load() ? 1 : 0;
}

long Millis(absl::Duration duration) {  // NOLINT: libcurl's type
  return static_cast<long>(absl::ToInt64Milliseconds(duration));
}

class CurlClient : public HttpClient {
 public:
  CurlClient(const HttpOptions& options, std::string plain_http_host)
      : options_(options), plain_http_host_(std::move(plain_http_host)) {
    user_agent_ = "paperwire/" PAPERWIRE_VERSION;
    if (!options.contact.empty()) {
      StrAppend(&user_agent_, " (", options.contact, ")");
    }
  }

  absl::StatusOr<HttpResponse> Get(const std::string& url,
                                   const Headers& headers) override {
    RETURN_IF_ERROR(CheckHeaders(headers));
    ASSIGN_OR_RETURN(const Origin first, OriginOf(url));
    std::string address = url;
    for (int hop = 0; hop <= options_.max_redirects; ++hop) {
      RETURN_IF_ERROR(CheckAllowed(address));
      ASSIGN_OR_RETURN(const Origin origin, OriginOf(address));
      std::string redirect;
      ASSIGN_OR_RETURN(
          HttpResponse response,
          GetOnce(address, origin == first ? headers : Headers(), &redirect));
      if (redirect.empty()) return response;
      address = std::move(redirect);
    }
    return absl::UnavailableError(StrCat(url, " was redirected more than ",
                                         options_.max_redirects, " times"));
  }

 private:
  absl::Status CheckAllowed(const std::string& url) const {
    ASSIGN_OR_RETURN(const Origin origin, OriginOf(url));
    if (origin.scheme == "https") return absl::OkStatus();
    if (origin.scheme == "http" &&
        (IsLoopback(origin.host) || origin.host == plain_http_host_)) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        StrCat("\"", url,
               "\" is not fetched: only https is, and plain http "
               "from this machine or from the base address that was given"));
  }

  absl::StatusOr<HttpResponse> GetOnce(const std::string& url,
                                       const Headers& headers,
                                       std::string* redirect) {
    CURL* const curl = curl_easy_init();
    if (curl == nullptr) {
      return absl::UnavailableError("libcurl could not be set up");
    }
    Transfer transfer;
    transfer.max_body_bytes = options_.max_body_bytes;
    transfer.stop = options_.stop;
    curl_slist* lines = nullptr;
    for (const auto& [name, value] : headers) {
      lines = curl_slist_append(lines, StrCat(name, ": ", value).c_str());
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
    char error[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_USERAGENT, user_agent_.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    // All encodings that libcurl can undo; the limit counts what comes out.
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     Millis(options_.connect_timeout));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, Millis(options_.timeout));
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME,
                     Millis(options_.stall_timeout) / 1000);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, OnBody);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, OnHeader);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, OnProgress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    const CURLcode code = curl_easy_perform(curl);
    long status = 0;  // NOLINT: libcurl's type
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    char* location = nullptr;
    curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &location);
    if (location != nullptr) *redirect = location;
    curl_easy_cleanup(curl);
    curl_slist_free_all(lines);
    if (code == CURLE_OK) {
      transfer.response.status = static_cast<int>(status);
      return std::move(transfer.response);
    }
    const std::string what =
        StrCat(url, ": ", error[0] != '\0' ? error : curl_easy_strerror(code));
    if (transfer.too_large) {
      return absl::ResourceExhaustedError(
          StrCat(url, ": the answer is larger than ", options_.max_body_bytes,
                 " bytes"));
    }
    switch (code) {
      case CURLE_ABORTED_BY_CALLBACK:
        return absl::CancelledError("stopped during a request");
      case CURLE_OPERATION_TIMEDOUT:
        return absl::DeadlineExceededError(what);
      case CURLE_URL_MALFORMAT:
      case CURLE_UNSUPPORTED_PROTOCOL:
        return absl::InvalidArgumentError(what);
      default:
        return absl::UnavailableError(what);
    }
  }

  const HttpOptions options_;
  const std::string plain_http_host_;
  std::string user_agent_;
};

}  // namespace

bool IsPrivate(const std::string& url) {
  const absl::StatusOr<Origin> origin = OriginOf(url);
  return origin.ok() && (origin->scheme == "https" || IsLoopback(origin->host));
}

std::unique_ptr<HttpClient> MakeCurlClient(const HttpOptions& options,
                                           const std::string& plain_http_base) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(initialised);
  std::string plain_host;
  const absl::StatusOr<Origin> origin = OriginOf(plain_http_base);
  if (origin.ok() && origin->scheme == "http") plain_host = origin->host;
  return std::make_unique<CurlClient>(options, std::move(plain_host));
}

}  // namespace paperwire::harvest
