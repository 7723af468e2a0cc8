// A server that answers every Search with the same bytes: what a call costs
// when nothing is done. It serves as paperwired does, with the same loop.
//
//     bench_noop ANSWER-FILE SOCKET PORT-FILE
//
// Runs until it is killed. Listens at the Unix socket, too.

#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "service/rpc/loop.h"
#include "service/rpc/raw_services.h"

namespace paperwire::rpc {
namespace {

constexpr int kAcceptors = 8;

Task Serve(Loop& loop, RawSearchService& service,
           const grpc::ByteBuffer& answer) {
  grpc::ServerContext context;
  grpc::ByteBuffer request;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> writer(&context);
  const bool accepted = co_await Start([&](void* tag) {
    service.RequestSearch(&context, &request, &writer, loop.queue(),
                          loop.queue(), tag);
  });
  if (!accepted) co_return;
  Serve(loop, service, answer);
  co_await Start(
      [&](void* tag) { writer.Finish(answer, grpc::Status::OK, tag); });
}

int Run(const char* file, const std::string& socket, const char* port_file) {
  // As paperwired does.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer answer(&slice, 1);
  RawSearchService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.AddListeningPort("unix:" + socket, grpc::InsecureServerCredentials());
  builder.RegisterService(&service);
  Loop loop(builder.AddCompletionQueue(),
            std::max(2, static_cast<int>(std::thread::hardware_concurrency())));
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) {
    std::fprintf(stderr, "cannot listen\n");
    return 1;
  }
  for (int i = 0; i < kAcceptors; ++i) Serve(loop, service, answer);
  loop.Run();
  std::ofstream(port_file) << port << '\n';
  for (;;) pause();
}

}  // namespace
}  // namespace paperwire::rpc

int main(int argc, char** argv) {
  return argc == 4 ? paperwire::rpc::Run(argv[1], argv[2], argv[3]) : 2;
}
