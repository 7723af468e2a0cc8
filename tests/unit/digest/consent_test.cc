// Who is sent anything, and who is not.

#include "tests/unit/digest/digest_fixture.h"

namespace paperwire::digest {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using v1::Digest;
using v1::DigestIssue;

TEST_F(DigestTest, NothingBeforeItIsConfirmed) {
  const absl::StatusOr<Digest> created = Create(Pigeons());
  ASSERT_OK(created);
  EXPECT_EQ(created->state(), Digest::STATE_UNCONFIRMED);
  EXPECT_FALSE(created->has_next_send_time());
  const SentMail asked = Take();
  EXPECT_EQ(asked.mail.to, "jane@example.org");
  EXPECT_EQ(asked.Header("List-Unsubscribe"), "");
  EXPECT_EQ(asked.Header("Auto-Submitted"), "auto-generated");
  Import({{"A pigeon", 0}});
  clock_.Advance(absl::Hours(48));
  EXPECT_TRUE(NothingIsSent());

  const std::string token = asked.Token("confirm");
  ASSERT_EQ(token.size(), 22);
  // Looking at the page changes nothing.
  ASSERT_OK(digests_->FindByToken(token));
  EXPECT_EQ(Get().state(), Digest::STATE_UNCONFIRMED);
  const absl::StatusOr<Digest> confirmed = Confirm(token);
  ASSERT_OK(confirmed);
  EXPECT_EQ(confirmed->state(), Digest::STATE_ACTIVE);
  EXPECT_TRUE(confirmed->has_confirm_time());
  EXPECT_GT(confirmed->next_send_time().seconds(),
            absl::ToUnixSeconds(clock_.Now()));
  EXPECT_TRUE(NothingIsSent());
  // Twice is once.
  EXPECT_EQ(Confirm(token)->etag(), confirmed->etag());
  NextMorning();
  EXPECT_TRUE(Take().Has("A pigeon"));
}

TEST_F(DigestTest, TokensAreNotGuessedAndExpire) {
  ASSERT_OK(Create(Pigeons()));
  const std::string token = Take().Token("confirm");
  EXPECT_THAT(Confirm("AAAAAAAAAAAAAAAAAAAAAA"),
              IsError(absl::StatusCode::kNotFound, "expired"));
  EXPECT_THAT(Confirm(""), IsError(absl::StatusCode::kNotFound, "expired"));
  clock_.Advance(absl::Hours(73));
  EXPECT_THAT(Confirm(token), IsError(absl::StatusCode::kNotFound, "expired"));
  Settle();
  EXPECT_THAT(digests_->Get(Name()),
              IsError(absl::StatusCode::kNotFound, "ListDigests"));
}

// A message that was perhaps sent before a crash has a good link, too.
TEST_F(DigestTest, EveryTokenThatWasSentConfirms) {
  ASSERT_OK(Create(Pigeons()));
  const SentMail first = Take({MailAnswer::kLater, "450 4.2.0 Try later"});
  clock_.Advance(absl::Minutes(2));
  const SentMail second = Take();
  EXPECT_EQ(first.Header("Message-ID"), second.Header("Message-ID"));
  EXPECT_NE(first.Token("confirm"), second.Token("confirm"));
  EXPECT_OK(Confirm(first.Token("confirm")));
}

TEST_F(DigestTest, NobodyIsAskedAllTheTime) {
  ASSERT_OK(Create(Pigeons("a")));
  ASSERT_OK(Create(Pigeons("b", "JANE@example.org")));
  ASSERT_OK(Await<Digest>(
      [&](auto done) { digests_->AskAgain(Name("a"), std::move(done)); }));
  EXPECT_THAT(Create(Pigeons("c")), HasReason("TOO_MANY_CONFIRMATIONS"));
  // Nor by deleting what was there.
  v1::DeleteDigestRequest gone;
  gone.set_name(Name("a"));
  ASSERT_OK(
      Await<bool>([&](auto done) { digests_->Delete(gone, std::move(done)); }));
  EXPECT_THAT(Create(Pigeons("c")), HasReason("TOO_MANY_CONFIRMATIONS"));
  EXPECT_OK(Create(Pigeons("d", "joe@example.org")));
  clock_.Advance(absl::Hours(25));
  EXPECT_OK(Create(Pigeons("c")));
}

TEST_F(DigestTest, OneClickStopsIt) {
  Begin(Pigeons());
  Import({{"A pigeon", 0}});
  NextMorning();
  const SentMail sent = Take();
  EXPECT_EQ(sent.Header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
  const std::string link = sent.Token("unsubscribe");
  EXPECT_EQ(sent.Header("List-Unsubscribe"),
            "<https://papers.example.org/digests/unsubscribe?t=" + link + ">");
  ASSERT_OK(digests_->FindByLink(Secrets::kUnsubscribe, link));
  EXPECT_EQ(Get().state(), Digest::STATE_ACTIVE);
  EXPECT_THAT(Unsubscribe(link + "x"),
              IsError(absl::StatusCode::kNotFound, "not one of ours"));
  EXPECT_THAT(Unsubscribe(sent.Token("manage")),
              IsError(absl::StatusCode::kNotFound, "not one of ours"));
  EXPECT_EQ(Unsubscribe(link)->state(), Digest::STATE_UNSUBSCRIBED);
  EXPECT_EQ(Unsubscribe(link)->state(), Digest::STATE_UNSUBSCRIBED);
  Import({{"Another pigeon", 0}});
  clock_.Advance(absl::Hours(48));
  EXPECT_TRUE(NothingIsSent());
  // Nobody but its reader begins again.
  EXPECT_THAT(SetPaused(false), HasReason("DIGEST_NOT_ACTIVE"));
}

// Stopped between its being due and its being sent.
TEST_F(DigestTest, StopsWhatIsToBeTriedAgain) {
  Begin(Pigeons());
  Import({{"A pigeon", 0}});
  NextMorning();
  const SentMail sent = Take({MailAnswer::kLater, "451 4.7.1 Greylisted"});
  EXPECT_OK(Unsubscribe(sent.Token("unsubscribe")));
  clock_.Advance(absl::Hours(2));
  EXPECT_TRUE(NothingIsSent());
}

TEST_F(DigestTest, NothingToSuppressedAddresses) {
  v1::CreateSuppressionRequest request;
  request.set_address("Jane@Example.org");
  ASSERT_OK(Await<v1::Suppression>([&](auto done) {
    digests_->CreateSuppression(request, std::move(done));
  }));
  EXPECT_THAT(Create(Pigeons()), HasReason("ADDRESS_SUPPRESSED"));
  ASSERT_OK(Await<bool>([&](auto done) {
    digests_->DeleteSuppression("suppressions/jane@example.org",
                                std::move(done));
  }));
  EXPECT_OK(Create(Pigeons()));
}

TEST_F(DigestTest, AMailboxThatIsNotThereIsSuppressed) {
  Begin(Pigeons("a"));
  Begin(Pigeons("b"));
  Import({{"A pigeon", 0}});
  NextMorning();
  Take({MailAnswer::kNoMailbox, "550 5.1.1 No such user"});
  mailer_->waiting.clear();
  EXPECT_EQ(Get("a").state(), Digest::STATE_SUPPRESSED);
  EXPECT_EQ(Get("b").state(), Digest::STATE_SUPPRESSED);
  EXPECT_EQ(Get("a").last_error(), "550 5.1.1 No such user");
}

std::string Bounce(const std::string& message_id, const std::string& status,
                   const std::string& action = "failed") {
  return StrCat(
      "From: MAILER-DAEMON@mx.example.org\r\nTo: digests@papers.example.org\r\n"
      "Subject: returned\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/report; report-type=delivery-status; "
      "boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nIt came "
      "back.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
      "Reporting-MTA: dns; mx.example.org\r\n\r\n"
      "Final-Recipient: rfc822; jane@example.org\r\nAction: ",
      action, "\r\nStatus: ", status, "\r\nDiagnostic-Code: smtp; 550 ", status,
      " no\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
      "Message-ID: ",
      message_id, "\r\nSubject: pigeon\r\n\r\n--b--\r\n");
}

TEST_F(DigestTest, WhatComesBackStopsIt) {
  Begin(Pigeons());
  Import({{"A pigeon", 0}});
  NextMorning();
  const std::string id = Take().Header("Message-ID");
  // Late is not lost; another server's message is not ours.
  EXPECT_EQ(Report(Bounce(id, "4.4.1", "delayed"))->kind(),
            v1::ReportMailResponse::KIND_DELAY);
  EXPECT_EQ(
      Report(Bounce("<1.2.AAAAAAAAAAAAAAAAAAAAAA@papers.example.org>", "5.1.1"))
          ->kind(),
      v1::ReportMailResponse::KIND_UNSPECIFIED);
  EXPECT_EQ(Get().state(), Digest::STATE_ACTIVE);

  const auto bounced = Report(Bounce(id, "5.1.1"));
  ASSERT_OK(bounced);
  EXPECT_EQ(bounced->kind(), v1::ReportMailResponse::KIND_BOUNCE);
  EXPECT_EQ(bounced->digest(), Name());
  EXPECT_EQ(bounced->suppressed_address(), "jane@example.org");
  EXPECT_EQ(Get().state(), Digest::STATE_SUPPRESSED);
  EXPECT_EQ(Issues()[0].state(), DigestIssue::STATE_BOUNCED);
}

TEST_F(DigestTest, ThreeRefusalsInARowStopIt) {
  Begin(Pigeons());
  for (int day = 0; day < 3; ++day) {
    EXPECT_EQ(Get().state(), Digest::STATE_ACTIVE);
    Import({{StrCat("pigeon ", day), 0}});
    NextMorning();
    const std::string id = Take().Header("Message-ID");
    // The second time it is reported changes nothing.
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(Report(Bounce(id, "5.7.1"))->suppressed_address(),
                day < 2 ? "" : "jane@example.org");
    }
  }
  EXPECT_EQ(Get().state(), Digest::STATE_SUPPRESSED);
}

TEST_F(DigestTest, AComplaintStopsIt) {
  Begin(Pigeons());
  Import({{"A pigeon", 0}});
  NextMorning();
  const std::string id = Take().Header("Message-ID");
  const auto report = Report(StrCat(
      "From: fbl@example.net\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/report; report-type=feedback-report; "
      "boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nAbuse.\r\n"
      "--b\r\nContent-Type: message/feedback-report\r\n\r\n"
      "Feedback-Type: abuse\r\nUser-Agent: t/1\r\nVersion: 1\r\n\r\n--b\r\n"
      "Content-Type: message/rfc822\r\n\r\nMessage-ID: ",
      id, "\r\nSubject: pigeon\r\n\r\ntext\r\n--b--\r\n"));
  ASSERT_OK(report);
  EXPECT_EQ(report->kind(), v1::ReportMailResponse::KIND_COMPLAINT);
  EXPECT_EQ(Get().state(), Digest::STATE_SUPPRESSED);
  EXPECT_THAT(Create(Pigeons("b")), HasReason("ADDRESS_SUPPRESSED"));
}

TEST_F(DigestTest, SaysWhatCannotBeStored) {
  const auto field = [&](auto change) {
    v1::CreateDigestRequest request = Pigeons();
    change(request.mutable_digest());
    return FieldOf(Create(request).status()).value_or("none");
  };
  for (const char* bad : {"", "jane", "jane@", "a@b@c", "jane doe@example.org",
                          "jane@example.org\r\nBcc: joe@example.org",
                          "jane@example.org,joe@example.org"}) {
    EXPECT_EQ(field([&](Digest* d) { d->set_address(bad); }), "digest.address")
        << bad;
  }
  EXPECT_EQ(field([](Digest* d) { d->clear_query(); }), "digest.query");
  EXPECT_EQ(field([](Digest* d) { d->mutable_query()->set_text("\"a"); }),
            "digest.query.text");
  EXPECT_EQ(field([](Digest* d) { d->set_max_papers(101); }),
            "digest.max_papers");
  EXPECT_EQ(field([](Digest* d) { d->set_display_name("a\nBcc: b"); }),
            "digest.display_name");
  EXPECT_EQ(
      field([](Digest* d) { d->mutable_schedule()->set_time_zone("Nowhere"); }),
      "digest.schedule.time_zone");
  EXPECT_EQ(field([](Digest* d) {
              d->mutable_board()->mutable_half_life()->set_seconds(60);
            }),
            "digest.board.half_life");
  EXPECT_EQ(field([](Digest* d) {
              d->mutable_board()->mutable_query()->set_text("(");
            }),
            "digest.board.query.text");
  ASSERT_OK(Create(Pigeons()));
  EXPECT_THAT(Create(Pigeons()), HasReason("DIGEST_EXISTS"));
}

TEST_F(DigestTest, ARepeatedRequestIsOne) {
  v1::CreateDigestRequest request = Pigeons("");
  request.set_request_id("r1");
  const auto first = Create(request);
  ASSERT_OK(first);
  EXPECT_EQ(Create(request)->name(), first->name());
  Take();
  EXPECT_TRUE(NothingIsSent());
}

TEST_F(DigestTest, DeletedLeavesNothing) {
  Begin(Pigeons());
  Import({{"A pigeon", 0}});
  NextMorning();
  const SentMail sent = Take();
  const std::string link = sent.Token("manage");
  v1::DeleteDigestRequest request;
  request.set_name(Name());
  ASSERT_OK(Await<bool>(
      [&](auto done) { digests_->Delete(request, std::move(done)); }));
  EXPECT_THAT(digests_->FindByLink(Secrets::kManage, link),
              IsError(absl::StatusCode::kNotFound, "deleted"));
  const auto db = store_->journal().Take();
  for (const char* table : {"digest", "digest_issue", "digest_seen",
                            "digest_token", "digest_request"}) {
    EXPECT_EQ(*(**db).Get(StrCat("SELECT count(*) FROM ", table)).Number(), 0)
        << table;
  }
  EXPECT_EQ(*(**db).Get("SELECT count(*) FROM subscription").Number(), 0);
  EXPECT_EQ(Unsubscribe(sent.Token("unsubscribe"))->state(),
            Digest::STATE_UNSUBSCRIBED);
  // Its number, and so its links, are nobody else's.
  Begin(Pigeons());
  EXPECT_THAT(digests_->FindByLink(Secrets::kManage, link),
              IsError(absl::StatusCode::kNotFound, "deleted"));
}

TEST_F(DigestTest, WithoutAServerNothingIsCreated) {
  digests_.reset();
  const auto digests = Digests::Open({}, nullptr, store_.get(), &clock_);
  ASSERT_OK(digests);
  EXPECT_THAT(Await<Digest>([&](auto done) {
                (*digests)->Create(Pigeons(), std::move(done));
              }),
              HasReason("MAIL_NOT_CONFIGURED"));
}

}  // namespace
}  // namespace paperwire::digest
