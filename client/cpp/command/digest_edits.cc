#include "client/cpp/command/digest_edits.h"

#include <optional>

#include "absl/time/clock.h"
#include "client/cpp/client/uuid.h"
#include "client/cpp/command/digest_failure.h"
#include "client/cpp/command/digest_flags.h"
#include "client/cpp/command/digest_names.h"
#include "client/cpp/command/digest_text.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

using Words = std::vector<std::string>;

absl::StatusOr<v1::CreateDigestRequest> MakeCreateRequest(const Arguments& args,
                                                          const Words& words) {
  v1::CreateDigestRequest request;
  ASSIGN_OR_RETURN(*request.mutable_parent(), DigestParent(args));
  request.set_digest_id(args.Text("id"));
  request.set_request_id(RandomUuid());
  v1::Digest* digest = request.mutable_digest();
  digest->set_address(args.Text("to"));
  if (digest->address().empty()) {
    return absl::InvalidArgumentError("to whom? say --to jane@example.org");
  }
  google::protobuf::FieldMask mask;
  RETURN_IF_ERROR(
      ApplyDigestFlags(args, QueryOfWords(words), absl::Now(), digest, &mask));
  RETURN_IF_ERROR(CheckDigestContent(*digest));
  return request;
}

}  // namespace

void SayAsked(Context& context, const v1::Digest& digest) {
  context.Say(StrCat("asked ", digest.address(),
                     " for consent; nothing else is sent until its reader "
                     "confirms behind the link in that mail, or gives the "
                     "link to paperwire digest confirm"));
}

int CreateDigest(Context& context, const Words& words) {
  const absl::StatusOr<v1::CreateDigestRequest> request =
      MakeCreateRequest(context.args, words);
  if (!request.ok()) return context.Misused(request.status());
  const absl::StatusOr<v1::Digest> created =
      context.client().CreateDigest(*request);
  if (!created.ok()) {
    return FailOfDigest(context, created.status(), request->digest());
  }
  if (context.json()) {
    PrintDigestJson(context, *created);
    return context.Done();
  }
  context.out.Write(StrCat(Printable(created->name()), "\n"));
  if (const int code = context.Done(); code != kOk) return code;
  context.Say(StrCat("to be sent: ", ContentText(*created), ", ",
                     ScheduleText(created->schedule())));
  SayAsked(context, *created);
  return kOk;
}

int UpdateDigest(Context& context, const Words& names) {
  const absl::StatusOr<v1::Digest> stored = FetchDigest(context, names[0]);
  if (!stored.ok()) return context.Fail(stored.status());
  v1::UpdateDigestRequest request;
  v1::Digest* changed = request.mutable_digest();
  *changed = *stored;
  const absl::Status applied =
      ApplyDigestFlags(context.args, std::nullopt, absl::Now(), changed,
                       request.mutable_update_mask());
  if (!applied.ok()) return context.Misused(applied);
  if (request.update_mask().paths().empty()) {
    return context.Misused(absl::InvalidArgumentError(
        "nothing to change: give --query, --trending, --daily, --at or "
        "another flag of digest create"));
  }
  if (absl::Status content = CheckDigestContent(*changed); !content.ok()) {
    return context.Misused(content);
  }
  // What was read is what is changed.
  changed->set_etag(context.args.Text("etag", stored->etag()));
  const absl::StatusOr<v1::Digest> updated =
      context.client().UpdateDigest(request);
  if (!updated.ok()) {
    return FailOfDigest(context, updated.status(), request.digest());
  }
  if (context.json()) {
    PrintDigestJson(context, *updated);
  } else {
    context.Say(StrCat("changed ", ShownDigest(updated->name()), ": ",
                       ContentText(*updated), ", ",
                       ScheduleText(updated->schedule())));
  }
  return context.Done();
}

}  // namespace paperwire::command
