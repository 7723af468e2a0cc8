// paperwired: flags to options to Server; nothing else.

#include <pthread.h>
#include <signal.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "service/options.h"
#include "service/rpc/server.h"
#include "spdlog/sinks/stdout_color_sinks.h"
#include "spdlog/spdlog.h"

namespace paperwire {
namespace {

int Run(const Options& options) {
  // Blocked here, before any thread starts, so that only sigwait gets them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

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
  if (!options.port_file.empty()) {
    std::ofstream file(options.port_file);
    file << (*server)->port() << "\n";
    if (!file.flush()) {
      spdlog::critical("cannot write {}", options.port_file);
      return 1;
    }
  }
  int received = 0;
  sigwait(&signals, &received);
  spdlog::info("stopping: {}", strsignal(received));
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
