#include "service/store/import.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "service/base/error_details.h"
#include "service/base/priority.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/catalogue/sources.h"
#include "service/store/requests.h"

namespace paperwire::store {
namespace {

constexpr int kMaxBatchPapers = 10000;
constexpr size_t kMaxSourceBytes = 64;
constexpr char kNoSource[] = "import";

// The source of papers that name none, as they are stored with it.
absl::StatusOr<std::string> DefaultSource(const std::string& source) {
  std::string clean = absl::AsciiStrToLower(absl::StripAsciiWhitespace(source));
  if (clean.size() > kMaxSourceBytes ||
      std::any_of(clean.begin(), clean.end(), absl::ascii_iscntrl)) {
    return InvalidField("source",
                        StrCat("\"", clean.substr(0, 100),
                               "\" is no source. Give a short word, such as "
                               "\"arxiv\"; at most ", kMaxSourceBytes,
                               " bytes are kept."));
  }
  return clean;
}

std::string SourceOf(const v1::Paper& paper, const std::string& otherwise) {
  if (!paper.sources().empty()) {
    return absl::AsciiStrToLower(
        absl::StripAsciiWhitespace(paper.sources(0)));
  }
  return otherwise.empty() ? kNoSource : otherwise;
}

}  // namespace

absl::StatusOr<v1::ImportPapersResponse> ImportBatch(
    v1::ImportPapersRequest* request, absl::Time now,
    absl::Time keep_answers_from, Transaction& t) {
  const std::string& request_id = request->request_id();
  RETURN_IF_ERROR(CheckRequestId(request_id));
  ASSIGN_OR_RETURN(const std::string source, DefaultSource(request->source()));
  if (request->items_size() > kMaxBatchPapers) {
    return InvalidField("items", StrCat("The batch has ", request->items_size(),
                                        " papers; at most ", kMaxBatchPapers,
                                        " are taken. Send 100 to 1,000."));
  }
  if (!request_id.empty()) {
    ASSIGN_OR_RETURN(std::optional<v1::ImportPapersResponse> answer,
                     FindAnswer(t.db, request_id));
    if (answer.has_value()) return *std::move(answer);
  }
  v1::ImportPapersResponse response;
  std::map<std::string, bool> sources;  // whether they brought news
  if (!source.empty()) sources[source] = false;
  for (v1::ImportItem& item : *request->mutable_items()) {
    GiveWay();
    const std::string from = SourceOf(item.paper(), source);
    ASSIGN_OR_RETURN(v1::ImportVerdict verdict,
                     t.catalogue.Import(std::move(*item.mutable_paper()),
                                        source, t.changes));
    verdict.set_line(item.line());
    if (verdict.outcome() != v1::ImportVerdict::OUTCOME_REJECTED) {
      sources[from] |=
          verdict.outcome() != v1::ImportVerdict::OUTCOME_UNCHANGED;
    }
    *response.add_verdicts() = std::move(verdict);
  }
  for (const auto& [name, news] : sources) {
    RETURN_IF_ERROR(catalogue::NoteImport(t.db, name, now, news));
  }
  response.set_request_id(request_id);
  response.set_sequence(t.appender.last_sequence());
  if (!request_id.empty()) {
    RETURN_IF_ERROR(KeepAnswer(t.db, response, now, keep_answers_from));
  }
  return response;
}

}  // namespace paperwire::store
