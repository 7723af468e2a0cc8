#include "service/http/connections.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <map>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "service/base/mutex.h"
#include "service/http/frame.h"

namespace paperwire::http {
namespace {

constexpr size_t kReadBytes = 16 << 10;
// For what a client may still be sending when we close: a connection that is
// closed on unread bytes is reset, and with it goes the answer.
constexpr absl::Duration kLinger = absl::Seconds(1);
constexpr absl::Duration kPause = absl::Milliseconds(10);
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

enum class Phase { kReceiving, kAnswering, kSending, kClosing, kClosed };

struct Connection {
  Descriptor socket;
  Phase phase = Phase::kReceiving;
  std::string in;
  std::string out;
  size_t sent = 0;
  bool keep = false;       // after what is being sent
  bool continued = false;  // whether "100 Continue" was sent
  absl::Time deadline;     // none while it is being answered
};

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK; }

}  // namespace

class Connections::Loop {
 public:
  Loop(Listener listener, const ConnectionOptions& options, Handler handler,
       Refusal refusal)
      : port(listener.port),
        options_(options),
        handler_(std::move(handler)),
        refusal_(std::move(refusal)),
        listener_(std::move(listener.socket)),
        wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    for (int i = 0; i < options_.workers; ++i) {
      workers_.emplace_back([this] { Work(); });
    }
    thread_ = std::thread([this] { Run(); });
  }

  void Stop() {
    {
      MutexLock lock(&mutex_);
      if (stopping_) return;
      stopping_ = true;
    }
    Wake();
    thread_.join();
    {
      MutexLock lock(&mutex_);
      ended_ = true;
      jobs_.clear();
      lock.Changed();
    }
    for (std::thread& worker : workers_) worker.join();
  }

  const int port;

 private:
  struct Job {
    int64_t id;
    std::string request;
    bool last;
  };

  void Wake() {
    const uint64_t one = 1;
    // It can only fail when it is awake already.
    [[maybe_unused]] const ssize_t done = write(wake_.get(), &one, sizeof one);
  }

  bool Stopping() {
    MutexLock lock(&mutex_);
    return stopping_;
  }

  // A worker.
  void Work() {
    while (true) {
      Job job;
      {
        MutexLock lock(&mutex_);
        lock.Await([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
          return ended_ || !jobs_.empty();
        });
        if (ended_) return;
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      Reply reply = handler_(std::move(job.request), job.last);
      {
        MutexLock lock(&mutex_);
        replies_.emplace_back(job.id, std::move(reply));
      }
      Wake();
    }
  }

  // The loop's thread; all below runs on it.
  void Run() {
    absl::Time end = absl::InfiniteFuture();
    while (true) {
      if (end == absl::InfiniteFuture() && Stopping()) {
        end = absl::Now() + options_.drain;
        BeginStop();
      }
      std::erase_if(connections_, [](const auto& entry) {
        return entry.second.phase == Phase::kClosed;
      });
      if (absl::Now() >= end ||
          (end != absl::InfiniteFuture() && connections_.empty())) {
        connections_.clear();
        return;
      }
      Poll(end);
      TakeReplies();
      CloseLate();
    }
  }

  void BeginStop() {
    // What has come to the kernel only has come all the same.
    Accept();
    listener_.Close();
    for (auto& [id, connection] : connections_) {
      if (connection.phase != Phase::kReceiving) continue;
      Receive(id, &connection);
      if (connection.phase == Phase::kReceiving) {
        connection.phase = Phase::kClosed;
      }
    }
  }

  void Poll(absl::Time end) {
    std::vector<pollfd> polled = {{wake_.get(), POLLIN, 0},
                                  {listener_.get(), POLLIN, 0}};
    std::vector<int64_t> ids;
    for (const auto& [id, connection] : connections_) {
      end = std::min(end, connection.deadline);
      if (connection.phase == Phase::kAnswering) continue;
      const bool sends = connection.phase == Phase::kSending;
      polled.push_back({connection.socket.get(),
                        static_cast<short>(sends ? POLLOUT : POLLIN), 0});
      ids.push_back(id);
    }
    int wait = -1;
    if (end != absl::InfiniteFuture()) {
      // One more, so that it is not asked again a fraction too early.
      wait = static_cast<int>(std::clamp<int64_t>(
          absl::ToInt64Milliseconds(end - absl::Now()) + 1, 0, 60'000));
    }
    if (poll(polled.data(), polled.size(), wait) <= 0) return;
    if (polled[0].revents != 0) {
      uint64_t count = 0;
      [[maybe_unused]] const ssize_t done =
          read(wake_.get(), &count, sizeof count);
    }
    for (size_t i = 0; i < ids.size(); ++i) {
      if (polled[i + 2].revents == 0) continue;
      Connection& connection = connections_.at(ids[i]);
      if (connection.phase == Phase::kSending) {
        Send(ids[i], &connection);
      } else {
        Receive(ids[i], &connection);
      }
    }
    // Last, as it may close others.
    if (polled[1].revents != 0) Accept();
  }

  void Accept() {
    while (true) {
      Descriptor socket(accept4(listener_.get(), nullptr, nullptr,
                                SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (socket.get() < 0) {
        if (errno == EINTR || errno == ECONNABORTED) continue;
        // Out of descriptors: those that wait must make room, or poll would
        // report this one again and again.
        if (!WouldBlock() && !CloseLongest()) absl::SleepFor(kPause);
        return;
      }
      if (Open() >= options_.max_connections && !CloseLongest()) {
        continue;  // all are being answered: this one is closed
      }
      const int on = 1;
      setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      Connection& connection = connections_[next_id_++];
      connection.socket = std::move(socket);
      connection.deadline = absl::Now() + options_.receive_timeout;
    }
  }

  size_t Open() const {
    return static_cast<size_t>(std::count_if(
        connections_.begin(), connections_.end(), [](const auto& entry) {
          return entry.second.phase != Phase::kClosed;
        }));
  }

  // Closes the one that has waited longest, of those that have sent nothing
  // if there are any; false when all are being answered.
  bool CloseLongest() {
    const auto place = [](const Connection& connection) {
      const bool idle =
          connection.phase == Phase::kReceiving && connection.in.empty();
      return std::pair(!idle, connection.deadline);
    };
    Connection* longest = nullptr;
    for (auto& [id, connection] : connections_) {
      if (connection.phase == Phase::kAnswering ||
          connection.phase == Phase::kClosed) {
        continue;
      }
      if (longest == nullptr || place(connection) < place(*longest)) {
        longest = &connection;
      }
    }
    if (longest == nullptr) return false;
    // The rest goes when the loop comes by.
    longest->phase = Phase::kClosed;
    longest->socket.Close();
    return true;
  }

  void Receive(int64_t id, Connection* connection) {
    char buffer[kReadBytes];
    const bool closing = connection->phase == Phase::kClosing;
    while (true) {
      const ssize_t got =
          recv(connection->socket.get(), buffer, sizeof buffer, 0);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && WouldBlock()) break;
      if (got <= 0) {
        connection->phase = Phase::kClosed;
        return;
      }
      if (closing) return;  // dropped
      if (connection->in.empty()) {
        connection->deadline = absl::Now() + options_.receive_timeout;
      }
      connection->in.append(buffer, static_cast<size_t>(got));
      TakeRequest(id, connection);
      // One at a time: what comes behind it waits in the kernel.
      if (connection->phase != Phase::kReceiving) return;
    }
  }

  // Queues the request if all of it is there.
  void TakeRequest(int64_t id, Connection* connection) {
    const Frame frame = FrameOf(connection->in);
    switch (frame.state) {
      case Frame::kMore:
        if (frame.waits && !connection->continued) {
          connection->continued = true;
          // If it cannot be sent, the client sends its body unasked.
          send(connection->socket.get(), kContinue.data(), kContinue.size(),
               MSG_NOSIGNAL);
        }
        return;
      case Frame::kRefused:
        connection->in.clear();
        connection->keep = false;
        BeginSend(id, connection, refusal_(frame.status, frame.why));
        return;
      case Frame::kWhole:
        break;
    }
    connection->phase = Phase::kAnswering;
    connection->deadline = absl::InfiniteFuture();
    Job job{id, connection->in.substr(0, frame.bytes), false};
    connection->in.erase(0, frame.bytes);
    MutexLock lock(&mutex_);
    job.last = stopping_;
    jobs_.push_back(std::move(job));
    lock.Changed();
  }

  void TakeReplies() {
    std::vector<std::pair<int64_t, Reply>> replies;
    {
      MutexLock lock(&mutex_);
      replies.swap(replies_);
    }
    for (auto& [id, reply] : replies) {
      const auto found = connections_.find(id);
      if (found == connections_.end()) continue;
      found->second.keep = reply.keep;
      BeginSend(id, &found->second, std::move(reply.bytes));
    }
  }

  void BeginSend(int64_t id, Connection* connection, std::string bytes) {
    connection->phase = Phase::kSending;
    connection->deadline = absl::Now() + options_.send_timeout;
    connection->out = std::move(bytes);
    connection->sent = 0;
    Send(id, connection);
    MakeRoom(*connection);
  }

  // Closes connections that take their time over answers while they hold too
  // much memory together; the newest one stays.
  void MakeRoom(const Connection& newest) {
    while (true) {
      size_t unsent = 0;
      Connection* longest = nullptr;
      for (auto& [id, connection] : connections_) {
        if (connection.phase != Phase::kSending) continue;
        unsent += connection.out.size();
        if (&connection != &newest &&
            (longest == nullptr || connection.deadline < longest->deadline)) {
          longest = &connection;
        }
      }
      if (unsent <= options_.max_unsent_bytes || longest == nullptr) return;
      longest->phase = Phase::kClosed;
      longest->socket.Close();
      longest->out = std::string();
    }
  }

  void Send(int64_t id, Connection* connection) {
    while (connection->sent < connection->out.size()) {
      const ssize_t sent = send(
          connection->socket.get(), connection->out.data() + connection->sent,
          connection->out.size() - connection->sent, MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0 && WouldBlock()) return;
      if (sent < 0) {
        connection->phase = Phase::kClosed;
        return;
      }
      connection->sent += static_cast<size_t>(sent);
    }
    connection->out = std::string();
    connection->continued = false;
    if (!connection->keep || Stopping()) {
      shutdown(connection->socket.get(), SHUT_WR);
      connection->phase = Phase::kClosing;
      connection->deadline = absl::Now() + kLinger;
      return;
    }
    connection->phase = Phase::kReceiving;
    connection->deadline =
        absl::Now() + (connection->in.empty() ? options_.idle_timeout
                                              : options_.receive_timeout);
    // The next one may have come with the one before.
    if (!connection->in.empty()) TakeRequest(id, connection);
  }

  void CloseLate() {
    const absl::Time now = absl::Now();
    for (auto& [id, connection] : connections_) {
      if (connection.deadline <= now) connection.phase = Phase::kClosed;
    }
  }

  const ConnectionOptions options_;
  const Handler handler_;
  const Refusal refusal_;

  // Of the loop's thread.
  Descriptor listener_;
  std::map<int64_t, Connection> connections_;
  int64_t next_id_ = 0;

  Descriptor wake_;
  Mutex mutex_;
  std::deque<Job> jobs_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::pair<int64_t, Reply>> replies_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;

  std::vector<std::thread> workers_;
  std::thread thread_;
};

Connections::Connections(Listener listener, const ConnectionOptions& options,
                         Handler handler, Refusal refusal)
    : loop_(std::make_unique<Loop>(std::move(listener), options,
                                   std::move(handler), std::move(refusal))) {}

Connections::~Connections() { Stop(); }

int Connections::port() const { return loop_->port; }

void Connections::Stop() { loop_->Stop(); }

}  // namespace paperwire::http
