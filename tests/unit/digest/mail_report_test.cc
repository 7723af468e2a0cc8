#include "service/digest/mail_report.h"

#include <algorithm>
#include <random>
#include <string>

#include "service/base/strings.h"
#include "service/digest/mime_parts.h"
#include "service/text/utf8.h"
#include "tests/unit/digest/reports.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::digest {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = MailReport::Kind;

// What holds of every report, whatever it was made of.
void ExpectSound(const MailReport& report) {
  EXPECT_LE(report.message_ids.size(), 16u);
  for (const std::string& id : report.message_ids) {
    EXPECT_FALSE(id.empty());
    EXPECT_TRUE(std::all_of(id.begin(), id.end(),
                            [](char c) { return c > ' ' && c < '\x7f'; }));
  }
  EXPECT_LE(report.recipient.size(), 320u);
  EXPECT_LE(report.detail.size(), 1000u);
  EXPECT_EQ(report.detail.find('\n'), std::string::npos);
  EXPECT_EQ(text::FindInvalidUtf8(report.detail), std::string::npos);
  EXPECT_LE(report.status.size(), 9u);
}

TEST(MailReportTest, ReadsWhatServersSend) {
  for (const SampleReport& sample : SampleReports()) {
    SCOPED_TRACE(sample.name);
    const absl::StatusOr<MailReport> report = ParseMailReport(sample.message);
    ASSERT_OK(report);
    ExpectSound(*report);
    EXPECT_EQ(report->kind, sample.expected.kind);
    EXPECT_EQ(report->message_ids, sample.expected.message_ids);
    EXPECT_EQ(report->recipient, sample.expected.recipient);
    EXPECT_EQ(report->status, sample.expected.status);
    EXPECT_EQ(report->detail, sample.expected.detail);
  }
}

TEST(MailReportTest, TellsWhatIsNoReport) {
  const absl::StatusOr<MailReport> report = ParseMailReport(
      "From: a@example.org\nIn-Reply-To: <k2v9x.7@example.org>\n\nThank you!");
  ASSERT_OK(report);
  EXPECT_EQ(report->kind, Kind::kNone);
  EXPECT_THAT(report->message_ids, ElementsAre("k2v9x.7@example.org"));
}

// A report that somebody forwards is about their mail.
TEST(MailReportTest, DoesNotLookIntoForwardedMessages) {
  const std::string inner = SampleReports()[0].message;
  const absl::StatusOr<MailReport> report = ParseMailReport(
      "From: a@example.org\nContent-Type: multipart/mixed; boundary=zz\n\n"
      "--zz\nContent-Type: message/rfc822\n\n" +
      inner + "\n--zz--\n");
  ASSERT_OK(report);
  EXPECT_EQ(report->kind, Kind::kNone);
}

TEST(MailReportTest, RefusesWhatIsNoMessage) {
  for (const std::string& text :
       {std::string(), std::string("garbage"), std::string("\r\n\r\n"),
        std::string("\0\1\2\xff", 4), std::string("{\"From\": \"x\"}"),
        std::string("https://example.org/ is: an address\n"),
        std::string(100'000, '\n')}) {
    EXPECT_THAT(ParseMailReport(text),
                IsError(absl::StatusCode::kInvalidArgument, "no message"));
  }
}

TEST(MailReportTest, TakesTheWorstOfSeveralRecipients) {
  const absl::StatusOr<MailReport> report = ParseMailReport(
      "From: x@example.org\n"
      "Content-Type: multipart/report; boundary=b\n\n--b\n"
      "Content-Type: message/delivery-status\n\n"
      "Reporting-MTA: dns; x\n\n"
      "Final-Recipient: rfc822; a@example.net\nAction: delivered\n"
      "Status: 2.0.0\n\n"
      "Final-Recipient: rfc822; b@example.net\nAction: delayed\n"
      "Status: 4.0.0\n\n"
      "not a field\n\n\n"
      "Final-Recipient: rfc822; c@example.net\nAction: FAILED\n"
      "Status: 5.0.0 (no)\n\n"
      "Final-Recipient: rfc822; d@example.net\nAction: failed\n"
      "Status: 5.1.1\n");
  ASSERT_OK(report);
  EXPECT_EQ(report->kind, Kind::kBounce);
  EXPECT_EQ(report->recipient, "c@example.net");
  EXPECT_EQ(report->status, "5.0.0");
  EXPECT_THAT(report->message_ids, IsEmpty());
}

TEST(MailReportTest, KnowsWhenThereIsNoMailbox) {
  for (const char* status : {"5.1.1", "5.1.2", "5.1.10", "5.2.1", "5.4.4"}) {
    EXPECT_TRUE(MeansNoMailbox(status)) << status;
  }
  for (const char* status :
       {"", "5.0.0", "5.2.2", "5.7.1", "4.1.1", "2.1.5", "5.1.11", "5.1"}) {
    EXPECT_FALSE(MeansNoMailbox(status)) << status;
  }
}

TEST(MailReportTest, KeepsDetailsShort) {
  std::string message = SampleReports()[0].message;
  const std::string_view reply = "nobody is called so\n";
  std::string much;
  for (int i = 0; i < 10'000; ++i) much += "\xc3\xbc\x01";
  message.replace(message.rfind(reply), reply.size(), much + "\n");
  const absl::StatusOr<MailReport> report = ParseMailReport(message);
  ASSERT_OK(report);
  ExpectSound(*report);
  EXPECT_EQ(report->kind, Kind::kBounce);
  EXPECT_GT(report->detail.size(), 990u);
}

// One byte, a piece or a line at a time: changed, left out, repeated.
TEST(MailReportTest, SurvivesRandomChanges) {
  std::mt19937 random(20261127);
  const auto below = [&](size_t end) {
    return std::uniform_int_distribution<size_t>(0, end - 1)(random);
  };
  const std::vector<SampleReport> samples = SampleReports();
  int taken = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string message = samples[below(samples.size())].message;
    for (size_t changes = 1 + below(8); changes > 0; --changes) {
      if (message.empty()) break;
      const size_t at = below(message.size());
      const size_t size = below(std::min<size_t>(message.size() - at, 80) + 1);
      switch (below(5)) {
        case 0:
          message[at] = static_cast<char>(below(256));
          break;
        case 1:
          message.erase(at, size);
          break;
        case 2:
          message.insert(below(message.size()), message.substr(at, size));
          break;
        case 3:
          message.resize(at);
          break;
        default:
          message.insert(at, size, "\n\r\0:;\"=<>- "[below(11)]);
      }
    }
    const absl::StatusOr<MailReport> report = ParseMailReport(message);
    if (!report.ok()) continue;
    ExpectSound(*report);
    taken += report->kind != Kind::kNone;
  }
  EXPECT_GT(taken, 5'000) << "most changes leave a report a report";
}

// Each of these took GMime's parser seconds, or its stack. What is not linear
// here would not end.
TEST(MailReportTest, TakesWhatIsMadeToTakeLong) {
  constexpr size_t kSize = 10'000'000;
  struct Case {
    const char* name;
    std::string begin;
    std::string repeated;
  };
  std::string nested = "From: a@b.org\n";
  for (int i = 0; nested.size() < kSize; ++i) {
    StrAppend(&nested, "Content-Type: multipart/mixed; boundary=b", i,
              "\n\n--b", i, "\n");
  }
  const Case cases[] = {
      {"nested", nested, "\n"},
      {"messages", "From: a@b.org\n", "Content-Type: message/rfc822\n\n"},
      {"parts", "From: a@b.org\nContent-Type: multipart/mixed; boundary=b\n\n",
       "--b\n\nx\n"},
      {"fields", "From: a@b.org\n", "X: y\n"},
      {"groups", "From: ", "a:"},
      {"comments", "From: ", "("},
      {"parameters", "From: a@b.org\nContent-Type: multipart/mixed",
       "; boundary"},
      {"quotes", "From: a@b.org\nContent-Type: multipart/mixed; a=\"", "\\\""},
      {"folds", "From: a@b.org\nContent-Type: multipart/report", "\n "},
      {"ids", "From: a@b.org\nReferences: ", "<x"},
      {"blocks",
       "From: a@b.org\nContent-Type: multipart/report; boundary=b\n\n--b\n"
       "Content-Type: message/delivery-status\n\n",
       "Action: failed\n\n"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    std::string message = c.begin;
    while (message.size() < kSize) message += c.repeated;
    const absl::StatusOr<MailReport> report = ParseMailReport(message);
    ASSERT_OK(report);
    ExpectSound(*report);
  }
}

TEST(MimePartsTest, ReadsFields) {
  std::string_view text =
      "Subject:  a\r\n\tb \r\nX:\n y\nsubject: c\nEmpty:\n\nbody: x";
  const std::vector<MimeField> fields = ReadFields(&text);
  ASSERT_EQ(fields.size(), 4u);
  EXPECT_EQ(FindField(fields, "SUBJECT"), "a b");
  EXPECT_EQ(FindField(fields, "x"), "y");
  EXPECT_EQ(FindField(fields, "empty"), "");
  EXPECT_EQ(text, "body: x");
}

TEST(MimePartsTest, SplitsAtTheWholeBoundary) {
  const auto split = [](const std::string& body) {
    const std::string bytes =
        "Content-Type: Multipart/Mixed; x=\"a;b\"; boundary=\"b\\b\"\n\n" +
        body;
    const MimeEntity entity = ParseEntity(bytes);
    std::vector<std::string> parts;
    for (std::string_view part : SplitMultipart(entity)) {
      parts.emplace_back(part);
    }
    return parts;
  };
  EXPECT_THAT(split("before\n--bb\none\n--bbb\n--bb \r\ntwo\n--bb--\nafter\n"),
              ElementsAre("one\n--bbb", "two"));
  EXPECT_THAT(split("--bb\nunfinished"), ElementsAre("unfinished"));
  EXPECT_THAT(split("none"), IsEmpty());
  EXPECT_THAT(split("--bb--\n--bb\nx\n"), IsEmpty());
}

TEST(MimePartsTest, Decodes) {
  const auto decoded = [](const std::string& encoding,
                          const std::string& body) {
    const std::string bytes =
        "Content-Transfer-Encoding: " + encoding + "\n\n" + body;
    return DecodedBody(ParseEntity(bytes));
  };
  EXPECT_EQ(decoded("Quoted-Printable", "a=3Db=\r\nc=\nd=zz=C3=bc="),
            "a=bcd=zz\xc3\xbc=");
  EXPECT_EQ(decoded("BASE64", "aGVs\r\nbG8!gd29ybGQ=\n"), "hello world");
  EXPECT_EQ(decoded("8bit", "a=3D"), "a=3D");
}

}  // namespace
}  // namespace paperwire::digest
