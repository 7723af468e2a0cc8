#include "service/catalogue/catalogue.h"

#include "service/base/paper_id.h"
#include "service/base/strings.h"
#include "service/catalogue/reader.h"
#include "service/catalogue/tables.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::catalogue {
namespace {

using journal::Database;
using v1::ImportVerdict;

v1::Paper MakePaper(const std::string& title, const std::string& author = "",
                    int year = 0) {
  v1::Paper paper;
  paper.set_title(title);
  if (!author.empty()) paper.add_authors()->set_name(author);
  if (year != 0) {
    paper.mutable_published_time()->set_seconds(absl::ToUnixSeconds(
        absl::FromCivil(absl::CivilYear(year), absl::UTCTimeZone())));
  }
  return paper;
}

void AddId(v1::Paper* paper, const std::string& scheme,
           const std::string& value) {
  paper->add_external_ids()->set_scheme(scheme);
  paper->mutable_external_ids()->rbegin()->set_value(value);
}

class CatalogueTest : public testing::Test {
 protected:
  void SetUp() override {
    db_ = *Database::Open(folder_.path() + "/paperwire.db",
                          Database::Mode::kWrite);
    ASSERT_OK(journal::Prepare(*db_));
    ASSERT_OK(PrepareTables(*db_));
    appender_ = std::make_unique<journal::Appender>(db_.get(), &clock_);
    ASSERT_OK(appender_->Begin());
    catalogue_ = std::make_unique<Catalogue>(db_.get(), appender_.get());
    ASSERT_OK(catalogue_->Begin());
  }

  ImportVerdict Import(const v1::Paper& paper, const std::string& source) {
    changes_.clear();
    absl::StatusOr<ImportVerdict> verdict =
        catalogue_->Import(paper, source, &changes_);
    EXPECT_OK(verdict);
    return verdict.ok() ? *verdict : ImportVerdict();
  }

  v1::Paper Read(const std::string& name) {
    absl::StatusOr<int64_t> number = ResolveName(*db_, name, "name");
    EXPECT_OK(number);
    absl::StatusOr<v1::Paper> paper = ReadPaper(*db_, number.value_or(0));
    EXPECT_OK(paper);
    return paper.ok() ? *paper : v1::Paper();
  }

  // Everything the tables say, to compare them with rebuilt ones.
  std::string Dump() {
    std::string dump;
    for (const char* sql :
         {"SELECT number || ' ' || sequence || ' ' || state || ' ' || "
          "absorbed_into || ' ' || ifnull(published, '-') || ' ' || stored "
          "FROM paper ORDER BY number",
          "SELECT id || ' ' || number FROM external_id ORDER BY id, number",
          "SELECT hash || ' ' || number FROM likeness ORDER BY hash, number",
          "SELECT day || ' ' || votes || ' ' || number FROM feature",
          "SELECT low || ' ' || high FROM apart ORDER BY low, high"}) {
      journal::Statement& rows = db_->Get(sql);
      while (*rows.Step()) StrAppend(&dump, rows.Bytes(0), "\n");
      dump += "--\n";
    }
    return dump;
  }

  TempFolder folder_;
  ManualClock clock_{absl::FromUnixSeconds(1700000000)};
  std::unique_ptr<Database> db_;
  std::unique_ptr<journal::Appender> appender_;
  std::unique_ptr<Catalogue> catalogue_;
  std::vector<journal::Change> changes_;
};

TEST_F(CatalogueTest, StoresANewPaperUnderANameOfItsOwn) {
  v1::Paper paper = MakePaper("  Attention\n is   all you need ");
  AddId(&paper, "arXiv", "arXiv:1706.03762v5");
  paper.set_name("papers/mine");
  const ImportVerdict verdict = Import(paper, "arxiv");
  EXPECT_EQ(verdict.outcome(), ImportVerdict::OUTCOME_CREATED);
  const v1::Paper stored = Read(verdict.name());
  EXPECT_EQ(stored.name(), PaperName(1));
  EXPECT_EQ(stored.title(), "Attention is all you need");
  EXPECT_EQ(stored.sequence(), 1);
  EXPECT_EQ(stored.create_time().seconds(), 1700000000);
  EXPECT_EQ(stored.state(), v1::Paper::STATE_ACTIVE);
  EXPECT_THAT(stored.sources(), testing::ElementsAre("arxiv"));
  EXPECT_EQ(Read("papers/arxiv:1706.03762").name(), verdict.name());
  EXPECT_EQ(Read("papers/arxiv:1706.03762v2").name(), verdict.name());
  ASSERT_EQ(changes_.size(), 1u);
  EXPECT_TRUE(changes_[0].created);
  EXPECT_EQ(changes_[0].before, nullptr);
}

TEST_F(CatalogueTest, SayingTheSameAgainChangesNothing) {
  v1::Paper paper = MakePaper("One two three four", "Ada Lovelace", 2020);
  AddId(&paper, "arxiv", "2001.00001");
  paper.set_vote_count(0);
  Import(paper, "arxiv");
  EXPECT_EQ(Import(paper, "arxiv").outcome(), ImportVerdict::OUTCOME_UNCHANGED);
  EXPECT_TRUE(changes_.empty());
  EXPECT_EQ(appender_->last_sequence(), 1);
}

TEST_F(CatalogueTest, TheSamePaperFromThreeSourcesIsOnePaper) {
  v1::Paper atom = MakePaper("Retrieval of Narrow Things, Fast", "Ada Zuse",
                             2024);
  AddId(&atom, "arxiv", "2403.00001v2");
  v1::Paper list = MakePaper("Retrieval of Narrow Things, Fast");
  AddId(&list, "arxiv", "2403.00001");
  list.set_vote_count(12);
  v1::Paper anthology =
      MakePaper("Retrieval of {N}arrow Things, Fast", "Ada Zuse", 2025);
  AddId(&anthology, "acl", "2025.acl-long.7");
  AddId(&anthology, "doi", "https://doi.org/10.18653/V1/2025.ACL-LONG.7");
  anthology.set_venue("ACL 2025");
  const ImportVerdict first = Import(atom, "arxiv");
  EXPECT_EQ(Import(list, "hf-daily").outcome(), ImportVerdict::OUTCOME_MERGED);
  const ImportVerdict third = Import(anthology, "acl");
  EXPECT_EQ(third.outcome(), ImportVerdict::OUTCOME_MERGED);
  EXPECT_EQ(third.name(), first.name());
  const v1::Paper paper = Read("papers/doi:10.18653/v1/2025.acl-long.7");
  EXPECT_EQ(paper.external_ids_size(), 3);
  EXPECT_EQ(paper.vote_count(), 12);
  EXPECT_EQ(paper.venue(), "ACL 2025");
  EXPECT_THAT(paper.sources(),
              testing::ElementsAre("arxiv", "hf-daily", "acl"));
  // The first version is the earliest one.
  EXPECT_EQ(paper.published_time().seconds(),
            atom.published_time().seconds());
}

TEST_F(CatalogueTest, TwoYearsOrAnotherAuthorMakeAnotherPaper) {
  Import(MakePaper("A survey of narrow things", "Ada Zuse", 2020), "x");
  EXPECT_EQ(Import(MakePaper("A survey of narrow things", "Ada Zuse", 2022),
                   "x").outcome(),
            ImportVerdict::OUTCOME_CREATED);
  EXPECT_EQ(Import(MakePaper("A survey of narrow things", "Bob Zane", 2020),
                   "x").outcome(),
            ImportVerdict::OUTCOME_CREATED);
  EXPECT_EQ(Import(MakePaper("A Survey of Narrow Things!", "A. Zuse", 2021),
                   "y").outcome(),
            ImportVerdict::OUTCOME_MERGED);
}

TEST_F(CatalogueTest, DifferentArxivIdsAreDifferentPapers) {
  v1::Paper one = MakePaper("Lecture notes on things", "Ada Zuse", 2020);
  AddId(&one, "arxiv", "2001.00001");
  v1::Paper two = MakePaper("Lecture notes on things", "Ada Zuse", 2020);
  AddId(&two, "arxiv", "2001.00002");
  Import(one, "arxiv");
  EXPECT_EQ(Import(two, "arxiv").outcome(), ImportVerdict::OUTCOME_CREATED);
}

TEST_F(CatalogueTest, AReportThatJoinsTwoPapersAbsorbsTheYounger) {
  v1::Paper one = MakePaper("Named one way", "Ada Zuse", 2020);
  AddId(&one, "arxiv", "2001.00001");
  v1::Paper two = MakePaper("Named quite another way", "Ada Zuse", 2020);
  AddId(&two, "doi", "10.1/two");
  const std::string name_one = Import(one, "arxiv").name();
  const std::string name_two = Import(two, "crossref").name();
  v1::Paper both = one;
  AddId(&both, "doi", "10.1/two");
  const ImportVerdict verdict = Import(both, "arxiv");
  EXPECT_EQ(verdict.outcome(), ImportVerdict::OUTCOME_MERGED);
  EXPECT_THAT(verdict.absorbed_names(), testing::ElementsAre(name_two));
  EXPECT_EQ(Read(name_two).name(), name_one);
  EXPECT_EQ(Read("papers/doi:10.1/two").name(), name_one);
}

TEST_F(CatalogueTest, AMergeCanBeUndoneAndStaysUndone) {
  v1::Paper one = MakePaper("Much the same title here", "Ada Zuse", 2020);
  AddId(&one, "arxiv", "2001.00001");
  v1::Paper two = MakePaper("Much the same title here", "Ada Zuse", 2021);
  AddId(&two, "acl", "2021.x-1.1");
  const std::string name = Import(one, "arxiv").name();
  Import(two, "acl");
  const int64_t merge = appender_->last_sequence();
  absl::StatusOr<v1::SplitPaperResponse> split =
      catalogue_->Split(name, merge, &changes_);
  ASSERT_OK(split);
  EXPECT_EQ(split->paper().name(), name);
  EXPECT_EQ(split->paper().external_ids_size(), 1);
  EXPECT_NE(split->split_paper().name(), name);
  EXPECT_EQ(Read("papers/acl:2021.x-1.1").name(),
            split->split_paper().name());
  EXPECT_THAT(catalogue_->Split(name, merge, &changes_),
              HasReason("ALREADY_SPLIT"));
  // The next import of either finds its own paper.
  two.set_comment("new");
  EXPECT_EQ(Import(two, "acl").name(), split->split_paper().name());
  EXPECT_THAT(catalogue_->Split(name, 1, &changes_), HasReason("NOT_A_MERGE"));
  EXPECT_THAT(catalogue_->Split(name, 999, &changes_),
              HasReason("CHANGE_NOT_FOUND"));
}

TEST_F(CatalogueTest, AnAbsorbedPaperComesBackUnderItsOldName) {
  v1::Paper one = MakePaper("Named one way", "Ada Zuse", 2020);
  AddId(&one, "arxiv", "2001.00001");
  v1::Paper two = MakePaper("Named quite another way", "Ada Zuse", 2020);
  AddId(&two, "doi", "10.1/two");
  const std::string name_one = Import(one, "arxiv").name();
  const std::string name_two = Import(two, "crossref").name();
  v1::Paper both = one;
  AddId(&both, "doi", "10.1/two");
  Import(both, "arxiv");
  absl::StatusOr<std::vector<v1::PaperChange>> changes;
  int64_t next = 0;
  changes = ListChanges(*db_, 1, 0, 10, &next);
  ASSERT_OK(changes);
  ASSERT_EQ((*changes)[0].kind(), v1::PaperChange::KIND_MERGED);
  EXPECT_EQ((*changes)[0].other_name(), name_two);
  absl::StatusOr<v1::SplitPaperResponse> split =
      catalogue_->Split(name_one, (*changes)[0].sequence(), &changes_);
  ASSERT_OK(split);
  EXPECT_EQ(split->split_paper().name(), name_two);
  EXPECT_EQ(Read(name_two).title(), "Named quite another way");
}

TEST_F(CatalogueTest, ANewerVersionUpdatesAndAnOlderOneDoesNot) {
  v1::Paper v1_ = MakePaper("First title of the paper", "Ada Zuse", 2020);
  AddId(&v1_, "arxiv", "2001.00001");
  v1_.add_versions()->set_number(1);
  v1::Paper v2 = v1_;
  v2.set_title("Second title of the paper");
  v2.add_versions()->set_number(2);
  const std::string name = Import(v1_, "arxiv").name();
  EXPECT_EQ(Import(v2, "arxiv").outcome(), ImportVerdict::OUTCOME_UPDATED);
  EXPECT_EQ(Read(name).title(), "Second title of the paper");
  EXPECT_EQ(Import(v1_, "arxiv").outcome(), ImportVerdict::OUTCOME_UNCHANGED);
  EXPECT_EQ(Read(name).title(), "Second title of the paper");
  EXPECT_EQ(Read(name).versions_size(), 2);
}

TEST_F(CatalogueTest, WithdrawalHidesAndKeeps) {
  v1::Paper paper = MakePaper("To be withdrawn soon", "Ada Zuse", 2020);
  AddId(&paper, "arxiv", "2001.00001");
  const std::string name = Import(paper, "arxiv").name();
  v1::Paper gone;
  AddId(&gone, "arxiv", "2001.00001");
  gone.set_state(v1::Paper::STATE_WITHDRAWN);
  EXPECT_EQ(Import(gone, "arxiv").outcome(), ImportVerdict::OUTCOME_UPDATED);
  ASSERT_EQ(changes_.size(), 1u);
  EXPECT_NE(changes_[0].before, nullptr);
  EXPECT_EQ(changes_[0].after, nullptr);
  EXPECT_EQ(Read(name).title(), "To be withdrawn soon");
  EXPECT_EQ(*CountWithdrawn(*db_), 1);
  // A list that still has it does not bring it back; its source does.
  v1::Paper listed;
  AddId(&listed, "arxiv", "2001.00001");
  listed.set_vote_count(3);
  Import(listed, "hf-daily");
  EXPECT_EQ(Read(name).state(), v1::Paper::STATE_WITHDRAWN);
  Import(paper, "arxiv");
  EXPECT_EQ(Read(name).state(), v1::Paper::STATE_ACTIVE);
}

TEST_F(CatalogueTest, RejectsWithFieldAndReason) {
  const auto reason = [&](const v1::Paper& paper) {
    const ImportVerdict verdict = Import(paper, "x");
    EXPECT_EQ(verdict.outcome(), ImportVerdict::OUTCOME_REJECTED);
    return verdict.reason();
  };
  EXPECT_THAT(reason(v1::Paper()), testing::StartsWith("title: "));
  v1::Paper unknown;
  AddId(&unknown, "arxiv", "2001.00001");
  EXPECT_THAT(reason(unknown), testing::HasSubstr("arxiv:2001.00001"));
  EXPECT_THAT(reason(MakePaper(std::string(10 << 20, 'x'))),
              testing::StartsWith("title: It is 10485760 bytes long"));
  EXPECT_THAT(reason(MakePaper(std::string("nul\0here", 8))),
              testing::HasSubstr("NUL character at byte 3"));
  v1::Paper year_zero = MakePaper("Very old");
  year_zero.mutable_published_time()->set_seconds(-62135596800 - 1);
  EXPECT_THAT(reason(year_zero), testing::StartsWith("published_time: "));
  v1::Paper bad_id = MakePaper("Bad id");
  AddId(&bad_id, "arxiv", "not an id");
  EXPECT_THAT(reason(bad_id), testing::StartsWith("external_ids[0]: "));
  v1::Paper bad_link = MakePaper("Bad link");
  bad_link.add_links()->set_uri("javascript:alert(1)");
  EXPECT_THAT(reason(bad_link), testing::StartsWith("links[0].uri: "));
  v1::Paper votes = MakePaper("Negative votes");
  votes.set_vote_count(-1);
  EXPECT_THAT(reason(votes), testing::StartsWith("vote_count: "));
  EXPECT_EQ(appender_->last_sequence(), 0);
}

TEST_F(CatalogueTest, TakesAFiveThousandAuthorPaperAndTheYear9999) {
  v1::Paper paper = MakePaper("Observation of something", "", 9999);
  for (int i = 0; i < 5000; ++i) paper.add_authors()->set_name("A. Author");
  EXPECT_EQ(Import(paper, "x").outcome(), ImportVerdict::OUTCOME_CREATED);
}

TEST_F(CatalogueTest, DeletesForGood) {
  v1::Paper paper = MakePaper("Gone for good", "Ada Zuse", 2020);
  AddId(&paper, "arxiv", "2001.00001");
  const std::string name = Import(paper, "arxiv").name();
  EXPECT_THAT(catalogue_->Delete(name, "stale", &changes_),
              HasReason("ETAG_MISMATCH"));
  ASSERT_OK(catalogue_->Delete(name, Read(name).etag(), &changes_));
  EXPECT_THAT(ResolveName(*db_, name, "name"), HasReason("PAPER_NOT_FOUND"));
  EXPECT_THAT(catalogue_->Delete(name, "", &changes_),
              HasReason("PAPER_NOT_FOUND"));
  const ImportVerdict again = Import(paper, "arxiv");
  EXPECT_EQ(again.outcome(), ImportVerdict::OUTCOME_CREATED);
  EXPECT_NE(again.name(), name);
}

TEST_F(CatalogueTest, FollowingTheJournalAgainGivesTheSameTables) {
  for (int i = 0; i < 40; ++i) {
    v1::Paper paper = MakePaper(StrCat("Title number of paper ", i % 13),
                                "Ada Zuse", 2020 + i % 3);
    if (i % 2 == 0) AddId(&paper, "arxiv", StrCat("2001.0000", i % 10));
    if (i % 5 == 0) AddId(&paper, "doi", StrCat("10.1/", i % 4));
    if (i % 7 == 0) paper.set_state(v1::Paper::STATE_WITHDRAWN);
    if (i % 3 == 0) {
      v1::Feature* feature = paper.add_features();
      feature->set_day(StrCat("2024-01-1", i % 9));
      feature->set_vote_count(i);
    }
    Import(paper, i % 2 == 0 ? "arxiv" : "hf-daily");
    clock_.Advance(absl::Seconds(1));
  }
  catalogue_->Delete(PaperName(2), "", &changes_).IgnoreError();
  int64_t next = 0;
  for (int64_t number = 1; number < 10; ++number) {
    absl::StatusOr<std::vector<v1::PaperChange>> changes =
        ListChanges(*db_, number, 0, 100, &next);
    if (!changes.ok()) continue;
    for (const v1::PaperChange& change : *changes) {
      if (change.kind() == v1::PaperChange::KIND_MERGED) {
        catalogue_->Split(PaperName(number), change.sequence(), &changes_)
            .status()
            .IgnoreError();
        break;
      }
    }
  }
  const std::string followed = Dump();
  EXPECT_GT(followed.size(), 1000u);
  ASSERT_OK(RebuildTables(*db_));
  EXPECT_EQ(Dump(), followed);
}

TEST_F(CatalogueTest, ListsByDay) {
  for (int i = 0; i < 5; ++i) {
    v1::Paper paper = MakePaper(StrCat("Listed paper number ", i));
    paper.mutable_published_time()->set_seconds(86400 * (10 + i / 2) + i);
    v1::Feature* feature = paper.add_features();
    feature->set_day("2024-01-10");
    feature->set_vote_count(i == 2 ? 100 : i);
    Import(paper, "x");
  }
  Import(MakePaper("Without any date"), "x");
  ListOptions options;
  EXPECT_THAT(ListPapers(*db_, options)->numbers,
              testing::ElementsAre(5, 4, 3, 2, 1, 6));
  options.start = absl::FromUnixSeconds(86400 * 10);
  options.end = absl::FromUnixSeconds(86400 * 11);
  EXPECT_THAT(ListPapers(*db_, options)->numbers,
              testing::ElementsAre(2, 1));
  ListOptions featured;
  featured.date_kind = v1::ListPapersRequest::DATE_KIND_FEATURED;
  featured.start = absl::FromCivil(absl::CivilDay(2024, 1, 10),
                                   absl::UTCTimeZone());
  featured.end = absl::FromCivil(absl::CivilDay(2024, 1, 11),
                                 absl::UTCTimeZone());
  EXPECT_THAT(ListPapers(*db_, featured)->numbers,
              testing::ElementsAre(3, 5, 4, 2, 1));
  // Page by page gives the same list.
  for (ListOptions walk : {ListOptions(), featured}) {
    const std::vector<int64_t> all = ListPapers(*db_, walk)->numbers;
    walk.limit = 2;
    std::vector<int64_t> walked;
    while (true) {
      absl::StatusOr<ListResult> page = ListPapers(*db_, walk);
      ASSERT_OK(page);
      walked.insert(walked.end(), page->numbers.begin(), page->numbers.end());
      if (!page->more.has_value()) break;
      walk.after = page->more;
    }
    EXPECT_EQ(walked, all);
  }
}

}  // namespace
}  // namespace paperwire::catalogue
