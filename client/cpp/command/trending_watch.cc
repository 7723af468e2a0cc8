#include "client/cpp/command/trending_watch.h"

#include <memory>
#include <utility>

#include "client/cpp/command/json.h"
#include "client/cpp/command/outage.h"
#include "client/cpp/command/paper_text.h"
#include "client/cpp/command/text_layout.h"
#include "client/cpp/command/times.h"
#include "client/cpp/command/trending_table.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

std::string RankText(int rank) { return rank == 0 ? "-" : StrCat(rank); }

}  // namespace

int TrendingWatch::Run(v1::WatchTrendingRequest request, Interrupt& interrupt) {
  // A server that is not there is said at once; one that goes away later is
  // waited for.
  Client& client = context_.client();
  const absl::Status reached = client.GetServerInfo().status();
  if (!reached.ok()) return context_.Fail(reached);
  Outage outage(&context_);
  WatcherOptions options;
  options.on_retry = [&outage](const absl::Status& why, absl::Duration wait) {
    outage.Began(why, wait);
  };
  const std::shared_ptr<TrendingWatcher> watcher =
      client.WatchTrending(std::move(request), options);
  interrupt.Then([watcher] { watcher->Cancel(); });
  while (true) {
    const absl::StatusOr<v1::WatchTrendingResponse> event = watcher->Next();
    if (!event.ok()) {
      const auto cause = interrupt.cause();
      if (!absl::IsCancelled(event.status()) || !cause.has_value()) {
        return context_.Fail(event.status());
      }
      if (cause == Interrupt::Cause::kReaderGone) return kOk;
      context_.Say(StrCat("stopped after ", changes_,
                          changes_ == 1 ? " change" : " changes"));
      return context_.Done();
    }
    outage.Ended();
    Print(*event);
    const absl::Status flushed = context_.out.Flush();
    if (context_.out.closed()) {
      return flushed.ok() ? kOk : context_.Fail(flushed);
    }
  }
}

void TrendingWatch::Print(const v1::WatchTrendingResponse& event) {
  if (context_.json()) {
    if (event.has_change()) ++changes_;
    context_.out.Write(StrCat(ToJson(event), "\n"));
  } else if (event.has_board()) {
    PrintAnew(event.board());
  } else if (event.has_change()) {
    PrintChange(event.change());
  }
}

void TrendingWatch::PrintAnew(const v1::TrendingBoard& board) {
  if (!papers_.empty()) {
    context_.Say(
        "what happened meanwhile cannot be told; this is the board now");
  }
  papers_.clear();
  for (const v1::TrendingPaper& entry : board.papers()) {
    papers_[entry.paper().name()] = entry;
  }
  if (!board.papers().empty()) {
    PrintBoard(board.papers(), board.formula(), context_.out);
  }
  if (context_.err.terminal()) {
    context_.Say(StrCat("score: ", board.formula_text(),
                        "; waiting for changes; Ctrl-C ends"));
  }
}

void TrendingWatch::PrintChange(const v1::TrendingChange& change) {
  for (const v1::TrendingLeave& leave : change.leaves()) {
    PrintLine(change.as_of_time(), "leaves", 0, leave.from_rank(),
              papers_[leave.name()]);
    papers_.erase(leave.name());
  }
  for (const v1::TrendingPaper& entry : change.enters()) {
    papers_[entry.paper().name()] = entry;
    PrintLine(change.as_of_time(), "enters", entry.rank(), 0, entry);
  }
  for (const v1::TrendingMove& move : change.moves()) {
    v1::TrendingPaper& entry = papers_[move.name()];
    const bool votes =
        entry.inputs().vote_count() != move.inputs().vote_count();
    *entry.mutable_inputs() = move.inputs();
    // Of a score that fades there is no end.
    if (move.from_rank() == move.to_rank() && !votes) continue;
    PrintLine(change.as_of_time(),
              move.from_rank() == move.to_rank() ? "votes" : "moves",
              move.to_rank(), move.from_rank(), entry);
  }
}

void TrendingWatch::PrintLine(const google::protobuf::Timestamp& when,
                              std::string_view what, int rank, int from,
                              const v1::TrendingPaper& entry) {
  ++changes_;
  Output& out = context_.out;
  const v1::Paper& paper = entry.paper();
  const std::string votes = StrCat(entry.inputs().vote_count());
  if (!out.terminal()) {
    out.Write(StrCat(absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", FromProto(when),
                                      absl::UTCTimeZone()),
                     "\t", what, "\t", RankText(rank), "\t", RankText(from),
                     "\t", votes, "\t", Render(TitleLine(paper, {}), false),
                     "\t", ShownId(paper), "\n"));
    return;
  }
  Line line = {{LocalTime(FromProto(when)).substr(11), Style::kDim}, {"  "}};
  const std::string place = rank == 0 || from == 0 || rank == from
                                ? RankText(rank == 0 ? from : rank)
                                : StrCat(from, " > ", rank);
  for (Line cell :
       {Fit({{std::string(what), Style::kBold}}, 6, Pad::kRight),
        Fit({{place}}, 10, Pad::kRight),
        Fit({{StrCat(votes,
                     entry.inputs().vote_count() == 1 ? " vote" : " votes")}},
            10, Pad::kRight)}) {
    for (Piece& piece : cell) line.push_back(std::move(piece));
    line.push_back({"  "});
  }
  const Line rest = {{"  "}, {ShownId(paper), Style::kHeading}};
  const int room = out.columns() - Width(line) - Width(rest);
  for (Piece& piece : Fit(TitleLine(paper, {}), room, Pad::kRight)) {
    line.push_back(std::move(piece));
  }
  line.insert(line.end(), rest.begin(), rest.end());
  out.Write(
      StrCat(Render(Fit(line, out.columns(), Pad::kNone), out.color()), "\n"));
}

}  // namespace paperwire::command
