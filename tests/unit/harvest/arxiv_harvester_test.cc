// Against a server that answers like arXiv, faults included.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "service/base/strings.h"
#include "tests/unit/harvest/fake_server.h"
#include "tests/unit/harvest/fake_world.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::harvest {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

// A record of arXivRaw with the datestamp.
std::string RecordXml(std::string_view id, std::string_view datestamp) {
  return StrCat(
      "<record><header><identifier>oai:arXiv.org:", id,
      "</identifier><datestamp>", datestamp,
      "</datestamp></header><metadata><arXivRaw><id>", id,
      "</id><version version=\"v1\"><date>Mon, 2 Apr 2007 19:18:42 GMT</date>"
      "<size>1kb</size></version><title>Paper ",
      id, "</title><authors>A. Bee</authors></arXivRaw></metadata></record>");
}

std::string Page(std::string_view records, std::string_view token) {
  return StrCat(
      "<?xml version='1.0'?><OAI-PMH><responseDate>2026-07-10T00:00:"
      "00Z</responseDate><ListRecords>",
      records, "<resumptionToken completeListSize='4'>", token,
      "</resumptionToken></ListRecords></OAI-PMH>");
}

std::string Error(std::string_view code) {
  return StrCat("<OAI-PMH><responseDate>x</responseDate><error code='", code,
                "'>its words</error></OAI-PMH>");
}

class ArxivHarvesterTest : public testing::Test {
 protected:
  ArxivHarvesterTest() : http_(MakeCurlClient({})) {}

  // Answers each request by the end of its target ("set=cs", "Token=t1").
  void ServeWith(FakeServer::Handler handler) {
    server_ = std::make_unique<FakeServer>(std::move(handler));
  }

  absl::StatusOr<Summary> Run(ArxivOptions options = {}) {
    options.base_url = server_->url() + "/oai";
    options.state_file = folder_.path() + "/state.json";
    auto harvester = MakeArxivHarvester(options, http_.get(), &world_);
    if (!harvester.ok()) return harvester.status();
    return (*harvester)->RunOnce(receiver_.deliver(), receiver_.progress());
  }

  std::string StateText() const {
    std::ostringstream text;
    text << std::ifstream(folder_.path() + "/state.json").rdbuf();
    return text.str();
  }

  TempFolder folder_;
  FakeWorld world_;
  Receiver receiver_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<FakeServer> server_;
};

TEST_F(ArxivHarvesterTest, ReadsAListToItsEndAndGoesOnFromThere) {
  ServeWith([](const FakeRequest& request) {
    const std::string& target = request.target;
    if (target.ends_with("Token=a|b&c")) {
      return Respond(200, Page(RecordXml("2607.00003", "2026-07-09"), " "));
    }
    if (target.find("from=2026-07-09") != target.npos) {
      return Respond(200, Page(RecordXml("2607.00004", "2026-07-10"), ""));
    }
    return Respond(200, Page(RecordXml("2607.00001", "2026-07-08") +
                                 RecordXml("2607.00002", "2026-07-08"),
                             "a|b&amp;c"));
  });
  auto summary = Run({.set = "cs"});
  ASSERT_OK(summary);
  EXPECT_EQ(receiver_.ids(), "2607.00001 2607.00002 2607.00003");
  EXPECT_EQ(receiver_.batches, 2);
  EXPECT_EQ(summary->records, 3);
  EXPECT_EQ(summary->requests, 2);
  EXPECT_EQ(summary->newest, "2026-07-09");
  EXPECT_FALSE(summary->stale);
  EXPECT_THAT(receiver_.lines, HasSubstr("arXiv cs: 2 papers of 4"));
  EXPECT_THAT(world_.sleeps, ElementsAre(absl::Seconds(3)));
  EXPECT_THAT(
      server_->targets(),
      ElementsAre("/oai?verb=ListRecords&metadataPrefix=arXivRaw&set=cs",
                  "/oai?verb=ListRecords&resumptionToken=a|b&c"));

  summary = Run({.set = "cs"});
  ASSERT_OK(summary);
  EXPECT_THAT(server_->targets().back(), EndsWith("&set=cs&from=2026-07-09"));
  EXPECT_EQ(summary->newest, "2026-07-10");
}

TEST_F(ArxivHarvesterTest, BeginsWhereItIsTold) {
  ServeWith(
      [](const FakeRequest&) { return Respond(200, Error("noRecordsMatch")); });
  const auto summary = Run({.metadata_prefix = "arXiv", .from = "2026-07-01"});
  ASSERT_OK(summary);
  EXPECT_EQ(summary->records, 0);
  EXPECT_EQ(receiver_.batches, 0) << "an empty answer is no batch";
  EXPECT_THAT(server_->targets(),
              ElementsAre("/oai?verb=ListRecords&metadataPrefix=arXiv"
                          "&from=2026-07-01"));
}

TEST_F(ArxivHarvesterTest, DeletedAndBrokenRecordsAreDelivered) {
  ServeWith([](const FakeRequest&) {
    return Respond(
        200, Page("<record><header status='deleted'><identifier>oai:arXiv.org:"
                  "2607.00001</identifier><datestamp>2026-07-09</datestamp>"
                  "</header></record><record><header/></record>",
                  ""));
  });
  const auto summary = Run();
  ASSERT_OK(summary);
  ASSERT_EQ(receiver_.papers.size(), 1u);
  EXPECT_EQ(receiver_.papers[0].state(), v1::Paper::STATE_WITHDRAWN);
  ASSERT_EQ(receiver_.rejects.size(), 1u);
  EXPECT_EQ(summary->rejects, 1);
}

TEST_F(ArxivHarvesterTest, SurvivesEveryPassingFault) {
  int request = 0;
  const std::string page = Page(RecordXml("2607.00001", "2026-07-09"), "");
  ServeWith([&](const FakeRequest&) {
    switch (request++) {
      case 0:
        return Respond(429, "", "Retry-After: 30\r\n");
      case 1:
        return Respond(503, "",
                       "Retry-After: Fri, 10 Jul 2026 12:01:00 GMT\r\n");
      case 2:
        return CutOff(page, page.size() / 2);
      case 3:  // complete for HTTP, but not for XML
        return Respond(200, page.substr(0, page.size() - 20));
      case 4:
        return Respond(200, "<html><body>Down for maintenance</body></html>");
      case 5:
        return std::string();  // hangs up
      default:
        return Respond(200, page);
    }
  });
  const auto summary = Run();
  ASSERT_OK(summary);
  EXPECT_EQ(receiver_.ids(), "2607.00001") << "nothing is half-applied";
  EXPECT_EQ(receiver_.batches, 1);
  EXPECT_EQ(summary->retries, 6);
  EXPECT_EQ(world_.sleeps[0], absl::Seconds(30.5));
  EXPECT_THAT(receiver_.lines, HasSubstr("429 Too Many Requests"));
  EXPECT_THAT(receiver_.lines, HasSubstr("no whole XML"));
  EXPECT_THAT(receiver_.lines, HasSubstr("not OAI-PMH"));
}

TEST_F(ArxivHarvesterTest, GivesUpClearlyAndKeepsWhatItHas) {
  bool down = true;
  ServeWith([&](const FakeRequest& request) {
    if (!request.target.ends_with("Token=t1")) {
      return Respond(200, Page(RecordXml("2607.00001", "2026-07-09"), "t1"));
    }
    if (down) return Respond(503, "");
    return Respond(200, Page(RecordXml("2607.00002", "2026-07-09"), ""));
  });
  EXPECT_THAT(Run(), IsError(absl::StatusCode::kUnavailable, "8 tries"));
  EXPECT_EQ(receiver_.ids(), "2607.00001");
  down = false;
  ASSERT_OK(Run());
  EXPECT_EQ(receiver_.ids(), "2607.00001 2607.00002")
      << "the next run goes on with the token";
}

TEST_F(ArxivHarvesterTest, ThePositionIsSavedOnlyAfterDelivery) {
  ServeWith([](const FakeRequest& request) {
    if (request.target.ends_with("Token=t1")) {
      return Respond(200, Page(RecordXml("2607.00002", "2026-07-09"), ""));
    }
    return Respond(200, Page(RecordXml("2607.00001", "2026-07-08"), "t1"));
  });
  receiver_.fail_with = absl::UnavailableError("the server is away");
  EXPECT_THAT(Run(),
              IsError(absl::StatusCode::kUnavailable, "the server is away"));
  EXPECT_EQ(StateText(), "");
  receiver_.fail_with = absl::OkStatus();
  ASSERT_OK(Run());
  EXPECT_EQ(receiver_.ids(), "2607.00001 2607.00002");
}

TEST_F(ArxivHarvesterTest, AnExpiredTokenBeginsAgainAtTheNewestDatestamp) {
  bool expired = true;
  ServeWith([&](const FakeRequest& request) {
    const std::string& target = request.target;
    if (target.ends_with("Token=t2")) {
      if (expired) return Respond(200, Error("badResumptionToken"));
      return Respond(200, Page(RecordXml("2607.00003", "2026-07-09"), ""));
    }
    if (target.ends_with("Token=t1")) {
      return Respond(200, Page(RecordXml("2607.00002", "2026-07-08"), "t2"));
    }
    if (target.ends_with("from=2026-07-08")) {
      expired = false;
      return Respond(200, Page(RecordXml("2607.00002", "2026-07-08"), "t2"));
    }
    return Respond(200, Page(RecordXml("2607.00001", "2026-07-07"), "t1"));
  });
  ASSERT_OK(Run());
  EXPECT_EQ(receiver_.ids(), "2607.00001 2607.00002 2607.00002 2607.00003")
      << "the overlap is harmless";
  EXPECT_THAT(receiver_.lines, HasSubstr("token has expired"));
}

TEST_F(ArxivHarvesterTest, AnUnsortedListBeginsAgainAtItsBeginning) {
  bool expired = true;
  ServeWith([&](const FakeRequest& request) {
    const std::string& target = request.target;
    if (target.ends_with("Token=t2") && expired) {
      expired = false;
      return Respond(400, Error("badResumptionToken"));
    }
    if (target.ends_with("Token=t2")) {
      return Respond(200, Page(RecordXml("2607.00003", "2026-07-02"), ""));
    }
    if (target.ends_with("Token=t1")) {
      return Respond(200, Page(RecordXml("2607.00002", "2026-07-01"), "t2"));
    }
    return Respond(200, Page(RecordXml("2607.00001", "2026-07-09"), "t1"));
  });
  ASSERT_OK(Run({.from = "2026-07-01"}));
  EXPECT_THAT(server_->targets()[3], EndsWith("from=2026-07-01"))
      << "nothing says that all of 07-02 to 07-09 were there";
  EXPECT_EQ(server_->targets().size(), 6u);
}

TEST_F(ArxivHarvesterTest, TokensThatAreNeverGoodEndTheRun) {
  ServeWith([](const FakeRequest& request) {
    if (request.target.find("Token=") != std::string::npos) {
      return Respond(200, Error("badResumptionToken"));
    }
    return Respond(200, Page(RecordXml("2607.00001", "2026-07-09"), "t"));
  });
  EXPECT_THAT(Run(), IsError(absl::StatusCode::kFailedPrecondition, "tokens"));
}

TEST_F(ArxivHarvesterTest, ATokenThatLeadsToItselfEndsTheRun) {
  ServeWith([](const FakeRequest&) { return Respond(200, Page("", "t")); });
  EXPECT_THAT(Run(),
              IsError(absl::StatusCode::kFailedPrecondition, "same token"));
}

TEST_F(ArxivHarvesterTest, ARefusalComesWithTheWordsOfTheSource) {
  ServeWith([](const FakeRequest& request) {
    if (request.target.find("set=x") != std::string::npos) {
      return Respond(200, Error("badArgument"));
    }
    return Respond(404, "no such page");
  });
  EXPECT_THAT(Run({.set = "x"}), IsError(absl::StatusCode::kFailedPrecondition,
                                         "badArgument, its words"));
  EXPECT_THAT(Run(), IsError(absl::StatusCode::kFailedPrecondition,
                             "404 Not Found, no such page"));
}

TEST_F(ArxivHarvesterTest, SilenceIsSaid) {
  ServeWith([](const FakeRequest& request) {
    if (request.target.find("from=") != std::string::npos) {
      return Respond(200, Error("noRecordsMatch"));
    }
    return Respond(200, Page(RecordXml("2607.00001", "2026-07-05"), ""));
  });
  auto summary = Run({.stale_days = 5});
  ASSERT_OK(summary);
  EXPECT_FALSE(summary->stale) << "five days ago is not more than five";
  world_.now += absl::Hours(24);
  summary = Run({.stale_days = 5});
  ASSERT_OK(summary);
  EXPECT_TRUE(summary->stale);
  EXPECT_THAT(receiver_.lines,
              HasSubstr("nothing newer than 2026-07-05, 6 days ago"));
}

TEST_F(ArxivHarvesterTest, StopsBetweenRequests) {
  ServeWith([](const FakeRequest&) {
    return Respond(200, Page(RecordXml("2607.00001", "2026-07-05"), "t"));
  });
  world_.sleeps_until_stop = 0;
  EXPECT_THAT(Run(), IsError(absl::StatusCode::kCancelled, ""));
  EXPECT_EQ(receiver_.papers.size(), 1u);
}

TEST_F(ArxivHarvesterTest, RemembersWithoutAFileAsLongAsItLives) {
  ServeWith([](const FakeRequest&) {
    return Respond(200, Page(RecordXml("2607.00001", "2026-07-05"), ""));
  });
  auto harvester =
      MakeArxivHarvester({.base_url = server_->url()}, http_.get(), &world_);
  ASSERT_OK(harvester);
  ASSERT_OK((*harvester)->RunOnce(receiver_.deliver(), receiver_.progress()));
  ASSERT_OK((*harvester)->RunOnce(receiver_.deliver(), receiver_.progress()));
  EXPECT_THAT(server_->targets().back(), EndsWith("from=2026-07-05"));
}

TEST_F(ArxivHarvesterTest, ChecksItsOptions) {
  ServeWith([](const FakeRequest&) { return Respond(200, ""); });
  EXPECT_THAT(Run({.metadata_prefix = "marc"}),
              IsError(absl::StatusCode::kInvalidArgument, "\"marc\""));
  EXPECT_THAT(Run({.from = "yesterday"}),
              IsError(absl::StatusCode::kInvalidArgument, "\"yesterday\""));
}

}  // namespace
}  // namespace paperwire::harvest
