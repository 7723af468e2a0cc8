// The mail of a digest as it would go out now: an action of `paperwire digest`.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_PREVIEW_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_PREVIEW_H_

#include "client/cpp/command/context.h"
#include "paperwire/v1/digest_service.pb.h"

namespace paperwire::command {

// Asks for it, and shows its subject and text; with --eml and --html, writes
// the whole mail or its HTML to a file instead, or to standard output ("-").
int ShowPreview(Context& context, const v1::PreviewDigestRequest& request);

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_DIGEST_PREVIEW_H_
