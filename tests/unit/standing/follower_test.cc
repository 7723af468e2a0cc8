// The follower behind a writer that runs ahead of it.

#include "service/standing/follower.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "service/base/clock.h"
#include "service/catalogue/catalogue.h"
#include "service/catalogue/tables.h"
#include "service/journal/appender.h"
#include "service/journal/journal.h"
#include "service/standing/subscriptions.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::standing {
namespace {

using journal::Change;
using journal::Database;

constexpr char kName[] = "users/local/subscriptions/deltas";

class FollowerTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string path = folder_.path() + "/paperwire.db";
    db_ = *Database::Open(path, Database::Mode::kWrite);
    ASSERT_OK(journal::Prepare(*db_));
    ASSERT_OK(catalogue::PrepareTables(*db_));
    ASSERT_OK(PrepareSubscriptionTables(*db_));
    appender_ = std::make_unique<journal::Appender>(db_.get(), Clock::Real());
    ASSERT_OK(appender_->Begin());
    catalogue_ =
        std::make_unique<catalogue::Catalogue>(db_.get(), appender_.get());
    ASSERT_OK(catalogue_->Begin());
    subscriptions_ =
        std::make_unique<Subscriptions>(db_.get(), appender_.get());
    ASSERT_OK(subscriptions_->Begin());
    connections_ = std::make_unique<journal::Connections>(path);
    follower_ = std::make_unique<Follower>(connections_.get(), 0);
    ASSERT_OK(follower_->Load(*db_, [](const query::Node&, Key) { return 1; }));
  }

  void Subscribe(const std::string& text) {
    v1::CreateSubscriptionRequest request;
    request.set_parent("users/local");
    request.set_subscription_id("deltas");
    request.mutable_subscription()->mutable_query()->set_text(text);
    ASSERT_OK(subscriptions_->Create(request, &changes_));
    number_ = changes_.back().number;
    Follow();
  }

  // Stores a version of the paper, which the follower does not know yet.
  void Import(const std::string& abstract) {
    v1::Paper paper;
    paper.set_title("Rivers");
    paper.set_abstract(abstract);
    v1::ExternalId* id = paper.add_external_ids();
    id->set_scheme("doi");
    id->set_value("10.1000/rivers");
    ASSERT_OK(catalogue_->Import(std::move(paper), "test", &changes_));
  }

  // Lets the follower come to the end of the journal.
  void Follow() {
    for (std::vector<Change>& run : SplitRuns(std::move(changes_))) {
      const int64_t last = run.back().sequence;
      follower_->Follow(std::move(run), last, nullptr);
    }
    changes_.clear();
  }

  // Writes down what is news.
  void Note() {
    const std::optional<Unnoted> unnoted = follower_->TakeUnnoted();
    ASSERT_TRUE(unnoted.has_value());
    ASSERT_OK(NoteMatches(*db_, unnoted->matches, unnoted->position));
    follower_->Noted(absl::OkStatus(), unnoted->position);
  }

  // The sequence numbers of all that was news.
  std::vector<int64_t> News() {
    std::vector<int64_t> sequences;
    const absl::StatusOr<Deliveries> all = follower_->Next(number_, 0, 100);
    EXPECT_OK(all);
    if (!all.ok()) return sequences;
    for (const Delivery& one : all->news) sequences.push_back(one.sequence);
    return sequences;
  }

  TempFolder folder_;
  std::unique_ptr<Database> db_;
  std::unique_ptr<journal::Appender> appender_;
  std::unique_ptr<catalogue::Catalogue> catalogue_;
  std::unique_ptr<Subscriptions> subscriptions_;
  std::unique_ptr<journal::Connections> connections_;
  std::unique_ptr<Follower> follower_;
  std::vector<Change> changes_;  // not followed yet
  int64_t number_ = 0;
};

TEST_F(FollowerTest, APaperIsNewsOnce) {
  Subscribe("delta");
  Import("A delta.");
  Follow();
  Import("An estuary.");
  Import("A delta after all.");
  Follow();
  EXPECT_EQ(News(), std::vector<int64_t>{2});
}

// What was noted of a subscription goes with it, in the transaction that
// deletes it; the follower may still be at what was stored before.
TEST_F(FollowerTest, APaperIsNewsOnceToASubscriptionThatIsBeingDeleted) {
  Subscribe("delta");
  Import("A delta.");
  Follow();
  Note();
  Import("An estuary.");
  Follow();
  Import("A delta after all.");
  std::vector<Change> unsubscribed;
  ASSERT_OK(subscriptions_->Delete(kName, "", &unsubscribed));
  Follow();
  EXPECT_EQ(News(), std::vector<int64_t>{2});
}

}  // namespace
}  // namespace paperwire::standing
