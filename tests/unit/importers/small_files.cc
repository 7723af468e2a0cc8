#include "tests/unit/importers/small_files.h"

namespace paperwire::importers {
namespace {

constexpr SmallFile kFiles[] = {
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

}  // namespace

std::span<const SmallFile> SmallFiles() { return kFiles; }

}  // namespace paperwire::importers
