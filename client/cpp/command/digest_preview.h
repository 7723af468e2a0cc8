// The mail of a digest as it would go out now: an action of `paperwire digest`.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_PREVIEW_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_PREVIEW_H_

#include <string>
#include <vector>

#include "client/cpp/command/context.h"

namespace paperwire::command {

// `words` has the name of a stored digest, or the query of one that is not
// stored, which flags describe. Shows the subject and the text; with --eml and
// --html, writes the whole mail or its HTML to a file instead, or to standard
// output ("-").
int PreviewDigest(Context& context, const std::vector<std::string>& words);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_PREVIEW_H_
