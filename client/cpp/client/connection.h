// The channel and the stubs that a client and its streams share. Private to
// this folder, like call.h: they are the only headers here that name gRPC.

#ifndef PAPERWIRE_CLIENT_CPP_CLIENT_CONNECTION_H_
#define PAPERWIRE_CLIENT_CPP_CLIENT_CONNECTION_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "paperwire/v1/digest_service.grpc.pb.h"
#include "paperwire/v1/paper_service.grpc.pb.h"
#include "paperwire/v1/search_service.grpc.pb.h"
#include "paperwire/v1/server_service.grpc.pb.h"
#include "paperwire/v1/subscription_service.grpc.pb.h"
#include "paperwire/v1/trending_service.grpc.pb.h"

namespace paperwire {

// Thread-safe, as gRPC's stubs are.
class Connection {
 public:
  explicit Connection(const std::string& address);

  // Tries to connect for so long at most. A channel makes progress only while
  // somebody waits on it: one that is left alone between two calls finds a
  // server that is back only seconds later.
  void Connect(absl::Duration at_most);

  v1::PaperService::Stub papers;
  v1::SearchService::Stub search;
  v1::TrendingService::Stub trending;
  v1::SubscriptionService::Stub subscriptions;
  v1::DigestService::Stub digests;
  v1::ServerService::Stub server;

 private:
  explicit Connection(std::shared_ptr<grpc::Channel> channel);

  const std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace paperwire

#endif  // PAPERWIRE_CLIENT_CPP_CLIENT_CONNECTION_H_
