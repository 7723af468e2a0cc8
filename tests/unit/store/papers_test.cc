#include "service/store/papers.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "paperwire/v1/paper.pb.h"
#include "service/base/strings.h"
#include "service/journal/journal.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::store {
namespace {

class PapersTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string path = folder_.path() + "/journal";
    auto db = journal::Database::Open(path, journal::Database::Mode::kWrite);
    ASSERT_OK(db);
    db_ = *std::move(db);
    ASSERT_OK(journal::Prepare(*db_));
    connections_ = std::make_unique<journal::Connections>(path);
  }

  // A journal entry with the paper, or without one.
  void Append(int64_t sequence, const v1::Paper* paper) {
    journal::Entry entry;
    entry.sequence = sequence;
    entry.time = absl::UnixEpoch();
    entry.kind =
        paper != nullptr ? journal::Kind::kCreated : journal::Kind::kDeleted;
    entry.number = sequence;
    if (paper != nullptr) *entry.payload.mutable_paper() = *paper;
    ASSERT_OK(journal::Append(*db_, {entry}));
  }

  static v1::Paper Paper(int64_t i) {
    v1::Paper paper;
    paper.set_name(StrCat("papers/", i));
    paper.set_title(StrCat("Title ", i, " of naïve bottlenecks"));
    paper.set_abstract(StrCat("Abstract ", i, std::string(500, 'x')));
    paper.add_authors()->set_name("Ada");
    paper.mutable_authors(0)->add_affiliations("title");
    return paper;
  }

  TempFolder folder_;
  std::unique_ptr<journal::Database> db_;
  std::unique_ptr<journal::Connections> connections_;
};

TEST_F(PapersTest, GivesPapersInTheOrderAsked) {
  for (int64_t i = 1; i <= 5; ++i) {
    const v1::Paper paper = Paper(i);
    Append(i, &paper);
  }
  Papers papers(connections_.get());
  for (int round = 0; round < 2; ++round) {  // from the journal, then kept
    const auto read = papers.Read({4, 2, 5, 2}, Papers::kBytes);
    ASSERT_OK(read);
    std::vector<std::string> titles;
    for (const auto& paper : *read) {
      v1::Paper parsed;
      ASSERT_TRUE(parsed.ParseFromString(paper->bytes()));
      EXPECT_EQ(parsed.title(), paper->title());
      EXPECT_EQ(parsed.abstract(), paper->abstract());
      titles.push_back(parsed.title());
    }
    EXPECT_THAT(titles,
                testing::ElementsAre(Paper(4).title(), Paper(2).title(),
                                     Paper(5).title(), Paper(2).title()));
  }
}

TEST_F(PapersTest, KeepsTheWholePaper) {
  const v1::Paper paper = Paper(1);
  Append(1, &paper);
  Papers papers(connections_.get());
  const auto read = papers.Read({1}, Papers::kBytes);
  ASSERT_OK(read);
  EXPECT_EQ(read->front()->bytes(), paper.SerializeAsString());
}

TEST_F(PapersTest, CutsIntoWordsOnceSomebodyWantsThem) {
  const v1::Paper paper = Paper(1);
  Append(1, &paper);
  Papers papers(connections_.get());
  ASSERT_OK(papers.Read({1}, Papers::kBytes));
  const size_t without = papers.kept_bytes();
  auto read = papers.Read({1}, Papers::kWithWords);
  ASSERT_OK(read);
  const index::TextWords& words = read->front()->title_words();
  const uint32_t hash = index::TextWords::StemHash("bottleneck");
  const uint32_t word = words.FirstWithStemHash(hash);
  ASSERT_TRUE(words.HasStemHash(word, hash));
  EXPECT_EQ(words.Form(word), "bottlenecks");
  EXPECT_EQ(words.Stem(word), "bottleneck");
  ASSERT_EQ(words.Places(word).size(), 1u);
  // Code points: "Title 1 of naïve " has 17.
  EXPECT_EQ(words.Places(word)[0].begin, 17);
  EXPECT_EQ(words.Places(word)[0].end, 28);
  EXPECT_FALSE(words.ascii());
  EXPECT_GT(papers.kept_bytes(), without);
  // Whoever wants no words still gets the same paper.
  const auto again = papers.Read({1}, Papers::kBytes);
  ASSERT_OK(again);
  EXPECT_EQ(again->front(), read->front());
}

TEST_F(PapersTest, StaysWithinItsBound) {
  std::vector<int64_t> sequences;
  for (int64_t i = 1; i <= 100; ++i) {
    const v1::Paper paper = Paper(i);
    Append(i, &paper);
    sequences.push_back(i);
  }
  constexpr size_t kBound = 20000;
  Papers papers(connections_.get(), kBound);
  const auto read = papers.Read(sequences, Papers::kWithWords);
  ASSERT_OK(read);
  EXPECT_LE(papers.kept_bytes(), kBound);
  EXPECT_GT(papers.kept_bytes(), kBound / 2);
  // What was dropped is still whole for whoever holds it.
  for (size_t i = 0; i < read->size(); ++i) {
    EXPECT_EQ((*read)[i]->bytes(),
              Paper(static_cast<int64_t>(i) + 1).SerializeAsString());
  }
}

TEST_F(PapersTest, SaysWhenThereIsNoPaper) {
  const v1::Paper paper = Paper(1);
  Append(1, &paper);
  Append(2, nullptr);
  Papers papers(connections_.get());
  EXPECT_EQ(papers.Read({1, 2}, Papers::kBytes).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(papers.Read({3}, Papers::kBytes).status().code(),
            absl::StatusCode::kNotFound);
  // The connection is none the worse.
  EXPECT_OK(papers.Read({1}, Papers::kBytes));
  const v1::Paper late = Paper(3);
  Append(3, &late);
  EXPECT_OK(papers.Read({3}, Papers::kBytes));
}

}  // namespace
}  // namespace paperwire::store
