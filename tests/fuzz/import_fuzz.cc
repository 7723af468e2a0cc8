// Any bytes as a file of papers, in each format.
//
// The first byte chooses: its lower bits the format, past the last of them to
// detect it; kSmall sets a small limit for records; kPacked has the rest
// unpacked if it is gzip or zstd.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "client/cpp/importers/importer.h"
#include "service/base/strings.h"
#include "service/text/utf8.h"
#include "tests/fuzz/check.h"

namespace paperwire::importers {
namespace {

constexpr uint8_t kFormatBits = 0x0F;
constexpr uint8_t kSmall = 0x10;
constexpr uint8_t kPacked = 0x20;

bool IsUtf8(std::string_view text) {
  return text::FindInvalidUtf8(text) == std::string_view::npos;
}

void CheckRecord(const Record& record) {
  const v1::Paper& paper = record.paper;
  Check(record.line >= 1, "a record has a line");
  Check(!paper.title().empty() || !paper.external_ids().empty(),
        "a paper has a title or an id");
  Check(paper.title().find('\n') == std::string::npos, "a title is one line",
        paper.title());
  // What is not UTF-8 could not be sent on.
  v1::Paper copy;
  Check(copy.ParseFromString(paper.SerializeAsString()),
        "a paper can be sent on", paper.title());
  for (const v1::Link& link : paper.links()) {
    Check(link.uri().starts_with("http"), "a link is an address", link.uri());
  }
}

void CheckReject(const Reject& reject) {
  Check(reject.line >= 1, "a reject has a line");
  Check(!reject.reason.empty() && IsUtf8(reject.reason),
        "a reject has a reason", reject.reason);
  Check(reject.excerpt.size() <= 200 && IsUtf8(reject.excerpt) &&
            reject.excerpt.find('\n') == std::string::npos,
        "an excerpt is a short line", reject.excerpt);
}

void ImportAll(std::unique_ptr<ByteSource> source, std::optional<Format> format,
               const ImportOptions& options, size_t most) {
  auto importer = MakeImporter(std::move(source), format, options);
  if (!importer.ok()) {
    Check(IsUtf8(ToStd(importer.status().message())), "a reason is UTF-8");
    return;
  }
  for (size_t i = 0; i <= most; ++i) {
    Record record;
    Reject reject;
    const absl::StatusOr<Outcome> outcome = (*importer)->Next(&record, &reject);
    if (!outcome.ok()) {
      Check(IsUtf8(ToStd(outcome.status().message())), "a reason is UTF-8");
      Check((*importer)->Next(&record, &reject).status() == outcome.status(),
            "a failure stays");
      return;
    }
    if (*outcome == Outcome::kEnd) {
      const auto again = (*importer)->Next(&record, &reject);
      Check(again.ok() && *again == Outcome::kEnd, "the end stays");
      return;
    }
    if (*outcome == Outcome::kRecord) {
      CheckRecord(record);
    } else {
      CheckReject(reject);
    }
  }
  Check(false, "a file has no more records than bytes");
}

}  // namespace
}  // namespace paperwire::importers

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace paperwire::importers;  // NOLINT
  if (size == 0) return 0;
  const uint8_t choice = data[0];
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  size_t most = bytes.size();
  std::unique_ptr<ByteSource> source = FromString(std::move(bytes));
  if ((choice & kPacked) != 0) {
    DecompressionLimits limits;
    limits.max_bytes = int64_t{1} << 20;
    most = size_t{1} << 20;
    source = Decompress(std::move(source), limits);
  }
  ImportOptions options;
  if ((choice & kSmall) != 0) options.max_record_bytes = 100;
  std::optional<Format> format;
  const size_t number = choice & kFormatBits;
  if (number < AllFormats().size()) format = AllFormats()[number];
  ImportAll(std::move(source), format, options, most);
  return 0;
}
