#include "service/rpc/trending_watch.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "service/base/error_details.h"
#include "service/base/strings.h"
#include "service/base/token.h"
#include "service/rpc/call.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::rpc {
namespace {

using Event = v1::WatchTrendingResponse;

constexpr int kPapers = 12;
constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr absl::Duration kSoon = absl::Seconds(3);

class TrendingWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    store::StoreOptions options;
    options.folder = folder_.path() + "/data";
    absl::StatusOr<std::unique_ptr<store::Store>> store =
        store::Store::Open(options);
    ASSERT_OK(store);
    store_ = *std::move(store);
    for (int i = 0; i < kPapers; ++i) {
      names_.push_back(
          Import(i, StrCat("Paper number", i, i % 2 == 0 ? " even" : " odd")));
    }
  }

  // Stores the paper of this number, or changes its title; its name.
  std::string Import(int number, const std::string& title) {
    v1::ImportPapersRequest request;
    v1::Paper* paper = request.add_items()->mutable_paper();
    paper->set_title(title);
    v1::ExternalId* id = paper->add_external_ids();
    id->set_scheme("arxiv");
    id->set_value(StrCat(2407, ".", 10000 + number));
    std::promise<absl::StatusOr<v1::ImportPapersResponse>> answer;
    store_->Import(std::move(request),
                   [&](auto result) { answer.set_value(std::move(result)); });
    const auto imported = answer.get_future().get();
    EXPECT_OK(imported);
    return imported.ok() ? imported->verdicts(0).name() : "";
  }

  void Vote(int paper, int voter, bool revoke = false) {
    v1::VotePaperRequest request;
    request.set_name(names_[static_cast<size_t>(paper)]);
    request.set_voter(StrCat("users/voter", voter));
    request.set_revoke(revoke);
    std::promise<absl::Status> done;
    store_->Vote(std::move(request),
                 [&](const absl::StatusOr<v1::VotePaperResponse>& r) {
                   done.set_value(r.status());
                 });
    ASSERT_OK(done.get_future().get());
  }

  static v1::WatchTrendingRequest Request(const std::string& token = "") {
    v1::WatchTrendingRequest request;
    request.set_window(v1::TRENDING_WINDOW_DAY);
    request.set_formula(v1::TRENDING_FORMULA_VOTES);
    request.set_resume_token(token);
    return request;
  }

  // A watch that looks again only when something wakes it.
  std::unique_ptr<TrendingWatch> Watch() {
    return std::make_unique<TrendingWatch>(
        store_.get(), absl::InfiniteDuration(), [this] { ++wakes_; });
  }

  static absl::Status Begin(TrendingWatch* watch,
                            const v1::WatchTrendingRequest& request) {
    grpc::ByteBuffer bytes = SerializeMessage(request);
    return watch->Begin(&bytes);
  }

  std::unique_ptr<TrendingWatch> Began(
      const v1::WatchTrendingRequest& request) {
    std::unique_ptr<TrendingWatch> watch = Watch();
    EXPECT_OK(Begin(watch.get(), request));
    return watch;
  }

  // The next event, waited for as its stream does.
  static Event Await(TrendingWatch* watch) {
    const absl::Time until = absl::Now() + kPatience;
    while (absl::Now() < until) {
      absl::StatusOr<std::optional<Event>> event = watch->Next();
      EXPECT_OK(event);
      if (!event.ok()) break;
      if (event->has_value()) return **std::move(event);
      const absl::Duration wait = watch->next_look() - absl::Now();
      absl::SleepFor(
          std::clamp(wait, absl::Milliseconds(1), absl::Milliseconds(300)));
    }
    ADD_FAILURE() << "no event came";
    return Event();
  }

  // What a client has: names by rank.
  static std::vector<std::string> Board(const Event& event) {
    std::vector<std::string> names;
    for (const v1::TrendingPaper& paper : event.board().papers()) {
      names.push_back(paper.paper().name());
    }
    return names;
  }

  // The client's board after a change.
  static std::vector<std::string> After(const std::vector<std::string>& before,
                                        const v1::TrendingChange& change) {
    std::map<int32_t, std::string> by_rank;
    std::map<std::string, int32_t> ranks;
    for (size_t i = 0; i < before.size(); ++i) {
      ranks[before[i]] = static_cast<int32_t>(i) + 1;
    }
    for (const v1::TrendingLeave& left : change.leaves()) {
      EXPECT_EQ(ranks.at(left.name()), left.from_rank());
      ranks.erase(left.name());
    }
    for (const v1::TrendingMove& moved : change.moves()) {
      EXPECT_EQ(ranks.at(moved.name()), moved.from_rank());
      ranks[moved.name()] = moved.to_rank();
    }
    for (const v1::TrendingPaper& entered : change.enters()) {
      EXPECT_EQ(ranks.count(entered.paper().name()), 0u);
      ranks[entered.paper().name()] = entered.rank();
    }
    for (const auto& [name, rank] : ranks) by_rank[rank] = name;
    EXPECT_EQ(by_rank.size(), ranks.size()) << "two papers on one place";
    std::vector<std::string> names;
    for (const auto& [rank, name] : by_rank) names.push_back(name);
    return names;
  }

  TempFolder folder_;
  std::unique_ptr<store::Store> store_;
  std::vector<std::string> names_;  // of the papers
  std::atomic<int> wakes_ = 0;
};

TEST_F(TrendingWatchTest, TellsTheBoardOnceAndThenWhatChanges) {
  Vote(3, 1);
  const auto watch = Began(Request());
  EXPECT_FALSE(watch->told());
  const Event first = Await(watch.get());
  ASSERT_TRUE(first.has_board());
  EXPECT_EQ(Board(first), std::vector<std::string>{names_[3]});
  EXPECT_EQ(first.board().total_size(), 1);
  EXPECT_TRUE(watch->told());
  const absl::StatusOr<std::optional<Event>> nothing = watch->Next();
  ASSERT_OK(nothing);
  EXPECT_FALSE(nothing->has_value());

  const int wakes = wakes_;
  Vote(5, 1);
  EXPECT_GT(wakes_, wakes);
  const Event second = Await(watch.get());
  ASSERT_TRUE(second.has_change());
  ASSERT_EQ(second.change().enters_size(), 1);
  EXPECT_EQ(second.change().enters(0).paper().name(), names_[5]);
  EXPECT_EQ(second.change().total_size(), 2);

  Vote(3, 1, /*revoke=*/true);
  const Event third = Await(watch.get());
  ASSERT_EQ(third.change().leaves_size(), 1);
  EXPECT_EQ(third.change().leaves(0).name(), names_[3]);
  EXPECT_EQ(third.change().enters_size(), 0);
}

TEST_F(TrendingWatchTest, ChangesAddUpToTheBoard) {
  std::mt19937 random(7);
  v1::WatchTrendingRequest request = Request();
  request.set_max_places(5);
  const auto watch = Began(request);
  std::vector<std::string> client = Board(Await(watch.get()));
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 8; ++i) {
      Vote(static_cast<int>(random() % kPapers), static_cast<int>(random() % 6),
           /*revoke=*/random() % 4 == 0);
    }
    const auto fresh = Began(request);
    const std::vector<std::string> now = Board(Await(fresh.get()));
    // Nothing may have changed in the five that lead.
    if (client == now) continue;
    client = After(client, Await(watch.get()).change());
    EXPECT_EQ(client, now);
  }
  EXPECT_EQ(client.size(), 5u);
}

TEST_F(TrendingWatchTest, GoesOnAfterAToken) {
  Vote(1, 1);
  Vote(1, 2);
  Vote(2, 1);
  std::string token;
  std::vector<std::string> client;
  {
    const auto watch = Began(Request());
    const Event first = Await(watch.get());
    client = Board(first);
    token = first.board().resume_token();
  }
  // What happens in the second of a token changes the board of that moment, and
  // then the whole of it comes again.
  absl::SleepFor(absl::Milliseconds(1100));
  for (int voter = 1; voter <= 3; ++voter) Vote(4, voter);
  const auto watch = Began(Request(token));
  EXPECT_TRUE(watch->told());
  const Event next = Await(watch.get());
  ASSERT_TRUE(next.has_change());
  client = After(client, next.change());
  EXPECT_EQ(client,
            (std::vector<std::string>{names_[4], names_[1], names_[2]}));
  EXPECT_EQ(watch->Progress().progress().total_size(), 3);
}

TEST_F(TrendingWatchTest, WithAQueryItSeesWhatMatches) {
  for (int i = 0; i < 4; ++i) Vote(i, 1);
  v1::WatchTrendingRequest request = Request();
  request.mutable_query()->set_text("even");
  const auto watch = Began(request);
  std::vector<std::string> names = Board(Await(watch.get()));
  std::sort(names.begin(), names.end());
  std::vector<std::string> expected = {names_[0], names_[2]};
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(names, expected);

  // What is stored may begin or cease to match: then it looks soon, votes or
  // not.
  EXPECT_GT(watch->next_look(), absl::Now() + kSoon);
  Import(2, "Paper that is odd by now");
  EXPECT_LT(watch->next_look(), absl::Now() + kSoon);
  const Event left = Await(watch.get());
  ASSERT_EQ(left.change().leaves_size(), 1);
  EXPECT_EQ(left.change().leaves(0).name(), names_[2]);
}

TEST_F(TrendingWatchTest, ATokenFromAheadOfTheClockBringsTheWholeBoard) {
  Vote(1, 1);
  const std::string token =
      Await(Began(Request()).get()).board().resume_token();
  absl::StatusOr<std::vector<uint64_t>> fields =
      OpenToken('t', token, 4, "resume_token");
  ASSERT_OK(fields);
  // Opened and sealed it goes on: what is ahead is all that is wrong with the
  // other.
  EXPECT_TRUE(Began(Request(SealToken('t', *fields)))->told());
  (*fields)[2] += 60;
  const auto watch = Began(Request(SealToken('t', *fields)));
  EXPECT_FALSE(watch->told());
  EXPECT_EQ(Board(Await(watch.get())), std::vector<std::string>{names_[1]});
}

TEST_F(TrendingWatchTest, ATokenHoldsForTheSameBoardSaidInOtherWords) {
  Vote(1, 1);
  const std::string token =
      Await(Began(v1::WatchTrendingRequest()).get()).board().resume_token();
  v1::WatchTrendingRequest same;
  same.set_window(v1::TRENDING_WINDOW_WEEK);
  same.set_formula(v1::TRENDING_FORMULA_VOTES);
  same.set_max_places(20);
  same.mutable_read_mask()->add_paths("title");
  same.set_resume_token(token);
  EXPECT_TRUE(Began(same)->told());
}

TEST_F(TrendingWatchTest, RefusesTokensOfSomethingElse) {
  Vote(1, 1);
  const auto watch = Began(Request());
  const std::string token = Await(watch.get()).board().resume_token();

  v1::WatchTrendingRequest other = Request(token);
  other.set_window(v1::TRENDING_WINDOW_WEEK);
  for (const v1::WatchTrendingRequest& request :
       {other, Request("nonsense"), Request(token + "x")}) {
    const auto refused = Watch();
    const absl::Status status = Begin(refused.get(), request);
    EXPECT_EQ(FieldOf(status), "resume_token") << status;
  }
  v1::WatchTrendingRequest long_board = Request();
  long_board.set_max_places(1001);
  const auto refused = Watch();
  EXPECT_EQ(FieldOf(Begin(refused.get(), long_board)), "max_places");
}

}  // namespace
}  // namespace paperwire::rpc
