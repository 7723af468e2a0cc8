// A batch goes its way in this order, so that no news is missed:
//
//     match ─► note in memory ─► last_news_ of its listeners ─► publish ─► wake
//
// A listener that reads the feed's head and then its own last_news_ knows of
// all news up to that head.

#include "service/standing/follower.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "service/base/status_macros.h"
#include "service/journal/journal.h"
#include "service/query/parser.h"
#include "service/standing/forget.h"
#include "service/standing/read_change.h"
#include "spdlog/spdlog.h"

namespace paperwire::standing {
namespace {

using journal::Change;
using journal::Database;
using journal::Entry;
using journal::Kind;

constexpr int kLoadRows = 1000;
// Entries whose matches are noted in one transaction at start-up.
constexpr int kLoadEntries = 1000;
// How far the table of matches may lag when there is nothing to note.
constexpr int64_t kMaxLag = 1000;

}  // namespace

Listener::~Listener() { follower_.Leave(this); }

int64_t Listener::SkipTo(int64_t place, const Feed& feed) const {
  const int64_t head = feed.head();
  return Covers(place + 1) && last_news_ <= place ? std::max(place, head)
                                                  : place;
}

Follower::Follower(journal::Connections* journal, int64_t head)
    : journal_(*journal), feed_(journal, head), noted_(head) {
  unnoted_.position = head;
}

void Follower::Put(int64_t query, const query::Query& tree, bool versions) {
  const uint32_t handle = matcher_.Add(tree, frequency_);
  if (handle >= by_handle_.size()) by_handle_.resize(handle + 1);
  by_handle_[handle] = {query, versions};
  handles_[query] = handle;
}

void Follower::Take(int64_t query) {
  const auto it = handles_.find(query);
  if (it == handles_.end()) return;
  matcher_.Remove(it->second);
  handles_.erase(it);
}

absl::Status Follower::ApplyChange(const Change& change) {
  Take(change.number);
  if (change.kind == Kind::kUnsubscribed) return absl::OkStatus();
  ASSIGN_OR_RETURN(query::Query query,
                   query::Parse(change.subscription->query()));
  Put(change.number, query, change.subscription->news() == v1::NEWS_VERSIONS);
  return absl::OkStatus();
}

absl::Status Follower::Load(Database& db, Frequency frequency) {
  frequency_ = std::move(frequency);
  ASSIGN_OR_RETURN(int64_t position, ReadStandingPosition(db));
  ASSIGN_OR_RETURN(int64_t head, journal::LastSequence(db));
  position = std::min(position, head);  // the journal was put back
  for (int64_t number = 0;;) {
    ASSIGN_OR_RETURN(std::vector<SubscriptionRow> rows,
                     ListAll(db, number, kLoadRows));
    if (rows.empty()) break;
    for (const SubscriptionRow& row : rows) {
      number = row.number;
      if (row.created > position) continue;  // comes with its entry
      ASSIGN_OR_RETURN(v1::Subscription subscription,
                       ReadSubscription(db, row, position));
      absl::StatusOr<query::Query> query = query::Parse(subscription.query());
      if (!query.ok()) {
        // The language was another one when it was stored.
        spdlog::error(
            "the query of {} cannot be read any more and stands "
            "still until it is changed: {}",
            row.name, std::string(query.status().message()));
        continue;
      }
      Put(row.number, *query, subscription.news() == v1::NEWS_VERSIONS);
    }
  }
  if (position < head) {
    spdlog::info("matching journal entries {} to {}", position + 1, head);
  }
  while (position < head) {
    ASSIGN_OR_RETURN(std::vector<Entry> entries,
                     journal::ReadAfter(db, position, kLoadEntries));
    if (entries.empty()) break;
    std::vector<Change> changes;
    for (Entry& entry : entries) {
      ASSIGN_OR_RETURN(Change change, ReadChange(db, std::move(entry)));
      changes.push_back(std::move(change));
    }
    for (std::vector<Change>& run : SplitRuns(std::move(changes))) {
      const int64_t first = position;
      position = run.back().sequence;
      if (!journal::IsOfPaper(run[0].kind)) {
        for (const Change& change : run) {
          RETURN_IF_ERROR(ApplyChange(change));
        }
        continue;
      }
      const std::shared_ptr<Batch> batch =
          MakeBatch(std::move(run), first, position);
      RETURN_IF_ERROR(MatchRun(batch.get()));
      Note(*batch);
    }
    RETURN_IF_ERROR(db.Execute("BEGIN IMMEDIATE"));
    const absl::Status noted = NoteMatches(db, unnoted_.matches, position);
    if (!noted.ok()) {
      db.Execute("ROLLBACK").IgnoreError();
      return noted;
    }
    RETURN_IF_ERROR(db.Execute("COMMIT"));
    unnoted_.matches.clear();
  }
  CountQueries();
  return absl::OkStatus();
}

void Follower::Follow(std::vector<Change> run, int64_t last,
                      std::shared_ptr<const index::Segment> after) {
  ApplyPending();
  std::vector<Change> changes;  // of subscriptions
  if (!journal::IsOfPaper(run[0].kind)) {
    for (const Change& change : run) {
      // What was stored was understood then.
      const absl::Status applied = ApplyChange(change);
      if (!applied.ok()) spdlog::error("{}", applied.ToString());
    }
    changes = std::move(run);
    run.clear();
  }
  const std::shared_ptr<Batch> batch =
      MakeBatch(std::move(run), feed_.head(), last, std::move(after));
  const absl::Status matched = MatchRun(batch.get());
  if (!matched.ok()) {
    spdlog::error(
        "standing queries could not be matched with journal entries "
        "{} to {}: {}",
        batch->first, batch->last, matched.ToString());
  }
  Note(*batch);
  CountQueries();
  MutexLock lock(&mutex_);
  Wake(changes, *batch);
  feed_.Publish(batch);
  for (const auto& news : batch->news) {
    const auto it = listeners_.find(news.query);
    if (it == listeners_.end()) continue;
    if (&news != &batch->news.front() && (&news - 1)->query == news.query) {
      continue;
    }
    for (Listener* listener : it->second) listener->wake_();
  }
  for (const Change& change : changes) {
    const auto it = listeners_.find(change.number);
    if (it == listeners_.end()) continue;
    for (Listener* listener : it->second) listener->wake_();
  }
  for (Listener* listener : impatient_) listener->wake_();
}

void Follower::ApplyPending() {
  MutexLock lock(&mutex_);
  for (const int64_t query : left_) Take(query);
  left_.clear();
  for (const Pending& pending : pending_) {
    if (!CheckBreadth(pending.query, matcher_.unanchored()).ok()) {
      continue;  // it goes on to match by itself
    }
    Put(pending.listener->query_, pending.query, /*versions=*/false);
    pending.listener->complete_from_ = feed_.head() + 1;
    std::erase(impatient_, pending.listener);
  }
  pending_.clear();
}

absl::Status Follower::MatchRun(Batch* batch) {
  if (batch->after != nullptr) {
    ASSIGN_OR_RETURN(std::vector<Matched> matched,
                     matcher_.Match(*batch->after));
    std::vector<Matched> before;
    if (batch->before != nullptr) {
      ASSIGN_OR_RETURN(before, matcher_.Match(*batch->before));
      std::sort(before.begin(), before.end());
    }
    absl::flat_hash_map<int64_t, uint32_t> entries;
    for (uint32_t i = 0; i < batch->entries.size(); ++i) {
      entries[batch->entries[i].number] = i;
    }
    for (const Matched& m : matched) {
      const uint32_t entry = entries.at(batch->after->numbers()[m.document]);
      const Change& change = batch->entries[entry];
      const bool did =
          change.before != nullptr &&
          std::binary_search(
              before.begin(), before.end(),
              Matched{m.handle, batch->before->FindNumber(change.number)});
      const std::optional<News> news =
          NewsOf(by_handle_[m.handle], change, entry, did);
      if (news.has_value()) batch->news.push_back(*news);
    }
    std::sort(batch->news.begin(), batch->news.end());
  }
  batch->matched = true;
  return absl::OkStatus();
}

std::optional<News> Follower::NewsOf(const Standing& standing,
                                     const Change& change, uint32_t entry,
                                     bool matched_before) {
  const News news{standing.query, entry, false};
  if (change.created) return news;
  if (matched_before) {
    if (!standing.versions || !IsNewVersion(*change.before, *change.after)) {
      return std::nullopt;
    }
    return News{standing.query, entry, true};
  }
  if (standing.query < 0) return news;  // a listener's: it has no past
  const absl::StatusOr<bool> delivered = WasDelivered(standing.query, change);
  if (!delivered.ok()) {
    // Twice is better than not at all.
    spdlog::error(
        "cannot tell whether journal entry {} was delivered under another "
        "name: {}",
        change.sequence, delivered.status().ToString());
    return news;
  }
  if (*delivered) return std::nullopt;
  return news;
}

absl::StatusOr<bool> Follower::WasDelivered(int64_t subscription,
                                            const Change& change) {
  ASSIGN_OR_RETURN(journal::Connections::Lease db, journal_.Take());
  if (lineage_of_ != change.sequence) {
    ASSIGN_OR_RETURN(lineage_, ReadLineage(*db, change.sequence));
    lineage_of_ = change.sequence;
  }
  for (const MatchRow& row : unnoted_.matches) {
    if (row.number == subscription &&
        absl::c_linear_search(lineage_.sequences, row.sequence)) {
      return true;
    }
  }
  ASSIGN_OR_RETURN(bool noted, AnyNoted(*db, subscription, lineage_.sequences));
  if (noted) return true;
  ASSIGN_OR_RETURN(bool seen, AnySeen(*db, subscription, lineage_.papers));
  if (seen) return true;
  // The writer is ahead: when it has deleted the subscription, what was noted
  // went with it.
  ASSIGN_OR_RETURN(bool there, IsSubscribed(*db, subscription));
  return !there;
}

void Follower::Note(const Batch& batch) {
  for (const News& news : batch.news) {
    if (news.query < 0) continue;
    const Change& change = batch.entries[news.entry];
    unnoted_.matches.push_back({.number = news.query,
                                .sequence = change.sequence,
                                .time = change.time,
                                .created = change.created,
                                .new_version = news.new_version});
  }
  unnoted_.position = batch.last;
}

std::optional<Unnoted> Follower::TakeUnnoted() {
  if (noting_ ||
      (unnoted_.matches.empty() && unnoted_.position - noted_ < kMaxLag)) {
    return std::nullopt;
  }
  noting_ = true;
  return unnoted_;
}

void Follower::Noted(const absl::Status& status, int64_t position) {
  noting_ = false;
  if (!status.ok()) return;
  std::erase_if(unnoted_.matches, [position](const MatchRow& row) {
    return row.sequence <= position;
  });
  noted_ = position;
  feed_.KeepAfter(position);
}

absl::StatusOr<std::shared_ptr<const void>> Follower::Reserve(
    const query::Query& query) {
  Unanchored there = unanchored();
  there.all += reserved_;
  there.searched += reserved_;
  RETURN_IF_ERROR(CheckBreadth(query, there));
  if (IsAnchored(query)) return std::shared_ptr<const void>();
  ++reserved_;
  return std::shared_ptr<const void>(this,
                                     [this](const void*) { --reserved_; });
}

std::unique_ptr<Listener> Follower::ListenTo(query::Query query,
                                             std::function<void()> wake) {
  MutexLock lock(&mutex_);
  std::unique_ptr<Listener> listener(
      new Listener(this, --last_listener_, std::move(wake)));
  listeners_[listener->query_].push_back(listener.get());
  impatient_.push_back(listener.get());
  pending_.push_back({listener.get(), std::move(query)});
  return listener;
}

std::unique_ptr<Listener> Follower::ListenTo(int64_t subscription,
                                             std::function<void()> wake) {
  MutexLock lock(&mutex_);
  std::unique_ptr<Listener> listener(
      new Listener(this, subscription, std::move(wake)));
  listeners_[subscription].push_back(listener.get());
  // What is published from now on passes here.
  listener->complete_from_ = feed_.head() + 1;
  return listener;
}

void Follower::Leave(Listener* listener) {
  MutexLock lock(&mutex_);
  std::vector<Listener*>& all = listeners_[listener->query_];
  std::erase(all, listener);
  if (all.empty()) listeners_.erase(listener->query_);
  std::erase(impatient_, listener);
  const size_t waiting = pending_.size();
  std::erase_if(pending_,
                [&](const Pending& p) { return p.listener == listener; });
  if (listener->query_ < 0 && waiting == pending_.size()) {
    left_.push_back(listener->query_);
  }
}

void Follower::Wake(const std::vector<Change>& changes, const Batch& batch) {
  for (const News& news : batch.news) {
    const auto it = listeners_.find(news.query);
    if (it == listeners_.end()) continue;
    for (Listener* listener : it->second) {
      listener->last_news_ = batch.entries[news.entry].sequence;
    }
  }
  for (const Change& change : changes) {
    const auto it = listeners_.find(change.number);
    if (it == listeners_.end()) continue;
    for (Listener* listener : it->second) {
      ++listener->changes_;
      if (change.kind == Kind::kUnsubscribed) listener->gone_ = true;
    }
  }
}

absl::StatusOr<Deliveries> Follower::Next(int64_t subscription, int64_t place,
                                          int limit) {
  Deliveries result;
  result.place = place;
  while (result.news.size() < static_cast<size_t>(limit)) {
    if (const std::shared_ptr<const Batch> batch = feed_.Kept(result.place);
        batch != nullptr) {
      for (const News& news : batch->NewsOf(subscription)) {
        const Change& change = batch->entries[news.entry];
        if (change.sequence <= result.place) continue;
        result.news.push_back({.sequence = change.sequence,
                               .time = change.time,
                               .created = change.created,
                               .new_version = news.new_version});
      }
      result.place = batch->last;
      continue;
    }
    // Below what is kept in memory everything was noted.
    const int64_t noted = noted_;
    if (result.place >= noted) break;
    const int room = limit - static_cast<int>(result.news.size());
    ASSIGN_OR_RETURN(journal::Connections::Lease db, journal_.Take());
    ASSIGN_OR_RETURN(std::vector<MatchRow> rows,
                     ReadMatches(*db, subscription, result.place, room));
    RETURN_IF_ERROR(CheckLost(*db, subscription, result.place));
    for (const MatchRow& row : rows) {
      result.news.push_back({.sequence = row.sequence,
                             .time = row.time,
                             .created = row.created,
                             .new_version = row.new_version});
    }
    // With a row after `noted`, all before it are in the table, too.
    const int64_t last = rows.empty() ? 0 : rows.back().sequence;
    result.place =
        rows.size() == static_cast<size_t>(room) ? last : std::max(noted, last);
  }
  return result;
}

void Follower::CountQueries() {
  unanchored_ = matcher_.unanchored().all;
  searched_ = matcher_.unanchored().searched;
}

}  // namespace paperwire::standing
