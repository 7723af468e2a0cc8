// What a command works with.
//
//     int RunStatus(Context& context) {
//       absl::StatusOr<v1::GetServerInfoResponse> info =
//           context.client().GetServerInfo();
//       if (!info.ok()) return context.Fail(info.status());
//       context.out.Write(...);
//       return context.Done();
//     }

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_CONTEXT_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_CONTEXT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "client/cpp/client/client.h"
#include "client/cpp/command/arguments.h"
#include "client/cpp/command/output.h"

namespace paperwire::command {

// Exit codes.
inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;  // the server, or the world
inline constexpr int kUsage = 2;   // the command line
inline constexpr int kInterrupted = 130;

// An environment variable, if it is set and not empty.
using Getenv = std::function<std::optional<std::string>(const char* name)>;

class Context {
 public:
  Context(Arguments args, Output& out, Output& err, Getenv getenv);

  const Arguments args;
  Output& out;
  Output& err;
  const Getenv getenv;

  // Where the server is.
  std::string address() const;
  // Made when first asked for, because that starts threads: a command that
  // handles signals sets them up before.
  Client& client();
  bool json() const { return args.Has("json"); }

  // Says on the error output what went wrong and what to do, and returns the
  // exit code for it.
  int Fail(const absl::Status& status);
  // The same of a query that is neither the words nor --query.
  int Fail(const absl::Status& status, std::string_view query);
  // As Fail, for a command line that cannot be understood.
  int Misused(const absl::Status& status);
  // kOk, unless what was written did not get through.
  int Done();
  // A line for people on the error output.
  void Say(std::string_view line);

 private:
  std::unique_ptr<Client> client_;
};

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_CONTEXT_H_
