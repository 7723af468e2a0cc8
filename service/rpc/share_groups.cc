#include "service/rpc/share_groups.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/journal/journal.h"
#include "service/standing/share_tables.h"
#include "service/standing/subscription_tables.h"
#include "service/standing/subscriptions.h"

namespace paperwire::rpc {
namespace {

constexpr int kMaxSequences = 10000;

using Sequences = google::protobuf::RepeatedField<int64_t>;

std::vector<int64_t> ToVector(const Sequences& sequences) {
  return {sequences.begin(), sequences.end()};
}

absl::Status Check(const v1::AcknowledgeMatchesRequest& request,
                   int64_t last_sequence) {
  const int count = request.sequences_size() +
                    request.released_sequences_size() +
                    request.extended_sequences_size();
  if (count > kMaxSequences) {
    return InvalidField("sequences",
                        StrCat("There are ", count, " sequence numbers; at "
                               "most ", kMaxSequences,
                               " are taken at once. Make several calls."));
  }
  const auto newest = std::max_element(request.sequences().begin(),
                                       request.sequences().end());
  if (newest != request.sequences().end() && *newest > last_sequence) {
    return InvalidField(
        "sequences",
        StrCat("The sequence number ", *newest,
               " is ahead of the journal, which ends at ", last_sequence,
               ". Send WatchMatch.sequence of what was dealt with."));
  }
  return absl::OkStatus();
}

// The number of the subscription; its groups are found by it.
absl::StatusOr<int64_t> FindNumber(store::Store& store, std::string_view name,
                                   std::string_view share_group) {
  RETURN_IF_ERROR(standing::CheckSubscriptionName(name, "name"));
  RETURN_IF_ERROR(standing::CheckShareName(share_group, "share_group"));
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  ASSIGN_OR_RETURN(standing::SubscriptionRow row,
                   standing::NeedSubscription(*db, name));
  return row.number;
}

absl::Status AddCounts(store::Store& store, int64_t subscription,
                       v1::ShareGroup* proto) {
  ASSIGN_OR_RETURN(store::Sharing::Group group,
                   store.sharing().Find(subscription, proto->name()));
  if (group == nullptr) return absl::OkStatus();
  const standing::ShareGroup::Counts counts = group->counts();
  proto->set_leased_count(counts.leased);
  proto->set_watcher_count(counts.members);
  return absl::OkStatus();
}

absl::StatusOr<v1::AcknowledgeMatchesResponse> Describe(
    store::Store& store, int64_t subscription, const std::string& name) {
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  ASSIGN_OR_RETURN(std::optional<standing::ShareRow> row,
                   standing::FindShare(*db, subscription, name));
  if (!row.has_value()) return standing::NoSuchShare(name);
  v1::AcknowledgeMatchesResponse response;
  response.mutable_share_group()->set_name(name);
  response.mutable_share_group()->set_sequence(row->sequence);
  RETURN_IF_ERROR(
      AddCounts(store, subscription, response.mutable_share_group()));
  return response;
}

}  // namespace

absl::Status AddShareGroups(
    store::Store& store, journal::Database& db, int64_t subscription,
    google::protobuf::RepeatedPtrField<v1::ShareGroup>* groups) {
  ASSIGN_OR_RETURN(std::vector<standing::ShareRow> rows,
                   standing::ListShares(db, subscription));
  for (standing::ShareRow& row : rows) {
    v1::ShareGroup* group = groups->Add();
    group->set_name(std::move(row.name));
    group->set_sequence(row.sequence);
    RETURN_IF_ERROR(AddCounts(store, subscription, group));
  }
  return absl::OkStatus();
}

void AcknowledgeMatches(
    store::Store& store, const v1::AcknowledgeMatchesRequest& request,
    std::function<void(absl::StatusOr<v1::AcknowledgeMatchesResponse>)> done) {
  const absl::StatusOr<int64_t> number = [&]() -> absl::StatusOr<int64_t> {
    ASSIGN_OR_RETURN(int64_t found, FindNumber(store, request.name(),
                                               request.share_group()));
    ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
    ASSIGN_OR_RETURN(int64_t last, journal::LastSequence(*db));
    RETURN_IF_ERROR(Check(request, last));
    ASSIGN_OR_RETURN(store::Sharing::Group group,
                     store.sharing().Find(found, request.share_group()));
    if (group == nullptr) return standing::NoSuchShare(request.share_group());
    group->Extend(ToVector(request.extended_sequences()), absl::Now());
    group->Release(ToVector(request.released_sequences()));
    return found;
  }();
  if (!number.ok()) {
    done(number.status());
    return;
  }
  auto finish = [&store, number = *number, name = request.share_group(),
                 done = std::move(done)](absl::Status status) {
    if (status.ok()) {
      done(Describe(store, number, name));
    } else {
      done(std::move(status));
    }
  };
  if (request.sequences().empty()) {
    finish(absl::OkStatus());
    return;
  }
  store.sharing().Acknowledge(*number, request.share_group(),
                              ToVector(request.sequences()),
                              std::move(finish));
}

void DeleteShareGroup(
    store::Store& store, const v1::DeleteShareGroupRequest& request,
    std::function<void(absl::StatusOr<google::protobuf::Empty>)> done) {
  const absl::StatusOr<int64_t> number =
      FindNumber(store, request.name(), request.share_group());
  if (!number.ok()) {
    done(number.status());
    return;
  }
  store.sharing().Delete(*number, request.share_group(),
                         [done = std::move(done)](absl::Status status) {
                           if (status.ok()) {
                             done(google::protobuf::Empty());
                           } else {
                             done(std::move(status));
                           }
                         });
}

}  // namespace paperwire::rpc
