#include "client/cpp/command/digest_report.h"

#include <sysexits.h>

#include <cerrno>
#include <fstream>
#include <iostream>

#include "client/cpp/command/digest_text.h"
#include "client/cpp/command/json.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// The contract's limit.
constexpr size_t kMostBytes = 10'000'000;

absl::StatusOr<std::string> ReadAll(std::istream& in, const std::string& name) {
  std::string text(kMostBytes + 1, '\0');
  errno = 0;
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) {
    return absl::ErrnoToStatus(errno == 0 ? EIO : errno,
                               StrCat("cannot read ", name));
  }
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.size() > kMostBytes) {
    return absl::InvalidArgumentError(
        StrCat(name, " is larger than 10 MB, and no report"));
  }
  if (text.empty()) {
    return absl::InvalidArgumentError(
        StrCat(name, " is empty; the whole mail is wanted, its header first"));
  }
  return text;
}

absl::StatusOr<std::string> ReadMail(const std::string& path) {
  if (path == "-") return ReadAll(std::cin, "standard input");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) {
    return absl::ErrnoToStatus(errno == 0 ? EIO : errno,
                               StrCat("cannot read ", path));
  }
  return ReadAll(file, path);
}

std::string Sentence(const v1::ReportMailResponse& response) {
  std::string text = "nothing that counts";
  if (response.kind() == v1::ReportMailResponse::KIND_BOUNCE) {
    text = "a mail that cannot be delivered";
  } else if (response.kind() == v1::ReportMailResponse::KIND_DELAY) {
    text = "a mail that is late; nothing follows";
  } else if (response.kind() == v1::ReportMailResponse::KIND_COMPLAINT) {
    text = "a complaint";
  }
  if (!response.digest().empty()) {
    StrAppend(&text, ", of the digest ", ShownDigest(response.digest()));
  }
  if (!response.suppressed_address().empty()) {
    StrAppend(&text, "; nothing is sent to ", response.suppressed_address(),
              " any more");
  }
  if (!response.detail().empty()) StrAppend(&text, ": ", response.detail());
  return text;
}

// Of everything but the mail itself the world may be mended.
int Failed(Context& context, const absl::Status& status) {
  context.Fail(status);
  return absl::IsInvalidArgument(status) ? EX_DATAERR : EX_TEMPFAIL;
}

}  // namespace

int ReportReturned(Context& context, const std::vector<std::string>& words) {
  const absl::StatusOr<std::string> mail =
      ReadMail(words.empty() ? "-" : words[0]);
  if (!mail.ok()) return Failed(context, mail.status());
  v1::ReportMailRequest request;
  request.set_message(*mail);
  const absl::StatusOr<v1::ReportMailResponse> response =
      context.client().ReportMail(request);
  if (!response.ok()) return Failed(context, response.status());
  if (context.json()) {
    context.out.Write(StrCat(ToJson(*response, Defaults::kWrite), "\n"));
  } else {
    context.Say(Sentence(*response));
  }
  // It is taken, whoever reads of it.
  context.out.Flush().IgnoreError();
  return EX_OK;
}

}  // namespace paperwire::command
