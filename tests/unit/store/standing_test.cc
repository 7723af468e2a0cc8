// The one promise of standing queries, for random papers, changes, merges,
// subscriptions, restarts and crashes: a paper is delivered to a subscription
// if and only if a strict search right after its change returns it, it did
// not match right before, and it was not delivered already, under any name.
// Once more while the journal forgets its past: then a reader gets the rest
// of it, or is told.
//
// PAPERWIRE_STANDING_ROUNDS makes it longer; PAPERWIRE_STANDING_SEED repeats a
// failure.

#include <cstdlib>
#include <filesystem>
#include <future>
#include <map>
#include <set>

#include "service/base/paper_id.h"
#include "service/base/strings.h"
#include "service/index/search.h"
#include "service/query/parser.h"
#include "service/journal/journal.h"
#include "service/standing/batch.h"
#include "service/standing/forget.h"
#include "service/store/store.h"
#include "tests/unit/index/random_papers.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::store {
namespace {

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

// What should have been delivered.
struct Expected {
  std::string name;
  int64_t number = 0;
  query::Query query;
  int64_t created = 0;
  std::vector<int64_t> sequences;  // delivered, in order
  std::set<int64_t> papers;        // their numbers, and whom they became
};

class StandingTest : public testing::Test {
 protected:
  StandingTest()
      : seed_(
            FromEnvironment("PAPERWIRE_STANDING_SEED", std::random_device{}())),
        random_(seed_) {
    std::printf("PAPERWIRE_STANDING_SEED=%llu\n",
                static_cast<unsigned long long>(seed_));
    options_.folder = folder_.path() + "/0";
  }

  void Open() {
    absl::StatusOr<std::unique_ptr<Store>> store =
        Store::Open(options_, &clock_);
    ASSERT_OK(store);
    store_ = *std::move(store);
  }

  // As a process that was killed leaves the folder.
  void Crash() {
    const std::string copy = folder_.path() + "/" + StrCat(++copies_);
    std::filesystem::copy(options_.folder, copy,
                          std::filesystem::copy_options::recursive);
    store_.reset();
    std::filesystem::remove_all(options_.folder);
    options_.folder = copy;
    Open();
  }

  template <typename T, typename F>
  absl::StatusOr<T> Wait(F start) {
    std::promise<absl::StatusOr<T>> answer;
    start(
        [&](absl::StatusOr<T> result) { answer.set_value(std::move(result)); });
    return answer.get_future().get();
  }

  std::set<int64_t> Matching(const query::Query& query) {
    absl::StatusOr<std::vector<index::Match>> matches =
        index::MatchAll(*store_->snapshot(), query);
    EXPECT_OK(matches);
    std::set<int64_t> numbers;
    for (const index::Match& m : *matches) numbers.insert(m.number);
    return numbers;
  }

  std::optional<std::string> RandomText() {
    v1::Query request;
    request.set_text(query::ToString(random_.MakeQuery().root));
    return query::Parse(request).ok() ? std::optional(request.text())
                                      : std::nullopt;
  }

  static query::Query Parse(const std::string& text) {
    v1::Query request;
    request.set_text(text);
    absl::StatusOr<query::Query> query = query::Parse(request);
    EXPECT_OK(query);
    return *query;
  }

  void Subscribe() {
    const std::optional<std::string> text = RandomText();
    if (!text.has_value()) return;
    v1::CreateSubscriptionRequest request;
    request.set_parent("users/local");
    request.mutable_subscription()->mutable_query()->set_text(*text);
    const auto made = Wait<v1::Subscription>(
        [&](auto done) { store_->CreateSubscription(request, done); });
    ASSERT_OK(made);
    Expected& expected = expected_.emplace_back();
    expected.name = made->name();
    expected.query = Parse(*text);
    const auto db = store_->journal().Take();
    const auto row = standing::NeedSubscription(**db, made->name());
    ASSERT_OK(row);
    expected.number = row->number;
    expected.created = row->created;
  }

  void ChangeOne() {
    const std::optional<std::string> text = RandomText();
    if (expected_.empty() || !text.has_value()) return;
    Expected& one = expected_[Any(expected_.size())];
    v1::UpdateSubscriptionRequest request;
    request.mutable_subscription()->set_name(one.name);
    request.mutable_subscription()->mutable_query()->set_text(*text);
    ASSERT_OK(Wait<v1::Subscription>(
        [&](auto done) { store_->UpdateSubscription(request, done); }));
    one.query = Parse(*text);
  }

  void DeleteOne() {
    if (expected_.empty()) return;
    const size_t i = Any(expected_.size());
    v1::DeleteSubscriptionRequest request;
    request.set_name(expected_[i].name);
    ASSERT_OK(Wait<bool>(
        [&](auto done) { store_->DeleteSubscription(request, done); }));
    expected_.erase(expected_.begin() + static_cast<long>(i));
  }

  size_t Any(size_t n) {
    return static_cast<size_t>(random_.Below(static_cast<int>(n)));
  }

  // One paper, new or known; sometimes one that joins two.
  v1::ImportPapersRequest RandomReport() {
    const index::Document document = random_.MakeDocument(1, 1);
    v1::ImportPapersRequest request;
    request.set_source("arxiv");
    v1::Paper& paper = *request.add_items()->mutable_paper();
    const int id = random_.Below(40);
    paper.set_title(StrCat(document.text[0], " t", id));
    paper.set_abstract(document.text[1]);
    for (const std::string& c : document.categories) paper.add_categories(c);
    if (document.votes.has_value()) paper.set_vote_count(*document.votes);
    if (random_.OneIn(6)) paper.set_state(v1::Paper::STATE_WITHDRAWN);
    const auto add_id = [&](const char* scheme, int value) {
      paper.add_external_ids()->set_scheme(scheme);
      paper.mutable_external_ids()->rbegin()->set_value(
          scheme == std::string("doi") ? StrCat("10.1/", value)
                                       : StrCat("2410.0", 1000 + value));
    };
    const int kind = random_.Below(5);
    if (kind != 0) add_id("arxiv", id);
    if (kind <= 1) add_id("doi", random_.Below(40));
    return request;
  }

  // Imports or deletes a paper, and works out who should hear of it.
  void ChangePaper() {
    std::vector<std::set<int64_t>> before;
    for (const Expected& e : expected_) before.push_back(Matching(e.query));
    const int64_t head = store_->feed().head();
    std::vector<int64_t> absorbed;
    int64_t changed = 0;
    if (random_.OneIn(12) && !names_.empty()) {
      v1::DeletePaperRequest request;
      request.set_name(names_[Any(names_.size())]);
      request.set_allow_missing(true);
      ASSERT_OK(Wait<bool>([&](auto done) { store_->Delete(request, done); }));
    } else {
      const auto answer = Wait<v1::ImportPapersResponse>(
          [&](auto done) { store_->Import(RandomReport(), done); });
      ASSERT_OK(answer);
      const v1::ImportVerdict& verdict = answer->verdicts(0);
      if (verdict.outcome() == v1::ImportVerdict::OUTCOME_REJECTED) return;
      names_.push_back(verdict.name());
      changed = NumberOfName(verdict.name()).value();
      for (const std::string& name : verdict.absorbed_names()) {
        absorbed.push_back(NumberOfName(name).value());
      }
    }
    for (size_t i = 0; i < expected_.size(); ++i) {
      Expected& e = expected_[i];
      const bool was = before[i].contains(changed);
      for (const int64_t other : absorbed) {
        if (e.papers.contains(other)) e.papers.insert(changed);
      }
      if (changed == 0 || was || e.papers.contains(changed) ||
          store_->feed().head() == head ||
          !Matching(e.query).contains(changed)) {
        continue;
      }
      e.papers.insert(changed);
      e.sequences.push_back(store_->feed().head());
    }
  }

  int64_t Lost(const Expected& e) {
    const auto db = store_->journal().Take();
    return *standing::LastLost(**db, e.number);
  }

  void Compare() {
    for (const Expected& e : expected_) {
      std::vector<int64_t> expected = e.sequences;
      std::vector<int64_t> actual;
      const auto begin_at = [&](int64_t place) {
        actual.clear();
        std::erase_if(expected, [&](int64_t s) { return s <= place; });
        return place;
      };
      for (int64_t place = begin_at(std::max(e.created, Lost(e)));
           place < store_->feed().head();) {
        const absl::StatusOr<standing::Deliveries> next =
            store_->standing().Next(e.number, place, 1 + random_.Below(5));
        if (absl::IsOutOfRange(next.status())) {
          ASSERT_GT(Lost(e), place);
          place = begin_at(Lost(e));
          ++told_;
          continue;
        }
        ASSERT_OK(next);
        ASSERT_GT(next->place, place);
        for (const standing::Delivery& d : next->news) {
          ASSERT_GT(d.sequence, place);
          ASSERT_LE(d.sequence, next->place);
          actual.push_back(d.sequence);
        }
        place = next->place;
      }
      ASSERT_EQ(actual, expected)
          << e.name << ": " << query::ToString(e.query.root);
    }
  }

  void Play(uint64_t rounds) {
    Open();
    for (uint64_t round = 0; round < rounds; ++round) {
      clock_.Advance(absl::Seconds(1));
      Step();
      if (HasFatalFailure()) return;
      if (random_.OneIn(10)) Compare();
      if (HasFatalFailure()) return;
    }
    Compare();
    size_t delivered = 0;
    for (const Expected& e : expected_) delivered += e.sequences.size();
    EXPECT_GT(delivered, 0u);
  }

  void Step() {
    const int what = random_.Below(40);
    if (what < 5) {
      Subscribe();
    } else if (what < 7) {
      ChangeOne();
    } else if (what < 8 || expected_.size() > 20) {
      DeleteOne();
    } else if (what == 9 && random_.OneIn(3)) {
      store_.reset();
      Open();
    } else if (what == 10 && random_.OneIn(3)) {
      Crash();
    } else {
      ChangePaper();
    }
  }

  // Every paper that is searched, and the entry that made it so.
  std::map<int64_t, int64_t> AllPapers() {
    std::map<int64_t, int64_t> papers;
    const absl::StatusOr<std::vector<index::Match>> all =
        index::MatchAll(*store_->snapshot(), query::Query());
    EXPECT_OK(all);
    for (const index::Match& m : *all) {
      papers[m.number] = m.sequence;
    }
    return papers;
  }

  int64_t CompleteFrom() {
    return *journal::CompleteFrom(**store_->journal().Take());
  }

  const uint64_t seed_;
  index::RandomPapers random_;
  ManualClock clock_{absl::FromUnixSeconds(1700000000)};
  TempFolder folder_;
  int copies_ = 0;
  StoreOptions options_;
  std::unique_ptr<Store> store_;
  std::vector<Expected> expected_;
  std::vector<std::string> names_;
  int told_ = 0;  // that there was more
};

TEST_F(StandingTest, DeliversWhatASearchRightAfterwardsFinds) {
  Play(FromEnvironment("PAPERWIRE_STANDING_ROUNDS", 60) * 10);
}

TEST_F(StandingTest, DeliversTheSameWhileTheJournalForgets) {
  options_.retention = {.keep = absl::Seconds(40),
                        .max_bytes = 0,
                        .period = absl::ZeroDuration()};
  Play(FromEnvironment("PAPERWIRE_STANDING_ROUNDS", 60) * 10);
  if (HasFatalFailure()) return;
  EXPECT_GT(CompleteFrom(), 1);

  // All that is left can be made again from what is left.
  const std::map<int64_t, int64_t> papers = AllPapers();
  store_.reset();
  options_.rebuild = true;
  Open();
  EXPECT_EQ(AllPapers(), papers);
  Compare();
}

}  // namespace
}  // namespace paperwire::store
