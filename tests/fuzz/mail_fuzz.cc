// Any bytes as a mail that came back.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "service/base/strings.h"
#include "service/digest/mail_report.h"
#include "service/text/utf8.h"
#include "tests/fuzz/check.h"

namespace paperwire::digest {
namespace {

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c < '\x7f'; });
}

bool IsOneLine(std::string_view text) {
  return text::FindInvalidUtf8(text) == std::string_view::npos &&
         std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
         });
}

void CheckReport(const MailReport& report) {
  Check(report.message_ids.size() <= 16, "there are at most 16 ids");
  for (const std::string& id : report.message_ids) {
    Check(!id.empty() && id.size() <= 998 && IsPrintable(id),
          "an id is printable and short", id);
    Check(std::count(report.message_ids.begin(), report.message_ids.end(),
                     id) == 1,
          "an id is told once", id);
  }
  Check(report.recipient.size() <= 320 && IsPrintable(report.recipient),
        "a recipient is printable and short", report.recipient);
  Check(report.detail.size() <= 1000 && IsOneLine(report.detail),
        "a detail is a short line", report.detail);
  const std::string& status = report.status;
  Check(status.empty() ||
            (status.size() >= 5 && status.size() <= 9 && status[1] == '.' &&
             std::count(status.begin(), status.end(), '.') == 2),
        "a status has three numbers", status);
  Check(report.kind != MailReport::Kind::kNone ||
            (status.empty() && report.detail.empty()),
        "nothing is told of what is no report", status);
}

}  // namespace
}  // namespace paperwire::digest

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace paperwire::digest;  // NOLINT
  const std::string_view message(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<MailReport> report = ParseMailReport(message);
  if (report.ok()) {
    CheckReport(*report);
  } else {
    paperwire::Check(!report.status().message().empty(),
                     "what is refused has a reason");
  }
  return 0;
}
