// A mail that came back, from the pipe of a mail server: an action of
// `paperwire digest`.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_REPORT_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_REPORT_H_

#include <string>
#include <vector>

#include "client/cpp/command/context.h"

namespace paperwire::command {

// `words` has the file, or nothing for standard input. Returns what mail
// servers expect of a pipe (sysexits.h): 0 when the server took the mail,
// whether or not it counts; 75 (EX_TEMPFAIL) when it should be tried again
// later; 65 (EX_DATAERR) when it is no mail, and never will be.
int ReportReturned(Context& context, const std::vector<std::string>& words);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_REPORT_H_
