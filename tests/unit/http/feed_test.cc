#include "service/http/feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"
#include "service/http/atom.h"
#include "service/http/daily_papers.h"
#include "service/http/json_feed.h"

namespace paperwire::http {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

v1::Paper SomePaper() {
  v1::Paper paper;
  paper.set_name("papers/abc");
  paper.set_title("Kites");
  paper.mutable_published_time()->set_seconds(1'720'000'000);
  paper.mutable_create_time()->set_seconds(1'730'000'000);
  paper.mutable_update_time()->set_seconds(1'740'000'000);
  return paper;
}

void AddLink(v1::Link::Kind kind, const char* uri, v1::Paper* paper) {
  v1::Link* link = paper->add_links();
  link->set_kind(kind);
  link->set_uri(uri);
}

Feed SomeFeed(std::vector<v1::Paper> papers) {
  return {.urn = "urn:paperwire:00000000000000ff",
          .title = "Papers: kites",
          .subtitle = "",
          .public_url = "https://a.example",
          .path = "/feeds/search",
          .query = "?q=kites",
          .papers = std::move(papers)};
}

TEST(FeedTest, AddressesAndIds) {
  const Feed feed = SomeFeed({});
  EXPECT_EQ(feed.Address("atom"),
            "https://a.example/feeds/search.atom?q=kites");
  EXPECT_EQ(feed.Id(),
            "urn:paperwire:00000000000000ff:feeds%2Fsearch%3Fq%3Dkites");
  EXPECT_EQ(feed.IdOf(SomePaper()),
            "urn:paperwire:00000000000000ff:papers/abc");
}

TEST(FeedTest, UpdatedIsTheVersionAndNotTheVotes) {
  v1::Paper paper = SomePaper();
  EXPECT_EQ(absl::ToUnixSeconds(UpdatedTime(paper)), 1'720'000'000);
  paper.mutable_revised_time()->set_seconds(1'725'000'000);
  EXPECT_EQ(absl::ToUnixSeconds(UpdatedTime(paper)), 1'725'000'000);
  EXPECT_EQ(absl::ToUnixSeconds(SomeFeed({SomePaper(), paper}).Updated()),
            1'725'000'000);
  paper.clear_revised_time();
  paper.clear_published_time();
  EXPECT_EQ(absl::ToUnixSeconds(UpdatedTime(paper)), 1'730'000'000);
  EXPECT_EQ(PublishedTime(paper), std::nullopt);
  EXPECT_EQ(SomeFeed({}).Updated(), absl::UnixEpoch());
}

TEST(FeedTest, ThePageIsTheNearestThereIs) {
  v1::Paper paper = SomePaper();
  EXPECT_EQ(PageOf(paper), "");
  AddLink(v1::Link::KIND_CODE, "https://code.example", &paper);
  EXPECT_EQ(PageOf(paper), "https://code.example");
  AddLink(v1::Link::KIND_PDF, "https://a.example/1.pdf", &paper);
  EXPECT_EQ(PageOf(paper), "https://a.example/1.pdf");
  v1::ExternalId* doi = paper.add_external_ids();
  doi->set_scheme("doi");
  doi->set_value("10.1/a<b>#c");
  EXPECT_EQ(PageOf(paper), "https://doi.org/10.1/a%3Cb%3E%23c");
  AddLink(v1::Link::KIND_ABSTRACT_PAGE, "https://a.example/1", &paper);
  EXPECT_EQ(PageOf(paper), "https://a.example/1");
}

TEST(AtomTest, ThePageIsLinkedOnceAndTheRestIsRelated) {
  v1::Paper paper = SomePaper();
  AddLink(v1::Link::KIND_PDF, "https://a.example/1.pdf", &paper);
  AddLink(v1::Link::KIND_ABSTRACT_PAGE, "https://a.example/1?a&b", &paper);
  const std::string atom = WriteAtom(SomeFeed({paper}));
  EXPECT_THAT(atom, HasSubstr("<link rel=\"alternate\" "
                              "href=\"https://a.example/1?a&amp;b\"/>"));
  EXPECT_THAT(atom, HasSubstr("<link rel=\"related\" type=\"application/pdf\" "
                              "title=\"PDF\" "
                              "href=\"https://a.example/1.pdf\"/>"));
  EXPECT_THAT(atom, Not(HasSubstr("title=\"page\"")));
  EXPECT_EQ(atom, WriteAtom(SomeFeed({paper})));
}

TEST(JsonFeedTest, HasWhatTheFormatAsksFor) {
  v1::Paper paper = SomePaper();
  paper.set_title("Control \x01 and \xff");
  paper.set_vote_count(2);
  paper.set_cast_vote_count(1);
  const json feed = json::parse(WriteJsonFeed(SomeFeed({paper})));
  EXPECT_EQ(feed["version"], "https://jsonfeed.org/version/1.1");
  EXPECT_EQ(feed["feed_url"], "https://a.example/feeds/search.json?q=kites");
  const json item = feed["items"][0];
  EXPECT_EQ(item["id"], "urn:paperwire:00000000000000ff:papers/abc");
  EXPECT_EQ(item["title"], "Control  and \uFFFD");
  EXPECT_EQ(item["content_text"], "");
  EXPECT_EQ(item["date_published"], "2024-07-03T09:46:40Z");
  EXPECT_EQ(item["_paperwire"]["votes"], 3);
  EXPECT_FALSE(item.contains("url"));
  EXPECT_EQ(json::parse(WriteJsonFeed(SomeFeed({})))["items"], json::array());
}

TEST(DailyPapersTest, WhatIsNotKnownIsLeftOut) {
  const json known = json::parse(WriteDailyPapers({{SomePaper(), {}}}))[0];
  EXPECT_EQ(known, json::parse(R"({
    "publishedAt": "2024-07-03T09:46:40.000Z", "title": "Kites",
    "summary": "", "thumbnail": null, "numComments": 0,
    "isAuthorParticipating": false,
    "paper": {"id": "abc", "authors": [], "title": "Kites", "summary": "",
              "publishedAt": "2024-07-03T09:46:40.000Z", "upvotes": 0}})"));
}

TEST(DailyPapersTest, WhatIsKnownHasItsPlace) {
  v1::Paper paper = SomePaper();
  v1::ExternalId* id = paper.add_external_ids();
  id->set_scheme("arxiv");
  id->set_value("2407.00001");
  paper.add_authors()->set_name("Ada Plume");
  paper.set_vote_count(5);
  paper.set_comment_count(2);
  paper.set_tldr("Short.");
  paper.add_keywords("kites");
  AddLink(v1::Link::KIND_CODE, "https://git.example/a", &paper);
  AddLink(v1::Link::KIND_CODE, "https://github.com/a/b", &paper);
  AddLink(v1::Link::KIND_PROJECT, "https://kites.example", &paper);
  v1::Signal* stars = paper.add_signals();
  stars->set_kind("github-stars");
  stars->set_value(7);
  v1::Feature feature;
  feature.set_day("2024-07-04");
  feature.set_curator("Bo");
  const json envelope =
      json::parse(WriteDailyPapers({{std::move(paper), feature}}))[0];
  EXPECT_EQ(envelope["numComments"], 2);
  EXPECT_EQ(envelope["submittedBy"]["fullname"], "Bo");
  EXPECT_EQ(envelope["paper"], json::parse(R"({
    "id": "2407.00001", "authors": [{"name": "Ada Plume", "hidden": false}],
    "publishedAt": "2024-07-03T09:46:40.000Z",
    "submittedOnDailyAt": "2024-07-04T00:00:00.000Z",
    "submittedOnDailyBy": {"fullname": "Bo", "name": "Bo", "type": "user"},
    "title": "Kites", "summary": "", "upvotes": 5,
    "githubRepo": "https://github.com/a/b", "githubStars": 7,
    "projectPage": "https://kites.example", "ai_summary": "Short.",
    "ai_keywords": ["kites"]})"));
}

}  // namespace
}  // namespace paperwire::http
