// digest, against a fake server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <sstream>

#include "absl/strings/escaping.h"
#include "client/cpp/command/digest_text.h"
#include "tests/unit/command/json_lines.h"
#include "tests/unit/command/run_command.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::command {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

using Words = std::vector<std::string>;

constexpr char kSae[] = "users/local/digests/sae";

// Puts `text` where std::cin reads, as a pipe would.
class Piped {
 public:
  explicit Piped(const std::string& text)
      : text_(text), before_(std::cin.rdbuf(text_.rdbuf())) {
    std::cin.clear();
  }
  ~Piped() {
    std::cin.rdbuf(before_);
    std::cin.clear();
  }
  Piped(const Piped&) = delete;
  Piped& operator=(const Piped&) = delete;

 private:
  std::istringstream text_;
  std::streambuf* const before_;
};

class DigestTest : public ::testing::Test {
 protected:
  Outcome Command(const Words& words, int columns = 0) {
    Words all = {"digest"};
    all.insert(all.end(), words.begin(), words.end());
    return RunCommand(all, {.server = &server_, .columns = columns});
  }

  void Create(const Words& flags = {}) {
    Words all = {"create", "--to", "jane@example.org", "robot", "--id", "sae"};
    all.insert(all.end(), flags.begin(), flags.end());
    const Outcome outcome = Command(all);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }

  v1::Digest& stored() { return server_.digests.at(kSae); }

  std::string Read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }

  FakeServer server_;
  TempFolder folder_;
};

TEST_F(DigestTest, CreateSendsWhatTheFlagsSay) {
  const Outcome outcome = Command({"create",
                                   "--to",
                                   "jane@example.org",
                                   "sparse",
                                   "autoencoders",
                                   "-c",
                                   "cs.LG",
                                   "--trending",
                                   "month",
                                   "--formula",
                                   "velocity",
                                   "--half-life",
                                   "12h",
                                   "--trending-query",
                                   "has:code",
                                   "--weekly",
                                   "friday",
                                   "--at",
                                   "7:30",
                                   "--zone",
                                   "Europe/Berlin",
                                   "--max",
                                   "7",
                                   "--monthly-note",
                                   "--title",
                                   "Sparse things",
                                   "--id",
                                   "sae",
                                   "--user",
                                   "ada"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const v1::CreateDigestRequest& request = server_.digest_creates.at(0);
  EXPECT_EQ(request.parent(), "users/ada");
  EXPECT_EQ(request.digest_id(), "sae");
  EXPECT_THAT(request.request_id(), Not(IsEmpty()));
  const v1::Digest& digest = request.digest();
  EXPECT_EQ(digest.address(), "jane@example.org");
  EXPECT_EQ(digest.query().text(), "sparse autoencoders");
  EXPECT_THAT(digest.query().categories(), ElementsAre("cs.LG"));
  EXPECT_EQ(digest.board().window(), v1::TRENDING_WINDOW_MONTH);
  EXPECT_EQ(digest.board().formula(), v1::TRENDING_FORMULA_VELOCITY);
  EXPECT_EQ(digest.board().half_life().seconds(), 12 * 3600);
  EXPECT_EQ(digest.board().query().text(), "has:code");
  EXPECT_EQ(digest.schedule().frequency(),
            v1::DigestSchedule::FREQUENCY_WEEKLY);
  EXPECT_EQ(digest.schedule().weekday(), 5);
  EXPECT_EQ(digest.schedule().time_of_day(), "07:30");
  EXPECT_EQ(digest.schedule().time_zone(), "Europe/Berlin");
  EXPECT_EQ(digest.max_papers(), 7);
  EXPECT_TRUE(digest.monthly_note());
  EXPECT_EQ(digest.display_name(), "Sparse things");

  // The name alone for programs; the rest for people.
  EXPECT_EQ(outcome.out, "users/ada/digests/sae\n");
  EXPECT_THAT(
      outcome.err,
      AllOf(HasSubstr("sparse autoencoders --category cs.LG --trending month "
                      "--formula velocity --half-life 12h --trending-query "
                      "'has:code', Fridays at 07:30 Europe/Berlin"),
            HasSubstr("asked jane@example.org for consent; nothing else is "
                      "sent until")));
}

TEST_F(DigestTest, CreateLeavesTheRestToTheServer) {
  ASSERT_EQ(Command({"create", "--to", "j@e.org", "--trending", "week"}).code,
            0);
  const v1::Digest& digest = server_.digest_creates.at(0).digest();
  EXPECT_FALSE(digest.has_query());
  EXPECT_FALSE(digest.has_schedule());
  EXPECT_FALSE(digest.board().has_half_life());
  EXPECT_EQ(digest.max_papers(), 0);
  // Every paper has to be said.
  ASSERT_EQ(Command({"create", "--to", "j@e.org", ""}).code, 0);
  EXPECT_TRUE(server_.digest_creates.at(1).digest().has_query());
  EXPECT_FALSE(server_.digest_creates.at(1).digest().has_board());
}

TEST_F(DigestTest, SaysWhatIsWrongAndWhatToDo) {
  Create();
  const std::vector<std::pair<Words, std::string>> cases = {
      {{"create", "robot"}, "say --to jane@example.org"},
      {{"create", "--to", "j@e.org"}, "write a query, --trending week, or"},
      {{"create", "--to", "j@e.org", "x", "-q", "y"}, "one of the two"},
      {{"create", "--to", "j@e.org", "x", "--daily", "--weekly", "monday"},
       "--daily and --weekly: give one"},
      {{"create", "--to", "j@e.org", "x", "--weekly", "firday"},
       "did you mean friday?"},
      {{"create", "--to", "j@e.org", "x", "--at", "24:00"}, "00:00 to 23:59"},
      {{"create", "--to", "j@e.org", "x", "--at", "8"}, "not \"8\""},
      {{"create", "--to", "j@e.org", "x", "--at", "1e:30"}, "--at wants"},
      {{"create", "--to", "j@e.org", "x", "--formula", "wilson"},
       "--formula goes with --trending WINDOW"},
      {{"create", "--to", "j@e.org", "--trending", "day", "--half-life", "1d"},
       "--half-life means nothing to the formula votes"},
      {{"create", "--to", "j@e.org", "x", "--user", "Ada"}, "--user: \"Ada\""},
      {{"show"}, "which one? paperwire digest show NAME...; paperwire digest"},
      {{"show", "Sae"}, "names no digest; write its id"},
      {{"confirm"}, "the link is in the mail"},
      {{"pause", "sae", "two", "--etag", "e1"}, "one digest only"},
      {{"update", "sae"}, "nothing to change"},
      {{"update", "sae", "--no-query"}, "a digest of what?"},
      {{"update", "sae", "--no-query", "-q", "x"}, "one of the two"},
      {{"update", "sae", "--monthly-note", "--no-monthly-note"},
       "--monthly-note and --no-monthly-note"},
      {{"delete", "sae"}, "say --yes"},
      {{"issues", "sae", "--limit", "0"}, "--limit wants 1 or more"},
      {{"suppressions", "ad", "x@e.org"}, "list, add ADDRESS..., or remove"},
      {{"suppressions", "add"}, "list, add ADDRESS..., or remove"},
      {{"suppressions", "--detail", "x"}, "goes with suppressions add"},
      {{"pause", "sae", "--to", "x@e.org"}, "--to goes with create or preview"},
  };
  server_.digest_creates.clear();
  for (const auto& [words, part] : cases) {
    const Outcome outcome = Command(words);
    EXPECT_EQ(outcome.code, 2) << part;
    EXPECT_THAT(outcome.err, HasSubstr(part));
  }
  EXPECT_THAT(server_.digest_creates, IsEmpty());
  EXPECT_THAT(server_.digest_updates, IsEmpty());
}

TEST_F(DigestTest, ReasonsComeWithAdvice) {
  Create();
  const auto advice = [&](const std::string& reason, const Words& words) {
    server_.mail_refusal = reason;
    const Outcome outcome = Command(words);
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(outcome.out, "");
    return outcome.err;
  };
  const Words create = {"create", "--to", "jane@example.org", "x"};
  EXPECT_THAT(advice("MAIL_NOT_CONFIGURED", create),
              HasSubstr("--smtp, --mail-from, --public-url and --http"));
  EXPECT_THAT(advice("ADDRESS_SUPPRESSED", create),
              HasSubstr("paperwire digest suppressions remove ADDRESS"));
  EXPECT_THAT(advice("TOO_MANY_CONFIRMATIONS", create),
              HasSubstr("try again tomorrow"));
  EXPECT_THAT(advice("DIGEST_NOT_ACTIVE", {"pause", "sae"}),
              HasSubstr("paperwire digest ask-again"));
  EXPECT_THAT(advice("DIGEST_CONFIRMED", {"ask-again", "sae"}),
              HasSubstr("paperwire digest show"));
  // What the server has said already is not said twice.
  server_.mail_message = "Start paperwired with --smtp.";
  EXPECT_EQ(advice("MAIL_NOT_CONFIGURED", create),
            "paperwire: Start paperwired with --smtp.\n");
  server_.mail_refusal = "";
  EXPECT_THAT(Command({"show", "other"}).err,
              HasSubstr("Those that there are: paperwire digest"));
}

TEST_F(DigestTest, PointsIntoTheQueryThatIsWrong) {
  const Outcome query = Command({"create", "--to", "j@e.org", "ab", "\"c"});
  EXPECT_EQ(query.code, 1);
  EXPECT_THAT(query.err, EndsWith("  ab \"c\n     ^\n"));
  const Outcome board =
      Command({"create", "--to", "j@e.org", "fine", "--trending", "week",
               "--trending-query", "xyz \"q"});
  EXPECT_THAT(board.err, EndsWith("  xyz \"q\n      ^\n"));
  const Outcome preview = Command({"preview", "--query", "\"c"});
  EXPECT_THAT(preview.err, EndsWith("  \"c\n  ^\n"));
}

TEST_F(DigestTest, ListsAllPagesOfAUser) {
  Create();
  ASSERT_EQ(Command({"create", "--to", "bob@example.org", "--trending", "week",
                     "--weekdays", "--id", "week"})
                .code,
            0);
  ASSERT_EQ(Command({"create", "--to", "c@e.org", "x", "--user", "ada"}).code,
            0);
  server_.most_in_page = 1;
  stored().set_state(v1::Digest::STATE_SUPPRESSED);
  const Outcome outcome = Command({});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "sae\tsuppressed\tjane@example.org\trobot\tdaily at 08:00 UTC\t\n"
            "week\tunconfirmed\tbob@example.org\t--trending week\tMonday to "
            "Friday at 08:00 UTC\t\n");
  EXPECT_THAT(Command({"list"}, 120).out,
              AllOf(HasSubstr("ID"), HasSubstr("SENT"), HasSubstr("robot")));
  const auto lines = JsonLines(Command({"list", "--json"}).out);
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(lines[0]["name"], kSae);
  EXPECT_EQ(lines[0]["monthly_note"], false);
  EXPECT_THAT(Command({"list", "--user", "ada"}).out,
              StartsWith("users/ada/digests/d3\t"));
  EXPECT_THAT(Command({"list", "--user", "eve"}).err, HasSubstr("no digests"));
}

TEST_F(DigestTest, ShowsOneAndSaysWhatToDoAboutIt) {
  Create({"--title", "Robots", "--trending", "day"});
  const auto page = [&] {
    const Outcome outcome = Command({"show", "sae", "--color", "never"}, 200);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  };
  EXPECT_THAT(page(),
              AllOf(StartsWith("Robots\n"), HasSubstr("jane@example.org"),
                    HasSubstr("--trending day"), HasSubstr("20 papers of each"),
                    HasSubstr("paperwire digest ask-again sae"),
                    HasSubstr("never"), Not(HasSubstr("Next"))));
  stored().set_state(v1::Digest::STATE_ACTIVE);
  stored().set_last_error("550 no\x1b[2J such mailbox");
  stored().mutable_next_send_time()->set_seconds(1);
  EXPECT_THAT(page(), AllOf(HasSubstr("active"), HasSubstr("\\x1b"),
                            HasSubstr("Next"), Not(HasSubstr("\x1b["))));
  const Outcome both = Command({"show", "sae", "none"});
  EXPECT_EQ(both.code, 1);
  EXPECT_THAT(both.out, HasSubstr("Robots"));
  EXPECT_THAT(both.err, HasSubstr("users/local/digests/none"));
}

TEST_F(DigestTest, UpdateChangesWhatItIsTold) {
  Create({"--trending", "week", "-f", "velocity", "--half-life", "6h",
          "--weekly", "tuesday", "--at", "09:00", "-c", "cs.RO"});
  ASSERT_EQ(Command({"update", "sae", "--query", "arm"}).code, 0);
  const v1::UpdateDigestRequest& first = server_.digest_updates.at(0);
  EXPECT_THAT(first.update_mask().paths(), ElementsAre("query"));
  EXPECT_EQ(first.digest().etag(), "e1");
  EXPECT_EQ(stored().query().text(), "arm");
  EXPECT_THAT(stored().query().categories(), ElementsAre("cs.RO"));

  ASSERT_EQ(Command({"update", "sae", "--daily", "--zone", "Asia/Tokyo"}).code,
            0);
  EXPECT_THAT(server_.digest_updates.at(1).update_mask().paths(),
              ElementsAre("schedule"));
  EXPECT_EQ(stored().schedule().frequency(),
            v1::DigestSchedule::FREQUENCY_DAILY);
  EXPECT_EQ(stored().schedule().weekday(), 0);
  EXPECT_EQ(stored().schedule().time_of_day(), "09:00");
  EXPECT_EQ(stored().schedule().time_zone(), "Asia/Tokyo");

  // The half-life stays with its formula, and goes with it.
  ASSERT_EQ(Command({"update", "sae", "--trending", "day"}).code, 0);
  EXPECT_EQ(stored().board().half_life().seconds(), 6 * 3600);
  ASSERT_EQ(Command({"update", "sae", "--formula", "wilson"}).code, 0);
  EXPECT_EQ(stored().board().window(), v1::TRENDING_WINDOW_DAY);
  EXPECT_FALSE(stored().board().has_half_life());

  ASSERT_EQ(Command({"update", "sae", "--no-query", "--monthly-note", "--max",
                     "3", "--title", "T"})
                .code,
            0);
  EXPECT_THAT(
      server_.digest_updates.at(4).update_mask().paths(),
      ElementsAre("query", "monthly_note", "max_papers", "display_name"));
  EXPECT_FALSE(stored().has_query());
  EXPECT_TRUE(stored().monthly_note());
  ASSERT_EQ(Command({"update", "sae", "--query", "", "--no-trending",
                     "--no-monthly-note"})
                .code,
            0);
  EXPECT_TRUE(stored().has_query());
  EXPECT_FALSE(stored().has_board());
  EXPECT_FALSE(stored().monthly_note());

  const Outcome late = Command({"update", "sae", "--max", "4", "--etag", "e1"});
  EXPECT_EQ(late.code, 1);
  EXPECT_EQ(stored().max_papers(), 3);
}

TEST_F(DigestTest, PausesResumesAndDeletes) {
  Create();
  const Outcome paused = Command({"pause", "sae"});
  EXPECT_EQ(paused.code, 0);
  EXPECT_THAT(paused.err, HasSubstr("paused sae; what matches comes with"));
  EXPECT_EQ(stored().state(), v1::Digest::STATE_PAUSED);
  EXPECT_THAT(Command({"resume", kSae}).err,
              HasSubstr("resumed sae; next mail 2026-07-1"));
  EXPECT_EQ(JsonLines(Command({"pause", "sae", "--json"}).out)[0]["state"],
            "STATE_PAUSED");
  EXPECT_EQ(Command({"pause", "sae", "--etag", "other"}).code, 1);
  EXPECT_EQ(Command({"delete", "sae", "--yes", "--etag", "other"}).code, 1);
  EXPECT_THAT(server_.digests, SizeIs(1));
  EXPECT_THAT(Command({"delete", "sae", "--yes"}).err,
              HasSubstr("deleted sae"));
  EXPECT_THAT(server_.digests, IsEmpty());
  EXPECT_EQ(Command({"delete", "sae", "--yes"}).code, 1);
  EXPECT_EQ(Command({"delete", "sae", "--yes", "--allow-missing"}).code, 0);
}

TEST_F(DigestTest, ConfirmTakesTheTokenOrTheLink) {
  EXPECT_EQ(TokenOf("abc"), "abc");
  EXPECT_EQ(TokenOf("abct=d"), "abct=d");
  EXPECT_EQ(TokenOf("https://p.example.org/confirm?t=abc"), "abc");
  EXPECT_EQ(TokenOf("https://p.example.org/c?x=1&t=abc&y=2"), "abc");
  EXPECT_EQ(TokenOf("<https://p.example.org/c?t=abc>"), "abc");
  EXPECT_EQ(TokenOf("https://p.example.org/c?t=abc#x"), "abc");
  Create();
  const Outcome outcome =
      Command({"confirm", "https://p.example.org/confirm?t=token-of-sae"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("confirmed sae; next mail 2026-07-1"));
  EXPECT_EQ(stored().state(), v1::Digest::STATE_ACTIVE);
  const Outcome wrong = Command({"confirm", "nonsense"});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("has expired"));
}

TEST_F(DigestTest, AskAgainSendsTheLinkOnceMore) {
  Create();
  const Outcome outcome = Command({"ask-again", "sae"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(server_.asked_again, 1);
  EXPECT_THAT(outcome.err, HasSubstr("asked jane@example.org for consent"));
}

TEST_F(DigestTest, PreviewShowsSubjectAndText) {
  Create();
  server_.digest_preview.set_message("From: p\r\n\r\nbody");
  server_.digest_preview.set_subject("2 papers:\nrobots");
  server_.digest_preview.set_text(
      "1. One\x1b[2J\r\n     by Ada\r\n\r\n2. Two\n");
  server_.digest_preview.set_html("<p>One</p>");
  const Outcome outcome = Command({"preview", "sae"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "Subject: 2 papers: robots\n\n1. One\\x1b[2J\n     by Ada\n\n2. "
            "Two\n");
  EXPECT_EQ(server_.digest_previews.at(0).name(), kSae);

  ASSERT_EQ(Command({"preview", "arm", "-c", "cs.RO", "--weekdays"}).code, 0);
  EXPECT_FALSE(server_.digest_previews.at(1).has_name());
  const v1::Digest& asked = server_.digest_previews.at(1).digest();
  EXPECT_EQ(asked.query().text(), "arm");
  EXPECT_EQ(asked.schedule().frequency(),
            v1::DigestSchedule::FREQUENCY_WEEKDAYS);
  ASSERT_EQ(Command({"preview", "--query", "arm"}).code, 0);
  EXPECT_EQ(server_.digest_previews.at(2).digest().query().text(), "arm");
  ASSERT_EQ(Command({"preview", "robot", "arms"}).code, 0);
  EXPECT_EQ(server_.digest_previews.at(3).digest().query().text(),
            "robot arms");
  const auto json = JsonLines(Command({"preview", "sae", "--json"}).out);
  EXPECT_EQ(json.at(0)["message"],
            absl::Base64Escape(server_.digest_preview.message()));
}

TEST_F(DigestTest, PreviewWritesTheMailByteByByte) {
  Create();
  server_.digest_preview.set_message("From: p\r\n\r\n\x01z");
  server_.digest_preview.set_html("<p>\xc3\xa9</p>");
  const std::string eml = folder_.path() + "/a.eml";
  const std::string html = folder_.path() + "/a.html";
  const Outcome outcome =
      Command({"preview", "sae", "--eml", eml, "--html", html});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(Read(eml), server_.digest_preview.message());
  EXPECT_EQ(Read(html), server_.digest_preview.html());
  EXPECT_EQ(Command({"preview", "sae", "--eml", "-"}).out,
            server_.digest_preview.message());
  const Outcome nowhere = Command({"preview", "sae", "--html", "/no/where"});
  EXPECT_EQ(nowhere.code, 1);
  EXPECT_THAT(nowhere.err, HasSubstr("cannot write /no/where: No such file"));
}

TEST_F(DigestTest, PreviewOfNothingSaysSo) {
  Create();
  const std::string eml = folder_.path() + "/a.eml";
  const Outcome outcome = Command({"preview", "sae", "--eml", eml});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("no mail would be sent now"));
  EXPECT_FALSE(std::ifstream(eml).is_open());
}

TEST_F(DigestTest, ListsIssuesOverPages) {
  Create();
  for (int i = 3; i >= 1; --i) {
    v1::DigestIssue issue;
    issue.set_name(std::string(kSae) + "/issues/" + std::to_string(i));
    issue.set_kind(i == 1 ? v1::DigestIssue::KIND_CONFIRMATION
                          : v1::DigestIssue::KIND_PAPERS);
    issue.set_state(i == 3 ? v1::DigestIssue::STATE_FAILED
                           : v1::DigestIssue::STATE_SENT);
    issue.add_papers("papers/a");
    if (i == 3) issue.set_more_count(4);
    if (i == 3) issue.set_error("451 try later");
    issue.set_attempt_count(i);
    server_.issues.push_back(issue);
  }
  server_.most_in_page = 2;
  const Outcome outcome = Command({"issues", "sae"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(StartsWith("3\tpapers\tfailed\t1 (+4)\t1970-"),
                    HasSubstr("\t3\t\t451 try later\n2\tpapers\tsent\t1\t"),
                    HasSubstr("\n1\tconfirmation\tsent\t\t")));
  EXPECT_THAT(server_.issue_lists, SizeIs(2));
  EXPECT_EQ(server_.issue_lists[0].parent(), kSae);
  const Outcome two = Command({"issues", "sae", "--limit", "2", "--json"});
  EXPECT_THAT(JsonLines(two.out), SizeIs(2));
  EXPECT_EQ(server_.issue_lists.back().page_size(), 2);
  EXPECT_THAT(Command({"issues", "sae", "-n", "2"}).err,
              HasSubstr("give --limit N"));
  server_.issues.clear();
  EXPECT_THAT(Command({"issues", "sae"}).err, HasSubstr("nothing was sent"));
}

TEST_F(DigestTest, ReportIsFitForThePipeOfAMailServer) {
  const auto report = [&](const std::string& mail) {
    const Piped piped(mail);
    return Command({"report"});
  };
  const std::string mail = std::string("From: mailer\r\n\r\n\0bounced", 25);
  Outcome outcome = report(mail);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(server_.reports.at(0).message(), mail);
  EXPECT_THAT(outcome.err, HasSubstr("nothing that counts"));

  server_.report_response.set_kind(v1::ReportMailResponse::KIND_BOUNCE);
  server_.report_response.set_digest(kSae);
  server_.report_response.set_suppressed_address("jane@example.org");
  server_.report_response.set_detail("550 no such mailbox");
  const std::string file = folder_.path() + "/bounce";
  std::ofstream(file, std::ios::binary) << mail;
  outcome = Command({"report", file});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err,
              HasSubstr("a mail that cannot be delivered, of the digest sae; "
                        "nothing is sent to jane@example.org any more: 550"));
  EXPECT_EQ(server_.reports.at(1).message(), mail);
  EXPECT_EQ(JsonLines(Command({"report", file, "--json"}).out)[0]["kind"],
            "KIND_BOUNCE");

  // Never will be one.
  EXPECT_EQ(report("hello").code, 65);
  outcome = report("");
  EXPECT_EQ(outcome.code, 65);
  EXPECT_THAT(outcome.err, HasSubstr("standard input is empty"));
  EXPECT_THAT(server_.reports, SizeIs(4));
  outcome = report("From: x\n" + std::string(10'000'000, 'x'));
  EXPECT_EQ(outcome.code, 65);
  EXPECT_THAT(server_.reports, SizeIs(4));
  // May be one later.
  EXPECT_EQ(Command({"report", "/no/where"}).code, 75);
  server_.Stop();
  EXPECT_EQ(report(mail).code, 75);
  server_.Start();
  EXPECT_EQ(report(mail).code, 0);
}

TEST_F(DigestTest, SuppressionsAreListedAddedAndRemoved) {
  EXPECT_THAT(Command({"suppressions"}).err, HasSubstr("to every address"));
  const Outcome added =
      Command({"suppressions", "add", "jane@example.org", "bob@example.org",
               "--detail", "asked by phone"});
  EXPECT_EQ(added.code, 0) << added.err;
  EXPECT_THAT(added.err, HasSubstr("nothing is sent to jane@example.org any"));
  server_.most_in_page = 1;
  const Outcome listed = Command({"suppressions", "list"});
  EXPECT_THAT(listed.out, AllOf(StartsWith("bob@example.org\tmanual\t2025-07-"),
                                HasSubstr("\tasked by phone\njane@")));
  EXPECT_THAT(JsonLines(Command({"suppressions", "--json"}).out), SizeIs(2));
  EXPECT_EQ(Command({"suppressions", "remove", "Jane@Example.org"}).code, 0);
  EXPECT_THAT(server_.suppressions, SizeIs(1));
  EXPECT_EQ(Command({"suppressions", "remove", "jane@example.org"}).code, 1);
  EXPECT_THAT(Command({"suppressions", "add", "jane"}).err,
              HasSubstr("\"jane\" is no address"));
}

}  // namespace
}  // namespace paperwire::command
