#include "client/cpp/command/digest_preview.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <string>
#include <string_view>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "client/cpp/command/digest_failure.h"
#include "client/cpp/command/digest_flags.h"
#include "client/cpp/command/digest_names.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/text_layout.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// Writes to a file, or to standard output.
absl::Status WriteTo(Context& context, const std::string& path,
                     const std::string& bytes) {
  if (path == "-") {
    context.out.Write(bytes);
    return absl::OkStatus();
  }
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  file.close();
  if (file.good()) {
    context.Say(StrCat("wrote ", path));
    return absl::OkStatus();
  }
  return absl::ErrnoToStatus(errno == 0 ? EIO : errno,
                             StrCat("cannot write ", path));
}

// The text part as it is laid out, line by line, with nothing hostile.
void PrintText(std::string_view text, Output& out) {
  for (const absl::string_view whole : absl::StrSplit(ToAbsl(text), '\n')) {
    std::string_view line = ToStd(whole);
    ConsumeSuffix(&line, "\r");
    const size_t indent = std::min(line.find_first_not_of(' '), line.size());
    out.Write(
        StrCat(line.substr(0, indent), Printable(line.substr(indent)), "\n"));
  }
}

// One word without flags that describe a digest is the name of one.
absl::StatusOr<v1::PreviewDigestRequest> MakePreviewRequest(
    const Arguments& args, const std::vector<std::string>& words) {
  v1::PreviewDigestRequest request;
  if (words.size() == 1 && !HasDigestFlags(args)) {
    ASSIGN_OR_RETURN(const std::vector<std::string> names,
                     ParseDigestNames(args, words));
    request.set_name(names[0]);
    return request;
  }
  google::protobuf::FieldMask mask;
  v1::Digest* digest = request.mutable_digest();
  digest->set_address(args.Text("to"));
  RETURN_IF_ERROR(
      ApplyDigestFlags(args, QueryOfWords(words), absl::Now(), digest, &mask));
  RETURN_IF_ERROR(CheckDigestContent(*digest));
  return request;
}

int Show(Context& context, const v1::PreviewDigestRequest& request) {
  const absl::StatusOr<v1::PreviewDigestResponse> preview =
      context.client().PreviewDigest(request);
  if (!preview.ok()) {
    return FailOfDigest(context, preview.status(), request.digest());
  }
  if (context.json()) {
    context.out.Write(StrCat(ToJson(*preview, Defaults::kWrite), "\n"));
    return context.Done();
  }
  if (preview->message().empty()) {
    context.Say("there is nothing new: no mail would be sent now");
    return kOk;
  }
  const Arguments& args = context.args;
  absl::Status written = absl::OkStatus();
  if (args.Has("eml")) {
    written = WriteTo(context, args.Text("eml"), preview->message());
  }
  if (written.ok() && args.Has("html")) {
    written = WriteTo(context, args.Text("html"), preview->html());
  }
  if (!written.ok()) return context.Fail(written);
  if (!args.Has("eml") && !args.Has("html")) {
    context.out.Write(
        StrCat(Render({{"Subject: ", Style::kDim},
                       {Printable(preview->subject()), Style::kBold}},
                      context.out.color()),
               "\n\n"));
    std::string_view text = preview->text();
    ConsumeSuffix(&text, "\n");
    PrintText(text, context.out);
  }
  return context.Done();
}

}  // namespace

int PreviewDigest(Context& context, const std::vector<std::string>& words) {
  const absl::StatusOr<v1::PreviewDigestRequest> request =
      MakePreviewRequest(context.args, words);
  if (!request.ok()) return context.Misused(request.status());
  return Show(context, *request);
}

}  // namespace paperwire::command
