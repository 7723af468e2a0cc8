#include "client/cpp/client/connection.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace paperwire {
namespace {

// A page of 1,000 papers with long abstracts and highlights stays below.
constexpr int kMaxReceiveBytes = 256 << 20;

bool IsThisMachine(const std::string& address) {
  for (const char* prefix :
       {"localhost", "127.", "[::1]", "ipv4:127.", "ipv6:[::1]",
        "unix:", "dns:localhost", "dns:///localhost"}) {
    if (absl::StartsWith(address, prefix)) return true;
  }
  return false;
}

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxReceiveBytes);
  arguments.SetMaxSendMessageSize(-1);
  arguments.SetUserAgentPrefix(
      absl::StrCat("paperwire-cpp/", PAPERWIRE_VERSION));
  // Find out within minutes that the other side is gone without a word, also
  // while a watch only listens. The server's progress events, every 15
  // seconds, keep it from taking the pings for abuse.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // A server that restarts is found again quickly. The least is also the pause
  // between two attempts, however short the first one is to be.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
  // A proxy for the web has no business between two programs on one machine.
  if (IsThisMachine(address)) {
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  }
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(),
                                   arguments);
}

}  // namespace

Connection::Connection(const std::string& address)
    : Connection(MakeChannel(address)) {}

Connection::Connection(std::shared_ptr<grpc::Channel> channel)
    : papers(channel),
      search(channel),
      trending(channel),
      subscriptions(channel),
      digests(channel),
      server(channel),
      channel_(std::move(channel)) {}

void Connection::Connect(absl::Duration at_most) {
  channel_->WaitForConnected(absl::ToChronoTime(absl::Now() + at_most));
}

}  // namespace paperwire
