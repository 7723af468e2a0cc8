#include "tests/torture/scenario.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <utility>

#include "gtest/gtest.h"
#include "service/base/paper_id.h"
#include "service/base/strings.h"
#include "service/journal/journal.h"
#include "service/standing/subscription_tables.h"
#include "tests/torture/explain.h"
#include "tests/torture/searching.h"

namespace paperwire::torture {
namespace {

constexpr std::chrono::seconds kPatience(30);
constexpr int kAll = 1 << 20;

}  // namespace

Scenario::Scenario(Disk* disk) : disk_(*disk), vfs_(disk), files_(disk) {
  options_.folder = folder_.path();
  options_.index_files = &files_;
  options_.checkpoint_entries = 4;
}

Scenario::~Scenario() {
  disk_.Die();
  store_.reset();
}

void Scenario::Open() {
  absl::StatusOr<std::unique_ptr<store::Store>> store =
      store::Store::Open(options_);
  if (Took(store.status())) store_ = *std::move(store);
}

bool Scenario::Took(const absl::Status& status) {
  if (status.ok()) return true;
  ++refused_;
  EXPECT_GT(disk_.failures(), 0) << status;
  EXPECT_TRUE(ExplainsTheDisk(status)) << status;
  return false;
}

template <typename T>
absl::StatusOr<T> Scenario::Wait(
    const std::function<void(store::Store::Done<T>)>& start) {
  auto answer = std::make_shared<std::promise<absl::StatusOr<T>>>();
  std::future<absl::StatusOr<T>> future = answer->get_future();
  start([answer](absl::StatusOr<T> result) {
    answer->set_value(std::move(result));
  });
  if (future.wait_for(kPatience) == std::future_status::ready) {
    return future.get();
  }
  // Closing the store would wait for it, too.
  std::printf("a call does not answer\n");
  std::abort();
}

void Scenario::Import(const std::vector<Report>& reports) {
  Batch& batch = batches_.emplace_back();
  v1::ImportPapersRequest request;
  request.set_source("arxiv");
  for (const Report& report : reports) {
    v1::Paper& paper = *request.add_items()->mutable_paper();
    batch.titles.push_back(StrCat("Title ", ++titles_));
    paper.set_title(batch.titles.back());
    paper.set_abstract(report.text);
    for (size_t i = 0; i + 1 < report.ids.size(); i += 2) {
      v1::ExternalId& id = *paper.add_external_ids();
      const char digit = report.ids[i + 1];
      const bool arxiv = report.ids[i] == 'a';
      id.set_scheme(arxiv ? "arxiv" : "doi");
      id.set_value(StrCat(arxiv ? "2410.0100" : "10.1/x",
                          std::string(1, digit)));
    }
  }
  if (store_ == nullptr) return;
  const auto answer = Wait<v1::ImportPapersResponse>(
      [&](auto done) { store_->Import(request, std::move(done)); });
  batch.acknowledged = Took(answer.status());
  if (!batch.acknowledged) return;
  if (first_paper_.empty()) first_paper_ = answer->verdicts(0).name();
}

void Scenario::Subscribe() {
  question_ = "amber";
  v1::CreateSubscriptionRequest request;
  request.set_parent("users/local");
  request.set_subscription_id("mine");
  request.mutable_subscription()->mutable_query()->set_text(question_);
  if (store_ == nullptr) return;
  const auto made = Wait<v1::Subscription>([&](auto done) {
    store_->CreateSubscription(request, std::move(done));
  });
  if (Took(made.status())) subscription_ = made->name();
}

void Scenario::ChangeQuestion(const std::string& text) {
  if (store_ == nullptr || subscription_.empty()) return;
  v1::UpdateSubscriptionRequest request;
  request.mutable_subscription()->set_name(subscription_);
  request.mutable_subscription()->mutable_query()->set_text(text);
  const auto changed = Wait<v1::Subscription>([&](auto done) {
    store_->UpdateSubscription(request, std::move(done));
  });
  if (Took(changed.status())) {
    question_ = text;
    tried_.reset();
  } else {
    tried_ = text;
  }
}

void Scenario::Pause() {
  if (store_ == nullptr || subscription_.empty()) return;
  const auto changed = Wait<v1::Subscription>([&](auto done) {
    store_->SetSubscriptionState(subscription_, "",
                                 v1::Subscription::STATE_PAUSED,
                                 std::move(done));
  });
  paused_ = Took(changed.status());
}

void Scenario::MoveCursor() {
  if (store_ == nullptr || subscription_.empty()) return;
  constexpr int64_t kNumber = 1;  // it is the first one
  const int64_t place = store_->feed().head();
  const auto moved = Wait<standing::CursorRow>([&](auto done) {
    store_->CommitCursor(subscription_, kNumber, place, std::move(done));
  });
  if (Took(moved.status())) cursor_ = place;
}

void Scenario::Delete() {
  if (store_ == nullptr || first_paper_.empty()) return;
  v1::DeletePaperRequest request;
  request.set_name(first_paper_);
  const auto deleted = Wait<bool>(
      [&](auto done) { store_->Delete(request, std::move(done)); });
  deleted_ = Took(deleted.status());
}

void Scenario::Run() {
  Open();
  Import({{"a1", "amber birch"}, {"a2d2", "birch"}, {"d3", "amber comet"}});
  Subscribe();
  Import({{"a4", "amber amber"}, {"a2", "amber birch"}});
  ChangeQuestion("amber OR comet");
  Import({{"a5", "comet"}, {"d3", "comet"}});
  // One paper after all.
  Import({{"a4d3", "comet ember"}});
  MoveCursor();
  Delete();
  Import({{"a6", "delta"}, {"a5", "delta comet"}});
  store_.reset();
  Open();
  Import({{"a7", "comet fjord"}, {"a6", "amber"}});
  Pause();
  ChangeQuestion("fjord");
  Import({{"a8", "fjord"}});
  store_.reset();
}

void Scenario::Check() {
  const int refused = refused_;
  Open();
  ASSERT_NE(store_, nullptr);
  {
    const auto db = store_->journal().Take();
    ASSERT_TRUE(db.ok()) << db.status();
    const auto entries = journal::ReadAfter(**db, 0, kAll);
    ASSERT_TRUE(entries.ok()) << entries.status();
    for (const journal::Entry& entry : *entries) model_.Follow(entry);
    ASSERT_EQ(model_.fault(), "");
    // Whoever could not tell what was delivered before delivers it again.
    if (disk_.failures() > 0) model_.ForgiveFrom(1);
    CheckBatches(*entries);
  }
  CheckSubscription();
  CheckNews();
  CheckSearches();
  Import({{"a9", "amber"}});
  EXPECT_EQ(refused_, refused);
}

// Whether a batch is there as a whole, and is when it was acknowledged.
void Scenario::CheckBatches(const std::vector<journal::Entry>& entries) {
  for (const Batch& batch : batches_) {
    const auto is_there = [&](const std::string& title) {
      return std::any_of(entries.begin(), entries.end(),
                         [&](const journal::Entry& entry) {
                           return entry.payload.paper().title() == title;
                         });
    };
    const auto there = static_cast<size_t>(
        std::count_if(batch.titles.begin(), batch.titles.end(), is_there));
    EXPECT_TRUE(there == batch.titles.size() ||
                (there == 0 && !batch.acknowledged))
        << there << " of " << batch.titles.size() << " papers from "
        << batch.titles[0] << " on";
  }
  if (deleted_) {
    const int64_t number = NumberOfName(first_paper_).value();
    EXPECT_FALSE(model_.papers().at(number).searched);
  }
}

void Scenario::CheckSubscription() {
  const auto& all = model_.subscriptions();
  if (subscription_.empty()) {
    EXPECT_LE(all.size(), 1u);  // it may be there all the same
    return;
  }
  ASSERT_EQ(all.size(), 1u);
  const auto& [number, one] = *all.begin();
  EXPECT_EQ(one.name, subscription_);
  EXPECT_TRUE(one.question->text == question_ ||
              one.question->text == tried_.value_or(question_))
      << one.question->text;
  EXPECT_TRUE(one.paused || !paused_);
  const auto db = store_->journal().Take();
  ASSERT_TRUE(db.ok()) << db.status();
  standing::SubscriptionRow row;
  row.number = number;
  row.created = one.created;
  const auto cursor = standing::ReadCursor(**db, row);
  ASSERT_TRUE(cursor.ok()) << cursor.status();
  EXPECT_GE(cursor->sequence, cursor_);
}

void Scenario::CheckNews() {
  for (const auto& [number, one] : model_.subscriptions()) {
    std::vector<int64_t> got;
    for (int64_t place = one.created; place < store_->feed().head();) {
      const auto next = store_->standing().Next(number, place, 3);
      ASSERT_TRUE(next.ok()) << next.status();
      ASSERT_GT(next->place, place);
      for (const standing::Delivery& d : next->news) got.push_back(d.sequence);
      place = next->place;
    }
    EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
    for (const int64_t sequence : got) {
      EXPECT_TRUE(one.news.contains(sequence)) << sequence << " is no news";
    }
    for (const auto& [sequence, must] : one.news) {
      EXPECT_TRUE(!must || std::binary_search(got.begin(), got.end(), sequence))
          << sequence << " is lost";
    }
  }
}

void Scenario::CheckSearches() {
  EXPECT_EQ(store_->snapshot()->sequence(), model_.head());
  for (const char* word : {"amber", "birch", "comet", "ember", ""}) {
    ExpectFinds(*store_->snapshot(), Question::WithText(word), model_);
  }
}

}  // namespace paperwire::torture
