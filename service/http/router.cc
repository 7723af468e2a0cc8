#include "service/http/router.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/base/strings.h"
#include "service/http/frame.h"
#include "service/http/http_date.h"
#include "spdlog/spdlog.h"

namespace paperwire::http {
namespace {

// Routes are matched by recursive regular expressions.
constexpr size_t kMaxPath = 256;
constexpr char kGzip[] = "Paperwire-Takes-Gzip";
constexpr char kPlain[] = "text/plain; charset=utf-8";

// A request that is read, and an answer that is written, in memory.
class MemoryStream : public httplib::Stream {
 public:
  explicit MemoryStream(std::string_view in) : in_(in) {}

  bool is_readable() const override { return !in_.empty(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, size_t size) override {
    size = std::min(size, in_.size());
    std::memcpy(to, in_.data(), size);
    in_.remove_prefix(size);
    return static_cast<ssize_t>(size);
  }
  ssize_t write(const char* from, size_t size) override {
    out_.append(from, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

  std::string Take() { return std::move(out_); }

 private:
  std::string_view in_;
  std::string out_;
};

// Whether a list like "br;q=0.8, gzip" has gzip, and not with q=0.
bool NamesGzip(const std::string& accepted) {
  for (absl::string_view part : absl::StrSplit(accepted, ',')) {
    const std::pair<absl::string_view, absl::string_view> coding =
        absl::StrSplit(part, absl::MaxSplits(';', 1));
    if (!absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(coding.first),
                                "gzip")) {
      continue;
    }
    absl::string_view weight = absl::StripAsciiWhitespace(coding.second);
    double q = 1;
    if (absl::ConsumePrefix(&weight, "q=") && !absl::SimpleAtod(weight, &q)) {
      return false;
    }
    return q > 0;
  }
  return false;
}

// What only the connections know, and what httplib must not see.
void Prepare(bool last, httplib::Request* request) {
  const bool gzip = NamesGzip(request->get_header_value("Accept-Encoding"));
  request->headers.erase("Accept-Encoding");
  request->headers.erase(kGzip);
  if (gzip) request->set_header(kGzip, "1");
  if (last) {
    request->headers.erase("Connection");
    request->set_header("Connection", "close");
  }
}

std::string_view Advice(int status) {
  switch (status) {
    case 400:
      return "The request is malformed.";
    case 404:
      return "There is nothing here. GET / lists what there is.";
    case 413:
      return "The body is larger than 256 KiB.";
    case 414:
      return "The address is too long.";
    default:
      return "The request cannot be answered.";
  }
}

void SendText(int status, std::string_view text, httplib::Response* response) {
  response->status = status;
  response->set_content(StrCat(text, "\n"), kPlain);
  response->set_header("Cache-Control", "no-store");
}

// Ahead of routes and bodies.
httplib::Server::HandlerResponse Check(const httplib::Request& request,
                                       httplib::Response& response) {
  if (request.method != "GET" && request.method != "HEAD" &&
      request.method != "POST") {
    response.set_header("Allow", "GET, HEAD");
    SendText(405, "Only GET and HEAD are served here.", &response);
    return httplib::Server::HandlerResponse::Handled;
  }
  if (request.path.size() > kMaxPath) {
    SendText(404, Advice(404), &response);
    return httplib::Server::HandlerResponse::Handled;
  }
  return httplib::Server::HandlerResponse::Unhandled;
}

}  // namespace

Router::Router() {
  set_default_headers({
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "no-referrer"},
      {"Content-Security-Policy",
       "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
       "frame-ancestors 'none'; base-uri 'none'"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Accept-Ranges", "none"},
  });
  set_payload_max_length(Frame::kMaxBodyBytes);
  set_pre_routing_handler(Check);
  set_post_routing_handler(
      [](const httplib::Request&, httplib::Response& response) {
        response.set_header("Date", HttpDate(absl::Now()));
      });
  set_error_handler([](const httplib::Request&, httplib::Response& response) {
    if (response.body.empty()) {
      SendText(response.status, Advice(response.status), &response);
    }
  });
  set_exception_handler([](const httplib::Request& request,
                           httplib::Response& response, std::exception_ptr) {
    spdlog::error("an exception came out of the answer to {}", request.path);
    SendText(500, "The server failed. Its log may say more.", &response);
  });
}

Reply Router::Answer(std::string_view request, bool last) {
  const std::string cleaned = ForParser(request);
  MemoryStream stream(cleaned);
  bool closed = false;
  // What could not be parsed may leave open where the next request begins.
  bool parsed = false;
  try {
    const bool written = process_request(
        stream, last, closed, [last, &parsed](httplib::Request& prepared) {
          parsed = true;
          Prepare(last, &prepared);
        });
    return {stream.Take(), written && parsed && !closed && !last};
  } catch (...) {
    spdlog::error("an exception came out of the parser of requests");
    return {Refuse(500, "The server failed."), false};
  }
}

std::string Router::Refuse(int status, std::string_view why) {
  return StrCat("HTTP/1.1 ", status, " Refused\r\nContent-Type: ", kPlain,
                "\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n"
                "Content-Length: ",
                why.size() + 1, "\r\n\r\n", why, "\n");
}

bool TakesGzip(const httplib::Request& request) {
  return request.has_header(kGzip);
}

}  // namespace paperwire::http
