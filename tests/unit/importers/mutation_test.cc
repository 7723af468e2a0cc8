// Every format, fed with damaged input of its own: each import must come to
// an end, and what it gives must be fit to be sent on.

#include <gtest/gtest.h>

#include <random>

#include "service/text/utf8.h"
#include "tests/unit/importers/importing.h"

namespace paperwire::importers {
namespace {

const std::pair<Format, std::string_view> kSeeds[] = {
    {Format::kPaperwire,
     R"({"id":"2405.14906v2","title":"Über Titel","authors":["A B","C"],"date":"2024-05","doi":"10.1/2 10.3/4","also":[{"id":"W19-1","source":"acl"}],"upvotes":3.0,"github_repo":"o/r"}
{"externalIds":[{"scheme":"doi","value":"10.1/2"}],"title":"T","voteCount":"3","publishedTime":"2024-05-23T00:00:00Z"}
)"},
    {Format::kHfDaily,
     R"([{"paper":{"id":"2607.03118","authors":[{"name":"Å B","hidden":true}],"publishedAt":"2026-07-03T00:00:00.000Z","submittedOnDailyAt":"2026-07-10T00:00:00.000Z","upvotes":1,"mediaUrls":["https://x.example/a"],"linkedModels":[{"id":"a/b"}]},"publishedAt":"2026-07-02T20:00:00.000Z","title":"T"},{"paper":{"id":"2607.03119"}}])"},
    {Format::kArxivSnapshot,
     R"({"id":"0704.0001","title":"T","comments":"This paper has been withdrawn","authors":"A, B and C","versions":[{"version":"v1","created":"Mon, 2 Apr 2007 19:18:42 GMT"}],"authors_parsed":[["Erd\\H{o}s","P",""]],"update_date":"2020-01-01"})"},
    {Format::kS2,
     R"({"data":[{"paperId":"a1","externalIds":{"DOI":"10.1/2","CorpusId":7},"title":"Ü","year":2018,"authors":[{"name":"A"}],"tldr":{"text":"t"}},null],"next":1})"},
    {Format::kOpenAlex,
     R"({"results":[{"id":"https://openalex.org/W1","title":"a <i>b</i> &amp; c","abstract_inverted_index":{"Ä":[0,3],"b":[1]},"authorships":[{"author":{"display_name":"A"}}],"locations":[{"landing_page_url":"http://arxiv.org/abs/1801.00001v2"}]}]})"},
    {Format::kArxivAtom,
     "<?xml version='1.0'?><feed><entry><id>http://arxiv.org/abs/2001.00001v2"
     "</id><title>T &amp; \xc3\x9c</title><category term='cs.CL'/><category "
     "term='68N30; D.1'/><author><name>A \\'e</name></author><published>2020-"
     "01-01T00:00:00Z</published></entry></feed>"},
    {Format::kArxivOai,
     "<OAI-PMH><record><header><identifier>oai:arXiv.org:0704.0002</identifier>"
     "</header><metadata><arXivRaw><id>0704.0002</id><version version='v1'>"
     "<date>Sat, 31 Mar 2007 02:26:18 GMT</date><size>1kb</size></version>"
     "<title>T</title><authors>A (1), B and C ((1) X)</authors></arXivRaw>"
     "</metadata></record><record><header status='deleted'><identifier>"
     "oai:arXiv.org:math/0309136</identifier></header></record></OAI-PMH>"},
    {Format::kAcl,
     "<collection id='2024.acl'><volume "
     "id='long'><meta><booktitle>B</booktitle>"
     "<year>2024</year><month>May</month></meta><paper id='1'><title>A "
     "<b>b</b> "
     "<tex-math>x</tex-math></title><author><first>A</first><last>B</last>"
     "</author><url>2024.acl-long.1</url><revision id='2' date='2024-09-02'/>"
     "</paper></volume></collection>"},
    {Format::kBibtex,
     "@string{x = \"y\"}\n@article{a, title={{B}ert \\& {\\\"o} $x^{2}$}, "
     "author "
     "= \"A, B and {C and D}\", journal = x # {z}, year=2001, month=aug, "
     "pages={1--2}, doi={10.1/2}}\n@misc(b, title={\xc3\x9c}, "
     "eprint={2405.14906})\n"},
};

// Damages a few places: bytes changed, cut out, repeated, moved.
std::string Mutate(std::string text, std::mt19937& random) {
  const auto below = [&random](size_t n) { return random() % n; };
  for (size_t changes = 1 + below(4); changes > 0 && !text.empty(); --changes) {
    const size_t at = below(text.size());
    const size_t n = 1 + below(std::min<size_t>(30, text.size() - at));
    switch (below(6)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text[at] = "{}[]<>\"\\,:&;@()=#$\n\0 "[below(21)];
        break;
      case 2:
        text.erase(at, n);
        break;
      case 3:
        text.insert(at, text.substr(at, n));
        break;
      case 4:
        text.insert(below(text.size()), text.substr(at, n));
        break;
      default:
        text.resize(at);
    }
  }
  return text;
}

bool IsUtf8(std::string_view text) {
  return text::FindInvalidUtf8(text) == std::string_view::npos;
}

TEST(Mutations, NeverHurt) {
  std::mt19937 random(20260710);
  int records = 0;
  int rejects = 0;
  int failures = 0;
  for (const auto& [format, seed] : kSeeds) {
    ASSERT_FALSE(ImportText(seed, format).records.empty()) << seed;
    ASSERT_EQ(ImportText(seed).format, format) << "detected";
    for (int i = 0; i < 1500; ++i) {
      const std::string input = Mutate(std::string(seed), random);
      const Imported all = ImportText(input, format);
      for (const Record& record : all.records) {
        EXPECT_GE(record.line, 1);
        EXPECT_FALSE(record.paper.title().empty() &&
                     record.paper.external_ids().empty());
        // What is no UTF-8 could not be sent on.
        v1::Paper copy;
        EXPECT_TRUE(copy.ParseFromString(record.paper.SerializeAsString()))
            << input;
        EXPECT_EQ(record.paper.title().find('\n'), std::string::npos);
        for (const v1::Link& link : record.paper.links()) {
          EXPECT_EQ(link.uri().rfind("http", 0), 0u) << link.uri();
        }
      }
      for (const Reject& reject : all.rejects) {
        EXPECT_GE(reject.line, 1);
        EXPECT_FALSE(reject.reason.empty());
        EXPECT_TRUE(IsUtf8(reject.reason)) << reject.reason;
        EXPECT_TRUE(IsUtf8(reject.excerpt)) << reject.excerpt;
      }
      EXPECT_TRUE(IsUtf8(std::string(all.status.message())));
      records += static_cast<int>(all.records.size());
      rejects += static_cast<int>(all.rejects.size());
      failures += all.status.ok() ? 0 : 1;
    }
  }
  // The damage is of every kind.
  EXPECT_GT(records, 1000);
  EXPECT_GT(rejects, 1000);
  EXPECT_GT(failures, 1000);
}

}  // namespace
}  // namespace paperwire::importers
