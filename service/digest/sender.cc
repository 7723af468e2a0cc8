#include "service/digest/sender.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "service/base/priority.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/digest/choose.h"
#include "service/digest/consent_tables.h"
#include "service/digest/decide.h"
#include "service/digest/outcome.h"
#include "service/digest/schedule.h"
#include "service/digest/secrets.h"
#include "spdlog/spdlog.h"

namespace paperwire::digest {
namespace {

using v1::Digest;
using v1::DigestIssue;

constexpr absl::Duration kLongestTurn = absl::Minutes(1);
// A mail server that cannot be used is asked again after this, then after
// twice as long each time.
constexpr absl::Duration kFirstHold = absl::Seconds(2);
constexpr absl::Duration kLongestHold = absl::Minutes(5);
// What the store could not do is tried again.
constexpr absl::Duration kPutOff = absl::Seconds(5);
// A message that is later than this is of the moment, not of when it was due.
constexpr absl::Duration kLate = absl::Hours(1);
constexpr absl::Duration kNoteAfter = absl::Hours(24 * 30);
// Nothing is due later than this, unless the clock was put back.
constexpr absl::Duration kFurthest = absl::Hours(24 * 9);
constexpr int kKeptAtOnce = 100;

// Whether a message may go out.
bool IsWanted(const DigestRow& row, IssueKind kind) {
  return row.digest.state() == (kind == DigestIssue::KIND_CONFIRMATION
                                    ? Digest::STATE_UNCONFIRMED
                                    : Digest::STATE_ACTIVE);
}

absl::Time ToTime(const google::protobuf::Timestamp& proto) {
  return absl::FromUnixSeconds(proto.seconds()) +
         absl::Nanoseconds(proto.nanos());
}

// Writes a message down, unless its digest is not as it was read any more.
absl::Status WriteTakenUp(const DigestRow& read, IssueRow issue, bool* taken_up,
                          store::Transaction& t) {
  ASSIGN_OR_RETURN(std::optional<DigestRow> row, FindDigest(t.db, read.number));
  *taken_up = false;
  if (!row.has_value() || row->at_hand != 0 || row->due != read.due ||
      row->digest.etag() != read.digest.etag()) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const Schedule schedule,
                   ParseSchedule(row->digest.schedule()));
  row->due = NextDue(schedule, t.appender.ClockTime());
  if (issue.kind == DigestIssue::KIND_UNSPECIFIED) {  // nothing to say
    row->sequence = issue.sequence;
    return WriteDigest(t.db, *row);
  }
  *taken_up = true;
  issue.issue = ++row->last_issue;
  row->at_hand = issue.issue;
  RETURN_IF_ERROR(WriteIssue(t.db, issue));
  return WriteDigest(t.db, *row);
}

// Nothing is left to say.
absl::Status WriteEmpty(const IssueRow& issue, store::Transaction& t) {
  ASSIGN_OR_RETURN(std::optional<DigestRow> row,
                   FindDigest(t.db, issue.digest));
  if (!row.has_value() || row->at_hand != issue.issue) return absl::OkStatus();
  row->at_hand = 0;
  row->sequence = std::max(row->sequence, issue.sequence);
  RETURN_IF_ERROR(EraseIssue(t.db, issue.digest, issue.issue));
  return WriteDigest(t.db, *row);
}

}  // namespace

Sender::Sender(store::Store* store, const Composer* composer, Mailer* mailer,
               Clock* clock)
    : store_(*store), composer_(*composer), mailer_(*mailer), clock_(*clock) {}

Sender::~Sender() { Stop(); }

void Sender::Start() {
  thread_ = std::thread([this] {
    StepBack(Priority::kTakeIn);
    while (!Ended()) Turn(kLongestTurn);
  });
}

void Sender::BeginStop(absl::Time deadline) {
  MutexLock lock(&mutex_);
  if (stopping_) return;
  stopping_ = true;
  deadline_ = deadline;
  mailer_.Wake();
}

void Sender::Stop() {
  BeginStop(absl::InfinitePast());
  if (thread_.joinable()) thread_.join();
  // The writer still has to answer.
  while (recording_ > 0) Turn(absl::Milliseconds(10));
  under_way_.clear();
}

void Sender::Wake() {
  MutexLock lock(&mutex_);
  if (!woken_) mailer_.Wake();
  woken_ = true;
}

bool Sender::Ended() {
  MutexLock lock(&mutex_);
  if (!draining_ || recording_ > 0 || !finished_.empty()) return false;
  return idle() || clock_.Now() >= deadline_;
}

void Sender::Turn(absl::Duration time) {
  std::vector<std::function<void()>> finished;
  const absl::Time now = clock_.Now();
  {
    MutexLock lock(&mutex_);
    finished.swap(finished_);
    woken_ = false;
    draining_ = stopping_;
    if (draining_) time = std::min(time, deadline_ - now);
  }
  for (const std::function<void()>& finish : finished) finish();
  if (!draining_) {
    time = std::min(time, StartDue(now) - now);
  } else if (idle()) {
    time = absl::ZeroDuration();
  }
  for (const auto& [number, answer] :
       mailer_.Wait(std::max(time, absl::ZeroDuration()))) {
    Answered(number, answer);
  }
}

int Sender::Room() const {
  // A server that failed is asked by one message.
  const int most = server_failures_ > 0 ? 1 : kUnderWay;
  return most - static_cast<int>(under_way_.size());
}

absl::Time Sender::StartDue(absl::Time now) {
  if (now < held_until_) return held_until_;
  // What ends has this called again.
  if (Room() <= 0) return absl::InfiniteFuture();
  absl::StatusOr<absl::Time> next = TryStartDue(now);
  if (next.ok()) return *next;
  spdlog::error("cannot look for digests that are due: {}",
                next.status().ToString());
  return now + kPutOff;
}

absl::StatusOr<absl::Time> Sender::TryStartDue(absl::Time now) {
  // Those under way are still in the lists.
  const int limit =
      kUnderWay + static_cast<int>(under_way_.size() + put_off_.size());
  std::vector<int64_t> to_send;
  std::vector<int64_t> due;
  std::optional<absl::Time> next;
  {
    ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
    ASSIGN_OR_RETURN(to_send, ListToSend(*db, now, limit));
    ASSIGN_OR_RETURN(due, ListDue(*db, now, limit));
    ASSIGN_OR_RETURN(std::vector<int64_t> expired, ListExpired(*db, now, 1));
    if (!expired.empty() && recording_ == 0) DeleteExpired();
    ASSIGN_OR_RETURN(std::vector<int64_t> beyond,
                     ListBeyond(*db, now + kFurthest, 1));
    if (!beyond.empty() && recording_ == 0) BringBack(now + kFurthest);
    ASSIGN_OR_RETURN(next, NextTime(*db));
  }
  for (const int64_t number : to_send) {
    if (Room() <= 0) break;
    if (Take(number, now)) Send(number);
  }
  for (const int64_t number : due) {
    if (Room() <= 0) break;
    if (Take(number, now)) TakeUp(number, now);
  }
  // What is due already is under way, put off, or waits for room.
  return std::max(next.value_or(absl::InfiniteFuture()),
                  now + absl::Seconds(1));
}

bool Sender::Take(int64_t number, absl::Time now) {
  if (under_way_.contains(number)) return false;
  if (const auto it = put_off_.find(number); it != put_off_.end()) {
    if (now < it->second) return false;
    put_off_.erase(it);
  }
  under_way_[number];
  return true;
}

void Sender::TakeUp(int64_t number, absl::Time now) {
  const absl::Status status = TryTakeUp(number, now);
  if (!status.ok()) PutOff(number, status);
}

absl::Status Sender::TryTakeUp(int64_t number, absl::Time now) {
  UnderWay& under_way = under_way_.at(number);
  {
    ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
    ASSIGN_OR_RETURN(std::optional<DigestRow> row, FindDigest(*db, number));
    if (!row.has_value() || row->digest.state() != Digest::STATE_ACTIVE ||
        row->at_hand != 0 || row->due.value_or(now) > now) {
      under_way_.erase(number);
      return absl::OkStatus();
    }
    under_way.row = *std::move(row);
  }
  const DigestRow& row = under_way.row;
  IssueRow issue;
  issue.digest = number;
  issue.due = row.due.value_or(now);
  if (now - issue.due > kLate) issue.due = now;
  ASSIGN_OR_RETURN(const Choice choice, Choose(store_, row, issue.due));
  issue.after = row.sequence;
  issue.sequence = choice.sequence;
  issue.papers = choice.papers;
  issue.matches = choice.matches;
  issue.more = choice.more;
  issue.lost = choice.lost;
  issue.next_attempt = now;
  const absl::Time last_word =
      row.sent.value_or(ToTime(row.digest.confirm_time()));
  if (!choice.empty()) {
    issue.kind = DigestIssue::KIND_PAPERS;
  } else if (row.digest.monthly_note() && now - last_word >= kNoteAfter) {
    issue.kind = DigestIssue::KIND_NOTE;
  } else {
    issue.kind = DigestIssue::KIND_UNSPECIFIED;
  }
  auto taken_up = std::make_shared<bool>(false);
  Record(
      number,
      [row = under_way.row, issue, taken_up](store::Transaction& t) {
        return WriteTakenUp(row, issue, taken_up.get(), t);
      },
      [this, number, taken_up] {
        if (*taken_up) {
          Send(number);
        } else {
          under_way_.erase(number);
        }
      });
  return absl::OkStatus();
}

void Sender::Send(int64_t number) {
  const absl::Status status = TrySend(number);
  if (!status.ok()) PutOff(number, status);
}

absl::Status Sender::TrySend(int64_t number) {
  UnderWay& under_way = under_way_.at(number);
  bool suppressed = false;
  {
    ASSIGN_OR_RETURN(journal::Connections::Lease db, store_.journal().Take());
    ASSIGN_OR_RETURN(std::optional<DigestRow> row, FindDigest(*db, number));
    std::optional<IssueRow> issue;
    if (row.has_value() && row->at_hand != 0) {
      ASSIGN_OR_RETURN(issue, FindIssue(*db, number, row->at_hand));
    }
    if (!issue.has_value() || !IsWanted(*row, issue->kind)) {
      under_way_.erase(number);
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(std::optional<SuppressionRow> suppression,
                     FindSuppression(*db, row->digest.address()));
    suppressed = suppression.has_value();
    under_way.row = *std::move(row);
    under_way.issue = *std::move(issue);
  }
  if (suppressed) {
    // Meanwhile, by another digest: nothing goes out.
    Record(
        number,
        [address = under_way.row.digest.address()](store::Transaction& t) {
          return Suppress(address, v1::Suppression::REASON_MANUAL, "", t);
        },
        [this, number] { under_way_.erase(number); });
    return absl::OkStatus();
  }
  if (under_way.issue.kind != DigestIssue::KIND_CONFIRMATION) {
    return HandOver(number, /*token=*/"");
  }
  // A new token for each attempt; all that were sent are good.
  const std::string token = RandomToken();
  Record(
      number,
      [number, token, expires = under_way.row.expires](store::Transaction& t) {
        return WriteToken(t.db, token, number,
                          expires.value_or(t.appender.ClockTime()));
      },
      [this, number, token] {
        const absl::Status status = HandOver(number, token);
        if (!status.ok()) PutOff(number, status);
      });
  return absl::OkStatus();
}

absl::Status Sender::HandOver(int64_t number, std::string_view token) {
  UnderWay& under_way = under_way_.at(number);
  if (draining_) {
    under_way_.erase(number);
    return absl::OkStatus();
  }
  const absl::Time now = clock_.Now();
  ASSIGN_OR_RETURN(
      Message message,
      composer_.Compose(under_way.row, under_way.issue, token, now));
  if (message.empty) {
    Record(
        number,
        [issue = under_way.issue](store::Transaction& t) {
          return WriteEmpty(issue, t);
        },
        [this, number] { under_way_.erase(number); });
    return absl::OkStatus();
  }
  under_way.issue.attempted = now;
  under_way.handed = true;
  ++handed_;
  mailer_.Send(number, {.to = under_way.row.digest.address(),
                        .message = std::move(message.bytes)});
  return absl::OkStatus();
}

void Sender::Answered(int64_t number, const MailAnswer& answer) {
  UnderWay& under_way = under_way_.at(number);
  --handed_;
  under_way.handed = false;
  NoteServer(answer, clock_.Now());
  if (answer.kind != MailAnswer::kTaken &&
      answer.kind != MailAnswer::kNoServer) {
    spdlog::warn("a message of {} was not taken: {}",
                 under_way.row.digest.name(), answer.error);
  }
  Record(
      number,
      [issue = under_way.issue, answer,
       random = absl::Uniform(random_, 0.0, 1.0)](store::Transaction& t) {
        return NoteOutcome(issue, answer, issue.attempted.value_or(issue.due),
                           random, t);
      },
      [this, number] { under_way_.erase(number); });
}

void Sender::NoteServer(const MailAnswer& answer, absl::Time now) {
  if (answer.kind != MailAnswer::kNoServer) {
    if (server_failures_ > 0) spdlog::info("messages are taken again");
    server_failures_ = 0;
    held_until_ = absl::InfinitePast();
    return;
  }
  // Those that were under way together fail together.
  if (now < held_until_) return;
  if (server_failures_ == 0) {
    spdlog::warn("no message goes out for now: {}", answer.error);
  }
  const int doublings = std::min(server_failures_, 10);
  ++server_failures_;
  held_until_ = now + std::min(kFirstHold * (1 << doublings), kLongestHold);
}

void Sender::DeleteExpired() {
  Keep("delete digests that nobody confirmed", [](store::Transaction& t) {
    return digest::DeleteExpired(kKeptAtOnce, t);
  });
}

void Sender::BringBack(absl::Time latest) {
  Keep("bring digests back that the clock has left behind",
       [latest](store::Transaction& t) {
         return digest::BringBack(latest, kKeptAtOnce, t);
       });
}

void Sender::Keep(const char* what,
                  std::function<absl::Status(store::Transaction&)> apply) {
  ++recording_;
  store::Job job;
  job.apply = std::move(apply);
  job.done = [this, what](absl::Status status) {
    MutexLock lock(&mutex_);
    finished_.push_back([this, what, status = std::move(status)] {
      --recording_;
      if (!status.ok()) {
        spdlog::error("cannot {}: {}", what, status.ToString());
      }
    });
    mailer_.Wake();
  };
  store_.Record(std::move(job));
}

void Sender::Record(int64_t number,
                    std::function<absl::Status(store::Transaction&)> apply,
                    std::function<void()> then) {
  ++recording_;
  store::Job job;
  job.apply = std::move(apply);
  job.done = [this, number, then = std::move(then)](absl::Status status) {
    MutexLock lock(&mutex_);
    finished_.push_back([this, number, then, status = std::move(status)] {
      --recording_;
      if (status.ok()) {
        then();
      } else {
        PutOff(number, status);
      }
    });
    mailer_.Wake();
  };
  store_.Record(std::move(job));
}

void Sender::PutOff(int64_t number, const absl::Status& status) {
  spdlog::error("cannot send the digest of number {} for now: {}", number,
                status.ToString());
  under_way_.erase(number);
  put_off_[number] = clock_.Now() + kPutOff;
}

}  // namespace paperwire::digest
