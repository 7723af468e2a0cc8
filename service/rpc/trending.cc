#include "service/rpc/trending.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "service/base/error_details.h"
#include "service/base/hash.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/base/token.h"
#include "service/catalogue/days.h"
#include "service/catalogue/reader.h"
#include "service/rpc/boards.h"
#include "service/rpc/convert.h"
#include "service/standing/subscriptions.h"
#include "service/trending/boards.h"

namespace paperwire::rpc {
namespace {

constexpr std::string_view kLocalUser = "users/local";
constexpr char kBoardToken = 'b';
constexpr char kDaysToken = 'd';

// What a board token is bound to.
uint64_t Fingerprint(const v1::ListTrendingRequest& request) {
  v1::ListTrendingRequest bound = request;
  bound.clear_as_of_time();
  bound.clear_page_size();
  bound.clear_page_token();
  bound.clear_read_mask();
  return StableHash(bound.SerializeAsString());
}

// The moment of the board, and where the page begins.
absl::Status SetPlace(const store::Store& store,
                      const v1::ListTrendingRequest& request,
                      trending::BoardRequest* board) {
  if (request.page_token().empty()) {
    absl::Time at = absl::Now();
    if (request.has_as_of_time()) {
      ASSIGN_OR_RETURN(at, ToTime(request.as_of_time(), "as_of_time"));
    }
    board->at = absl::ToUnixSeconds(at);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(
      std::vector<uint64_t> fields,
      OpenToken(kBoardToken, request.page_token(), 4, "page_token"));
  if (fields[0] != store.journal_id() || fields[1] != Fingerprint(request)) {
    return InvalidField("page_token",
                        "This token is of another board or another server. "
                        "Repeat the request of the first page with the token "
                        "added.");
  }
  board->at = static_cast<int64_t>(fields[2]);
  board->offset = fields[3];
  return absl::OkStatus();
}

}  // namespace

void VotePaper(
    store::Store& store, v1::VotePaperRequest request,
    std::function<void(absl::StatusOr<v1::VotePaperResponse>)> done) {
  if (request.voter().empty()) request.set_voter(std::string(kLocalUser));
  const absl::Status status = standing::CheckParent(request.voter(), "voter");
  if (!status.ok()) return done(status);
  store.Vote(std::move(request), std::move(done));
}

absl::Status ListTrending(store::Store& store,
                          const v1::ListTrendingRequest& request,
                          v1::ListTrendingResponse* response) {
  RETURN_IF_ERROR(CheckMask(request.read_mask()));
  ASSIGN_OR_RETURN(trending::BoardRequest wanted, BoardOf(request));
  ASSIGN_OR_RETURN(const int limit, PageSize(request.page_size(), 20, 1000));
  wanted.limit = static_cast<size_t>(limit);
  RETURN_IF_ERROR(SetPlace(store, request, &wanted));
  std::vector<int64_t> matching;
  if (IsSet(request.query())) {
    ASSIGN_OR_RETURN(const query::Query query, ParseQuery(request.query()));
    ASSIGN_OR_RETURN(matching, Matching(*store.snapshot(), query));
    wanted.only = &matching;
  }

  const trending::Board board = store.boards().Rank(wanted);
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  for (const trending::Place& place : board.places) {
    absl::StatusOr<v1::Paper> paper = catalogue::ReadPaper(*db, place.number);
    if (absl::IsNotFound(paper.status())) continue;  // deleted this instant
    RETURN_IF_ERROR(paper.status());
    ApplyMask(request.read_mask(), &*paper);
    ShowPlace(place, *std::move(paper), response->add_papers());
  }
  const size_t next = wanted.offset + board.places.size();
  if (next < board.size && !board.places.empty()) {
    response->set_next_page_token(
        SealToken(kBoardToken, {store.journal_id(), Fingerprint(request),
                                static_cast<uint64_t>(wanted.at), next}));
  }
  response->set_total_size(static_cast<int32_t>(board.size));
  response->set_window(ShownWindow(request.window()));
  response->set_formula(wanted.formula.kind);
  response->set_formula_text(trending::FormulaText(wanted.formula));
  const absl::Time at = absl::FromUnixSeconds(wanted.at);
  SetTime(at, response->mutable_as_of_time());
  if (wanted.window != absl::InfiniteDuration()) {
    SetTime(at - wanted.window, response->mutable_start_time());
  }
  return absl::OkStatus();
}

absl::Status ListDays(store::Store& store, const v1::ListDaysRequest& request,
                      v1::ListDaysResponse* response) {
  if (!v1::ListDaysRequest::Unit_IsValid(request.unit())) {
    return InvalidField(
        "unit", StrCat("There is no unit ", static_cast<int>(request.unit()),
                       ". Choose days, weeks or months."));
  }
  ASSIGN_OR_RETURN(const int limit, PageSize(request.page_size(), 50, 1000));
  std::optional<absl::CivilDay> before;
  const auto unit = static_cast<uint64_t>(request.unit());
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(
        std::vector<uint64_t> fields,
        OpenToken(kDaysToken, request.page_token(), 3, "page_token"));
    if (fields[0] != store.journal_id() || fields[1] != unit) {
      return InvalidField("page_token",
                          "This token is of another list or another server. "
                          "Repeat the request of the first page with the "
                          "token added.");
    }
    before = absl::CivilDay() + static_cast<int64_t>(fields[2]);
  }
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  ASSIGN_OR_RETURN(catalogue::FeaturedSpans found,
                   catalogue::ListDays(*db, request.unit(), before, limit));
  for (const catalogue::FeaturedSpan& featured : found.spans) {
    v1::FeaturedDay* day = response->add_days();
    day->set_label(featured.span.label);
    day->set_start_day(absl::FormatCivilTime(featured.span.first));
    day->set_end_day(absl::FormatCivilTime(featured.span.last));
    day->set_paper_count(featured.papers);
    day->set_vote_count(featured.votes);
  }
  if (found.more) {
    response->set_next_page_token(SealToken(
        kDaysToken, {store.journal_id(), unit,
                     static_cast<uint64_t>(found.spans.back().span.first -
                                           absl::CivilDay())}));
  }
  return absl::OkStatus();
}

}  // namespace paperwire::rpc
