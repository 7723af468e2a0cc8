#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cpp/importers/importer.h"
#include "tests/unit/importers/importing.h"

namespace paperwire::importers {
namespace {

using ::testing::HasSubstr;

TEST(FormatName, AndBack) {
  for (const Format format : AllFormats()) {
    const auto parsed = ParseFormat(FormatName(format));
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, format);
  }
  EXPECT_EQ(AllFormats().size(), 9u);
  const auto unknown = ParseFormat("ris");
  EXPECT_THAT(std::string(unknown.status().message()),
              HasSubstr("paperwire, hf-daily"));
}

TEST(DetectFormat, KnowsEachFormatByItsOwnMarks) {
  const std::pair<const char*, Format> cases[] = {
      {R"({"title":"T","abstract":"A"})", Format::kPaperwire},
      {R"({"externalIds":[{"scheme":"doi","value":"10.1/2"}]})",
       Format::kPaperwire},
      {R"({"date":"2024-05-27","id":"2405.14906","upvotes":7})",
       Format::kPaperwire},
      {R"([{"paper":{"id":"2405.14906"},"publishedAt":"2024-05-27"}])",
       Format::kHfDaily},
      {R"({"id":"2405.14906","publishedAt":"2024-05-27","upvotes":1})",
       Format::kHfDaily},
      {R"({"id":"0704.0001","submitter":"S","versions":[],"update_date":"x",
           "authors_parsed":[]})",
       Format::kArxivSnapshot},
      {R"({"paperId":"a1","externalIds":{"DOI":"10.1/2"},"title":"T"})",
       Format::kS2},
      {R"({"total":1,"data":[{"paperId":"a1"}]})", Format::kS2},
      {R"({"corpusid":12,"externalids":{},"title":"T"})", Format::kS2},
      {R"({"meta":{"count":1},"results":[{"id":"https://openalex.org/W1",
           "abstract_inverted_index":{"A":[0]}}]})",
       Format::kOpenAlex},
      {"<?xml version='1.0'?>\n<!-- saved -->\n<feed xmlns='a'>",
       Format::kArxivAtom},
      {"\xef\xbb\xbf<OAI-PMH xmlns='a'>", Format::kArxivOai},
      {"<oai:record>", Format::kArxivOai},
      {"<?xml version='1.0'?><collection id=\"2024.acl\">", Format::kAcl},
      {"% my papers\n\n@inproceedings{key,\n title={T}}", Format::kBibtex},
      {"@STRING (a = \"b\")", Format::kBibtex},
  };
  for (const auto& [head, expected] : cases) {
    const auto format = DetectFormat(head);
    ASSERT_TRUE(format.ok()) << head << ": " << format.status();
    EXPECT_EQ(*format, expected) << head;
  }
}

TEST(DetectFormat, SaysWhatItIsNot) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "nothing to tell"},
      {"<!DOCTYPE html><html>", "web page"},
      {"<rss>", "<rss>"},
      {"{\"colour\":\"red\"}", "no known format"},
      {"PK\x03\x04zip", "zip"},
      {"%PDF-1.5", "PDF"},
      {"mail me@home.example {now}", "mail me@"},
  };
  for (const auto& [head, expected] : cases) {
    const auto format = DetectFormat(head);
    ASSERT_TRUE(absl::IsInvalidArgument(format.status())) << head;
    EXPECT_THAT(std::string(format.status().message()), HasSubstr(expected));
  }
}

TEST(MakeImporter, DetectsThroughCompression) {
  const std::string line = R"({"title":"Wire","id":"2405.14906"})";
  const Imported all = ImportAll(Decompress(FromString(Gzip(line))));
  ASSERT_EQ(all.records.size(), 1u) << all.status;
  EXPECT_EQ(all.format, Format::kPaperwire);
  EXPECT_EQ(all.records[0].paper.title(), "Wire");
}

TEST(MakeImporter, AnEmptySourceIsAnImportOfNothing) {
  for (const char* text : {"", "\n\n", "\xef\xbb\xbf"}) {
    const Imported all = ImportText(text);
    EXPECT_TRUE(all.status.ok()) << all.status;
    EXPECT_TRUE(all.records.empty() && all.rejects.empty());
  }
  for (const Format format : AllFormats()) {
    const Imported all = ImportText("", format);
    EXPECT_TRUE(all.status.ok()) << FormatName(format) << all.status;
    EXPECT_TRUE(all.records.empty() && all.rejects.empty());
  }
}

TEST(MakeImporter, DeliversWhatComesBeforeDamage) {
  std::string lines;
  for (int i = 0; i < 5000; ++i) {
    lines += "{\"title\":\"Paper " + std::to_string(i * 7919) + "\"}\n";
  }
  const std::string packed = Gzip(lines);
  const Imported all =
      ImportAll(Decompress(FromString(packed.substr(0, packed.size() / 2))));
  EXPECT_TRUE(absl::IsDataLoss(all.status)) << all.status;
  EXPECT_GT(all.records.size(), 1000u);
  EXPECT_THAT(std::string(all.status.message()),
              HasSubstr("line " + std::to_string(all.records.size() + 1)));
}

// No format may crash on, or accept, what is not its own.
TEST(MakeImporter, SurvivesEveryFormatsInputInEveryOther) {
  const std::string inputs[] = {
      "{\"title\":5,\"authors\":{},\"externalIds\":3,\"date\":[]}",
      "[[[]]]",
      "[1,2,{\"paper\":[]}]",
      "{\"paper\":{\"authors\":[null,5,{\"name\":7}]},\"publishedAt\":8}",
      "{\"id\":{},\"versions\":[3,{}],\"authors_parsed\":[[],[1,2],3]}",
      "{\"id\":1,\"authorships\":[{}],\"abstract_inverted_index\":[1]}",
      "{\"paperId\":{},\"externalIds\":[],\"authors\":\"x\",\"tldr\":[]}",
      "<feed><entry/><entry><id>x</id></entry></feed>",
      "<OAI-PMH><record/><record><header status='deleted'/></record></OAI-PMH>",
      "<collection><volume><paper/></volume></collection>",
      "@article{a, title = {b}, }",
      "@article{",
      "@article",
      "@{",
      "@article(}{",
      std::string("\0\0\0", 3),
      "\xff\xfe",
      "null",
      "\"",
      "{\"a\":"};
  for (const Format format : AllFormats()) {
    for (const std::string& input : inputs) {
      for (const Record& record : ImportText(input, format).records) {
        EXPECT_FALSE(record.paper.title().empty() &&
                     record.paper.external_ids().empty())
            << FormatName(format) << " " << input;
      }
    }
  }
}

}  // namespace
}  // namespace paperwire::importers
