// A report about one paper that the server has: a curator's pick, a signal.
//
//     ASSIGN_OR_RETURN(v1::Paper paper, ReadForReport(client, name));
//     v1::Paper says;
//     says.add_signals()->set_kind("github-stars");
//     ASSIGN_OR_RETURN(v1::ImportVerdict verdict,
//                      SendReport(client, paper, says, "signals"));
//
// It is an import of one paper with an external id and what is to be said,
// and nothing else, so that it changes nothing else.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_PAPER_REPORT_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_PAPER_REPORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/cpp/client/client.h"
#include "client/cpp/command/spec.h"

namespace paperwire::command {

// The paper of this name with its signals, and one of its external ids: one
// that leads to it. NOT_FOUND when there is no such paper;
// FAILED_PRECONDITION when it is withdrawn, or when no external id leads to
// it, without which an import cannot name it.
absl::StatusOr<v1::Paper> ReadForReport(Client& client,
                                        const std::string& name);

// Says of `paper`, as ReadForReport gave it, what `says` holds. Fails as an
// import does, and with INVALID_ARGUMENT and the server's reason when the
// report is rejected.
absl::StatusOr<v1::ImportVerdict> SendReport(Client& client,
                                             const v1::Paper& paper,
                                             v1::Paper says,
                                             const std::string& source);

// --source, with its default in the help.
FlagSpec SourceFlag(const std::string& otherwise);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_PAPER_REPORT_H_
