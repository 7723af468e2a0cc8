#include "tests/unit/harvest/fake_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "service/base/strings.h"

namespace paperwire::harvest {
namespace {

std::string Unescape(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      plain.push_back(static_cast<char>(
          std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16)));
      i += 2;
    } else {
      plain.push_back(text[i]);
    }
  }
  return plain;
}

}  // namespace

std::string Respond(int status, std::string_view body,
                    std::string_view headers) {
  return StrCat("HTTP/1.1 ", status, " Status\r\nContent-Length: ", body.size(),
                "\r\nConnection: close\r\n", headers, "\r\n", body);
}

std::string CutOff(std::string_view body, size_t n) {
  const std::string whole = Respond(200, body);
  return whole.substr(0, whole.size() - body.size() + n);
}

FakeServer::FakeServer(Handler handler) : handler_(std::move(handler)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::listen(listener_, 16), 0);
  EXPECT_EQ(
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size),
      0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

FakeServer::~FakeServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::string FakeServer::url() const {
  return StrCat("http://127.0.0.1:", port_);
}

std::vector<std::string> FakeServer::targets() const {
  absl::MutexLock lock(&mutex_);
  return targets_;
}

void FakeServer::Run() {
  while (true) {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    Serve(connection);
    ::close(connection);
  }
}

void FakeServer::Serve(int connection) {
  FakeRequest request;
  char buffer[4096];
  while (request.head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t got = ::recv(connection, buffer, sizeof buffer, 0);
    if (got <= 0) return;
    request.head.append(buffer, static_cast<size_t>(got));
  }
  // "GET /target HTTP/1.1"
  const size_t begin = request.head.find(' ') + 1;
  request.target =
      Unescape(std::string_view(request.head)
                   .substr(begin, request.head.find(' ', begin) - begin));
  {
    absl::MutexLock lock(&mutex_);
    targets_.push_back(request.target);
  }
  std::string_view answer;
  const std::string whole = handler_(request);
  answer = whole;
  while (!answer.empty()) {
    const ssize_t put =
        ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
    if (put <= 0) return;
    answer.remove_prefix(static_cast<size_t>(put));
  }
  ::shutdown(connection, SHUT_WR);
}

}  // namespace paperwire::harvest
