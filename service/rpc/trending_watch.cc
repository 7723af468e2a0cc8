#include "service/rpc/trending_watch.h"

#include <algorithm>
#include <limits>

#include "absl/time/clock.h"
#include "service/base/error_details.h"
#include "service/base/hash.h"
#include "service/base/paper_id.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/base/token.h"
#include "service/catalogue/reader.h"
#include "service/rpc/boards.h"
#include "service/rpc/call.h"
#include "service/rpc/convert.h"

namespace paperwire::rpc {
namespace {

constexpr char kToken = 't';
constexpr int kDefaultPlaces = 20;
constexpr int kMaxPlaces = 1000;
// Said in the contract: what comes at once is told at once, and time alone
// changes boards slowly.
constexpr absl::Duration kAfterNews = absl::Milliseconds(250);
constexpr absl::Duration kLongestLook = absl::Seconds(10);

// What a token is bound to; what means the same is the same.
uint64_t FingerprintOf(const v1::WatchTrendingRequest& request,
                       const trending::BoardRequest& wanted) {
  v1::WatchTrendingRequest bound = request;
  bound.set_window(ShownWindow(request.window()));
  bound.set_formula(wanted.formula.kind);
  bound.set_max_places(static_cast<int32_t>(wanted.limit));
  bound.clear_resume_token();
  bound.clear_read_mask();
  return StableHash(bound.SerializeAsString());
}

// Whether scores change by time alone.
bool Fades(const trending::Formula& formula) {
  return formula.kind == v1::TRENDING_FORMULA_HACKER_NEWS ||
         formula.kind == v1::TRENDING_FORMULA_VELOCITY;
}

}  // namespace

TrendingWatch::TrendingWatch(store::Store* store, absl::Duration look_every,
                             std::function<void()> wake)
    : store_(*store),
      look_every_(std::min(look_every, kLongestLook)),
      wake_(std::move(wake)) {}

absl::Status TrendingWatch::Begin(grpc::ByteBuffer* bytes) {
  RETURN_IF_ERROR(ParseMessage(bytes, &request_));
  RETURN_IF_ERROR(CheckMask(request_.read_mask()));
  ASSIGN_OR_RETURN(wanted_, BoardOf(request_));
  if (request_.max_places() < 0 || request_.max_places() > kMaxPlaces) {
    return InvalidField("max_places",
                        StrCat("It is ", request_.max_places(), "; 0 to ",
                               kMaxPlaces, " are allowed."));
  }
  wanted_.limit = static_cast<size_t>(
      request_.max_places() == 0 ? kDefaultPlaces : request_.max_places());
  if (IsSet(request_.query())) {
    ASSIGN_OR_RETURN(query_, ParseQuery(request_.query()));
  }
  fingerprint_ = FingerprintOf(request_, wanted_);
  listener_ = store_.ListenToPapers(wake_);
  return request_.resume_token().empty() ? absl::OkStatus()
                                         : BeginAfter(request_.resume_token());
}

absl::Status TrendingWatch::BeginAfter(const std::string& token) {
  ASSIGN_OR_RETURN(std::vector<uint64_t> fields,
                   OpenToken(kToken, token, 4, "resume_token"));
  if (fields[0] != store_.journal_id() || fields[1] != fingerprint_) {
    return InvalidField("resume_token",
                        "This token is of another board or another server. "
                        "Repeat the request that it was given for, or start "
                        "this one without a token.");
  }
  const auto at = static_cast<int64_t>(fields[2]);
  // The clock was put back: what is known of that moment may still change.
  if (at < 0 || at > absl::ToUnixSeconds(absl::Now())) return absl::OkStatus();
  ASSIGN_OR_RETURN(trending::Board board, Rank(at));
  if (trending::Fingerprint(board.places) != fields[3]) return absl::OkStatus();
  told_ = std::move(board.places);
  if (Fades(wanted_.formula)) {
    // The client has the scores of the last change, an unknown time ago. All
    // of them are different from this, and come with the next.
    for (trending::Place& place : *told_) {
      place.score = std::numeric_limits<double>::quiet_NaN();
    }
  }
  as_of_ = at;
  size_ = board.size;
  return absl::OkStatus();
}

int64_t TrendingWatch::News() const {
  // Without a query only votes matter; a large import brings few of them.
  return query_.has_value() ? store_.feed().head() : store_.boards().changes();
}

absl::Time TrendingWatch::next_look() const {
  return looked_ + (News() == seen_ ? look_every_ : kAfterNews);
}

absl::StatusOr<trending::Board> TrendingWatch::Rank(int64_t at) {
  wanted_.at = at;
  if (query_.has_value()) {
    const std::shared_ptr<const index::Snapshot> snapshot = store_.snapshot();
    if (snapshot->sequence() != matched_) {
      ASSIGN_OR_RETURN(matching_, Matching(*snapshot, *query_));
      matched_ = snapshot->sequence();
    }
    wanted_.only = &matching_;
  }
  return store_.boards().Rank(wanted_);
}

absl::StatusOr<std::optional<v1::WatchTrendingResponse>> TrendingWatch::Next() {
  std::optional<v1::WatchTrendingResponse> event;
  const absl::Time now = absl::Now();
  // A clock that was put back does not stop it.
  if (now < next_look() && now >= looked_) return event;
  looked_ = now;
  const int64_t news = News();  // what comes from here on makes it look again
  const int64_t at = absl::ToUnixSeconds(now);
  ASSIGN_OR_RETURN(trending::Board board, Rank(at));
  absl::Status shown = absl::OkStatus();
  if (!told_.has_value()) {
    shown = ShowBoard(board, event.emplace().mutable_board());
  } else {
    const trending::BoardChange change =
        trending::Difference(*told_, board.places);
    if (!change.empty()) {
      shown = ShowChange(change, event.emplace().mutable_change());
    }
  }
  if (absl::IsNotFound(shown)) {
    // The board is about to lose a paper that is deleted already.
    seen_ = -1;
    return std::optional<v1::WatchTrendingResponse>();
  }
  RETURN_IF_ERROR(shown);
  seen_ = news;
  as_of_ = at;
  size_ = board.size;
  if (!event.has_value()) return event;  // its scores are still those told
  told_ = std::move(board.places);
  const auto finish = [&](auto* message) {
    message->set_total_size(static_cast<int32_t>(size_));
    SetTime(absl::FromUnixSeconds(as_of_), message->mutable_as_of_time());
    message->set_resume_token(Token());
  };
  if (event->has_board()) {
    finish(event->mutable_board());
  } else {
    finish(event->mutable_change());
  }
  return event;
}

absl::Status TrendingWatch::ShowPapers(
    const std::vector<trending::Place>& places,
    google::protobuf::RepeatedPtrField<v1::TrendingPaper>* papers) {
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
  for (const trending::Place& place : places) {
    ASSIGN_OR_RETURN(v1::Paper paper, catalogue::ReadPaper(*db, place.number));
    ApplyMask(request_.read_mask(), &paper);
    paper.set_name(PaperName(place.number));
    ShowPlace(place, std::move(paper), papers->Add());
  }
  return absl::OkStatus();
}

absl::Status TrendingWatch::ShowBoard(const trending::Board& board,
                                      v1::TrendingBoard* shown) {
  shown->set_window(ShownWindow(request_.window()));
  shown->set_formula(wanted_.formula.kind);
  shown->set_formula_text(trending::FormulaText(wanted_.formula));
  return ShowPapers(board.places, shown->mutable_papers());
}

absl::Status TrendingWatch::ShowChange(const trending::BoardChange& change,
                                       v1::TrendingChange* shown) {
  for (const trending::BoardChange::Left& left : change.left) {
    v1::TrendingLeave* leave = shown->add_leaves();
    leave->set_name(PaperName(left.number));
    leave->set_from_rank(left.rank);
  }
  for (const trending::BoardChange::Moved& moved : change.moved) {
    v1::TrendingMove* move = shown->add_moves();
    move->set_name(PaperName(moved.place.number));
    move->set_from_rank(moved.from);
    move->set_to_rank(moved.place.rank);
    move->set_score(moved.place.score);
    ShowInputs(moved.place, move->mutable_inputs());
    if (moved.place.previous_rank.has_value()) {
      move->set_previous_rank(*moved.place.previous_rank);
    }
    move->set_newcomer(moved.place.newcomer);
  }
  return ShowPapers(change.entered, shown->mutable_enters());
}

v1::WatchTrendingResponse TrendingWatch::Progress() const {
  v1::WatchTrendingResponse event;
  v1::TrendingProgress* progress = event.mutable_progress();
  progress->set_resume_token(Token());
  SetTime(absl::FromUnixSeconds(as_of_), progress->mutable_as_of_time());
  progress->set_total_size(static_cast<int32_t>(size_));
  return event;
}

std::string TrendingWatch::Token() const {
  return SealToken(
      kToken, {store_.journal_id(), fingerprint_, static_cast<uint64_t>(as_of_),
               trending::Fingerprint(*told_)});
}

}  // namespace paperwire::rpc
