#include "service/options.h"

#include <fstream>
#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/http/public_url.h"

namespace paperwire {
namespace {

using Setter = absl::Status (*)(std::string_view value, Options* options);

struct Flag {
  const char* name;
  const char* value;  // what it takes, for the help; empty: nothing
  const char* otherwise;
  const char* help;
  Setter set;
};

absl::StatusOr<int> ParseInt(std::string_view value, int min, int max) {
  int number = 0;
  if (!absl::SimpleAtoi(ToAbsl(value), &number) || number < min ||
      number > max) {
    return absl::InvalidArgumentError(StrCat(
        "\"", value, "\" is not a whole number from ", min, " to ", max, "."));
  }
  return number;
}

absl::StatusOr<absl::Duration> ParseDuration(std::string_view value,
                                             absl::Duration min,
                                             absl::Duration max) {
  absl::Duration duration;
  if (!absl::ParseDuration(ToAbsl(value), &duration) || duration < min ||
      duration > max) {
    return absl::InvalidArgumentError(StrCat(
        "\"", value, "\" is not a time from ", absl::FormatDuration(min),
        " to ", absl::FormatDuration(max), ", written like 500ms or 10s."));
  }
  return duration;
}

// The first line of a file, which holds a secret.
absl::StatusOr<std::string> ReadLine(std::string_view path) {
  std::ifstream file{std::string(path)};
  std::string line;
  if (!std::getline(file, line) || line.empty()) {
    return absl::InvalidArgumentError(
        StrCat("\"", path, "\" cannot be read, or its first line is empty."));
  }
  return line;
}

constexpr Flag kFlags[] = {
    {"data", "FOLDER", "paperwire-data",
     "Where everything is kept; made when it is missing.",
     [](std::string_view value, Options* o) {
       o->server.store.folder = std::string(value);
       return value.empty() ? absl::InvalidArgumentError("It is empty.")
                            : absl::OkStatus();
     }},
    {"listen", "HOST:PORT", "127.0.0.1:7227",
     "Where to listen. Calls are not authenticated: open it to other\n"
     "machines (0.0.0.0:7227) only in a network that you trust.",
     [](std::string_view value, Options* o) {
       o->server.listen = std::string(value);
       return absl::OkStatus();
     }},
    {"socket", "PATH", "",
     "Where to listen as well: a Unix socket, for programs on this machine,\n"
     "which connect to unix:PATH at less cost. Not given: nowhere.",
     [](std::string_view value, Options* o) {
       o->server.socket = std::string(value);
       return absl::OkStatus();
     }},
    {"threads", "N", "0", "Threads that serve calls. 0: one for each core.",
     [](std::string_view value, Options* o) -> absl::Status {
       ASSIGN_OR_RETURN(o->server.threads, ParseInt(value, 0, 1024));
       return absl::OkStatus();
     }},
    {"heartbeat", "TIME", "10s",
     "How often a watch says how far it is when nothing matches.",
     [](std::string_view value, Options* o) -> absl::Status {
       ASSIGN_OR_RETURN(
           o->server.heartbeat,
           ParseDuration(value, absl::Milliseconds(100), absl::Seconds(15)));
       return absl::OkStatus();
     }},
    {"drain", "TIME", "10s",
     "How long calls that are under way may take when the server stops.",
     [](std::string_view value, Options* o) -> absl::Status {
       ASSIGN_OR_RETURN(
           o->server.drain,
           ParseDuration(value, absl::ZeroDuration(), absl::Hours(1)));
       o->http.connections.drain = o->server.drain;
       return absl::OkStatus();
     }},
    {"http", "HOST:PORT", "",
     "Where to serve feeds and pages by HTTP, to whoever can connect. Not\n"
     "given: nowhere.",
     [](std::string_view value, Options* o) {
       o->http.listen = std::string(value);
       return absl::OkStatus();
     }},
    {"public-url", "URL", "http:// and where --http listens",
     "What the addresses of feeds, and the links in messages, begin with:\n"
     "where people find --http, such as a proxy with TLS.",
     [](std::string_view value, Options* o) -> absl::Status {
       ASSIGN_OR_RETURN(o->http.public_url, http::CheckPublicUrl(value));
       o->server.mail.public_url = o->http.public_url;
       return absl::OkStatus();
     }},
    {"smtp", "URL", "",
     "The mail server that digests are handed to: smtp://host:587\n"
     "(STARTTLS) or smtps://host:465. It needs --mail-from, --http and\n"
     "--public-url. Not given: no mail.",
     [](std::string_view value, Options* o) {
       o->server.mail.smtp.url = std::string(value);
       return absl::OkStatus();
     }},
    {"smtp-user", "NAME", "", "Who to be for that server.",
     [](std::string_view value, Options* o) {
       o->server.mail.smtp.user = std::string(value);
       return absl::OkStatus();
     }},
    {"smtp-password-file", "FILE", "",
     "A file whose first line is the password.",
     [](std::string_view value, Options* o) -> absl::Status {
       ASSIGN_OR_RETURN(o->server.mail.smtp.password, ReadLine(value));
       return absl::OkStatus();
     }},
    {"smtp-ca-file", "FILE", "",
     "The certificates (PEM) to know that server by, instead of those of\n"
     "the system.",
     [](std::string_view value, Options* o) {
       o->server.mail.smtp.ca_file = std::string(value);
       return absl::OkStatus();
     }},
    {"smtp-plain", "", "",
     "Do without TLS where that server does not offer it, as on this\n"
     "machine. Never with a password.",
     [](std::string_view, Options* o) {
       o->server.mail.smtp.allow_plain = true;
       return absl::OkStatus();
     }},
    {"mail-from", "ADDRESS", "",
     "Whom messages are from: \"Paperwire <digests@example.org>\".",
     [](std::string_view value, Options* o) {
       o->server.mail.from = std::string(value);
       return absl::OkStatus();
     }},
    {"mail-bounces", "ADDRESS", "that of --mail-from",
     "Where messages that cannot be delivered come back to. What arrives\n"
     "there belongs into `paperwire digest report`.",
     [](std::string_view value, Options* o) {
       o->server.mail.smtp.sender = std::string(value);
       return absl::OkStatus();
     }},
    {"mail-folder", "FOLDER", "",
     "Write each message to a file of this folder (.eml) and send nothing,\n"
     "instead of --smtp: to see what would be sent.",
     [](std::string_view value, Options* o) {
       o->server.mail.folder = std::string(value);
       return value.empty() ? absl::InvalidArgumentError("It is empty.")
                            : absl::OkStatus();
     }},
    {"checkpoint-entries", "N", "20000",
     "Journal entries after which the index is written to disk.",
     [](std::string_view value, Options* o) -> absl::Status {
       ASSIGN_OR_RETURN(o->server.store.checkpoint_entries,
                        ParseInt(value, 1, 1000000000));
       return absl::OkStatus();
     }},
    {"journal-days", "N", "0",
     "For how many days the journal keeps every change, for watches that\n"
     "resume, backtests and histories. Of what is older it keeps the newest\n"
     "state of each paper. 0: for ever.",
     [](std::string_view value, Options* o) -> absl::Status {
       ASSIGN_OR_RETURN(int days, ParseInt(value, 0, 100000));
       o->server.store.retention.keep =
           days == 0 ? absl::InfiniteDuration() : days * absl::Hours(24);
       return absl::OkStatus();
     }},
    {"journal-megabytes", "N", "0",
     "Forget older changes sooner when the journal is larger than this; all\n"
     "of the last hour stays. 0: no bound.",
     [](std::string_view value, Options* o) -> absl::Status {
       ASSIGN_OR_RETURN(int megabytes, ParseInt(value, 0, 100000000));
       o->server.store.retention.max_bytes = int64_t{megabytes} << 20;
       return absl::OkStatus();
     }},
    {"allow-private-webhooks", "", "",
     "Post to webhooks on this machine and in private networks as well, and\n"
     "by plain http. Whoever may change subscriptions can then have the\n"
     "server send requests there.",
     [](std::string_view, Options* o) {
       o->server.allow_private_webhooks = true;
       return absl::OkStatus();
     }},
    {"rebuild", "", "",
     "Make catalogue and index again from the journal, then serve.",
     [](std::string_view, Options* o) {
       o->server.store.rebuild = true;
       return absl::OkStatus();
     }},
    {"port-file", "FILE", "",
     "Write the port to this file once calls are served.",
     [](std::string_view value, Options* o) {
       o->port_file = std::string(value);
       return absl::OkStatus();
     }},
    {"http-port-file", "FILE", "",
     "Write the port of --http to this file once it is served.",
     [](std::string_view value, Options* o) {
       o->http_port_file = std::string(value);
       return absl::OkStatus();
     }},
    {"version", "", "", "Print the version and end.",
     [](std::string_view, Options* o) {
       o->version = true;
       return absl::OkStatus();
     }},
    {"help", "", "", "Print this and end.",
     [](std::string_view, Options* o) {
       o->help = true;
       return absl::OkStatus();
     }},
};

const Flag* FindFlag(std::string_view name) {
  for (const Flag& flag : kFlags) {
    if (name == flag.name) return &flag;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<Options> ParseOptions(
    const std::vector<std::string>& arguments) {
  Options options;
  options.server.store.folder = "paperwire-data";
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string_view argument = arguments[i];
    if (!ConsumePrefix(&argument, "--")) {
      return absl::InvalidArgumentError(
          StrCat("\"", arguments[i], "\" is not a flag. See --help."));
    }
    const size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    const Flag* flag = FindFlag(name);
    if (flag == nullptr) {
      return absl::InvalidArgumentError(
          StrCat("There is no flag --", name, ". See --help."));
    }
    std::string_view value;
    if (equals != std::string_view::npos) {
      value = argument.substr(equals + 1);
    } else if (*flag->value != '\0') {
      if (i + 1 == arguments.size()) {
        return absl::InvalidArgumentError(
            StrCat("--", name, " needs a ", flag->value, "."));
      }
      value = arguments[++i];
    }
    if (absl::Status status = flag->set(value, &options); !status.ok()) {
      return absl::InvalidArgumentError(
          StrCat("--", name, ": ", status.message()));
    }
  }
  return options;
}

std::string HelpText() {
  std::string text =
      "paperwired: the wire service for research papers.\n\n"
      "  paperwired --data /var/lib/paperwire\n\n"
      "Takes papers in, answers searches over them and pushes new matches, "
      "by gRPC.\nThe command `paperwire` and the Python package talk to it.\n\n"
      "Flags:\n";
  for (const Flag& flag : kFlags) {
    const std::string name =
        StrCat("--", flag.name, *flag.value != '\0' ? " " : "", flag.value);
    std::string help = flag.help;
    if (*flag.otherwise != '\0') {
      StrAppend(&help, "\nDefault: ", flag.otherwise);
    }
    size_t start = 0;
    bool first = true;
    while (start <= help.size()) {
      const size_t end = std::min(help.find('\n', start), help.size());
      absl::StrAppendFormat(&text, "  %-24s %s\n", first ? name : "",
                            help.substr(start, end - start));
      first = false;
      start = end + 1;
    }
  }
  return text;
}

}  // namespace paperwire
