#include "service/standing/backtest.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/index/search.h"
#include "service/journal/journal.h"
#include "service/standing/batch.h"
#include "service/standing/read_change.h"

namespace paperwire::standing {
namespace {

using journal::Change;
using journal::Database;
using journal::Entry;

// Changes that are matched together.
constexpr size_t kStep = 256;

class Runner {
 public:
  Runner(Database& db, const index::Snapshot& snapshot,
         const query::Query& query, const BacktestOptions& options)
      : db_(db), snapshot_(snapshot), query_(query), options_(options) {}

  absl::StatusOr<Backtest> Run() {
    RETURN_IF_ERROR(FindSpan());
    RETURN_IF_ERROR(FindChanges());
    RETURN_IF_ERROR(MatchUnchanged());
    RETURN_IF_ERROR(MatchChanges());
    std::sort(delivered_.begin(), delivered_.end());
    Backtest result;
    result.total = static_cast<int64_t>(delivered_.size());
    RETURN_IF_ERROR(CountDays(&result));
    RETURN_IF_ERROR(AddSamples(&result));
    // It may have been compacted meanwhile.
    RETURN_IF_ERROR(CheckHistory());
    return result;
  }

 private:
  absl::Status Check() const {
    return options_.check ? options_.check() : absl::OkStatus();
  }

  absl::Status FindSpan() {
    ASSIGN_OR_RETURN(before_, journal::LastBefore(db_, options_.start));
    ASSIGN_OR_RETURN(last_, journal::LastBefore(db_, options_.end));
    last_ = std::min(last_, snapshot_.sequence());
    return CheckHistory();
  }

  // Whether the journal still holds the whole span.
  absl::Status CheckHistory() {
    ASSIGN_OR_RETURN(int64_t complete_from, journal::CompleteFrom(db_));
    if (before_ + 1 >= complete_from) return absl::OkStatus();
    ASSIGN_OR_RETURN(std::vector<Entry> first,
                     journal::ReadAfter(db_, complete_from - 1, 1));
    const std::string from = absl::FormatTime(
        first.empty() ? options_.end : first[0].time, absl::UTCTimeZone());
    return WithReason(absl::OutOfRangeError(StrCat(
                          "The journal was compacted and is complete from ",
                          from, " on, after the beginning of the span. Start "
                          "there.")),
                      "HISTORY_TOO_SHORT", {{"oldest_time", from}});
  }

  // The entries of the span that changed a paper, and those that were changed.
  absl::Status FindChanges() {
    journal::Statement& later =
        db_.Get(
               "SELECT sequence, previous, kind FROM entry "
               "WHERE sequence > ?1 AND sequence <= ?2")
            .Bind(1, before_)
            .Bind(2, snapshot_.sequence());
    int64_t read = 0;
    while (true) {
      ASSIGN_OR_RETURN(bool found, later.Step());
      if (!found) break;
      if (++read % 10000 == 0) {
        if (absl::Status status = Check(); !status.ok()) {
          later.Reset();
          return status;
        }
      }
      const int64_t sequence = later.Int(0);
      const int64_t previous = later.Int(1);
      if (!journal::IsOfPaper(static_cast<journal::Kind>(later.Int(2))) ||
          previous == 0) {
        continue;
      }
      if (sequence <= last_) changes_.push_back(sequence);
      if (previous > before_ && previous <= last_) {
        changes_.push_back(previous);
      }
    }
    std::sort(changes_.begin(), changes_.end());
    changes_.erase(std::unique(changes_.begin(), changes_.end()),
                   changes_.end());
    return absl::OkStatus();
  }

  absl::Status MatchUnchanged() {
    ASSIGN_OR_RETURN(std::vector<index::Match> matches,
                     index::MatchAll(snapshot_, query_));
    for (const index::Match& match : matches) {
      if (match.sequence > before_ && match.sequence <= last_ &&
          !std::binary_search(changes_.begin(), changes_.end(),
                              match.sequence)) {
        delivered_.push_back(match.sequence);
        created_.insert(match.sequence);
      }
    }
    return absl::OkStatus();
  }

  absl::Status MatchChanges() {
    absl::flat_hash_set<int64_t> matched;  // of changes
    for (size_t i = 0; i < changes_.size(); i += kStep) {
      RETURN_IF_ERROR(Check());
      std::vector<Change> some;
      for (size_t k = i; k < std::min(i + kStep, changes_.size()); ++k) {
        ASSIGN_OR_RETURN(Entry entry, journal::ReadOne(db_, changes_[k]));
        ASSIGN_OR_RETURN(Change change, ReadChange(db_, std::move(entry)));
        some.push_back(std::move(change));
      }
      for (std::vector<Change>& run : SplitRuns(std::move(some))) {
        const int64_t end = run.back().sequence;
        const std::shared_ptr<const Batch> batch =
            MakeBatch(std::move(run), 0, end);
        ASSIGN_OR_RETURN(std::vector<const Change*> news,
                         NewMatches(*batch, query_, 0));
        for (const Change* change : news) {
          ASSIGN_OR_RETURN(bool again, AnyOf(change->sequence, matched));
          if (again) continue;
          matched.insert(change->sequence);
          delivered_.push_back(change->sequence);
          if (change->created) created_.insert(change->sequence);
        }
        if (!options_.versions) continue;
        RETURN_IF_ERROR(AddVersions(*batch));
      }
    }
    return absl::OkStatus();
  }

  // Whether the paper of an entry was delivered in the span already.
  absl::StatusOr<bool> AnyOf(int64_t sequence,
                             const absl::flat_hash_set<int64_t>& matched) {
    ASSIGN_OR_RETURN(Lineage lineage, ReadLineage(db_, sequence));
    return std::any_of(lineage.sequences.begin(), lineage.sequences.end(),
                       [&](int64_t s) { return matched.contains(s); });
  }

  absl::Status AddVersions(const Batch& batch) {
    if (batch.after == nullptr) return absl::OkStatus();
    ASSIGN_OR_RETURN(std::vector<int64_t> numbers,
                     index::MatchSegment(*batch.after, query_));
    ASSIGN_OR_RETURN(std::vector<const Change*> news,
                     NewMatches(batch, query_, 0));
    for (const Change& change : batch.entries) {
      if (change.before != nullptr && change.after != nullptr &&
          IsNewVersion(*change.before, *change.after) &&
          std::binary_search(numbers.begin(), numbers.end(), change.number) &&
          std::find(news.begin(), news.end(), &change) == news.end()) {
        delivered_.push_back(change.sequence);
        versions_.insert(change.sequence);
      }
    }
    return absl::OkStatus();
  }

  absl::Status CountDays(Backtest* result) {
    const absl::TimeZone utc = absl::UTCTimeZone();
    const absl::CivilDay last =
        absl::ToCivilDay(options_.end - absl::Microseconds(1), utc);
    absl::CivilDay day = std::max(absl::ToCivilDay(options_.start, utc),
                                  last - (options_.max_days - 1));
    ASSIGN_OR_RETURN(int64_t from,
                     journal::LastBefore(db_, absl::FromCivil(day, utc)));
    for (; day <= last; ++day) {
      RETURN_IF_ERROR(Check());
      ASSIGN_OR_RETURN(int64_t to,
                       journal::LastBefore(db_, absl::FromCivil(day + 1, utc)));
      const auto begin =
          std::upper_bound(delivered_.begin(), delivered_.end(), from);
      const auto end =
          std::upper_bound(delivered_.begin(), delivered_.end(), to);
      result->days.push_back({day, end - begin});
      from = to;
    }
    return absl::OkStatus();
  }

  absl::Status AddSamples(Backtest* result) {
    for (auto it = delivered_.rbegin();
         it != delivered_.rend() && result->samples.size() < options_.samples;
         ++it) {
      ASSIGN_OR_RETURN(Entry entry, journal::ReadOne(db_, *it));
      result->samples.push_back({.sequence = *it,
                                 .time = entry.time,
                                 .created = created_.contains(*it),
                                 .new_version = versions_.contains(*it)});
    }
    return absl::OkStatus();
  }

  Database& db_;
  const index::Snapshot& snapshot_;
  const query::Query& query_;
  const BacktestOptions& options_;
  int64_t before_ = 0;  // the span is (before_, last_]
  int64_t last_ = 0;
  std::vector<int64_t> changes_;
  std::vector<int64_t> delivered_;
  absl::flat_hash_set<int64_t> created_, versions_;
};

}  // namespace

absl::StatusOr<Backtest> RunBacktest(Database& db,
                                     const index::Snapshot& snapshot,
                                     const query::Query& query,
                                     const BacktestOptions& options) {
  return Runner(db, snapshot, query, options).Run();
}

}  // namespace paperwire::standing
