#include "client/cpp/importers/importer.h"

#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "client/cpp/importers/acl_anthology.h"
#include "client/cpp/importers/arxiv_atom.h"
#include "client/cpp/importers/arxiv_oai.h"
#include "client/cpp/importers/arxiv_snapshot.h"
#include "client/cpp/importers/bibtex.h"
#include "client/cpp/importers/hf_daily.h"
#include "client/cpp/importers/json_importer.h"
#include "client/cpp/importers/openalex.h"
#include "client/cpp/importers/paperwire_json.h"
#include "client/cpp/importers/semantic_scholar.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::importers {
namespace {

constexpr std::array<std::pair<Format, std::string_view>, 9> kNames = {{
    {Format::kPaperwire, "paperwire"},
    {Format::kHfDaily, "hf-daily"},
    {Format::kArxivAtom, "arxiv-atom"},
    {Format::kArxivOai, "arxiv-oai"},
    {Format::kArxivSnapshot, "arxiv-snapshot"},
    {Format::kAcl, "acl"},
    {Format::kBibtex, "bibtex"},
    {Format::kS2, "s2"},
    {Format::kOpenAlex, "openalex"},
}};

// As much as detection looks at.
constexpr size_t kHeadBytes = size_t{64} << 10;

bool IsBlank(std::string_view text) {
  ConsumePrefix(&text, "\xef\xbb\xbf");
  return text.find_first_not_of(" \t\r\n") == text.npos;
}

// Reads until the first line that is not blank is complete, or kHeadBytes. A
// line of a pipe is enough: nothing waits for more than the import needs.
absl::StatusOr<std::string> ReadHead(ByteSource& source) {
  std::string head;
  while (head.size() < kHeadBytes) {
    const size_t old = head.size();
    head.resize(kHeadBytes);
    const absl::StatusOr<size_t> got =
        source.Read(head.data() + old, head.size() - old);
    head.resize(old + got.value_or(0));
    // What came before a failure is imported; the source will fail again.
    if (!got.ok() && head.empty()) return got.status();
    if (!got.ok() || *got == 0) break;
    const size_t newline = head.rfind('\n');
    if (newline != head.npos &&
        !IsBlank(std::string_view(head).substr(0, newline)) &&
        DetectFormat(head).ok()) {
      break;
    }
  }
  return head;
}

std::unique_ptr<Importer> MakeFor(Format format,
                                  std::unique_ptr<ByteSource> source,
                                  std::string_view head,
                                  const ImportOptions& options) {
  JsonFormat json;
  switch (format) {
    case Format::kArxivAtom:
      return MakeArxivAtomImporter(std::move(source), options);
    case Format::kArxivOai:
      return MakeArxivOaiImporter(std::move(source), options);
    case Format::kAcl:
      return MakeAclImporter(std::move(source), options);
    case Format::kBibtex:
      return MakeBibtexImporter(std::move(source), options);
    case Format::kPaperwire:
      json = PaperwireJson();
      break;
    case Format::kHfDaily:
      json = HfDailyJson(options.feature_day);
      break;
    case Format::kArxivSnapshot:
      json = ArxivSnapshotJson();
      break;
    case Format::kS2:
      json = SemanticScholarJson();
      break;
    case Format::kOpenAlex:
      json = OpenAlexJson();
      break;
  }
  const JsonLayout layout = LayoutOf(head, json.wrappers);
  return MakeJsonImporter(std::move(source), std::move(json), layout, options);
}

}  // namespace

std::string_view FormatName(Format format) {
  for (const auto& [known, name] : kNames) {
    if (known == format) return name;
  }
  return "unknown";
}

absl::StatusOr<Format> ParseFormat(std::string_view name) {
  const std::string lower = absl::AsciiStrToLower(ToAbsl(name));
  std::string all;
  for (const auto& [format, known] : kNames) {
    if (known == lower) return format;
    StrAppend(&all, all.empty() ? "" : ", ", known);
  }
  return absl::InvalidArgumentError(
      StrCat("\"", name, "\" is no format; there are ", all));
}

const std::vector<Format>& AllFormats() {
  static const auto* const all = [] {
    auto* formats = new std::vector<Format>;
    for (const auto& [format, name] : kNames) formats->push_back(format);
    return formats;
  }();
  return *all;
}

absl::StatusOr<std::unique_ptr<Importer>> MakeImporter(
    std::unique_ptr<ByteSource> source, std::optional<Format> format,
    const ImportOptions& options, Format* detected) {
  ASSIGN_OR_RETURN(std::string head, ReadHead(*source));
  if (!format.has_value()) {
    if (IsBlank(head)) {
      format = Format::kPaperwire;
    } else {
      ASSIGN_OR_RETURN(format, DetectFormat(head));
    }
  }
  if (detected != nullptr) *detected = *format;
  const std::string seen = head;
  return MakeFor(*format, Prepend(std::move(head), std::move(source)), seen,
                 options);
}

}  // namespace paperwire::importers
