#include "service/digest/choose.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "service/base/status_macros.h"
#include "service/catalogue/tables.h"
#include "service/digest/schedule.h"
#include "service/digest/settings.h"
#include "service/index/search.h"
#include "service/journal/journal.h"
#include "service/query/parser.h"
#include "service/standing/backtest.h"
#include "service/standing/forget.h"

namespace paperwire::digest {
namespace {

using journal::Database;

// Matches that are read at once.
constexpr int kReadStep = 1000;

struct Matches {
  std::vector<int64_t> sequences;  // rising
  bool lost = false;
  int64_t place = 0;  // everything up to here was read
};

// News to a query after a place, also after some that the journal has lost.
absl::StatusOr<Matches> ReadMatches(store::Store& store, Database& db,
                                    int64_t subscription, int64_t place) {
  Matches matches;
  matches.place = place;
  while (true) {
    absl::StatusOr<standing::Deliveries> next =
        store.standing().Next(subscription, matches.place, kReadStep);
    if (absl::IsOutOfRange(next.status())) {
      matches.lost = true;
      ASSIGN_OR_RETURN(
          std::vector<standing::MatchRow> rows,
          standing::ReadMatches(db, subscription, matches.place, kReadStep));
      for (const standing::MatchRow& row : rows) {
        matches.sequences.push_back(row.sequence);
      }
      if (rows.empty()) {
        ASSIGN_OR_RETURN(matches.place, standing::LastLost(db, subscription));
      } else {
        matches.place = rows.back().sequence;
      }
      continue;
    }
    RETURN_IF_ERROR(next.status());
    for (const standing::Delivery& delivery : next->news) {
      matches.sequences.push_back(delivery.sequence);
    }
    matches.place = next->place;
    if (next->news.size() < static_cast<size_t>(kReadStep)) return matches;
  }
}

// The paper that a number stands for now; nothing: it is not shown.
absl::StatusOr<std::optional<catalogue::Row>> FindShown(Database& db,
                                                        int64_t number) {
  while (true) {
    ASSIGN_OR_RETURN(std::optional<catalogue::Row> row,
                     catalogue::FindRow(db, number));
    if (!row.has_value() || row->state == catalogue::State::kActive) return row;
    if (row->state != catalogue::State::kAbsorbed) return std::nullopt;
    number = row->absorbed_into;
  }
}

absl::StatusOr<std::shared_ptr<const v1::Paper>> ReadOne(store::Store& store,
                                                         int64_t sequence) {
  const int64_t sequences[] = {sequence};
  ASSIGN_OR_RETURN(std::vector<std::shared_ptr<const store::StoredPaper>> read,
                   store.papers().Read(sequences, store::Papers::kBytes));
  auto paper = std::make_shared<v1::Paper>();
  if (!paper->ParseFromString(read[0]->bytes())) {
    return absl::DataLossError("a paper cannot be read");
  }
  return paper;
}

// Whether a paper, or one that it took in, was in a message.
absl::StatusOr<bool> WasSentAsAny(Database& db, int64_t digest,
                                  int64_t number) {
  ASSIGN_OR_RETURN(std::vector<int64_t> numbers,
                   catalogue::ListAbsorbed(db, number));
  numbers.push_back(number);
  return WasSent(db, digest, numbers);
}

struct Ranked {
  int64_t votes;
  int64_t published;
  int64_t number;

  // The better one first.
  bool operator<(const Ranked& other) const {
    if (votes != other.votes) return votes > other.votes;
    if (published != other.published) return published > other.published;
    return number > other.number;
  }
};

// Adds the best of what matches. `digest` is 0 for one that is not stored.
absl::Status AddMatches(store::Store& store, Database& db, int64_t digest,
                        const std::vector<int64_t>& sequences, size_t limit,
                        Choice* choice) {
  absl::flat_hash_set<int64_t> known;
  std::vector<Ranked> ranked;
  for (auto it = sequences.rbegin(); it != sequences.rend(); ++it) {
    const absl::StatusOr<int64_t> matched = journal::NumberAt(db, *it);
    if (absl::IsNotFound(matched.status())) {
      choice->lost = true;
      continue;
    }
    RETURN_IF_ERROR(matched.status());
    ASSIGN_OR_RETURN(std::optional<catalogue::Row> row,
                     FindShown(db, *matched));
    if (!row.has_value() || !known.insert(row->number).second) continue;
    ASSIGN_OR_RETURN(bool sent, WasSentAsAny(db, digest, row->number));
    if (sent) continue;
    if (ranked.size() == kMostRanked) {
      ++choice->more;
      continue;
    }
    ASSIGN_OR_RETURN(std::shared_ptr<const v1::Paper> paper,
                     ReadOne(store, row->sequence));
    ranked.push_back({paper->vote_count() + paper->cast_vote_count(),
                      paper->published_time().seconds(), row->number});
  }
  std::sort(ranked.begin(), ranked.end());
  if (ranked.size() > limit) {
    choice->more += static_cast<int64_t>(ranked.size() - limit);
    ranked.resize(limit);
  }
  for (const Ranked& paper : ranked) choice->papers.push_back(paper.number);
  choice->matches = static_cast<int>(ranked.size());
  return absl::OkStatus();
}

absl::Status AddBoard(store::Store& store, Database& db, int64_t digest,
                      const v1::Digest& settings, absl::Time at,
                      Choice* choice) {
  ASSIGN_OR_RETURN(trending::Board board,
                   RankBoard(store, settings.board(), at));
  const absl::flat_hash_set<int64_t> matches(choice->papers.begin(),
                                             choice->papers.end());
  int room = MaxPapers(settings);
  for (const trending::Place& place : board.places) {
    if (room == 0) break;
    if (matches.contains(place.number)) continue;
    ASSIGN_OR_RETURN(bool sent, WasSentAsAny(db, digest, place.number));
    if (sent) continue;
    choice->papers.push_back(place.number);
    --room;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Choice> Choose(store::Store& store, const DigestRow& row,
                              absl::Time at) {
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  Choice choice;
  choice.sequence = row.sequence;
  if (row.subscription != 0) {
    ASSIGN_OR_RETURN(Matches matches,
                     ReadMatches(store, *db, row.subscription, row.sequence));
    choice.sequence = matches.place;
    choice.lost = matches.lost;
    RETURN_IF_ERROR(AddMatches(store, *db, row.number, matches.sequences,
                               static_cast<size_t>(MaxPapers(row.digest)),
                               &choice));
  }
  if (row.digest.has_board()) {
    RETURN_IF_ERROR(AddBoard(store, *db, row.number, row.digest, at, &choice));
  }
  return choice;
}

absl::StatusOr<Choice> ChooseUnstored(
    store::Store& store, const v1::Digest& digest, absl::Time at,
    const std::function<absl::Status()>& check) {
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  ASSIGN_OR_RETURN(const Schedule schedule, ParseSchedule(digest.schedule()));
  Choice choice;
  if (digest.has_query()) {
    ASSIGN_OR_RETURN(query::Query query, query::Parse(digest.query()));
    standing::BacktestOptions options;
    options.start = at - PeriodOf(schedule);
    options.end = at;
    options.samples = kMostRanked;
    options.check = check;
    ASSIGN_OR_RETURN(
        standing::Backtest past,
        standing::RunBacktest(*db, *store.snapshot(), query, options));
    std::vector<int64_t> sequences;
    for (const standing::Delivery& sample : past.samples) {
      sequences.push_back(sample.sequence);
    }
    std::reverse(sequences.begin(), sequences.end());  // newest first there
    choice.more = past.total - static_cast<int64_t>(sequences.size());
    RETURN_IF_ERROR(AddMatches(store, *db, /*digest=*/0, sequences,
                               static_cast<size_t>(MaxPapers(digest)),
                               &choice));
  }
  if (digest.has_board()) {
    RETURN_IF_ERROR(AddBoard(store, *db, /*digest=*/0, digest, at, &choice));
  }
  return choice;
}

absl::StatusOr<std::vector<std::shared_ptr<const v1::Paper>>> ReadFound(
    store::Store& store, int64_t subscription, const IssueRow& issue,
    size_t limit) {
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  ASSIGN_OR_RETURN(const Matches matches,
                   ReadMatches(store, *db, subscription, issue.after));
  std::vector<std::shared_ptr<const v1::Paper>> papers;
  absl::flat_hash_set<int64_t> known;
  for (auto it = matches.sequences.rbegin();
       it != matches.sequences.rend() && papers.size() < limit; ++it) {
    if (*it > issue.sequence) continue;
    const absl::StatusOr<int64_t> number = journal::NumberAt(*db, *it);
    if (absl::IsNotFound(number.status())) continue;
    RETURN_IF_ERROR(number.status());
    ASSIGN_OR_RETURN(std::optional<catalogue::Row> row,
                     FindShown(*db, *number));
    if (!row.has_value() || !known.insert(row->number).second) continue;
    ASSIGN_OR_RETURN(papers.emplace_back(), ReadOne(store, row->sequence));
  }
  return papers;
}

absl::StatusOr<trending::Board> RankBoard(store::Store& store,
                                          const v1::DigestBoard& board,
                                          absl::Time at) {
  ASSIGN_OR_RETURN(trending::BoardRequest request, BoardRequestOf(board, at));
  request.limit = kBoardDepth;
  std::vector<int64_t> only;
  if (board.has_query()) {
    ASSIGN_OR_RETURN(query::Query query, query::Parse(board.query()));
    ASSIGN_OR_RETURN(only, index::MatchNumbers(*store.snapshot(), query));
    request.only = &only;
  }
  return store.boards().Rank(request);
}

absl::StatusOr<std::vector<std::shared_ptr<const v1::Paper>>> ReadPapers(
    store::Store& store, journal::Database& db,
    absl::Span<const int64_t> numbers) {
  std::vector<std::shared_ptr<const v1::Paper>> papers;
  papers.reserve(numbers.size());
  for (const int64_t number : numbers) {
    ASSIGN_OR_RETURN(std::optional<catalogue::Row> row, FindShown(db, number));
    papers.emplace_back();
    if (!row.has_value()) continue;
    ASSIGN_OR_RETURN(papers.back(), ReadOne(store, row->sequence));
  }
  return papers;
}

}  // namespace paperwire::digest
