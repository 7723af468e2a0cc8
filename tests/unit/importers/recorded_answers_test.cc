// Every recorded answer of the live sources must import as it should.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "client/cpp/importers/json.h"
#include "tests/unit/importers/importing.h"

namespace paperwire::importers {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
namespace fs = std::filesystem;

Imported ImportFile(const fs::path& path) {
  auto source = OpenFile(path.string());
  EXPECT_TRUE(source.ok()) << source.status();
  return ImportAll(*std::move(source));
}

std::string ReadFile(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class RecordedAnswers : public testing::Test {
 protected:
  void SetUp() override {
    if (DataFolder().empty()) {
      GTEST_SKIP() << "no real papers here: set PAPERWIRE_DATA";
    }
    fixtures_ = fs::path(DataFolder()) / "fixtures";
  }

  fs::path fixtures_;
};

TEST_F(RecordedAnswers, OfTheArxivApi) {
  JsonParser parser;
  const std::string index = ReadFile(fixtures_ / "arxiv_atom" / "index.json");
  const auto files = parser.Parse(index);
  ASSERT_TRUE(files.ok()) << files.status();
  int entries = 0;
  for (const JsonValue& file : (*files)->GetArray()) {
    const std::string name(TextOf(file, "file"));
    SCOPED_TRACE(name);
    const Imported all = ImportFile(fixtures_ / "arxiv_atom" / name);
    EXPECT_TRUE(all.status.ok()) << all.status;
    EXPECT_EQ(all.format, Format::kArxivAtom);
    const int64_t expected = CountOf(file, "entries").value_or(-1);
    if (CountOf(file, "status") == 400) {
      // A malformed id: the only entry is the error.
      EXPECT_TRUE(all.records.empty());
      ASSERT_EQ(static_cast<int64_t>(all.rejects.size()), expected);
      EXPECT_THAT(all.rejects[0].reason, HasSubstr("incorrect id format"));
      continue;
    }
    EXPECT_TRUE(all.rejects.empty());
    EXPECT_EQ(static_cast<int64_t>(all.records.size()), expected);
    for (const Record& record : all.records) {
      const v1::Paper& paper = record.paper;
      EXPECT_THAT(Ids(paper), MatchesRegex("arxiv:[^ ]+( doi:10\\.[^ ]+)*"));
      EXPECT_FALSE(paper.title().empty() || paper.abstract().empty());
      EXPECT_GT(paper.authors_size(), 0);
      EXPECT_GT(paper.categories_size(), 0);
      EXPECT_LE(Published(paper), Revised(paper));
      EXPECT_GE(paper.versions_size(), 1);
      EXPECT_EQ(paper.versions(0).number(), 1);
      ++entries;
    }
  }
  EXPECT_EQ(entries, 221);
}

TEST_F(RecordedAnswers, OfTheArxivApiKeepTheFirstVersionsDate) {
  const fs::path folder = fixtures_ / "arxiv_atom";
  const Imported all =
      ImportFile(folder / "id_quant-ph_0201082v1_s0_m100_86989fe779ef.xml");
  ASSERT_EQ(all.records.size(), 1u);
  EXPECT_EQ(Published(all.records[0].paper), "2002-01-18T15:08:05Z");
  EXPECT_EQ(Ids(all.records[0].paper), "arxiv:quant-ph/0201082");
}

TEST_F(RecordedAnswers, OfOaiPmh) {
  int records = 0;
  for (const auto& file : fs::directory_iterator(fixtures_ / "arxiv_oai")) {
    SCOPED_TRACE(file.path().filename());
    const Imported all = ImportFile(file.path());
    EXPECT_TRUE(all.status.ok()) << all.status;
    EXPECT_EQ(all.format, Format::kArxivOai);
    EXPECT_TRUE(all.rejects.empty());
    EXPECT_FALSE(all.records.empty());
    const std::string text = ReadFile(file.path());
    for (const Record& record : all.records) {
      const v1::Paper& paper = record.paper;
      EXPECT_FALSE(paper.title().empty() || paper.abstract().empty());
      EXPECT_GT(paper.authors_size(), 0);
      EXPECT_FALSE(paper.license().empty());
      EXPECT_LE(Published(paper), Revised(paper));
      // The date is that of <created>, and the id is in the file.
      EXPECT_THAT(text,
                  HasSubstr("<created>" + Published(paper).substr(0, 10)));
      EXPECT_THAT(text, HasSubstr(paper.external_ids(0).value()));
      ++records;
    }
  }
  EXPECT_EQ(records, 30);
}

TEST_F(RecordedAnswers, OfOaiPmhWithSeveralDois) {
  const Imported all =
      ImportFile(fixtures_ / "arxiv_oai" / "sample_arxiv_record0.xml");
  ASSERT_EQ(all.records.size(), 1u);
  EXPECT_EQ(Ids(all.records[0].paper),
            "arxiv:1601.03238 doi:10.1103/physrevd.93.016005 "
            "doi:10.1103/physrevd.98.079901 doi:10.1103/physrevd.98.079903");
}

TEST_F(RecordedAnswers, OfTheDailyPapers) {
  const std::pair<const char*, size_t> days[] = {
      {"2024-09-03", 2}, {"2025-06-10", 28}, {"2026-07-10", 19}};
  for (const auto& [day, papers] : days) {
    SCOPED_TRACE(day);
    const Imported all = ImportFile(fixtures_ / "hf_daily_papers" /
                                    (std::string(day) + ".json"));
    EXPECT_TRUE(all.status.ok()) << all.status;
    EXPECT_EQ(all.format, Format::kHfDaily);
    EXPECT_TRUE(all.rejects.empty());
    ASSERT_EQ(all.records.size(), papers);
    for (const Record& record : all.records) {
      const v1::Paper& paper = record.paper;
      EXPECT_TRUE(paper.has_vote_count()) << "0 is a count";
      EXPECT_TRUE(paper.has_comment_count());
      ASSERT_EQ(paper.features_size(), 1);
      EXPECT_EQ(paper.features(0).day(), day);
      EXPECT_LT(Published(paper).substr(0, 10), day);
      EXPECT_FALSE(paper.abstract().empty());
      EXPECT_EQ(paper.title().find('\n'), std::string::npos);
    }
  }
}

TEST_F(RecordedAnswers, FlatFilesImportWithoutARejection) {
  const fs::path data = DataFolder();
  const std::pair<const char*, size_t> files[] = {
      {"page.jsonl", 72},
      {"hf_daily/papers.jsonl.gz", 9577},
      {"collections/cranfield/docs.jsonl", 1400}};
  for (const auto& [name, papers] : files) {
    SCOPED_TRACE(name);
    const Imported all = ImportFile(data / name);
    EXPECT_TRUE(all.status.ok()) << all.status;
    EXPECT_TRUE(all.rejects.empty());
    EXPECT_EQ(all.records.size(), papers);
  }
  EXPECT_EQ(ImportFile(data / "hf_daily" / "daily.jsonl.gz").rejects.size(),
            0u);
}

}  // namespace
}  // namespace paperwire::importers
