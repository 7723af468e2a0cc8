// Many who listen while papers come in, come and go; for ThreadSanitizer, and
// for what listeners are promised: all news, once, in order, and that they are
// woken for it.

#include <atomic>
#include <future>
#include <thread>

#include "service/base/strings.h"
#include "service/query/parser.h"
#include "service/standing/batch.h"
#include "service/store/store.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::store {
namespace {

constexpr int kPapers = 400;
constexpr int kWords = 4;  // each in a fourth of the papers

query::Query WordQuery(int word) {
  v1::Query request;
  request.set_text(StrCat("word", word));
  return *query::Parse(request);
}

// Something to wait on with a wake function.
class Bell {
 public:
  void Ring() {
    MutexLock lock(&mutex_);
    rung_ = true;
    lock.Changed();
  }
  // False: it was not rung for ten seconds.
  bool Wait() {
    MutexLock lock(&mutex_);
    const bool rung = lock.AwaitFor(
        std::chrono::seconds(10),
        [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return rung_; });
    rung_ = false;
    return rung;
  }

 private:
  Mutex mutex_;
  bool rung_ ABSL_GUARDED_BY(mutex_) = false;
};

class ListeningTest : public testing::Test {
 protected:
  void SetUp() override {
    options_.folder = folder_.path() + "/data";
    options_.group_papers = 7;
    absl::StatusOr<std::unique_ptr<Store>> store = Store::Open(options_);
    ASSERT_OK(store);
    store_ = *std::move(store);
  }

  void ImportAll() {
    for (int i = 0; i < kPapers; ++i) {
      v1::ImportPapersRequest request;
      request.add_items()->mutable_paper()->set_title(
          StrCat("Paper number", i, " word", i % kWords));
      std::promise<absl::Status> done;
      store_->Import(std::move(request),
                     [&](const absl::StatusOr<v1::ImportPapersResponse>& r) {
                       done.set_value(r.status());
                     });
      ASSERT_OK(done.get_future().get());
    }
  }

  int64_t Subscribe(int word) {
    v1::CreateSubscriptionRequest request;
    request.set_parent("users/local");
    request.mutable_subscription()->mutable_query()->set_text(
        StrCat("word", word));
    std::promise<absl::StatusOr<v1::Subscription>> done;
    store_->CreateSubscription(request,
                               [&](absl::StatusOr<v1::Subscription> made) {
                                 done.set_value(std::move(made));
                               });
    const absl::StatusOr<v1::Subscription> made = done.get_future().get();
    EXPECT_OK(made);
    const auto db = store_->journal().Take();
    return standing::NeedSubscription(**db, made->name())->number;
  }

  // What a watch of a subscription reads, until it has `count`.
  std::vector<int64_t> ReadSubscription(int64_t number, size_t count) {
    Bell bell;
    const auto listener =
        store_->standing().ListenTo(number, [&bell] { bell.Ring(); });
    std::vector<int64_t> read;
    int64_t place = 0;
    while (read.size() < count) {
      place = listener->SkipTo(place, store_->feed());
      const absl::StatusOr<standing::Deliveries> next =
          store_->standing().Next(number, place, 10);
      EXPECT_OK(next);
      for (const standing::Delivery& d : next->news) {
        read.push_back(d.sequence);
      }
      if (next->place == place && !bell.Wait()) break;
      place = next->place;
    }
    return read;
  }

  // What a watch of a query reads.
  std::vector<int64_t> ReadQuery(int word, size_t count) {
    Bell bell;
    const query::Query query = WordQuery(word);
    const auto listener =
        store_->standing().ListenTo(query, [&bell] { bell.Ring(); });
    std::vector<int64_t> read;
    int64_t place = 0;
    while (read.size() < count) {
      place = listener->SkipTo(place, store_->feed());
      const auto batch = store_->feed().Next(place);
      EXPECT_OK(batch);
      if (*batch == nullptr) {
        if (!bell.Wait()) break;
        continue;
      }
      if ((*batch)->matched && listener->Covers((*batch)->first)) {
        for (const standing::News& n : (*batch)->NewsOf(listener->query())) {
          const int64_t sequence = (*batch)->entries[n.entry].sequence;
          if (sequence > place) read.push_back(sequence);
        }
      } else {
        const auto news = standing::NewMatches(**batch, query, place);
        EXPECT_OK(news);
        for (const journal::Change* c : *news) read.push_back(c->sequence);
      }
      place = (*batch)->last;
    }
    return read;
  }

  TempFolder folder_;
  StoreOptions options_;
  std::unique_ptr<Store> store_;
};

TEST_F(ListeningTest, AllHearAllOfItOnceAndInOrder) {
  std::vector<int64_t> numbers;
  for (int w = 0; w < kWords; ++w) numbers.push_back(Subscribe(w));
  constexpr size_t kEach = kPapers / kWords;
  std::vector<std::future<std::vector<int64_t>>> readers;
  for (int w = 0; w < kWords; ++w) {
    readers.push_back(std::async(std::launch::async, [&, w] {
      return ReadSubscription(numbers[static_cast<size_t>(w)], kEach);
    }));
    readers.push_back(
        std::async(std::launch::async, [&, w] { return ReadQuery(w, kEach); }));
  }
  // Others come and go.
  std::atomic<bool> enough = false;
  std::thread visitors([&] {
    for (int i = 0; !enough; ++i) {
      const auto a = store_->standing().ListenTo(WordQuery(i % kWords), [] {});
      const auto b = store_->standing().ListenTo(numbers[0], [] {});
      std::this_thread::yield();
    }
  });
  ImportAll();
  for (int w = 0; w < kWords; ++w) {
    std::vector<int64_t> expected;
    for (int i = w; i < kPapers; i += kWords) {
      expected.push_back(kWords + 1 + i);
    }
    EXPECT_EQ(readers[static_cast<size_t>(2 * w)].get(), expected);
    EXPECT_EQ(readers[static_cast<size_t>(2 * w + 1)].get(), expected);
  }
  enough = true;
  visitors.join();
}

}  // namespace
}  // namespace paperwire::store
