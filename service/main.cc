// paperwired: flags to options to servers; nothing else.

#include <pthread.h>
#include <signal.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "service/http/server.h"
#include "service/options.h"
#include "service/rpc/server.h"
#include "spdlog/sinks/stdout_color_sinks.h"
#include "spdlog/spdlog.h"

namespace paperwire {
namespace {

// False, and a line in the log, when it cannot be written.
bool WritePort(int port, const std::string& path) {
  if (path.empty()) return true;
  std::ofstream file(path);
  file << port << "\n";
  if (file.flush()) return true;
  spdlog::critical("cannot write {}", path);
  return false;
}

int Run(const Options& options) {
  // Blocked here, before any thread starts, so that only sigwait gets them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  // Debian's Abseil looks for cycles among gRPC's locks at every one of them.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);

  spdlog::set_default_logger(spdlog::stderr_color_mt("paperwired"));
  spdlog::info("opening {}", options.server.store.folder);
  absl::StatusOr<std::unique_ptr<rpc::Server>> server =
      rpc::Server::Start(options.server);
  if (!server.ok()) {
    spdlog::critical("{}", std::string(server.status().message()));
    return 1;
  }
  spdlog::info("serving on {} (port {})", options.server.listen,
               (*server)->port());
  if (!options.server.socket.empty()) {
    spdlog::info("serving at unix:{}", options.server.socket);
  }
  std::unique_ptr<http::Server> web;
  if (!options.http.listen.empty()) {
    absl::StatusOr<std::unique_ptr<http::Server>> started = http::Server::Start(
        options.http, (*server)->store(), (*server)->digests());
    if (!started.ok()) {
      spdlog::critical("--http: {}", std::string(started.status().message()));
      return 1;
    }
    web = *std::move(started);
    spdlog::info("serving HTTP on {} (port {})", options.http.listen,
                 web->port());
    if (!WritePort(web->port(), options.http_port_file)) return 1;
  }
  // Last: whoever waits for this file finds all of it served.
  if (!WritePort((*server)->port(), options.port_file)) return 1;
  int received = 0;
  sigwait(&signals, &received);
  spdlog::info("stopping: {}", strsignal(received));
  // First what reads the store, then what owns it.
  if (web != nullptr) web->Stop();
  (*server)->Stop();
  spdlog::info("stopped");
  return 0;
}

}  // namespace
}  // namespace paperwire

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const absl::StatusOr<paperwire::Options> options =
      paperwire::ParseOptions(arguments);
  if (!options.ok()) {
    std::fprintf(stderr, "paperwired: %s\n",
                 std::string(options.status().message()).c_str());
    return 2;
  }
  if (options->help) {
    std::fputs(paperwire::HelpText().c_str(), stdout);
    return 0;
  }
  if (options->version) {
    std::printf("paperwired %s\n", PAPERWIRE_VERSION);
    return 0;
  }
  return paperwire::Run(*options);
}
