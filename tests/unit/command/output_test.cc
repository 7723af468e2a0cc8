#include "client/cpp/command/output.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "absl/synchronization/notification.h"
#include "client/cpp/command/interrupt.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::command {
namespace {

class PipeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);
    ASSERT_EQ(pipe2(ends_, O_CLOEXEC), 0);
  }
  void TearDown() override {
    CloseReader();
    close(ends_[1]);
  }
  void CloseReader() {
    if (ends_[0] >= 0) close(ends_[0]);
    ends_[0] = -1;
  }
  std::string Read() {
    char buffer[256];
    const ssize_t size = read(ends_[0], buffer, sizeof buffer);
    return std::string(buffer, static_cast<size_t>(std::max<ssize_t>(size, 0)));
  }

  int ends_[2];
};

TEST_F(PipeTest, WritesInBlocks) {
  const auto out = Output::ToFd(ends_[1]);
  EXPECT_FALSE(out->terminal());
  out->Write("one\n");
  fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  EXPECT_EQ(Read(), "");
  out->Write("two\n");
  ASSERT_OK(out->Flush());
  EXPECT_EQ(Read(), "one\ntwo\n");
}

TEST_F(PipeTest, AReaderThatWentAwayIsNoError) {
  const auto out = Output::ToFd(ends_[1]);
  CloseReader();
  out->Write("x");
  EXPECT_FALSE(out->closed());
  EXPECT_OK(out->Flush());
  EXPECT_TRUE(out->closed());
}

TEST_F(PipeTest, MessagesComeAfterTheResultsBeforeThem) {
  const auto out = Output::ToFd(ends_[1]);
  const auto err = Output::ToFd(ends_[1], out.get());
  out->Write("result\n");
  err->Write("message\n");
  EXPECT_EQ(Read(), "result\nmessage\n");
}

TEST_F(PipeTest, InterruptNoticesThatTheReaderWentAway) {
  Interrupt interrupt({.reader_fd = ends_[1]});
  absl::Notification happened;
  interrupt.Then([&] { happened.Notify(); });
  EXPECT_EQ(interrupt.cause(), std::nullopt);
  CloseReader();
  happened.WaitForNotification();
  EXPECT_EQ(interrupt.cause(), Interrupt::Cause::kReaderGone);
}

TEST(OutputTest, AFullDiskIsAnError) {
  const int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
  const auto out = Output::ToFd(fd);
  out->Write("x");
  EXPECT_THAT(out->Flush(), IsError(absl::StatusCode::kUnavailable,
                                    "No space left on device"));
  EXPECT_TRUE(out->closed());
  close(fd);
}

TEST(InterruptTest, HappensWhenTheTimeIsUp) {
  absl::Notification happened;
  Interrupt interrupt({.after = absl::Milliseconds(5)});
  interrupt.Then([&] { happened.Notify(); });
  happened.WaitForNotification();
  EXPECT_EQ(interrupt.cause(), Interrupt::Cause::kTimeUp);
  // Whoever comes later is told at once.
  bool told = false;
  interrupt.Then([&] { told = true; });
  EXPECT_TRUE(told);
}

// The signals are blocked for this thread and those it starts, and given back.
TEST(InterruptTest, TakesSignalsAndGivesThemBack) {
  // A shell starts what runs in the background with this one ignored.
  const auto handler = std::signal(SIGINT, SIG_DFL);
  sigset_t before, during, after;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  {
    Interrupt interrupt({});
    pthread_sigmask(SIG_SETMASK, nullptr, &during);
    EXPECT_TRUE(sigismember(&during, SIGINT));
    EXPECT_TRUE(sigismember(&during, SIGTERM));
  }
  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  EXPECT_EQ(sigismember(&before, SIGINT), sigismember(&after, SIGINT));
  std::signal(SIGINT, handler);
}

// As under nohup(1).
TEST(InterruptTest, WhatIsIgnoredStaysIgnored) {
  const auto before = std::signal(SIGHUP, SIG_IGN);
  sigset_t during;
  {
    Interrupt interrupt({});
    pthread_sigmask(SIG_SETMASK, nullptr, &during);
  }
  std::signal(SIGHUP, before);
  EXPECT_FALSE(sigismember(&during, SIGHUP));
  EXPECT_TRUE(sigismember(&during, SIGTERM));
}

}  // namespace
}  // namespace paperwire::command
