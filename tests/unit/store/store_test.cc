#include "service/store/store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <future>

#include "service/base/paper_id.h"
#include "service/base/strings.h"
#include "service/catalogue/reader.h"
#include "service/index/search.h"
#include "service/journal/journal.h"
#include "service/query/parser.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::store {
namespace {

query::Query Parse(const std::string& text) {
  v1::Query request;
  request.set_text(text);
  absl::StatusOr<query::Query> query = query::Parse(request);
  EXPECT_OK(query);
  return *query;
}

class StoreTest : public testing::Test {
 protected:
  void SetUp() override { Open(); }

  void Open() {
    store_.reset();
    options_.folder = folder_.path() + "/data";
    absl::StatusOr<std::unique_ptr<Store>> store = Store::Open(options_);
    ASSERT_OK(store);
    store_ = *std::move(store);
  }

  absl::StatusOr<v1::ImportPapersResponse> Import(
      v1::ImportPapersRequest request) {
    std::promise<absl::StatusOr<v1::ImportPapersResponse>> answer;
    store_->Import(std::move(request), [&](auto result) {
      answer.set_value(std::move(result));
    });
    return answer.get_future().get();
  }

  static v1::ImportPapersRequest Batch(const std::vector<std::string>& titles,
                                       const std::string& request_id = "") {
    v1::ImportPapersRequest request;
    request.set_request_id(request_id);
    int64_t line = 0;
    for (const std::string& title : titles) {
      v1::ImportItem* item = request.add_items();
      item->mutable_paper()->set_title(title);
      item->set_line(++line);
    }
    return request;
  }

  int64_t Count(const std::string& text) {
    index::SearchOptions options;
    options.strict = true;
    absl::StatusOr<index::SearchResult> result =
        index::Search(*store_->snapshot(), Parse(text), options);
    EXPECT_OK(result);
    return result.ok() ? result->total_full_matches : -1;
  }

  TempFolder folder_;
  StoreOptions options_;
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, WhatIsAcknowledgedIsSearchable) {
  absl::StatusOr<v1::ImportPapersResponse> answer =
      Import(Batch({"Narrow necks", "Wide necks", "Bottles"}));
  ASSERT_OK(answer);
  EXPECT_EQ(answer->sequence(), 3);
  EXPECT_EQ(answer->verdicts_size(), 3);
  EXPECT_EQ(answer->verdicts(2).line(), 3);
  EXPECT_EQ(Count("neck"), 2);
  EXPECT_GE(store_->snapshot()->sequence(), answer->sequence());
}

TEST_F(StoreTest, IsThereAfterReopeningWithAndWithoutACheckpoint) {
  options_.checkpoint_entries = 2;
  Open();
  for (int i = 0; i < 7; ++i) {
    ASSERT_OK(Import(Batch({StrCat("Narrow neck number ", i)})));
  }
  Open();
  EXPECT_EQ(Count("neck"), 7);
  ASSERT_OK(Import(Batch({"Another narrow neck"})));
  options_.rebuild = true;
  Open();
  EXPECT_EQ(Count("neck"), 8);
}

TEST_F(StoreTest, ARetriedRequestChangesNothing) {
  absl::StatusOr<v1::ImportPapersResponse> first =
      Import(Batch({"Only once", "And twice"}, "batch-1"));
  ASSERT_OK(first);
  Open();  // the answer outlives the process
  absl::StatusOr<v1::ImportPapersResponse> again =
      Import(Batch({"Only once", "And twice"}, "batch-1"));
  ASSERT_OK(again);
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(Count(""), 2);
}

TEST_F(StoreTest, ABatchThatIsRefusedLeavesNoTrace) {
  v1::ImportPapersRequest large;
  for (int i = 0; i < 10001; ++i) {
    large.add_items()->mutable_paper()->set_title("x");
  }
  EXPECT_THAT(Import(std::move(large)),
              IsError(absl::StatusCode::kInvalidArgument, "10001"));
  EXPECT_THAT(Import(Batch({"x"}, std::string(65, 'r'))),
              IsError(absl::StatusCode::kInvalidArgument, "65"));
  EXPECT_THAT(Import(Batch({"x"}, "new\nline")),
              IsError(absl::StatusCode::kInvalidArgument, "ASCII"));
  EXPECT_EQ(Count(""), 0);
  ASSERT_OK(Import(Batch({"Goes on"})));
}

TEST_F(StoreTest, ARejectedPaperRejectsItselfAlone) {
  absl::StatusOr<v1::ImportPapersResponse> answer =
      Import(Batch({"Good one", "", "Good two"}));
  ASSERT_OK(answer);
  EXPECT_EQ(answer->verdicts(1).outcome(),
            v1::ImportVerdict::OUTCOME_REJECTED);
  EXPECT_EQ(answer->verdicts(1).line(), 2);
  EXPECT_EQ(Count("good"), 2);
}

TEST_F(StoreTest, DuplicatesInOneBatchAreOnePaper) {
  v1::ImportPapersRequest request = Batch({"Same paper here", "Same paper here"});
  for (v1::ImportItem& item : *request.mutable_items()) {
    v1::ExternalId* id = item.mutable_paper()->add_external_ids();
    id->set_scheme("arxiv");
    id->set_value("2401.00001");
  }
  absl::StatusOr<v1::ImportPapersResponse> answer = Import(request);
  ASSERT_OK(answer);
  EXPECT_EQ(answer->verdicts(0).outcome(), v1::ImportVerdict::OUTCOME_CREATED);
  EXPECT_EQ(answer->verdicts(1).outcome(),
            v1::ImportVerdict::OUTCOME_UNCHANGED);
  EXPECT_EQ(Count("same"), 1);
}

TEST_F(StoreTest, TwoStoresCannotShareAFolder) {
  EXPECT_THAT(Store::Open(options_), HasReason("DATA_FOLDER_IN_USE"));
  EXPECT_THAT(Store::Open(options_),
              IsError(absl::StatusCode::kFailedPrecondition,
                      StrCat("process ", getpid())));
}

TEST_F(StoreTest, RefusesAFolderThatCannotBeWritten) {
  StoreOptions options;
  options.folder = "/proc/paperwire";
  EXPECT_THAT(Store::Open(options), HasReason("DATA_FOLDER_NOT_WRITABLE"));
}

TEST_F(StoreTest, AnIndexAheadOfTheJournalIsMadeAgain) {
  ASSERT_OK(Import(Batch({"First narrow neck"})));
  store_.reset();
  const std::string db = options_.folder + "/paperwire.db";
  std::filesystem::copy_file(db, db + ".backup");
  Open();
  ASSERT_OK(Import(Batch({"Second narrow neck"})));
  store_.reset();
  std::filesystem::rename(db + ".backup", db);
  std::filesystem::remove(db + "-wal");
  std::filesystem::remove(db + "-shm");
  Open();
  EXPECT_EQ(Count("neck"), 1);
  EXPECT_EQ(store_->feed().head(), 1);
}

TEST_F(StoreTest, ManyThreadsImportAtOnce) {
  std::vector<std::future<void>> importers;
  for (int t = 0; t < 4; ++t) {
    importers.push_back(std::async(std::launch::async, [this, t] {
      for (int i = 0; i < 25; ++i) {
        EXPECT_OK(Import(Batch({StrCat("Thread ", t, " neck ", i),
                                StrCat("Thread ", t, " bottle ", i)})));
      }
    }));
  }
  for (std::future<void>& importer : importers) importer.get();
  EXPECT_EQ(Count("neck"), 100);
  EXPECT_EQ(Count(""), 200);
  EXPECT_EQ(store_->feed().head(), 200);
}

// The promise of DESIGN: delivered if and only if a strict search right after
// would return it.
TEST_F(StoreTest, AFeedDeliversWhatASearchRightAfterWouldFind) {
  const query::Query query = Parse("neck -wide");
  std::vector<int64_t> delivered;
  int64_t place = 0;
  const auto follow = [&] {
    while (true) {
      absl::StatusOr<std::shared_ptr<const standing::Batch>> batch =
          store_->feed().Next(place);
      ASSERT_OK(batch);
      if (*batch == nullptr) return;
      auto news = standing::NewMatches(**batch, query, place);
      ASSERT_OK(news);
      for (const journal::Change* entry : *news) {
        delivered.push_back(entry->number);
      }
      place = (*batch)->last;
    }
  };
  const auto import = [&](const std::string& title, const std::string& id) {
    v1::ImportPapersRequest request = Batch({title});
    v1::ExternalId* external =
        request.mutable_items(0)->mutable_paper()->add_external_ids();
    external->set_scheme("arxiv");
    external->set_value(id);
    ASSERT_OK(Import(request));
  };
  import("A narrow neck", "2401.00001");
  import("A wide neck", "2401.00002");
  import("Something else", "2401.00003");
  follow();
  EXPECT_THAT(delivered, testing::ElementsAre(1));
  import("A broad neck", "2401.00002");  // starts to match
  import("A slim neck", "2401.00001");   // matched before: no news
  import("A wide neck", "2401.00001");   // ceases to match
  import("A thin neck", "2401.00001");   // starts again
  follow();
  EXPECT_THAT(delivered, testing::ElementsAre(1, 2, 1));
  // From the beginning, out of the journal, it is the same.
  const std::vector<int64_t> live = delivered;
  delivered.clear();
  place = 0;
  Open();
  follow();
  EXPECT_EQ(delivered, live);
}

}  // namespace
}  // namespace paperwire::store
