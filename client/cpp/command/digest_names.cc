#include "client/cpp/command/digest_names.h"

#include <utility>

#include "client/cpp/command/digest_text.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/subscription_text.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {

absl::StatusOr<std::string> DigestParent(const Arguments& args) {
  if (!args.Has("user")) return std::string(kParent);
  absl::StatusOr<std::string> user = ParseUserName(args.Text("user"));
  if (user.ok()) return user;
  return absl::InvalidArgumentError(
      StrCat("--user: ", ToStd(user.status().message())));
}

absl::StatusOr<std::vector<std::string>> ParseDigestNames(
    const Arguments& args, const std::vector<std::string>& words) {
  ASSIGN_OR_RETURN(const std::string parent, DigestParent(args));
  std::vector<std::string> names;
  for (const std::string& word : words) {
    ASSIGN_OR_RETURN(std::string name, ParseDigestName(word, parent));
    names.push_back(std::move(name));
  }
  if (names.size() > 1 && args.Has("etag")) {
    return absl::InvalidArgumentError("--etag goes with one digest only");
  }
  return names;
}

absl::StatusOr<v1::Digest> FetchDigest(Context& context,
                                       const std::string& name) {
  v1::GetDigestRequest request;
  request.set_name(name);
  return context.client().GetDigest(request);
}

void PrintDigestJson(Context& context, const v1::Digest& digest) {
  context.out.Write(StrCat(ToJson(digest, Defaults::kWrite), "\n"));
}

}  // namespace paperwire::command
