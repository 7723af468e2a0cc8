// What the simulation's clients ask for.

#include <algorithm>
#include <iterator>
#include <utility>

#include "gtest/gtest.h"
#include "service/base/paper_id.h"
#include "service/base/strings.h"
#include "service/standing/subscription_tables.h"
#include "service/store/import.h"
#include "tests/torture/simulation.h"

namespace paperwire::torture {
namespace {

constexpr size_t kPapers = 10;
constexpr size_t kSubscriptions = 8;
constexpr int kExpireAtOnce = 100;

// What is wrong with a request, and not with the disk.
bool IsRefusal(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsAlreadyExists(status) ||
         absl::IsAborted(status) || absl::IsInvalidArgument(status) ||
         (absl::IsFailedPrecondition(status) &&
          status.message().find("merge") != absl::string_view::npos);
}

}  // namespace

Simulation::Task Simulation::AnyTask() {
  const size_t what = Below(100);
  if (what < 50) return Import();
  if (what < 53) return Repeat();
  if (what < 56) return Delete();
  if (what < 61) return Split();
  if (what < 67) return Subscribe();
  if (what < 74) return Change();
  if (what < 77) return SetState();
  if (what < 79) return Unsubscribe();
  if (what < 96) return MoveCursor();
  return Expire();
}

Simulation::Task Simulation::Import() {
  v1::ImportPapersRequest request;
  constexpr const char* kSources[] = {"arxiv", "arxiv", "s2", "blog"};
  request.set_source(kSources[Below(std::size(kSources))]);
  if (OneIn(2)) request.set_request_id(StrCat("r", ++last_request_));
  do {
    v1::Paper& paper = *request.add_items()->mutable_paper();
    const size_t id = Below(kPapers);
    paper.set_title(StrCat("Paper t", id, " ", RandomText(random_)));
    paper.set_abstract(StrCat("About ", RandomText(random_)));
    paper.add_authors()->set_name(StrCat("Author", id));
    if (OneIn(8)) paper.set_state(v1::Paper::STATE_WITHDRAWN);
    if (OneIn(3)) {
      paper.mutable_revised_time()->set_seconds(
          1'000'000 + static_cast<int64_t>(Below(1000)));
    }
    const auto add_id = [&](const char* scheme, std::string value) {
      v1::ExternalId& one = *paper.add_external_ids();
      one.set_scheme(scheme);
      one.set_value(std::move(value));
    };
    const size_t kind = Below(6);
    if (kind != 0) add_id("arxiv", StrCat("2410.0", 1000 + id));
    if (kind <= 1) add_id("doi", StrCat("10.1/", Below(kPapers)));
  } while (request.items_size() < 5 && OneIn(2));

  auto answer = std::make_shared<v1::ImportPapersResponse>();
  Task task;
  task.job = [this, request, answer](store::Transaction& t) -> absl::Status {
    v1::ImportPapersRequest copy = request;
    absl::StatusOr<v1::ImportPapersResponse> result =
        store::ImportBatch(&copy, clock_.Now(), absl::InfinitePast(), t);
    if (result.ok()) *answer = *std::move(result);
    return result.status();
  };
  task.done = [this, request, answer](const absl::Status& status) {
    Explain(status);
    if (!status.ok()) return;
    EXPECT_LE(answer->sequence(), model_.head());
    for (const v1::ImportVerdict& verdict : answer->verdicts()) {
      const std::optional<int64_t> number = NumberOfName(verdict.name());
      ASSERT_TRUE(number.has_value()) << verdict.DebugString();
      EXPECT_TRUE(model_.papers().contains(*number)) << verdict.DebugString();
    }
    if (request.request_id().empty()) return;
    answered_ = request;
    answer_ = *answer;
  };
  return task;
}

Simulation::Task Simulation::Repeat() {
  if (!answered_.has_value()) return Import();
  auto answer = std::make_shared<v1::ImportPapersResponse>();
  Task task;
  task.job = [this, request = *answered_,
              answer](store::Transaction& t) -> absl::Status {
    v1::ImportPapersRequest copy = request;
    const int64_t before = t.appender.last_sequence();
    absl::StatusOr<v1::ImportPapersResponse> result =
        store::ImportBatch(&copy, clock_.Now(), absl::InfinitePast(), t);
    if (!result.ok()) return result.status();
    EXPECT_EQ(t.appender.last_sequence(), before) << "applied twice";
    *answer = *std::move(result);
    return absl::OkStatus();
  };
  task.done = [this, expected = answer_, answer](const absl::Status& status) {
    Explain(status);
    if (!status.ok()) return;
    EXPECT_EQ(answer->SerializeAsString(), expected.SerializeAsString());
  };
  return task;
}

Simulation::Task Simulation::Delete() {
  if (model_.papers().empty()) return Import();
  const auto paper = std::next(model_.papers().begin(),
                               static_cast<ptrdiff_t>(Below(
                                   model_.papers().size())));
  Task task;
  task.job = [name = PaperName(paper->first)](store::Transaction& t) {
    return t.catalogue.Delete(name, "", t.changes);
  };
  task.done = [this](const absl::Status& status) {
    if (!IsRefusal(status)) Explain(status);
  };
  return task;
}

Simulation::Task Simulation::Split() {
  if (model_.merges().empty()) return Import();
  const Model::Merge merge = model_.merges()[Below(model_.merges().size())];
  Task task;
  task.job = [merge](store::Transaction& t) {
    return t.catalogue
        .Split(PaperName(merge.paper), merge.sequence, t.changes)
        .status();
  };
  task.done = [this](const absl::Status& status) {
    if (!IsRefusal(status)) Explain(status);
  };
  return task;
}

Model::Subscription* Simulation::AnySubscription(int64_t* number) {
  std::map<int64_t, Model::Subscription>& all = model_.subscriptions();
  if (all.empty()) return nullptr;
  const auto it =
      std::next(all.begin(), static_cast<ptrdiff_t>(Below(all.size())));
  *number = it->first;
  return &it->second;
}

Simulation::Task Simulation::Subscribe() {
  if (model_.subscriptions().size() >= kSubscriptions) return Import();
  v1::CreateSubscriptionRequest request;
  request.set_parent("users/local");
  if (OneIn(2)) request.set_subscription_id(StrCat("s-", ++last_subscription_));
  if (OneIn(2)) request.set_request_id(StrCat("r", ++last_request_));
  v1::Subscription& wanted = *request.mutable_subscription();
  wanted.mutable_query()->set_text(Question::Any(random_).text);
  if (OneIn(3)) wanted.set_news(v1::NEWS_VERSIONS);
  if (OneIn(3)) {
    // Some hours, or years, by the machine's clock.
    wanted.mutable_expire_time()->set_seconds(
        absl::ToUnixSeconds(clock_.Now()) + 3600 +
        static_cast<int64_t>(Below(1'000'000)) * (OneIn(2) ? 1 : 300));
  }
  Task task;
  task.job = [request](store::Transaction& t) {
    return t.subscriptions.Create(request, t.changes).status();
  };
  task.done = [this](const absl::Status& status) { Explain(status); };
  return task;
}

Simulation::Task Simulation::Change() {
  int64_t number = 0;
  const Model::Subscription* one = AnySubscription(&number);
  if (one == nullptr) return Subscribe();
  v1::UpdateSubscriptionRequest request;
  request.mutable_subscription()->set_name(one->name);
  request.mutable_subscription()->mutable_query()->set_text(
      Question::Any(random_).text);
  request.mutable_update_mask()->add_paths("query");
  if (OneIn(3)) {
    request.mutable_update_mask()->add_paths("news");
    request.mutable_subscription()->set_news(OneIn(2) ? v1::NEWS_VERSIONS
                                                      : v1::NEWS_PAPERS);
  }
  Task task;
  task.job = [request](store::Transaction& t) {
    return t.subscriptions.Update(request, t.changes).status();
  };
  task.done = [this](const absl::Status& status) {
    // It may be gone, or over.
    if (!IsRefusal(status)) Explain(status);
  };
  return task;
}

Simulation::Task Simulation::SetState() {
  int64_t number = 0;
  const Model::Subscription* one = AnySubscription(&number);
  if (one == nullptr) return Subscribe();
  Task task;
  task.job = [name = one->name, paused = one->paused](store::Transaction& t) {
    return t.subscriptions
        .SetState(name, "",
                  paused ? v1::Subscription::STATE_ACTIVE
                         : v1::Subscription::STATE_PAUSED,
                  t.changes)
        .status();
  };
  task.done = [this](const absl::Status& status) {
    if (!IsRefusal(status)) Explain(status);
  };
  return task;
}

Simulation::Task Simulation::Unsubscribe() {
  int64_t number = 0;
  const Model::Subscription* one = AnySubscription(&number);
  if (one == nullptr) return Subscribe();
  Task task;
  task.job = [name = one->name](store::Transaction& t) {
    return t.subscriptions.Delete(name, "", t.changes);
  };
  task.done = [this](const absl::Status& status) {
    if (!IsRefusal(status)) Explain(status);
  };
  return task;
}

Simulation::Task Simulation::MoveCursor() {
  int64_t number = 0;
  const Model::Subscription* one = AnySubscription(&number);
  if (one == nullptr) return Subscribe();
  const auto place = static_cast<int64_t>(
      Below(static_cast<size_t>(process_->followed()) + 1));
  auto answer = std::make_shared<standing::CursorRow>();
  Task task;
  task.cursors[number] = std::max(place, one->cursor);
  task.job = [name = one->name, number, place,
              answer](store::Transaction& t) -> absl::Status {
    absl::StatusOr<standing::CursorRow> row =
        t.subscriptions.Commit(name, number, place);
    if (row.ok()) *answer = *row;
    return row.status();
  };
  task.done = [this, number, place, answer](const absl::Status& status) {
    if (IsRefusal(status)) return;
    Explain(status);
    if (!status.ok()) return;
    const auto found = model_.subscriptions().find(number);
    if (found == model_.subscriptions().end()) return;
    int64_t& cursor = found->second.cursor;
    EXPECT_EQ(answer->sequence, std::max(cursor, place));
    cursor = std::max(cursor, place);
  };
  return task;
}

Simulation::Task Simulation::Expire() {
  Task task;
  task.job = [](store::Transaction& t) {
    return t.subscriptions.DeleteExpired(kExpireAtOnce, t.changes).status();
  };
  task.done = [this](const absl::Status& status) {
    Explain(status);
    if (!status.ok()) return;
    const int64_t now = absl::ToUnixSeconds(clock_.Now());
    for (const auto& [number, one] : model_.subscriptions()) {
      EXPECT_GT(one.expires.value_or(now + 1), now) << one.name << " lives on";
    }
  };
  return task;
}

std::optional<Simulation::Task> Simulation::NoteTask() {
  if (noting_) return std::nullopt;
  std::optional<standing::Unnoted> unnoted = process_->follower().TakeUnnoted();
  if (!unnoted.has_value()) return std::nullopt;
  // Now and then it stays on its way until the next restart.
  if (OneIn(20)) {
    noting_ = true;
    return std::nullopt;
  }
  const int64_t position = unnoted->position;
  Task task;
  task.job = [unnoted = *std::move(unnoted)](store::Transaction& t) {
    return standing::NoteMatches(t.db, unnoted.matches, unnoted.position);
  };
  task.done = [this, position](const absl::Status& status) {
    Explain(status);
    process_->follower().Noted(status, position);
    if (status.ok()) noted_ = position;
  };
  return task;
}

}  // namespace paperwire::torture
