// What is sent, when, and what becomes of it.

#include "tests/unit/digest/digest_fixture.h"

namespace paperwire::digest {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using v1::Digest;
using v1::DigestIssue;

TEST_F(DigestTest, SendsWhatIsNewOnceAndMostVotedFirst) {
  Import({{"An old pigeon", 0}});
  Begin(Pigeons());
  EXPECT_TRUE(NothingIsSent());
  Import({{"Pigeon one", 0}, {"Pigeon two", 9}, {"A sparrow", 0}});
  NextMorning();
  const SentMail sent = Take();
  EXPECT_TRUE(sent.Has("Pigeon one"));
  EXPECT_TRUE(sent.Has("Pigeon two"));
  EXPECT_FALSE(sent.Has("sparrow"));
  EXPECT_FALSE(sent.Has("An old pigeon"));
  EXPECT_LT(sent.mail.message.find("Pigeon two"),
            sent.mail.message.find("Pigeon one"));
  const std::vector<DigestIssue> issues = Issues();
  ASSERT_THAT(issues, SizeIs(2));  // with the one that asked
  EXPECT_EQ(issues[0].state(), DigestIssue::STATE_SENT);
  EXPECT_EQ(issues[0].papers_size(), 2);
  EXPECT_EQ("<" + issues[0].message_id() + ">", sent.Header("Message-ID"));
  EXPECT_EQ(Get().last_send_time().seconds(),
            absl::ToUnixSeconds(clock_.Now()));

  // Nothing new, nothing sent; then only what is new.
  NextMorning();
  EXPECT_TRUE(NothingIsSent());
  EXPECT_THAT(Issues(), SizeIs(2));
  Import({{"Pigeon three", 0}});
  NextMorning();
  const SentMail next = Take();
  EXPECT_TRUE(next.Has("Pigeon three"));
  EXPECT_FALSE(next.Has("Pigeon one"));
}

TEST_F(DigestTest, SaysHowManyMoreThereAre) {
  v1::CreateDigestRequest request = Pigeons();
  request.mutable_digest()->set_max_papers(3);
  Begin(request);
  std::vector<std::pair<std::string, int>> papers;
  for (int i = 0; i < 5000; ++i) {
    papers.emplace_back(StrCat("Pigeon number ", i), i == 10 ? 5 : 0);
  }
  for (size_t i = 0; i < papers.size(); i += 1000) {
    Import({papers.begin() + static_cast<int64_t>(i),
            papers.begin() + static_cast<int64_t>(i) + 1000});
  }
  NextMorning();
  const SentMail sent = Take();
  EXPECT_TRUE(sent.Has("4997"));
  EXPECT_LT(sent.mail.message.size(), 100'000);
  EXPECT_EQ(Issues()[0].papers_size(), 3);
  EXPECT_EQ(Issues()[0].more_count(), 4997);
  NextMorning();
  EXPECT_TRUE(NothingIsSent());
}

// The same message, under the same id, after it was not taken.
TEST_F(DigestTest, TriesTheSameAgain) {
  Begin(Pigeons());
  Import({{"Pigeon one", 0}});
  NextMorning();
  const SentMail first = Take({MailAnswer::kLater, "451 4.7.1 Greylisted"});
  Import({{"Pigeon two", 0}});
  EXPECT_TRUE(NothingIsSent());
  EXPECT_EQ(Get().last_error(), "451 4.7.1 Greylisted");
  EXPECT_EQ(Issues()[0].state(), DigestIssue::STATE_PENDING);
  EXPECT_EQ(Issues()[0].attempt_count(), 1);
  clock_.Advance(absl::Minutes(1));
  const SentMail second = Take();
  EXPECT_EQ(first.Header("Message-ID"), second.Header("Message-ID"));
  EXPECT_FALSE(second.Has("Pigeon two"));
  EXPECT_EQ(Get().last_error(), "");
  EXPECT_EQ(Issues()[0].attempt_count(), 2);
  NextMorning();
  EXPECT_TRUE(Take().Has("Pigeon two"));
}

TEST_F(DigestTest, WhatIsGivenUpComesWithTheNext) {
  Begin(Pigeons());
  Import({{"Pigeon one", 0}});
  NextMorning();
  Settle();
  Import({{"Pigeon two", 0}});
  // Until the next one, which is due when this one is given up.
  int attempts = 0;
  std::string id;
  while (true) {
    const SentMail sent = Take({MailAnswer::kLater, "450 4.2.2 Full"});
    if (id.empty()) id = sent.Header("Message-ID");
    if (sent.Header("Message-ID") != id) {
      EXPECT_TRUE(sent.Has("Pigeon one"));
      EXPECT_TRUE(sent.Has("Pigeon two"));
      break;
    }
    EXPECT_FALSE(sent.Has("Pigeon two"));
    ASSERT_LT(++attempts, 100);
    clock_.Advance(absl::Minutes(60));
  }
  EXPECT_GE(attempts, 24);
  EXPECT_EQ(Issues()[1].state(), DigestIssue::STATE_FAILED);
  EXPECT_EQ(Get().state(), Digest::STATE_ACTIVE);
}

TEST_F(DigestTest, ARefusedOneComesWithTheNext) {
  Begin(Pigeons());
  Import({{"Pigeon one", 0}});
  NextMorning();
  const SentMail first = Take({MailAnswer::kRefused, "554 5.7.1 Spam"});
  EXPECT_EQ(Issues()[0].state(), DigestIssue::STATE_FAILED);
  EXPECT_EQ(Issues()[0].error(), "554 5.7.1 Spam");
  EXPECT_TRUE(NothingIsSent());
  NextMorning();
  const SentMail second = Take();
  EXPECT_TRUE(second.Has("Pigeon one"));
  EXPECT_NE(first.Header("Message-ID"), second.Header("Message-ID"));
}

// A server that does not answer holds everything, loses nothing, and is not
// asked by all.
TEST_F(DigestTest, AServerThatIsDownHoldsEverything) {
  for (int i = 0; i < 5; ++i) {
    Begin(Pigeons(StrCat("d", i), StrCat("reader", i, "@example.org")));
  }
  Import({{"Pigeon one", 0}});
  clock_.Advance(absl::Hours(24));
  Settle();
  ASSERT_THAT(mailer_->waiting, SizeIs(5));
  for (int i = 0; i < 5; ++i) Take({MailAnswer::kNoServer, "refused"});
  EXPECT_TRUE(NothingIsSent());
  EXPECT_EQ(Get("d0").last_error(), "refused");
  EXPECT_EQ(Issues("d0")[0].attempt_count(), 0);
  absl::Duration waited;
  for (int probe = 0; probe < 60; ++probe) {
    while (mailer_->waiting.empty()) {
      clock_.Advance(absl::Seconds(5));
      waited += absl::Seconds(5);
      Settle();
    }
    ASSERT_THAT(mailer_->waiting, SizeIs(1));
    Take({MailAnswer::kNoServer, "refused"});
  }
  EXPECT_GT(waited, absl::Hours(4));
  clock_.Advance(absl::Minutes(6));
  Take();
  Settle();
  EXPECT_THAT(mailer_->waiting, SizeIs(4));
  for (int i = 0; i < 4; ++i) Take();
  EXPECT_TRUE(NothingIsSent());
}

// Between the mail server's answer and its being noted: once more, the same.
TEST_F(DigestTest, ACrashBeforeItIsNotedSendsItAgain) {
  Begin(Pigeons());
  Import({{"Pigeon one", 0}});
  NextMorning();
  Settle();
  ASSERT_THAT(mailer_->waiting, SizeIs(1));
  const SentMail first = mailer_->waiting[0];
  Reopen();
  const SentMail second = Take();
  EXPECT_EQ(first.Header("Message-ID"), second.Header("Message-ID"));
  EXPECT_TRUE(second.Has("Pigeon one"));
  Reopen();
  EXPECT_TRUE(NothingIsSent());
}

TEST_F(DigestTest, DaysThatWereMissedAreOneMessage) {
  Begin(Pigeons());
  Import({{"Pigeon one", 0}});
  clock_.Advance(absl::Hours(24 * 5));
  Import({{"Pigeon two", 0}});
  const SentMail sent = Take();
  EXPECT_TRUE(sent.Has("Pigeon one"));
  EXPECT_TRUE(sent.Has("Pigeon two"));
  EXPECT_TRUE(NothingIsSent());
  EXPECT_GT(Get().next_send_time().seconds(),
            absl::ToUnixSeconds(clock_.Now()));
}

// Years ahead for a while, and back.
TEST_F(DigestTest, AClockThatWasPutBackStopsNothing) {
  Begin(Pigeons());
  clock_.Advance(absl::Hours(24 * 3650));
  EXPECT_TRUE(NothingIsSent());
  Import({{"Pigeon one", 0}});
  NextMorning();
  Take({MailAnswer::kLater, "450 4.2.0 Later"});
  clock_.Advance(-absl::Hours(24 * 3650));
  Settle();
  EXPECT_TRUE(Take().Has("Pigeon one"));
  Import({{"Pigeon two", 0}});
  EXPECT_LT(Get().next_send_time().seconds(),
            absl::ToUnixSeconds(clock_.Now()) + 2 * 24 * 3600);
  NextMorning();
  EXPECT_TRUE(Take().Has("Pigeon two"));
  EXPECT_OK(Create(Pigeons("b")));
}

TEST_F(DigestTest, WhatMatchesDuringAPauseComesAfterIt) {
  Begin(Pigeons());
  ASSERT_OK(SetPaused(true));
  EXPECT_FALSE(Get().has_next_send_time());
  Import({{"Pigeon one", 0}});
  clock_.Advance(absl::Hours(72));
  EXPECT_TRUE(NothingIsSent());
  ASSERT_OK(SetPaused(false));
  EXPECT_TRUE(NothingIsSent());
  NextMorning();
  EXPECT_TRUE(Take().Has("Pigeon one"));
}

// Paused while the message is under way: it is noted that it was sent.
TEST_F(DigestTest, PausedWhileItIsSent) {
  Begin(Pigeons());
  Import({{"Pigeon one", 0}});
  NextMorning();
  Settle();
  ASSERT_THAT(mailer_->waiting, SizeIs(1));
  ASSERT_OK(SetPaused(true));
  Take();
  EXPECT_EQ(Issues()[0].state(), DigestIssue::STATE_SENT);
  ASSERT_OK(SetPaused(false));
  NextMorning();
  EXPECT_TRUE(NothingIsSent());
}

TEST_F(DigestTest, ABoardShowsEachPaperOnce) {
  v1::CreateDigestRequest request = Pigeons();
  request.mutable_digest()->mutable_board()->set_window(
      v1::TRENDING_WINDOW_WEEK);
  Begin(request);
  Import({{"Pigeon one", 0}, {"A sparrow", 0}, {"A robin", 0}});
  Vote(NamesOf("sparrow OR robin").at(0), "x");
  NextMorning();
  const SentMail first = Take();
  EXPECT_TRUE(first.Has("Pigeon one"));
  EXPECT_NE(first.Has("A sparrow"), first.Has("A robin"));
  EXPECT_TRUE(first.Has("Trending this week"));
  // Still on the board, but told.
  NextMorning();
  EXPECT_TRUE(NothingIsSent());
}

// A paper that was on the board matches later: it was told.
TEST_F(DigestTest, NeitherTwiceBetweenBoardAndQuery) {
  v1::CreateDigestRequest request = Pigeons();
  request.mutable_digest()->mutable_query()->set_text("pigeon votes:>=2");
  request.mutable_digest()->mutable_board();
  Begin(request);
  Import({{"Pigeon one", 0}});
  const std::string name = NamesOf("pigeon").at(0);
  Vote(name, "x");
  NextMorning();
  EXPECT_TRUE(Take().Has("Pigeon one"));
  Vote(name, "y");
  NextMorning();
  EXPECT_TRUE(NothingIsSent());
}

// Told under another name before two papers turned out to be one.
TEST_F(DigestTest, NotTwiceAfterAMerge) {
  v1::CreateDigestRequest request = Pigeons();
  request.mutable_digest()->clear_query();
  request.mutable_digest()->mutable_board()->set_window(
      v1::TRENDING_WINDOW_ALL);
  Begin(request);
  const auto import = [&](const std::vector<std::string>& dois,
                          const std::string& title) {
    v1::ImportPapersRequest papers;
    v1::Paper* paper = papers.add_items()->mutable_paper();
    paper->set_title(title);
    for (const std::string& doi : dois) {
      v1::ExternalId* id = paper->add_external_ids();
      id->set_scheme("doi");
      id->set_value(doi);
    }
    const auto response = Await<v1::ImportPapersResponse>(
        [&](auto done) { store_->Import(papers, std::move(done)); });
    EXPECT_OK(response);
    return response->verdicts(0).name();
  };
  const std::string first = import({"10.1/a"}, "On sparrows");
  const std::string second = import({"10.1/b"}, "About robins");
  Vote(second, "x");
  NextMorning();
  EXPECT_TRUE(Take().Has("About robins"));
  import({"10.1/a", "10.1/b"}, "On sparrows");  // the second is absorbed
  Vote(first, "y");
  NextMorning();
  EXPECT_TRUE(NothingIsSent());
}

TEST_F(DigestTest, ANoteOnceAMonthByChoice) {
  v1::CreateDigestRequest request = Pigeons();
  request.mutable_digest()->set_monthly_note(true);
  Begin(request);
  for (int day = 0; day < 30; ++day) {
    NextMorning();
    ASSERT_TRUE(NothingIsSent()) << day;
  }
  NextMorning();
  Take();
  EXPECT_EQ(Issues()[0].kind(), DigestIssue::KIND_NOTE);
  for (int day = 0; day < 29; ++day) {
    NextMorning();
    ASSERT_TRUE(NothingIsSent()) << day;
  }
}

TEST_F(DigestTest, WithdrawnPapersAreNotTold) {
  Begin(Pigeons());
  v1::ImportPapersRequest request;
  v1::Paper* paper = request.add_items()->mutable_paper();
  paper->set_title("Pigeon one");
  v1::ExternalId* id = paper->add_external_ids();
  id->set_scheme("doi");
  id->set_value("10.1/a");
  const auto import = [&] {
    ASSERT_OK(Await<v1::ImportPapersResponse>(
        [&](auto done) { store_->Import(request, std::move(done)); }));
  };
  import();
  NextMorning();
  EXPECT_TRUE(Take({MailAnswer::kLater, "450 4.2.0 Later"}).Has("Pigeon one"));
  paper->set_state(v1::Paper::STATE_WITHDRAWN);
  import();
  clock_.Advance(absl::Minutes(2));
  EXPECT_TRUE(NothingIsSent());
  EXPECT_EQ(Issues()[0].kind(), DigestIssue::KIND_CONFIRMATION);
  NextMorning();
  EXPECT_TRUE(NothingIsSent());
}

TEST_F(DigestTest, ChangesTakeEffect) {
  Begin(Pigeons());
  v1::UpdateDigestRequest request;
  request.mutable_digest()->set_name(Name());
  request.mutable_digest()->set_etag("d0");
  request.mutable_digest()->mutable_query()->set_text("sparrow");
  EXPECT_THAT(Update(request), HasReason("ETAG_MISMATCH"));
  request.mutable_digest()->clear_etag();
  request.mutable_digest()->mutable_schedule()->set_time_of_day("22:30");
  ASSERT_OK(Update(request));
  Import({{"Pigeon one", 0}, {"A sparrow", 0}});
  NextMorning();
  EXPECT_EQ(absl::FormatTime("%H:%M", clock_.Now(), absl::UTCTimeZone()),
            "22:30");
  const SentMail sent = Take();
  EXPECT_TRUE(sent.Has("A sparrow"));
  EXPECT_FALSE(sent.Has("Pigeon one"));
  request.mutable_digest()->set_address("joe@example.org");
  request.mutable_update_mask()->add_paths("address");
  EXPECT_EQ(FieldOf(Update(request).status()), "update_mask");
}

TEST_F(DigestTest, PreviewsAreNotSent) {
  Begin(Pigeons());
  Import({{"Pigeon one", 0}});
  v1::PreviewDigestRequest request;
  request.set_name(Name());
  const auto preview = digests_->Preview(request, nullptr);
  ASSERT_OK(preview);
  EXPECT_NE(preview->text().find("Pigeon one"), std::string::npos);
  EXPECT_NE(preview->html().find("Pigeon one"), std::string::npos);
  EXPECT_EQ(preview->papers_size(), 1);
  // Its links do nothing.
  EXPECT_EQ(preview->message().find("?t"), std::string::npos);
  EXPECT_TRUE(NothingIsSent());
  NextMorning();
  Take();
  EXPECT_EQ(digests_->Preview(request, nullptr)->message(), "");
}

}  // namespace
}  // namespace paperwire::digest
