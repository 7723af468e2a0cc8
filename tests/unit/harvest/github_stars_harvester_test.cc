#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "client/cpp/harvest/github_answer.h"
#include "client/cpp/harvest/github_repository.h"
#include "client/cpp/harvest/state_file.h"
#include "service/base/strings.h"
#include "tests/unit/harvest/fake_server.h"
#include "tests/unit/harvest/fake_world.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::harvest {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(RepositoryOf, FindsTheRepositoryOfAnyAddressInIt) {
  for (const char* uri :
       {"https://github.com/open-ai/CLIP", "http://GitHub.com/Open-AI/clip/",
        "https://www.github.com/open-ai/clip.git",
        "HTTPS://github.com/open-ai/clip/tree/main/notebooks",
        "https://github.com/open-ai/clip.", "https://github.com/open-ai/clip).",
        "https://github.com/open-ai/clip.git/",
        "https://github.com/open-ai/"
        "clip#readme",
        "https://github.com/open-ai/clip?tab=readme",
        "https://github.com//open-ai//clip//",
        "https://github.com/open-ai/"
        "clip.git."}) {
    EXPECT_EQ(RepositoryOf(uri), "open-ai/clip") << uri;
  }
  EXPECT_EQ(RepositoryOf("https://github.com/a/b.c_d-e"), "a/b.c_d-e");
  EXPECT_EQ(RepositoryOf("https://github.com/a/.github"), "a/.github");
}

TEST(RepositoryOf, PassesOverWhatIsNoRepository) {
  for (const std::string& uri :
       {std::string("https://github.com"),
        std::string("https://github.com/"),
        std::string("https://github.com/openai"),
        std::string("https://github.com/openai/"),
        std::string("https://github.com/topics/nlp"),
        std::string("https://github.com/orgs/openai/repositories"),
        std::string("https://gist.github.com/a/b"),
        std::string("https://a.github.io/b/c"),
        std::string("https://github.com.evil.example/a/b"),
        std::string("https://evil.example/github.com/a/b"),
        std::string("https://user@github.com/a/b"),
        std::string("https://github.com/a/.."),
        std::string("https://github.com/../b"),
        std::string("https://github.com/a/..."),
        std::string("https://github.com/a/.git"),
        std::string("https://github.com/a/%2e%2e"),
        std::string("https://github.com/-a/b"),
        std::string("https://github.com/a b/c"),
        std::string("https://github.com/a/b\r\nX: y"),
        std::string("https://github.com/\xc3\xa9/b"),
        StrCat("https://github.com/", std::string(40, 'a'), "/b"),
        StrCat("https://github.com/a/", std::string(101, 'b')),
        std::string("ftp://github.com/a/b"),
        std::string("github.com/a/b"),
        std::string()}) {
    EXPECT_EQ(RepositoryOf(uri), std::nullopt) << uri;
  }
}

std::string Counted(int stars, std::string_view name = "a/one") {
  return StrCat("{\"id\":1,\"full_name\":\"", name,
                "\",\"stargazers_count\":", stars, "}");
}

// "GET /repos/a/one", the request of a conditional or authorised answer, by
// the name of a header.
std::string HeaderOf(const FakeRequest& request, std::string_view name) {
  for (absl::string_view line : absl::StrSplit(request.head, "\r\n")) {
    std::string_view text = ToStd(line);
    if (ConsumePrefix(&text, StrCat(name, ": "))) return std::string(text);
  }
  return "";
}

class GithubStarsHarvesterTest : public testing::Test {
 protected:
  // What is stored of a paper that links to these repositories.
  v1::Paper& Paper(const std::string& id,
                   const std::vector<std::string>& repositories) {
    v1::Paper& paper = stored_.emplace_back();
    if (!id.empty()) {
      v1::ExternalId* external = paper.add_external_ids();
      external->set_scheme("arxiv");
      external->set_value(id);
    }
    for (const std::string& repository : repositories) {
      v1::Link* link = paper.add_links();
      link->set_kind(v1::Link::KIND_CODE);
      link->set_uri(StrCat("https://github.com/", repository));
    }
    return paper;
  }

  void Serve(FakeServer::Handler handler) {
    server_ = std::make_unique<FakeServer>(std::move(handler));
  }

  absl::StatusOr<Summary> Run(GithubStarsOptions options = {}) {
    if (server_ != nullptr) options.base_url = server_->url();
    options.state_file = state_path();
    const EachPaper papers = [this](const TakePaper& take) {
      for (const v1::Paper& paper : stored_) {
        const absl::Status taken = take(paper);
        if (!taken.ok()) return taken;
      }
      return papers_fail_with_;
    };
    auto harvester =
        MakeGithubStarsHarvester(options, papers, http_.get(), &world_);
    if (!harvester.ok()) return harvester.status();
    return (*harvester)->RunOnce(receiver_.deliver(), receiver_.progress());
  }

  // "2607.00001=5 2607.00002=7", what was delivered since the last call; the
  // server takes it in.
  std::string Taken() {
    std::string text;
    for (const v1::Paper& told : receiver_.papers) {
      if (!text.empty()) text += ' ';
      StrAppend(&text, told.external_ids(0).value(), "=",
                told.signals(0).value());
      for (v1::Paper& paper : stored_) {
        if (paper.external_ids_size() > 0 &&
            paper.external_ids(0).value() == told.external_ids(0).value()) {
          *paper.mutable_signals() = told.signals();
        }
      }
    }
    receiver_.papers.clear();
    return text;
  }

  std::string state_path() const { return folder_.path() + "/state.json"; }

  TempFolder folder_;
  FakeWorld world_;  // it is 2026-07-10, 12:00
  Receiver receiver_;
  std::unique_ptr<HttpClient> http_ = MakeCurlClient({});
  std::unique_ptr<FakeServer> server_;
  std::vector<v1::Paper> stored_;
  absl::Status papers_fail_with_;
};

TEST_F(GithubStarsHarvesterTest, AsksOnceForEachRepositoryAndTellsEachPaper) {
  Paper("1", {"A/One"});
  Paper("2", {"a/one.git"});
  Paper("3", {"b/two/tree/main"});
  Paper("4", {"topics/nlp"});
  Paper("5", {"b/two"}).mutable_links(0)->set_kind(v1::Link::KIND_PROJECT);
  Serve([](const FakeRequest& request) {
    EXPECT_EQ(HeaderOf(request, "Accept"), "application/vnd.github+json");
    EXPECT_EQ(HeaderOf(request, "Authorization"), "");
    EXPECT_EQ(HeaderOf(request, "If-None-Match"), "");
    return Respond(200, Counted(request.target == "/repos/a/one" ? 5 : 7));
  });
  const auto summary = Run();
  ASSERT_OK(summary);
  EXPECT_THAT(server_->targets(), ElementsAre("/repos/a/one", "/repos/b/two"));
  EXPECT_EQ(summary->requests, 2);
  EXPECT_EQ(summary->records, 3);
  EXPECT_FALSE(summary->stale);
  ASSERT_THAT(receiver_.papers, SizeIs(3));
  const v1::Paper& first = receiver_.papers[0];
  EXPECT_EQ(first.title(), "") << "a report of stars says nothing else";
  EXPECT_EQ(first.signals(0).kind(), "github-stars");
  EXPECT_EQ(first.signals(0).observed_time().seconds(),
            absl::ToUnixSeconds(world_.now));
  EXPECT_EQ(Taken(), "1=5 2=5 3=7");
  EXPECT_THAT(receiver_.lines, HasSubstr("3 papers link to 2 repositories"));
  EXPECT_THAT(receiver_.lines, HasSubstr("without a token"));
}

TEST_F(GithubStarsHarvesterTest, SendsOnlyChangesAndAsksByEtag) {
  Paper("1", {"a/one"});
  Paper("2", {"b/two"});
  std::map<std::string, int> stars = {{"/repos/a/one", 5}, {"/repos/b/two", 7}};
  int whole = 0;
  Serve([&](const FakeRequest& request) {
    const std::string etag = StrCat("W/\"", stars[request.target], "\"");
    if (HeaderOf(request, "If-None-Match") == etag) return Respond(304, "");
    ++whole;
    return Respond(200, Counted(stars[request.target]),
                   StrCat("ETag: ", etag, "\r\n"));
  });
  ASSERT_OK(Run());
  EXPECT_EQ(Taken(), "1=5 2=7");
  EXPECT_EQ(whole, 2);

  ASSERT_OK(Run());
  EXPECT_EQ(Taken(), "") << "nothing has changed";
  EXPECT_EQ(whole, 2) << "both answers were 304";
  EXPECT_THAT(server_->targets(), SizeIs(4));

  // A paper that begins to link to a repository that has not changed.
  Paper("3", {"b/two"});
  stars["/repos/a/one"] = 6;
  ASSERT_OK(Run());
  EXPECT_EQ(Taken(), "1=6 3=7");
  EXPECT_EQ(whole, 3);
}

TEST_F(GithubStarsHarvesterTest, CountsPapersThatNoImportCanName) {
  Paper("", {"a/one"});
  Paper("", {"b/two"});
  Serve([](const FakeRequest&) { return Respond(200, Counted(1)); });
  ASSERT_OK(Run());
  EXPECT_THAT(server_->targets(), IsEmpty()) << "nobody could be told";
  EXPECT_THAT(receiver_.lines,
              HasSubstr("2 papers with code have no external id"));
}

TEST_F(GithubStarsHarvesterTest, FollowsARepositoryThatMoved) {
  Paper("1", {"old/name"});
  Serve([](const FakeRequest& request) {
    EXPECT_EQ(HeaderOf(request, "Authorization"), "Bearer secret")
        << "the same origin may see the token";
    if (request.target == "/repos/old/name") {
      return Respond(301, "{\"message\":\"Moved Permanently\"}",
                     "Location: /repositories/42\r\n");
    }
    EXPECT_EQ(request.target, "/repositories/42");
    return Respond(200, Counted(9, "New/Name"));
  });
  ASSERT_OK(Run({.token = "secret"}));
  EXPECT_EQ(Taken(), "1=9");
  EXPECT_THAT(receiver_.lines, HasSubstr("1 moved, 0 gone"));
  EXPECT_THAT(receiver_.lines, Not(HasSubstr("without a token")));
}

TEST_F(GithubStarsHarvesterTest, TheTokenStaysWithItsOrigin) {
  Paper("1", {"a/one"});
  std::string seen = "nothing";
  FakeServer other([&](const FakeRequest& request) {
    seen = HeaderOf(request, "Authorization");
    return Respond(200, Counted(3));
  });
  Serve([&](const FakeRequest&) {
    return Respond(301, "", StrCat("Location: ", other.url(), "/x\r\n"));
  });
  ASSERT_OK(Run({.token = "secret"}));
  EXPECT_EQ(seen, "");
  EXPECT_EQ(Taken(), "1=3");
}

TEST_F(GithubStarsHarvesterTest, PassesOverWhatIsGone) {
  Paper("1", {"gone/404", "a/one", "never/asked"});
  Paper("2", {"gone/451"});
  Paper("3", {"gone/403"});
  Paper("4", {"gone/404"}).add_signals()->set_kind("github-stars");
  Serve([](const FakeRequest& request) {
    const std::string& target = request.target;
    if (target == "/repos/a/one") return Respond(200, Counted(4));
    if (target == "/repos/gone/404") return Respond(404, "{}");
    if (target == "/repos/gone/451") return Respond(451, "{}");
    return Respond(403,
                   "{\"message\":\"Repository access blocked\","
                   "\"block\":{\"reason\":\"tos\"}}");
  });
  const auto summary = Run();
  ASSERT_OK(summary);
  EXPECT_EQ(Taken(), "1=4") << "the first repository that is there";
  EXPECT_EQ(summary->requests, 4);
  EXPECT_EQ(summary->rejects, 0);
  EXPECT_THAT(receiver_.lines, HasSubstr("0 moved, 3 gone"));
}

TEST_F(GithubStarsHarvesterTest, WaitsForTheLimitBeforeItIsRefused) {
  Paper("1", {"a/one"});
  Paper("2", {"b/two"});
  const int64_t reset = absl::ToUnixSeconds(world_.now) + 1800;
  int batches_at_second = -1;
  Serve([&](const FakeRequest& request) {
    if (request.target == "/repos/b/two") {
      batches_at_second = receiver_.batches;
      return Respond(200, Counted(2));
    }
    return Respond(200, Counted(1),
                   StrCat("X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: ",
                          reset, "\r\n"));
  });
  const auto summary = Run();
  ASSERT_OK(summary);
  EXPECT_EQ(summary->retries, 0) << "nothing was refused";
  EXPECT_EQ(absl::ToUnixSeconds(world_.now), reset + 1);
  EXPECT_EQ(batches_at_second, 1) << "delivered before the long wait";
  EXPECT_THAT(receiver_.lines, HasSubstr("used up, waiting 30m1s"));
  EXPECT_EQ(Taken(), "1=1 2=2");
}

TEST_F(GithubStarsHarvesterTest, WaitsAsItIsToldWhenItIsRefused) {
  Paper("1", {"a/one"});
  int request = 0;
  const int64_t start = absl::ToUnixSeconds(world_.now);
  Serve([&](const FakeRequest&) {
    switch (request++) {
      case 0:
        return Respond(403, "{\"message\":\"API rate limit exceeded\"}",
                       StrCat("X-RateLimit-Remaining: 0\r\n"
                              "X-RateLimit-Reset: ",
                              start + 600, "\r\n"));
      case 1:
        return Respond(429, "", "Retry-After: 30\r\n");
      case 2:
        return Respond(403,
                       "{\"message\":\"You have exceeded a secondary rate "
                       "limit.\"}");
      case 3:  // a clock that is far ahead of GitHub's
        return Respond(403, "",
                       "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 5\r\n");
      case 4:
        return Respond(503, "");
      default:
        return Respond(200, Counted(8));
    }
  });
  const auto summary = Run();
  ASSERT_OK(summary);
  EXPECT_EQ(Taken(), "1=8");
  EXPECT_EQ(summary->retries, 5);
  ASSERT_THAT(world_.sleeps, SizeIs(5));
  EXPECT_EQ(world_.sleeps[0], absl::Seconds(601.5));
  EXPECT_EQ(world_.sleeps[1], absl::Seconds(30.5));
  EXPECT_EQ(world_.sleeps[2], absl::Seconds(60.5));
  EXPECT_EQ(world_.sleeps[3], absl::Seconds(60.5));
  EXPECT_LT(world_.sleeps[4], absl::Seconds(6));
}

TEST_F(GithubStarsHarvesterTest, ARefusalEndsTheRunWithItsWords) {
  Paper("1", {"a/one"});
  Paper("2", {"b/two"});
  int status = 401;
  Serve([&](const FakeRequest& request) {
    if (request.target == "/repos/a/one") return Respond(200, Counted(1));
    return Respond(status, "{\"message\":\"Bad credentials\"}");
  });
  std::string taken;
  for (const int code : {401, 403, 400}) {
    status = code;
    EXPECT_THAT(
        Run({.token = "wrong"}),
        IsError(absl::StatusCode::kFailedPrecondition, "Bad credentials"));
    taken += Taken();
  }
  EXPECT_EQ(taken, "1=1") << "what was answered before is delivered";
  EXPECT_THAT(server_->targets(), SizeIs(4)) << "and not asked for again";
}

TEST_F(GithubStarsHarvesterTest, GoesOnWithARoundThatWasInterrupted) {
  for (int i = 0; i < 60; ++i) {
    Paper(StrCat(i), {StrCat("a/r", i)});
  }
  Serve([](const FakeRequest& request) {
    int number = 0;
    EXPECT_TRUE(absl::SimpleAtoi(request.target.substr(10), &number));
    return Respond(200, Counted(number));
  });
  // The clock ends the run on the way; nothing that was answered is lost.
  world_.sleeps_until_stop = 40;
  EXPECT_THAT(Run(), IsError(absl::StatusCode::kCancelled, "stopped"));
  EXPECT_THAT(server_->targets(), SizeIs(41));
  EXPECT_THAT(receiver_.papers, SizeIs(41));
  Taken();
  world_.sleeps_until_stop = 1000000;
  const auto summary = Run();
  ASSERT_OK(summary);
  EXPECT_EQ(summary->requests, 19);
  EXPECT_EQ(summary->records, 19);
  const std::vector<std::string> targets = server_->targets();
  EXPECT_EQ(std::set<std::string>(targets.begin(), targets.end()).size(), 60u);
  EXPECT_THAT(receiver_.lines, HasSubstr("going on with the round before"));
  Taken();
  // A round that is over is not gone on with.
  ASSERT_OK(Run());
  EXPECT_THAT(server_->targets(), SizeIs(120));
}

TEST_F(GithubStarsHarvesterTest, WhatWasNotDeliveredComesAgain) {
  Paper("1", {"a/one"});
  Serve([](const FakeRequest&) { return Respond(200, Counted(1)); });
  receiver_.fail_with = absl::UnavailableError("the server is away");
  EXPECT_THAT(Run(), IsError(absl::StatusCode::kUnavailable, "is away"));
  receiver_.fail_with = absl::OkStatus();
  ASSERT_OK(Run());
  EXPECT_EQ(Taken(), "1=1");
  EXPECT_THAT(server_->targets(), SizeIs(2));
}

TEST_F(GithubStarsHarvesterTest, AsksForNoMoreThanItMayInARun) {
  for (int i = 0; i < 5; ++i) Paper(StrCat(i), {StrCat("a/r", i)});
  Serve([](const FakeRequest&) { return Respond(200, Counted(1)); });
  std::string taken;
  for (const size_t asked : {2, 4, 5}) {
    ASSERT_OK(Run({.max_requests = 2}));
    EXPECT_THAT(server_->targets(), SizeIs(asked));
    taken += Taken() + ";";
  }
  EXPECT_EQ(taken, "0=1 1=1;2=1 3=1;4=1;");
  EXPECT_THAT(receiver_.lines, HasSubstr("more repositories than a run may"));
}

TEST_F(GithubStarsHarvesterTest, AListOfPapersThatBreaksOffAsksNobody) {
  Paper("1", {"a/one"});
  Serve([](const FakeRequest&) { return Respond(200, Counted(1)); });
  papers_fail_with_ = absl::UnavailableError("the export broke off");
  EXPECT_THAT(Run(), IsError(absl::StatusCode::kUnavailable, "broke off"));
  EXPECT_THAT(server_->targets(), IsEmpty());
  papers_fail_with_ = absl::OkStatus();
  ASSERT_OK(Run());
  EXPECT_EQ(Taken(), "1=1");
}

TEST_F(GithubStarsHarvesterTest, RejectsAnswersThatSayNoNumber) {
  const std::vector<std::string> bodies = {
      "[]",
      "{}",
      "null",
      "\"stargazers_count\"",
      "{\"stargazers_count\":null}",
      "{\"stargazers_count\":-1}",
      "{\"stargazers_count\":1.5}",
      "{\"stargazers_count\":1e300}",
      "{\"stargazers_count\":[1]}",
      "{\"full_name\":{},\"stargazers_count\":\"many\"}"};
  for (size_t i = 0; i < bodies.size(); ++i)
    Paper(StrCat(i), {StrCat("a/", i)});
  Paper("good", {"a/good"});
  Serve([&](const FakeRequest& request) {
    size_t number = 0;
    if (absl::SimpleAtoi(request.target.substr(9), &number)) {
      return Respond(200, bodies[number], "ETag: \"x\"\r\n");
    }
    return Respond(200, Counted(3));
  });
  const auto summary = Run();
  ASSERT_OK(summary);
  EXPECT_EQ(summary->rejects, static_cast<int64_t>(bodies.size()));
  EXPECT_THAT(receiver_.rejects, SizeIs(bodies.size()));
  EXPECT_THAT(receiver_.rejects[1].reason,
              AllOf(HasSubstr("a/1: "), HasSubstr("stargazers_count")));
  EXPECT_EQ(Taken(), "good=3");
  EXPECT_EQ(summary->retries, 0) << "asking again would not help";
}

TEST_F(GithubStarsHarvesterTest, AsksAgainForWhatIsNoWholeJson) {
  Paper("1", {"a/one"});
  int request = 0;
  const std::string deep = std::string(100000, '[');
  Serve([&](const FakeRequest&) {
    switch (request++) {
      case 0:
        return Respond(200, "<html>log in to the hotel's network</html>");
      case 1:
        return Respond(200, Counted(5).substr(0, 20));
      case 2:
        return Respond(200, deep);
      case 3:
        return Respond(200, "{\"full_name\":\"\xff\xfe\"}");
      case 4:
        return CutOff(Counted(5), 10);
      default:
        return Respond(200, Counted(5, "\\u0000\\r\\nX: y"));
    }
  });
  const auto summary = Run();
  ASSERT_OK(summary);
  EXPECT_EQ(summary->retries, 5);
  EXPECT_EQ(Taken(), "1=5");
}

TEST_F(GithubStarsHarvesterTest, BelievesNoEtagThatCannotBeSent) {
  Paper("1", {"a/one"});
  Serve([&](const FakeRequest& request) {
    EXPECT_EQ(HeaderOf(request, "If-None-Match"), "");
    return Respond(200, Counted(5), "ETag: \"a b\"\r\n");
  });
  ASSERT_OK(Run());
  // A state that somebody has edited.
  StateFile file(state_path(),
                 {{"harvest", "github-stars"}, {"base_url", server_->url()}});
  for (const char* entry :
       {"", "x", "1 2 3 4", "1 2026-07-10T12:00:00Z 5 \"a\r\nX: y\"",
        "-9999999999999999999999 2026-07-10T12:00:00Z 5 \"a\"",
        "1 2026-07-10T12:00:00Z -5 \"a\""}) {
    auto state = file.Load();
    ASSERT_OK(state);
    (*state)["repo:a/one"] = entry;
    ASSERT_OK(file.Save(*state));
    EXPECT_THAT(Run(), IsOk()) << entry;
  }
  EXPECT_THAT(server_->targets(), SizeIs(7));
}

TEST_F(GithubStarsHarvesterTest, A304ThatNobodyAskedForIsNoNumber) {
  Paper("1", {"a/one"});
  Serve([](const FakeRequest&) { return Respond(304, ""); });
  const auto summary = Run();
  ASSERT_OK(summary);
  EXPECT_EQ(summary->rejects, 1);
  EXPECT_EQ(Taken(), "");
}

TEST_F(GithubStarsHarvesterTest, ForgetsRepositoriesWithoutPapers) {
  Paper("1", {"a/one"});
  Paper("2", {"b/two"});
  Serve([](const FakeRequest&) { return Respond(200, Counted(1)); });
  ASSERT_OK(Run());
  stored_.pop_back();
  ASSERT_OK(Run());
  auto state = StateFile(state_path(), {{"harvest", "github-stars"},
                                        {"base_url", server_->url()}})
                   .Load();
  ASSERT_OK(state);
  EXPECT_TRUE(state->contains("repo:a/one"));
  EXPECT_FALSE(state->contains("repo:b/two"));
}

TEST_F(GithubStarsHarvesterTest, ChecksItsOptions) {
  for (const GithubStarsOptions& options :
       {GithubStarsOptions{.max_requests = -1},
        GithubStarsOptions{.token = "two words"},
        GithubStarsOptions{.token = "line\nend"},
        GithubStarsOptions{.base_url = "http://github.example",
        .token = "secret"}}) {
    EXPECT_THAT(Run(options), IsError(absl::StatusCode::kInvalidArgument, ""));
  }
}

}  // namespace
}  // namespace paperwire::harvest
