#include "service/http/connections.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "service/base/strings.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::http {
namespace {

using testing::StartsWith;

// A client whose calls wait for at most 20 seconds.
class Client {
 public:
  explicit Client(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{20, 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience,
               sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_.get(), reinterpret_cast<sockaddr*>(&address),
                         sizeof address) == 0;
  }

  bool connected() const { return connected_; }
  void Send(std::string_view bytes) {
    send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  // Exactly so many bytes, or fewer when it ends.
  std::string Read(size_t size) {
    std::string bytes(size, '\0');
    size_t got = 0;
    while (got < size) {
      const ssize_t more =
          recv(socket_.get(), bytes.data() + got, size - got, 0);
      if (more <= 0) break;
      got += static_cast<size_t>(more);
    }
    bytes.resize(got);
    return bytes;
  }
  // Until the server closes.
  std::string ReadAll() { return Read(16 << 20); }

 private:
  Descriptor socket_;
  bool connected_ = false;
};

constexpr char kRequest[] = "GET /x HTTP/1.1\r\n\r\n";

std::string RefusalText(int status, std::string_view why) {
  return StrCat("refused ", status, " ", why);
}

class ConnectionsTest : public testing::Test {
 protected:
  void Start(const ConnectionOptions& options, Connections::Handler handler) {
    absl::StatusOr<Listener> listener = ListenOn("127.0.0.1:0");
    ASSERT_THAT(listener, IsOk());
    connections_ = std::make_unique<Connections>(
        *std::move(listener), options, std::move(handler), RefusalText);
  }
  // Answers "ok" and keeps the connection.
  void StartBrief(const ConnectionOptions& options = {}) {
    Start(options, [](std::string, bool last) { return Reply{"ok", !last}; });
  }

  std::unique_ptr<Connections> connections_;
};

TEST_F(ConnectionsTest, ManyRequestsOnOneConnection) {
  StartBrief();
  Client client(connections_->port());
  for (int i = 0; i < 100; ++i) {
    client.Send(kRequest);
    ASSERT_EQ(client.Read(2), "ok");
  }
  // Several at once, and cut anywhere.
  client.Send(StrCat(kRequest, kRequest, "GET"));
  ASSERT_EQ(client.Read(4), "okok");
  client.Send(" / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(client.Read(2), "ok");
}

TEST_F(ConnectionsTest, AnswersLargerThanTheBuffersOfTheKernel) {
  Start({}, [](std::string, bool) {
    return Reply{std::string(8 << 20, 'x'), false};
  });
  Client client(connections_->port());
  client.Send(kRequest);
  absl::SleepFor(absl::Milliseconds(50));
  EXPECT_EQ(client.ReadAll().size(), 8u << 20);
}

TEST_F(ConnectionsTest, WhatCannotBeARequestIsToldAndClosed) {
  StartBrief();
  Client client(connections_->port());
  // More than is read at once, so that some is unread when it is closed.
  client.Send(StrCat("GET /", std::string(200'000, 'a')));
  EXPECT_THAT(client.ReadAll(), StartsWith("refused 414"));
}

TEST_F(ConnectionsTest, WhoWaitsIsToldToContinue) {
  Start({}, [](std::string request, bool) {
    return Reply{request.substr(request.size() - 2), false};
  });
  Client client(connections_->port());
  client.Send(
      "POST / HTTP/1.1\r\nContent-Length: 2\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.Read(25), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("ab");
  EXPECT_EQ(client.ReadAll(), "ab");
}

TEST_F(ConnectionsTest, SlowClientsStallNobody) {
  ConnectionOptions options;
  options.workers = 2;
  options.receive_timeout = absl::Seconds(2);
  StartBrief(options);
  std::vector<std::unique_ptr<Client>> slow;
  for (int i = 0; i < 50; ++i) {
    slow.push_back(std::make_unique<Client>(connections_->port()));
    slow.back()->Send("GET /x HTTP/1.1\r\nA: ");
  }
  const absl::Time begin = absl::Now();
  Client quick(connections_->port());
  for (int i = 0; i < 20; ++i) {
    quick.Send(kRequest);
    ASSERT_EQ(quick.Read(2), "ok");
  }
  EXPECT_LT(absl::Now() - begin, absl::Seconds(2));
  // A byte now and then does not buy more time.
  while (absl::Now() - begin < absl::Seconds(3)) {
    for (const auto& client : slow) client->Send("a");
    absl::SleepFor(absl::Milliseconds(100));
  }
  for (const auto& client : slow) {
    EXPECT_EQ(client->Read(1), "");
  }
}

TEST_F(ConnectionsTest, IdleConnectionsAreClosed) {
  ConnectionOptions options;
  options.idle_timeout = absl::Milliseconds(50);
  StartBrief(options);
  Client client(connections_->port());
  client.Send(kRequest);
  EXPECT_EQ(client.ReadAll(), "ok");
}

TEST_F(ConnectionsTest, WhoDoesNotReadIsClosed) {
  ConnectionOptions options;
  options.send_timeout = absl::Milliseconds(200);
  Start(options, [](std::string, bool) {
    return Reply{std::string(64 << 20, 'x'), true};
  });
  Client client(connections_->port());
  client.Send(kRequest);
  absl::SleepFor(absl::Seconds(1));
  EXPECT_LT(client.Read(64 << 20).size(), 64u << 20);
}

TEST_F(ConnectionsTest, AnswersThatNobodyReadsAreBounded) {
  constexpr size_t kSize = 16 << 20;
  ConnectionOptions options;
  options.max_unsent_bytes = 2 * kSize;
  Start(options, [](std::string, bool) {
    return Reply{std::string(kSize, 'x'), false};
  });
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<Client>(connections_->port()));
    clients.back()->Send(kRequest);
    ASSERT_EQ(clients.back()->Read(1), "x");
  }
  EXPECT_LT(clients[0]->ReadAll().size(), kSize - 1);
  EXPECT_LT(clients[1]->ReadAll().size(), kSize - 1);
  EXPECT_EQ(clients[2]->ReadAll().size(), kSize - 1);
  EXPECT_EQ(clients[3]->ReadAll().size(), kSize - 1);
}

TEST_F(ConnectionsTest, NewOnesPushOutThoseThatWait) {
  ConnectionOptions options;
  options.max_connections = 3;
  StartBrief(options);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<Client>(connections_->port()));
    // So that they come in this order.
    if (i < 3) {
      clients.back()->Send(kRequest);
      ASSERT_EQ(clients.back()->Read(2), "ok");
    }
  }
  clients[3]->Send(kRequest);
  EXPECT_EQ(clients[3]->Read(2), "ok");
  EXPECT_EQ(clients[0]->Read(1), "");
  clients[2]->Send(kRequest);
  EXPECT_EQ(clients[2]->Read(2), "ok");
}

TEST_F(ConnectionsTest, StoppingFinishesWhatIsUnderWay) {
  std::latch began(1);
  std::latch go(1);
  Start({}, [&](std::string, bool) {
    began.count_down();
    go.wait();
    return Reply{"finished", true};
  });
  const int port = connections_->port();
  Client client(port);
  Client idle(port);
  Client half(port);
  half.Send("GET /x");
  client.Send(kRequest);
  began.wait();
  std::thread stop([this] { connections_->Stop(); });
  // Those without a request are closed at once.
  EXPECT_EQ(idle.Read(1), "");
  EXPECT_EQ(half.Read(1), "");
  EXPECT_FALSE(Client(port).connected());
  go.count_down();
  EXPECT_EQ(client.ReadAll(), "finished");
  stop.join();
}

TEST_F(ConnectionsTest, StoppingEndsWithTheDrain) {
  std::latch began(1);
  ConnectionOptions options;
  options.drain = absl::Milliseconds(100);
  Start(options, [&](std::string, bool) {
    began.count_down();
    return Reply{std::string(64 << 20, 'x'), false};
  });
  Client client(connections_->port());
  client.Send(kRequest);  // and reads nothing
  began.wait();
  const absl::Time begin = absl::Now();
  connections_->Stop();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
}

TEST(ListenerTest, AddressesThatAreNone) {
  for (const char* address :
       {"", "127.0.0.1", ":80", "a:", "a:b", "a:70000", "a:-1"}) {
    EXPECT_THAT(ListenOn(address),
                IsError(absl::StatusCode::kInvalidArgument,
                        "is not HOST:PORT, like 127.0.0.1:7228."))
        << address;
  }
}

TEST(ListenerTest, APortIsTakenOnce) {
  absl::StatusOr<Listener> first = ListenOn("127.0.0.1:0");
  ASSERT_THAT(first, IsOk());
  EXPECT_GT(first->port, 0);
  EXPECT_THAT(ListenOn(StrCat("127.0.0.1:", first->port)),
              IsError(absl::StatusCode::kUnavailable, "another program has"));
}

}  // namespace
}  // namespace paperwire::http
