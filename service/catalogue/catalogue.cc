#include "service/catalogue/catalogue.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "service/base/error_details.h"
#include "service/base/paper_id.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/catalogue/cast_votes.h"
#include "service/catalogue/identity.h"
#include "service/catalogue/merge.h"
#include "service/catalogue/reader.h"
#include "service/catalogue/tables.h"
#include "service/catalogue/validate.h"

namespace paperwire::catalogue {

using journal::Change;
using journal::Entry;
using journal::EntryPayload;
using journal::Kind;
using journal::SetTime;

// A paper as it stands, and where the journal says so.
struct Catalogue::Found {
  int64_t number = 0;
  int64_t sequence = 0;
  std::shared_ptr<const v1::Paper> paper;  // null: no paper (any more)
  // The same as the views know it: without provisional entries.
  std::shared_ptr<const v1::Paper> seen;
};

namespace {

std::shared_ptr<const v1::Paper> IfSearched(
    const std::shared_ptr<const v1::Paper>& paper) {
  if (paper == nullptr || paper->state() == v1::Paper::STATE_WITHDRAWN) {
    return nullptr;
  }
  return paper;
}

v1::ImportVerdict Rejected(const absl::Status& status) {
  v1::ImportVerdict verdict;
  verdict.set_outcome(v1::ImportVerdict::OUTCOME_REJECTED);
  const std::optional<std::string> field = FieldOf(status);
  verdict.set_reason(field.has_value()
                         ? StrCat(*field, ": ", status.message())
                         : std::string(status.message()));
  return verdict;
}

}  // namespace

absl::Status Catalogue::Begin() {
  ASSIGN_OR_RETURN(last_number_, LastNumber(db_));
  return absl::OkStatus();
}

absl::StatusOr<v1::ImportVerdict> Catalogue::Import(
    v1::Paper paper, std::string_view default_source,
    std::vector<Change>* changes) {
  if (absl::Status status = Normalize(&paper); !status.ok()) {
    return Rejected(status);
  }
  if (paper.sources().empty()) {
    paper.add_sources(
        std::string(default_source.empty() ? "import" : default_source));
  }
  const std::string source = paper.sources(0);
  ASSIGN_OR_RETURN(std::vector<int64_t> same, FindSame(paper));
  if (!same.empty()) return Join(same, paper, source, changes);
  if (paper.title().empty()) {
    return Rejected(InvalidField(
        "title", paper.external_ids().empty()
                     ? "It is missing. A paper needs a title, or the external "
                       "id of a paper that is known already."
                     : StrCat("It is missing, and no known paper has the "
                                    "external id ",
                                    paper.external_ids(0).scheme(), ":",
                                    paper.external_ids(0).value(),
                                    ". Import the paper itself first.")));
  }
  return Create(std::move(paper), source, changes);
}

absl::StatusOr<std::vector<int64_t>> Catalogue::FindSame(
    const v1::Paper& paper) {
  std::vector<int64_t> same;
  const Likeness likeness = LikenessOf(paper, analyzer_);
  for (const std::string& id : likeness.ids) {
    ASSIGN_OR_RETURN(int64_t number, FindExternalId(db_, id));
    if (number != 0 && !absl::c_linear_search(same, number)) {
      same.push_back(number);
    }
  }
  if (!same.empty()) {
    absl::c_sort(same);
    return same;
  }
  if (likeness.title == 0) return same;
  ASSIGN_OR_RETURN(std::vector<int64_t> candidates,
                   FindLikeness(db_, likeness.title));
  for (int64_t candidate : candidates) {
    ASSIGN_OR_RETURN(Found found, Load(candidate));
    if (SamePaper(*found.paper, paper, analyzer_)) {
      same.push_back(candidate);
      break;
    }
  }
  return same;
}

absl::StatusOr<v1::ImportVerdict> Catalogue::Create(
    v1::Paper paper, std::string_view source, std::vector<Change>* changes) {
  EntryPayload payload;
  payload.set_source(std::string(source));
  *payload.mutable_paper() = std::move(paper);
  const int64_t number = last_number_ + 1;
  RETURN_IF_ERROR(
      Write(Kind::kCreated, number, nullptr, std::move(payload), changes));
  v1::ImportVerdict verdict;
  verdict.set_outcome(v1::ImportVerdict::OUTCOME_CREATED);
  verdict.set_name(PaperName(number));
  return verdict;
}

absl::StatusOr<v1::ImportVerdict> Catalogue::Join(
    const std::vector<int64_t>& numbers, const v1::Paper& report,
    std::string_view source, std::vector<Change>* changes) {
  v1::ImportVerdict verdict;
  ASSIGN_OR_RETURN(Found found, Load(numbers[0]));
  verdict.set_name(PaperName(found.number));

  // The report shows that several papers are one: the oldest takes the others
  // in, except those that somebody told apart.
  std::vector<Found> others;
  std::vector<v1::Paper> joined;  // after each of them
  for (size_t i = 1; i < numbers.size(); ++i) {
    ASSIGN_OR_RETURN(bool apart, KeptApart(db_, numbers[0], numbers[i]));
    if (apart) continue;
    ASSIGN_OR_RETURN(Found other, Load(numbers[i]));
    joined.push_back(
        Merge(joined.empty() ? *found.paper : joined.back(), *other.paper,
              other.paper->sources().empty() ? "" : other.paper->sources(0)));
    RETURN_IF_ERROR(JoinCastVotes(db_, other.number, found.number));
    ASSIGN_OR_RETURN(int64_t votes, CountCastVotes(db_, found.number));
    joined.back().set_cast_vote_count(votes);
    verdict.add_absorbed_names(PaperName(other.number));
    others.push_back(std::move(other));
  }
  const v1::Paper& all = joined.empty() ? *found.paper : joined.back();
  const bool known_source = absl::c_linear_search(all.sources(), source);
  v1::Paper merged = Merge(all, report, source);
  const bool says_more =
      merged.SerializeAsString() != all.SerializeAsString();

  for (size_t i = 0; i < others.size(); ++i) {
    EntryPayload gone;
    gone.set_other(found.number);
    gone.set_source(std::string(source));
    RETURN_IF_ERROR(Write(Kind::kAbsorbed, others[i].number, &others[i],
                          std::move(gone), changes));
    EntryPayload payload;
    payload.set_source(std::string(source));
    payload.set_other(others[i].number);
    payload.set_provisional(says_more || i + 1 < others.size());
    *payload.mutable_joined() = *others[i].paper;
    *payload.mutable_paper() = std::move(joined[i]);
    RETURN_IF_ERROR(Write(Kind::kMerged, found.number, &found,
                          std::move(payload), changes));
    const std::shared_ptr<const v1::Paper> seen = found.seen;
    ASSIGN_OR_RETURN(found, Load(found.number));
    found.seen = seen;
  }
  if (!says_more) {
    verdict.set_outcome(others.empty() ? v1::ImportVerdict::OUTCOME_UNCHANGED
                                       : v1::ImportVerdict::OUTCOME_MERGED);
    return verdict;
  }
  EntryPayload payload;
  payload.set_source(std::string(source));
  *payload.mutable_paper() = std::move(merged);
  if (!known_source) *payload.mutable_joined() = report;
  RETURN_IF_ERROR(Write(known_source ? Kind::kUpdated : Kind::kMerged,
                        found.number, &found, std::move(payload), changes));
  verdict.set_outcome(known_source && others.empty()
                          ? v1::ImportVerdict::OUTCOME_UPDATED
                          : v1::ImportVerdict::OUTCOME_MERGED);
  return verdict;
}

absl::Status Catalogue::Delete(std::string_view name, std::string_view etag,
                               std::vector<Change>* changes) {
  ASSIGN_OR_RETURN(int64_t number, ResolveName(db_, name, "name"));
  ASSIGN_OR_RETURN(Found found, Load(number));
  if (!etag.empty() && etag != found.paper->etag()) {
    return WithReason(
        absl::AbortedError(StrCat(
            "The paper ", name, " has changed: its etag is ",
            found.paper->etag(), ", not ", etag.substr(0, 64),
            ". Read it again and decide anew.")),
        "ETAG_MISMATCH", {{"etag", found.paper->etag()}});
  }
  RETURN_IF_ERROR(DropCastVotes(db_, number));
  return Write(Kind::kDeleted, number, &found, EntryPayload(), changes);
}

absl::StatusOr<v1::VotePaperResponse> Catalogue::Vote(
    const v1::VotePaperRequest& request, std::vector<Change>* changes) {
  ASSIGN_OR_RETURN(int64_t number, ResolveName(db_, request.name(), "name"));
  ASSIGN_OR_RETURN(Found found, Load(number));
  const bool revoke = request.revoke();
  if (found.paper->state() == v1::Paper::STATE_WITHDRAWN && !revoke) {
    return WithReason(absl::FailedPreconditionError(StrCat(
                          "The paper ", request.name().substr(0, 200),
                          " is withdrawn: votes for it can only be taken "
                          "back.")),
                      "PAPER_WITHDRAWN");
  }
  v1::VotePaperResponse response;
  response.set_name(PaperName(number));
  response.set_cast_vote_count(found.paper->cast_vote_count());
  ASSIGN_OR_RETURN(std::optional<int64_t> time,
                   CastVoteTime(db_, number, request.voter()));
  if (time.has_value() != revoke) return response;
  if (revoke) {
    RETURN_IF_ERROR(RemoveCastVote(db_, number, request.voter()));
  } else {
    time = absl::ToUnixSeconds(appender_.Now());
    RETURN_IF_ERROR(AddCastVote(db_, number, request.voter(), *time));
  }
  ASSIGN_OR_RETURN(int64_t votes, CountCastVotes(db_, number));
  EntryPayload payload;
  payload.set_voter(request.voter());
  payload.set_revoked(revoke);
  *payload.mutable_paper() = *found.paper;
  payload.mutable_paper()->set_cast_vote_count(votes);
  response.set_cast_vote_count(votes);
  response.set_changed(true);
  response.set_sequence(appender_.next_sequence());
  RETURN_IF_ERROR(
      Write(Kind::kVoted, number, &found, std::move(payload), changes));
  changes->back().vote_time = *time;
  return response;
}

absl::StatusOr<v1::SplitPaperResponse> Catalogue::Split(
    std::string_view name, int64_t sequence, std::vector<Change>* changes) {
  ASSIGN_OR_RETURN(int64_t number, ResolveName(db_, name, "name"));
  ASSIGN_OR_RETURN(Found found, Load(number));
  Entry merge;
  for (int64_t at = found.sequence; at >= sequence && at > 0;) {
    absl::StatusOr<Entry> entry = journal::ReadOne(db_, at);
    if (absl::IsNotFound(entry.status())) break;
    if (!entry.ok()) return std::move(entry).status();
    merge = *std::move(entry);
    if (merge.kind == Kind::kSplit && merge.payload.undone() == sequence) {
      return WithReason(absl::FailedPreconditionError(StrCat(
                            "The merge at ", sequence, " was undone at ",
                            merge.sequence, " already.")),
                        "ALREADY_SPLIT");
    }
    at = merge.previous;
  }
  if (merge.sequence != sequence) {
    return WithReason(absl::NotFoundError(StrCat(
                          "The paper ", name, " has no change ", sequence,
                          ", or the journal no longer holds it. "
                          "ListPaperChanges gives its changes.")),
                      "CHANGE_NOT_FOUND");
  }
  if (merge.kind != Kind::kMerged) {
    return WithReason(absl::FailedPreconditionError(StrCat(
                          "The change ", sequence, " of ", name,
                          " is no merge. ListPaperChanges tells the kinds.")),
                      "NOT_A_MERGE");
  }

  // First what is left, so that the keys of the other one are free.
  absl::StatusOr<Entry> before = journal::ReadOne(db_, merge.previous);
  if (absl::IsNotFound(before.status())) {
    return WithReason(
        absl::FailedPreconditionError(StrCat(
            "The merge at ", sequence, " of ", name, " cannot be undone any "
            "more: the journal was compacted and no longer holds what the "
            "paper was before. Delete it and import both papers again.")),
        "HISTORY_TOO_SHORT");
  }
  if (!before.ok()) return std::move(before).status();
  Found other;
  other.number = merge.payload.other();
  if (other.number == 0) {
    other.number = last_number_ + 1;
  } else {
    ASSIGN_OR_RETURN(std::optional<Row> row, FindRow(db_, other.number));
    if (row.has_value()) other.sequence = row->sequence;
  }
  RETURN_IF_ERROR(PartCastVotes(db_, number, other.number));
  EntryPayload left;
  left.set_undone(sequence);
  left.set_other(other.number);
  *left.mutable_paper() = std::move(*before->payload.mutable_paper());
  ASSIGN_OR_RETURN(int64_t left_votes, CountCastVotes(db_, number));
  left.mutable_paper()->set_cast_vote_count(left_votes);
  RETURN_IF_ERROR(
      Write(Kind::kSplit, number, &found, std::move(left), changes));
  EntryPayload right;
  right.set_undone(sequence);
  right.set_other(number);
  *right.mutable_paper() = std::move(*merge.payload.mutable_joined());
  ASSIGN_OR_RETURN(int64_t right_votes, CountCastVotes(db_, other.number));
  right.mutable_paper()->set_cast_vote_count(right_votes);
  RETURN_IF_ERROR(Write(Kind::kSplit, other.number,
                        other.sequence == 0 ? nullptr : &other,
                        std::move(right), changes));

  v1::SplitPaperResponse response;
  ASSIGN_OR_RETURN(Found left_now, Load(number));
  ASSIGN_OR_RETURN(Found right_now, Load(other.number));
  *response.mutable_paper() = *left_now.paper;
  *response.mutable_split_paper() = *right_now.paper;
  return response;
}

absl::StatusOr<Catalogue::Found> Catalogue::Load(int64_t number) {
  ASSIGN_OR_RETURN(std::optional<Row> row, FindRow(db_, number));
  Found found;
  found.number = number;
  if (row.has_value()) {
    found.sequence = row->sequence;
    ASSIGN_OR_RETURN(Entry entry, journal::ReadOne(db_, row->sequence));
    if (entry.payload.has_paper()) {
      found.paper = std::make_shared<v1::Paper>(
          std::move(*entry.payload.mutable_paper()));
      found.seen = found.paper;
    }
  }
  if (found.paper == nullptr) {
    return absl::InternalError(StrCat(
        "The catalogue points to paper number ", number,
        ", which the journal does not hold. Start paperwired with "
        "--rebuild."));
  }
  return found;
}

absl::Status Catalogue::Write(Kind kind, int64_t number, const Found* before,
                              EntryPayload payload,
                              std::vector<Change>* changes) {
  Entry entry;
  entry.sequence = appender_.next_sequence();
  entry.kind = kind;
  entry.number = number;
  entry.previous = before != nullptr ? before->sequence : 0;
  entry.time = appender_.Now();
  entry.payload = std::move(payload);
  if (entry.payload.has_paper()) {
    v1::Paper& paper = *entry.payload.mutable_paper();
    paper.set_name(PaperName(number));
    paper.set_sequence(entry.sequence);
    paper.set_etag(StrCat("e", entry.sequence));
    SetTime(entry.time, paper.mutable_update_time());
    if (!paper.has_create_time()) {
      SetTime(entry.time, paper.mutable_create_time());
    }
  }
  const v1::Paper* paper_before =
      before != nullptr ? before->paper.get() : nullptr;
  RETURN_IF_ERROR(appender_.Append(entry));
  RETURN_IF_ERROR(Apply(db_, entry, paper_before, analyzer_));

  last_number_ = std::max(last_number_, number);
  if (entry.payload.provisional()) return absl::OkStatus();
  Change change;
  change.sequence = entry.sequence;
  change.time = entry.time;
  change.kind = kind;
  change.number = number;
  change.created = kind == Kind::kCreated;
  if (before != nullptr) change.before = IfSearched(before->seen);
  if (entry.payload.has_paper()) {
    change.after = IfSearched(std::make_shared<v1::Paper>(
        std::move(*entry.payload.mutable_paper())));
  }
  changes->push_back(std::move(change));
  return absl::OkStatus();
}

}  // namespace paperwire::catalogue
