#include "service/rpc/papers.h"

#include <utility>

#include "absl/time/civil_time.h"
#include "service/base/error_details.h"
#include "service/base/hash.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/base/token.h"
#include "service/catalogue/reader.h"
#include "service/journal/journal.h"
#include "service/rpc/convert.h"

namespace paperwire::rpc {
namespace {

constexpr char kListToken = 'l';
constexpr char kChangesToken = 'c';

absl::Status SetSpan(const v1::ListPapersRequest& request,
                     catalogue::ListOptions* options) {
  if (request.span_case() == v1::ListPapersRequest::kDay) {
    absl::CivilDay day;
    if (request.day().size() != 10 ||
        !absl::ParseCivilTime(request.day(), &day)) {
      return InvalidField("day", StrCat("\"", request.day().substr(0, 40),
                                        "\" is not a day. Write it like "
                                        "2026-07-10."));
    }
    options->start = absl::FromCivil(day, absl::UTCTimeZone());
    options->end = absl::FromCivil(day + 1, absl::UTCTimeZone());
  } else if (request.span_case() == v1::ListPapersRequest::kInterval) {
    if (request.interval().has_start_time()) {
      ASSIGN_OR_RETURN(options->start, ToTime(request.interval().start_time(),
                                              "interval.start_time"));
    }
    if (request.interval().has_end_time()) {
      ASSIGN_OR_RETURN(options->end, ToTime(request.interval().end_time(),
                                            "interval.end_time"));
    }
  }
  return absl::OkStatus();
}

// What a list token is bound to.
uint64_t ListFingerprint(const v1::ListPapersRequest& request) {
  v1::ListPapersRequest bound = request;
  bound.clear_page_size();
  bound.clear_page_token();
  bound.clear_read_mask();
  return StableHash(bound.SerializeAsString());
}

}  // namespace

absl::Status GetPaper(store::Store& store, const v1::GetPaperRequest& request,
                      v1::Paper* response) {
  RETURN_IF_ERROR(CheckMask(request.read_mask()));
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  ASSIGN_OR_RETURN(int64_t number,
                   catalogue::ResolveName(*db, request.name(), "name"));
  ASSIGN_OR_RETURN(*response, catalogue::ReadPaper(*db, number));
  ApplyMask(request.read_mask(), response);
  return absl::OkStatus();
}

absl::Status BatchGetPapers(store::Store& store,
                            const v1::BatchGetPapersRequest& request,
                            v1::BatchGetPapersResponse* response) {
  if (request.names().empty() || request.names_size() > 1000) {
    return InvalidField("names", StrCat("There are ", request.names_size(),
                                        " names; send 1 to 1,000."));
  }
  RETURN_IF_ERROR(CheckMask(request.read_mask()));
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  for (int i = 0; i < request.names_size(); ++i) {
    ASSIGN_OR_RETURN(int64_t number,
                     catalogue::ResolveName(*db, request.names(i),
                                            StrCat("names[", i, "]")));
    ASSIGN_OR_RETURN(*response->add_papers(),
                     catalogue::ReadPaper(*db, number));
    ApplyMask(request.read_mask(), response->mutable_papers()->rbegin().operator->());
  }
  return absl::OkStatus();
}

absl::Status ListPapers(store::Store& store,
                        const v1::ListPapersRequest& request,
                        v1::ListPapersResponse* response) {
  RETURN_IF_ERROR(CheckMask(request.read_mask()));
  catalogue::ListOptions options;
  options.date_kind = request.date_kind();
  ASSIGN_OR_RETURN(options.limit, PageSize(request.page_size(), 50, 1000));
  RETURN_IF_ERROR(SetSpan(request, &options));
  const uint64_t fingerprint = ListFingerprint(request);
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(
        std::vector<uint64_t> fields,
        OpenToken(kListToken, request.page_token(), 6, "page_token"));
    if (fields[0] != store.journal_id() || fields[1] != fingerprint) {
      return InvalidField("page_token",
                          "This token is of another list or another server. "
                          "Repeat the request of the first page with the "
                          "token added.");
    }
    options.after = catalogue::ListOptions::Place{
        .date = static_cast<int64_t>(fields[2]),
        .votes = static_cast<int64_t>(fields[3]),
        .number = static_cast<int64_t>(fields[4]),
        .dated = fields[5] != 0};
  }
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  ASSIGN_OR_RETURN(catalogue::ListResult result,
                   catalogue::ListPapers(*db, options));
  for (int64_t number : result.numbers) {
    absl::StatusOr<v1::Paper> paper = catalogue::ReadPaper(*db, number);
    if (absl::IsNotFound(paper.status())) continue;  // deleted this instant
    RETURN_IF_ERROR(paper.status());
    ApplyMask(request.read_mask(), &*paper);
    *response->add_papers() = *std::move(paper);
  }
  if (result.more.has_value()) {
    response->set_next_page_token(SealToken(
        kListToken, {store.journal_id(), fingerprint,
                     static_cast<uint64_t>(result.more->date),
                     static_cast<uint64_t>(result.more->votes),
                     static_cast<uint64_t>(result.more->number),
                     static_cast<uint64_t>(result.more->dated)}));
  }
  return absl::OkStatus();
}

absl::Status ListPaperChanges(store::Store& store,
                              const v1::ListPaperChangesRequest& request,
                              v1::ListPaperChangesResponse* response) {
  ASSIGN_OR_RETURN(int limit, PageSize(request.page_size(), 50, 1000));
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  ASSIGN_OR_RETURN(int64_t number,
                   catalogue::ResolveName(*db, request.name(), "name"));
  int64_t from = 0;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(
        std::vector<uint64_t> fields,
        OpenToken(kChangesToken, request.page_token(), 2, "page_token"));
    if (fields[0] != store.journal_id()) {
      return InvalidField("page_token", "This token is of another server.");
    }
    from = static_cast<int64_t>(fields[1]);
  }
  int64_t next = 0;
  ASSIGN_OR_RETURN(
      std::vector<v1::PaperChange> changes,
      catalogue::ListChanges(*db, number, from, limit, &next));
  for (v1::PaperChange& change : changes) {
    *response->add_changes() = std::move(change);
  }
  if (next != 0) {
    response->set_next_page_token(
        SealToken(kChangesToken,
                  {store.journal_id(), static_cast<uint64_t>(next)}));
  }
  return absl::OkStatus();
}

}  // namespace paperwire::rpc
