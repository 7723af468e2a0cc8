// The part of the fake server that keeps digests. It sends no mail.

#ifndef PAPERWIRE_TESTS_UNIT_COMMAND_FAKE_DIGESTS_H_
#define PAPERWIRE_TESTS_UNIT_COMMAND_FAKE_DIGESTS_H_

#include <grpcpp/impl/service_type.h>

#include <memory>

namespace paperwire {

class FakeServer;

// The server must outlive it.
std::unique_ptr<grpc::Service> MakeFakeDigests(FakeServer* server);

}  // namespace paperwire

#endif  // PAPERWIRE_TESTS_UNIT_COMMAND_FAKE_DIGESTS_H_
