#include "service/standing/feed.h"

#include "service/base/strings.h"
#include "service/journal/journal.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::standing {
namespace {

std::shared_ptr<const v1::Paper> MakePaper(const std::string& title) {
  auto paper = std::make_shared<v1::Paper>();
  paper->set_title(title);
  paper->set_name("papers/0123456789");
  return paper;
}

query::Query WordQuery(const std::string& word) {
  query::Query query;
  query.root.kind = query::Node::Kind::kWord;
  query.root.words = {{.form = word, .stem = word}};
  return query;
}

journal::Change MakeEntry(int64_t sequence, int64_t number,
                     const std::string& before, const std::string& after) {
  journal::Change entry;
  entry.sequence = sequence;
  entry.number = number;
  entry.created = before.empty();
  if (!before.empty()) entry.before = MakePaper(before);
  if (!after.empty()) entry.after = MakePaper(after);
  return entry;
}

std::vector<int64_t> SequencesOf(
    const absl::StatusOr<std::vector<const journal::Change*>>& news) {
  EXPECT_OK(news);
  std::vector<int64_t> sequences;
  for (const journal::Change* entry : *news) sequences.push_back(entry->sequence);
  return sequences;
}

using testing::ElementsAre;
using testing::IsEmpty;

TEST(BatchTest, NewsIsWhatStartsToMatch) {
  const auto batch = MakeBatch({MakeEntry(1, 1, "", "narrow neck"),
                                MakeEntry(2, 2, "wide", "neck"),
                                MakeEntry(3, 3, "neck", "neck again"),
                                MakeEntry(4, 4, "neck", ""),
                                MakeEntry(5, 5, "neck", "wide"),
                                MakeEntry(6, 6, "", "wide")},
                               0, 6);
  EXPECT_THAT(SequencesOf(NewMatches(*batch, WordQuery("neck"), 0)),
              ElementsAre(1, 2));
  EXPECT_THAT(SequencesOf(NewMatches(*batch, WordQuery("neck"), 1)),
              ElementsAre(2));
  EXPECT_THAT(SequencesOf(NewMatches(*batch, WordQuery("bottle"), 0)),
              IsEmpty());
}

TEST(BatchTest, RunsHoldEachPaperOnce) {
  std::vector<journal::Change> entries;
  for (int64_t number : {1, 2, 1, 1, 3, 2}) {
    entries.push_back(MakeEntry(static_cast<int64_t>(entries.size()) + 1,
                                number, "", "x"));
  }
  std::vector<size_t> sizes;
  for (const auto& run : SplitRuns(std::move(entries))) {
    sizes.push_back(run.size());
  }
  EXPECT_THAT(sizes, ElementsAre(2u, 1u, 3u));
  EXPECT_THAT(SplitRuns({}), IsEmpty());
}

class FeedTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string path = folder_.path() + "/paperwire.db";
    db_ = *journal::Database::Open(path, journal::Database::Mode::kWrite);
    ASSERT_OK(journal::Prepare(*db_));
    connections_ = std::make_unique<journal::Connections>(path);
  }

  // Appends entries with one paper each and publishes them as one batch.
  void Publish(Feed* feed, int count) {
    std::vector<journal::Change> run;
    const int64_t first = last_ + 1;
    for (int i = 0; i < count; ++i) {
      ++last_;
      journal::Entry entry;
      entry.sequence = last_;
      entry.number = last_;
      entry.payload.mutable_paper()->set_title(StrCat("neck ", last_));
      ASSERT_OK(journal::Append(*db_, {entry}));
      run.push_back(MakeEntry(last_, last_, "", StrCat("neck ", last_)));
    }
    feed->Publish(MakeBatch(std::move(run), first - 1, last_));
    if (note_) feed->KeepAfter(last_);
  }

  std::vector<int64_t> ReadAll(Feed* feed, int64_t place) {
    std::vector<int64_t> sequences;
    while (true) {
      absl::StatusOr<std::shared_ptr<const Batch>> batch = feed->Next(place);
      EXPECT_OK(batch);
      if (!batch.ok() || *batch == nullptr) return sequences;
      EXPECT_LE((*batch)->first, place + 1);
      EXPECT_GT((*batch)->last, place);
      for (int64_t s :
           SequencesOf(NewMatches(**batch, WordQuery("neck"), place))) {
        sequences.push_back(s);
      }
      place = (*batch)->last;
    }
  }

  TempFolder folder_;
  std::unique_ptr<journal::Database> db_;
  std::unique_ptr<journal::Connections> connections_;
  int64_t last_ = 0;
  bool note_ = true;  // nothing needs to be kept
};

TEST_F(FeedTest, GivesEverythingFromAnyPlaceOnce) {
  // Few are kept, so that most places are read from the journal.
  Feed feed(connections_.get(), 0, {.kept_entries = 7, .read_entries = 3});
  for (int count : {1, 4, 2, 5, 3}) Publish(&feed, count);
  EXPECT_EQ(feed.head(), 15);
  for (int64_t place = 0; place <= 15; ++place) {
    std::vector<int64_t> expected;
    for (int64_t s = place + 1; s <= 15; ++s) expected.push_back(s);
    EXPECT_EQ(ReadAll(&feed, place), expected) << place;
  }
}

TEST_F(FeedTest, SaysWhenThePlaceIsGone) {
  Feed feed(connections_.get(), 0, {.kept_entries = 1, .read_entries = 3});
  for (int i = 0; i < 10; ++i) Publish(&feed, 1);
  ASSERT_OK(db_->Execute("UPDATE journal SET complete_from = 5"));
  EXPECT_THAT(feed.Next(2), HasReason("TOKEN_TOO_OLD"));
  EXPECT_OK(feed.Next(4));
}

TEST_F(FeedTest, KeepsInMemoryWhatIsNotDealtWith) {
  Feed feed(connections_.get(), 0, {.kept_entries = 4, .read_entries = 3});
  note_ = false;
  for (int i = 0; i < 10; ++i) Publish(&feed, 1);
  EXPECT_NE(feed.Kept(0), nullptr);
  feed.KeepAfter(9);
  EXPECT_EQ(feed.Kept(0), nullptr);
  EXPECT_NE(feed.Kept(9), nullptr);
  EXPECT_EQ(feed.Kept(10), nullptr);
}

}  // namespace
}  // namespace paperwire::standing
