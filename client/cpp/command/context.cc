#include "client/cpp/command/context.h"

#include <utility>

#include "client/cpp/command/errors.h"
#include "client/cpp/command/text_layout.h"
#include "service/base/strings.h"

namespace paperwire::command {

Context::Context(Arguments arguments, Output& output, Output& errors,
                 Getenv environment)
    : args(std::move(arguments)),
      out(output),
      err(errors),
      getenv(std::move(environment)) {}

std::string Context::address() const {
  return args.Text("server",
                   getenv("PAPERWIRE_ADDRESS").value_or("localhost:7227"));
}

Client& Context::client() {
  if (client_ == nullptr) {
    client_ = std::make_unique<Client>(
        ClientOptions{.address = address(),
                      .timeout = args.Seconds("timeout", absl::Seconds(60))});
  }
  return *client_;
}

int Context::Fail(const absl::Status& status) {
  if (args.command == nullptr) return Fail(status, "");
  const bool words = args.command->argument_kind == ArgumentKind::kQuery;
  return Fail(status, words ? args.JoinedWords() : args.Text("query"));
}

int Context::Fail(const absl::Status& status, std::string_view query) {
  out.Flush().IgnoreError();
  err.Write(ErrorText(status, address(), err.color()));
  err.Write(PointAtError(status, query, err.columns()));
  return kFailed;
}

int Context::Misused(const absl::Status& status) {
  Fail(status);
  return kUsage;
}

int Context::Done() {
  const absl::Status status = out.Flush();
  return status.ok() ? kOk : Fail(status);
}

void Context::Say(std::string_view line) {
  err.Write(StrCat(Printable(line), "\n"));
}

}  // namespace paperwire::command
