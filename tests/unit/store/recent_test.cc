#include "service/store/recent.h"

#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace paperwire::store {
namespace {

constexpr size_t kValueBytes = 1000;

std::shared_ptr<const std::string> Value(int64_t i) {
  return std::make_shared<const std::string>(std::to_string(i));
}

std::shared_ptr<const std::string> Find(Recent<std::string>& recent,
                                        int64_t sequence) {
  return recent.Find({sequence}).front();
}

TEST(RecentTest, FindsWhatItKeeps) {
  Recent<std::string> recent(10 * kValueBytes);
  EXPECT_EQ(Find(recent, 1), nullptr);
  recent.Keep(1, Value(1), kValueBytes);
  ASSERT_NE(Find(recent, 1), nullptr);
  EXPECT_EQ(*Find(recent, 1), "1");
  EXPECT_EQ(Find(recent, 2), nullptr);
}

TEST(RecentTest, FindsManyInTheOrderAsked) {
  Recent<std::string> recent(10 * kValueBytes);
  for (int64_t i = 1; i < 5; ++i) recent.Keep(i, Value(i), 1);
  const auto found = recent.Find({3, 7, 1, 3});
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(*found[0], "3");
  EXPECT_EQ(found[1], nullptr);
  EXPECT_EQ(*found[2], "1");
  EXPECT_EQ(found[3], found[0]);
  EXPECT_TRUE(recent.Find({}).empty());
}

TEST(RecentTest, ReplacesWithoutCountingTwice) {
  Recent<std::string> recent(10 * kValueBytes);
  recent.Keep(1, Value(1), kValueBytes);
  const size_t once = recent.bytes();
  recent.Keep(1, Value(100), 2 * kValueBytes);
  EXPECT_EQ(*Find(recent, 1), "100");
  EXPECT_EQ(recent.bytes(), once + kValueBytes);
}

TEST(RecentTest, StaysWithinItsBound) {
  constexpr size_t kBound = 20 * kValueBytes;
  Recent<std::string> recent(kBound);
  for (int64_t i = 0; i < 1000; ++i) {
    recent.Keep(i, Value(i), static_cast<size_t>(i % 7) * kValueBytes);
    ASSERT_LE(recent.bytes(), kBound);
  }
  int64_t kept = 0;
  for (int64_t i = 0; i < 1000; ++i) kept += Find(recent, i) != nullptr ? 1 : 0;
  EXPECT_GT(kept, 3);
  EXPECT_LT(kept, 30);
  // One that alone is too large pushes nothing out.
  recent.Keep(2000, Value(2000), kBound + 1);
  EXPECT_EQ(Find(recent, 2000), nullptr);
  EXPECT_NE(Find(recent, 999), nullptr);
}

TEST(RecentTest, DropsWhatNobodyAskedForFirst) {
  Recent<std::string> recent(20 * kValueBytes);
  for (int64_t i = 0; i < 200; ++i) {
    recent.Keep(i, Value(i), kValueBytes);
    ASSERT_NE(Find(recent, 0), nullptr) << i;
  }
  EXPECT_EQ(Find(recent, 1), nullptr);
}

TEST(RecentTest, HoldersKeepWhatIsDropped) {
  Recent<std::string> recent(3 * kValueBytes);
  recent.Keep(1, Value(1), kValueBytes);
  const std::shared_ptr<const std::string> held = Find(recent, 1);
  for (int64_t i = 2; i < 50; ++i) recent.Keep(i, Value(i), kValueBytes);
  EXPECT_EQ(Find(recent, 1), nullptr);
  EXPECT_EQ(*held, "1");
}

TEST(RecentTest, ManyThreadsAtOnce) {
  Recent<std::string> recent(50 * kValueBytes);
  std::vector<std::thread> threads;
  for (int64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&recent, t] {
      for (int64_t i = 0; i < 5000; ++i) {
        const int64_t key = (i * (t + 1)) % 97;
        const std::shared_ptr<const std::string> found = Find(recent, key);
        if (found == nullptr) {
          recent.Keep(key, Value(key), kValueBytes);
        } else {
          ASSERT_EQ(*found, std::to_string(key));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(recent.bytes(), 50 * kValueBytes);
}

}  // namespace
}  // namespace paperwire::store
