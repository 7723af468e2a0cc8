// The part of the fake server that keeps subscriptions, and pushes.

#ifndef PAPERWIRE_TESTS_UNIT_COMMAND_FAKE_SUBSCRIPTIONS_H_
#define PAPERWIRE_TESTS_UNIT_COMMAND_FAKE_SUBSCRIPTIONS_H_

#include <grpcpp/impl/service_type.h>

#include <memory>

namespace paperwire {

class FakeServer;

// The server must outlive it.
std::unique_ptr<grpc::Service> MakeFakeSubscriptions(FakeServer* server);

}  // namespace paperwire

#endif  // PAPERWIRE_TESTS_UNIT_COMMAND_FAKE_SUBSCRIPTIONS_H_
