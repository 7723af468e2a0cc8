#include "service/rpc/subscriptions.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "service/base/error_details.h"
#include "service/base/hash.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/base/token.h"
#include "service/journal/journal.h"
#include "service/rpc/convert.h"
#include "service/rpc/matches.h"
#include "service/rpc/share_groups.h"
#include "service/rpc/watch_token.h"
#include "service/rpc/webhooks.h"
#include "service/standing/backtest.h"
#include "service/standing/forget.h"
#include "service/standing/subscriptions.h"

namespace paperwire::rpc {
namespace {

constexpr char kListToken = 'u';
// pending_count is counted up to here.
constexpr int kMaxPending = 1000;
constexpr absl::Duration kDefaultSpan = absl::Hours(24 * 30);

void SetCursor(const store::Store& store, int64_t number,
               const standing::CursorRow& row, v1::Cursor* cursor) {
  const Watched watched{.journal = store.journal_id(),
                        .id = static_cast<uint64_t>(number),
                        .is_subscription = true};
  cursor->set_resume_token(WatchToken(watched, row.sequence));
  cursor->set_sequence(row.sequence);
  if (row.time.has_value()) SetTime(*row.time, cursor->mutable_commit_time());
}

// Adds what its readers do: its cursor, and how much waits.
absl::Status AddReading(store::Store& store, journal::Database& db,
                        const standing::SubscriptionRow& row,
                        v1::Subscription* subscription) {
  ASSIGN_OR_RETURN(standing::CursorRow cursor, standing::ReadCursor(db, row));
  SetCursor(store, row.number, cursor, subscription->mutable_cursor());
  // What was forgotten does not wait any more.
  ASSIGN_OR_RETURN(int64_t lost, standing::LastLost(db, row.number));
  absl::StatusOr<standing::Deliveries> pending = store.standing().Next(
      row.number, std::max(cursor.sequence, lost), kMaxPending);
  if (pending.ok()) {
    subscription->set_pending_count(static_cast<int32_t>(
        std::min<size_t>(pending->news.size(), kMaxPending)));
  } else if (!absl::IsOutOfRange(pending.status())) {
    return std::move(pending).status();
  }
  RETURN_IF_ERROR(AddWebhookStatus(db, row.number, subscription));
  return AddShareGroups(store, db, row.number,
                        subscription->mutable_share_groups());
}

absl::Status Read(store::Store& store, journal::Database& db,
                  const standing::SubscriptionRow& row,
                  v1::Subscription* subscription) {
  ASSIGN_OR_RETURN(*subscription,
                   standing::ReadSubscription(db, row, row.sequence));
  HideSecret(subscription);
  return AddReading(store, db, row, subscription);
}

bool HasLabels(const v1::Subscription& subscription,
               const google::protobuf::Map<std::string, std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
    const auto it = subscription.labels().find(label.first);
    return it != subscription.labels().end() && it->second == label.second;
  });
}

// What a page token is bound to.
uint64_t ListFingerprint(const v1::ListSubscriptionsRequest& request) {
  std::vector<std::string> labels;
  for (const auto& [key, value] : request.labels()) {
    labels.push_back(StrCat(key, "=", value));
  }
  std::sort(labels.begin(), labels.end());
  std::string text = request.parent();
  for (const std::string& label : labels) StrAppend(&text, "\n", label);
  return StableHash(text);
}

// The name of a subscription by its number; empty when it is gone.
absl::StatusOr<std::string> NameOf(journal::Database& db, int64_t number) {
  ASSIGN_OR_RETURN(std::vector<standing::SubscriptionRow> rows,
                   standing::ListAll(db, number - 1, 1));
  if (rows.empty() || rows[0].number != number) return std::string();
  return rows[0].name;
}

absl::StatusOr<standing::BacktestOptions> Span(
    const v1::PreviewSubscriptionRequest& request) {
  standing::BacktestOptions options;
  options.end = absl::Now();
  if (request.span().has_end_time()) {
    ASSIGN_OR_RETURN(absl::Time end,
                     ToTime(request.span().end_time(), "span.end_time"));
    options.end = std::min(options.end, end);
  }
  options.start = options.end - kDefaultSpan;
  if (request.span().has_start_time()) {
    ASSIGN_OR_RETURN(options.start,
                     ToTime(request.span().start_time(), "span.start_time"));
  }
  if (options.start >= options.end) {
    return InvalidField("span",
                        "The span is empty: its start_time is not before its "
                        "end_time, or lies in the future.");
  }
  options.versions = request.news() == v1::NEWS_VERSIONS;
  return options;
}

}  // namespace

absl::Status GetSubscription(store::Store& store,
                             const v1::GetSubscriptionRequest& request,
                             v1::Subscription* response) {
  RETURN_IF_ERROR(standing::CheckSubscriptionName(request.name(), "name"));
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  ASSIGN_OR_RETURN(standing::SubscriptionRow row,
                   standing::NeedSubscription(*db, request.name()));
  return Read(store, *db, row, response);
}

absl::Status ListSubscriptions(store::Store& store,
                               const v1::ListSubscriptionsRequest& request,
                               v1::ListSubscriptionsResponse* response) {
  RETURN_IF_ERROR(standing::CheckParent(request.parent(), "parent"));
  ASSIGN_OR_RETURN(int size, PageSize(request.page_size(), 50, 1000));
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  std::string after;
  const uint64_t fingerprint = ListFingerprint(request);
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(
        std::vector<uint64_t> fields,
        OpenToken(kListToken, request.page_token(), 3, "page_token"));
    if (fields[0] != store.journal_id() || fields[1] != fingerprint) {
      return InvalidField("page_token",
                          "This token is of another list. Repeat the request "
                          "of the first page with the token added.");
    }
    ASSIGN_OR_RETURN(after, NameOf(*db, static_cast<int64_t>(fields[2])));
    if (after.empty()) {
      return InvalidField("page_token",
                          "The subscription at which this page begins was "
                          "deleted. Start the list again.");
    }
  }
  while (true) {
    ASSIGN_OR_RETURN(
        std::vector<standing::SubscriptionRow> rows,
        standing::ListOwned(*db, request.parent(), after, size + 1));
    for (const standing::SubscriptionRow& row : rows) {
      v1::Subscription subscription;
      RETURN_IF_ERROR(Read(store, *db, row, &subscription));
      if (!HasLabels(subscription, request.labels())) continue;
      if (response->subscriptions_size() == size) {
        const v1::Subscription& last =
            response->subscriptions(response->subscriptions_size() - 1);
        ASSIGN_OR_RETURN(standing::SubscriptionRow at,
                         standing::NeedSubscription(*db, last.name()));
        response->set_next_page_token(
            SealToken(kListToken, {store.journal_id(), fingerprint,
                                   static_cast<uint64_t>(at.number)}));
        return absl::OkStatus();
      }
      *response->add_subscriptions() = std::move(subscription);
    }
    if (rows.size() <= static_cast<size_t>(size)) return absl::OkStatus();
    after = rows.back().name;
  }
}

absl::Status FillReading(store::Store& store, v1::Subscription* subscription) {
  HideSecret(subscription);
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  ASSIGN_OR_RETURN(std::optional<standing::SubscriptionRow> row,
                   standing::FindSubscription(*db, subscription->name()));
  if (!row.has_value()) return absl::OkStatus();  // deleted meanwhile
  return AddReading(store, *db, *row, subscription);
}

void CommitCursor(
    store::Store& store, const v1::CommitCursorRequest& request,
    std::function<void(absl::StatusOr<v1::CommitCursorResponse>)> done) {
  struct Place {
    int64_t number = 0;
    int64_t sequence = 0;
  };
  const absl::StatusOr<Place> place = [&]() -> absl::StatusOr<Place> {
    RETURN_IF_ERROR(standing::CheckSubscriptionName(request.name(), "name"));
    ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
    ASSIGN_OR_RETURN(standing::SubscriptionRow row,
                     standing::NeedSubscription(*db, request.name()));
    const Watched watched{.journal = store.journal_id(),
                          .id = static_cast<uint64_t>(row.number),
                          .is_subscription = true};
    Place found;
    found.number = row.number;
    ASSIGN_OR_RETURN(
        found.sequence,
        OpenWatchToken(watched, request.resume_token(), "resume_token"));
    ASSIGN_OR_RETURN(int64_t last, journal::LastSequence(*db));
    if (found.sequence > last) {
      return InvalidField(
          "resume_token",
          StrCat("The token's place (", found.sequence,
                 ") is ahead of the journal, which ends at ", last,
                 ": the data folder was put back to an older state. Watch "
                 "again from the cursor."));
    }
    return found;
  }();
  if (!place.ok()) {
    done(place.status());
    return;
  }
  store.CommitCursor(
      request.name(), place->number, place->sequence,
      [&store, number = place->number,
       done = std::move(done)](absl::StatusOr<standing::CursorRow> row) {
        if (!row.ok()) {
          done(row.status());
          return;
        }
        v1::CommitCursorResponse response;
        SetCursor(store, number, *row, response.mutable_cursor());
        done(std::move(response));
      });
}

absl::Status PreviewSubscription(const SearchContext& context,
                                 const v1::PreviewSubscriptionRequest& request,
                                 v1::PreviewSubscriptionResponse* response) {
  ASSIGN_OR_RETURN(query::Query query, ParseQuery(request.query()));
  RETURN_IF_ERROR(CheckMask(request.read_mask()));
  ASSIGN_OR_RETURN(standing::BacktestOptions options, Span(request));
  ASSIGN_OR_RETURN(int samples, PageSize(request.sample_size(), 10, 100));
  options.samples = static_cast<size_t>(samples);
  options.check = context.check;
  const std::shared_ptr<const index::Snapshot> snapshot =
      context.store.snapshot();
  ASSIGN_OR_RETURN(journal::Connections::Lease db,
                   context.store.journal().Take());
  ASSIGN_OR_RETURN(standing::Backtest past,
                   standing::RunBacktest(*db, *snapshot, query, options));
  response->set_total_match_count(past.total);
  for (const standing::Backtest::Day& day : past.days) {
    v1::PreviewSubscriptionResponse::Day* proto = response->add_days();
    proto->set_date(absl::FormatCivilTime(day.date));
    proto->set_match_count(day.count);
  }
  const PaperMask mask(request.read_mask());
  index::Highlighter highlighter(query);
  RETURN_IF_ERROR(AddMatches(context.store.papers(), past.samples, mask,
                             &highlighter, /*reasoner=*/nullptr,
                             response->mutable_samples()));
  SetTime(options.start, response->mutable_span()->mutable_start_time());
  SetTime(options.end, response->mutable_span()->mutable_end_time());
  response->set_sequence(snapshot->sequence());
  return absl::OkStatus();
}

}  // namespace paperwire::rpc
