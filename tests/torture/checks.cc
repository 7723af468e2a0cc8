// What is stored, held against the model.

#include <algorithm>
#include <iterator>
#include <utility>

#include "gtest/gtest.h"
#include "service/base/strings.h"
#include "service/catalogue/tables.h"
#include "service/journal/journal.h"
#include "service/standing/subscription_tables.h"
#include "tests/torture/searching.h"
#include "tests/torture/simulation.h"

namespace paperwire::torture {
namespace {

using journal::Database;
using journal::Entry;
using journal::Statement;

constexpr int kAll = 1 << 20;

// All rows of a query, for comparison.
std::vector<std::string> Rows(Database& db, const char* sql, int columns) {
  std::vector<std::string> rows;
  Statement& statement = db.Get(sql);
  while (true) {
    const absl::StatusOr<bool> found = statement.Step();
    EXPECT_TRUE(found.ok()) << found.status();
    if (!found.ok() || !*found) return rows;
    std::string& row = rows.emplace_back();
    for (int i = 0; i < columns; ++i) {
      StrAppend(&row, statement.Bytes(i), "|");
    }
  }
}

}  // namespace

void Simulation::CheckAll() {
  CheckJournal();
  CheckCursors();
  if (testing::Test::HasFailure()) return;
  CheckPapers();
  CheckSubscriptions();
  CheckMatches();
}

void Simulation::CheckJournal() {
  const absl::StatusOr<std::vector<Entry>> entries =
      journal::ReadAfter(process_->db(), 0, kAll);
  ASSERT_TRUE(entries.ok()) << entries.status();
  const auto acknowledged = static_cast<size_t>(model_.head());
  ASSERT_GE(entries->size(), acknowledged) << "acknowledged, and not there";
  for (size_t i = 0; i < acknowledged; ++i) {
    ASSERT_EQ(Model::BytesOf((*entries)[i]),
              model_.entry(static_cast<int64_t>(i) + 1));
  }
  if (entries->size() == acknowledged) return;
  // It was not acknowledged: it must be something that was tried, and all of
  // it.
  const auto is_there = [&](const Limbo& limbo) {
    return std::equal(limbo.entries.begin(), limbo.entries.end(),
                      entries->begin() + model_.head(), entries->end(),
                      [](const Entry& a, const Entry& b) {
                        return Model::BytesOf(a) == Model::BytesOf(b);
                      });
  };
  ASSERT_TRUE(std::any_of(limbo_.begin(), limbo_.end(), is_there))
      << "entries from " << acknowledged + 1 << " to " << entries->size()
      << " come from nowhere";
  ++counts_.reappeared;
  for (size_t i = acknowledged; i < entries->size(); ++i) {
    model_.Follow((*entries)[i]);
  }
  EXPECT_EQ(model_.fault(), "");
}

void Simulation::CheckCursors() {
  for (auto& [key, one] : model_.subscriptions()) {
    const int64_t number = key;
    standing::SubscriptionRow subscription;
    subscription.number = number;
    subscription.created = one.created;
    const absl::StatusOr<standing::CursorRow> row =
        standing::ReadCursor(process_->db(), subscription);
    ASSERT_TRUE(row.ok()) << row.status();
    const bool tried =
        std::any_of(limbo_.begin(), limbo_.end(), [&](const Limbo& limbo) {
          const auto found = limbo.cursors.find(number);
          return found != limbo.cursors.end() && found->second == row->sequence;
        });
    EXPECT_TRUE(row->sequence == one.cursor ||
                (row->sequence > one.cursor && tried))
        << one.name << ": the cursor is at " << row->sequence << ", committed "
        << one.cursor;
    one.cursor = row->sequence;
  }
  limbo_.clear();
}

void Simulation::CheckPapers() {
  for (const auto& [number, paper] : model_.papers()) {
    const absl::StatusOr<std::optional<catalogue::Row>> row =
        catalogue::FindRow(process_->db(), number);
    ASSERT_TRUE(row.ok()) << row.status();
    ASSERT_TRUE(row->has_value());
    EXPECT_EQ((*row)->sequence, paper.sequence);
  }
  // The model is ahead of the index by what was not followed yet.
  if (process_->followed() != model_.head()) return;
  EXPECT_EQ(process_->index().sequence(), model_.head());
  for (int i = 0; i < 3; ++i) {
    ExpectFinds(*process_->index().snapshot(), Question::Any(random_), model_);
  }
}

void Simulation::CheckSubscriptions() {
  const absl::StatusOr<std::vector<standing::SubscriptionRow>> rows =
      standing::ListAll(process_->db(), 0, kAll);
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), model_.subscriptions().size());
  auto expected = model_.subscriptions().begin();
  for (const standing::SubscriptionRow& row : *rows) {
    EXPECT_EQ(row.number, expected->first);
    EXPECT_EQ(row.name, expected->second.name);
    EXPECT_EQ(row.created, expected->second.created);
    const absl::StatusOr<v1::Subscription> there =
        standing::ReadSubscription(process_->db(), row, row.sequence);
    ASSERT_TRUE(there.ok()) << there.status();
    EXPECT_EQ(there->etag(), expected->second.etag);
    ++expected;
  }
}

void Simulation::CheckMatches() {
  const absl::StatusOr<int64_t> position =
      standing::ReadStandingPosition(process_->db());
  ASSERT_TRUE(position.ok()) << position.status();
  EXPECT_LE(noted_, *position) << "noted, and not there";
  EXPECT_LE(*position, model_.head());
  for (const auto& [number, one] : model_.subscriptions()) {
    const absl::StatusOr<std::vector<standing::MatchRow>> rows =
        standing::ReadMatches(process_->db(), number, 0, kAll);
    ASSERT_TRUE(rows.ok()) << rows.status();
    std::vector<int64_t> noted;
    for (const standing::MatchRow& row : *rows) {
      noted.push_back(row.sequence);
      EXPECT_TRUE(one.news.contains(row.sequence))
          << one.name << ": " << row.sequence << " is noted, and no news";
      EXPECT_LE(row.sequence, *position);
    }
    for (const auto& [sequence, must] : one.news) {
      if (sequence > *position) break;
      EXPECT_TRUE(!must ||
                  std::binary_search(noted.begin(), noted.end(), sequence))
          << one.name << ": " << sequence << " is not noted, the position is "
          << *position;
    }
  }
}

// A view can be thrown away and made again.
void Simulation::CheckRebuild() {
  Database& db = process_->db();
  const auto views = [&] {
    std::vector<std::vector<std::string>> all;
    all.push_back(Rows(db, "SELECT * FROM paper ORDER BY 1", 6));
    all.push_back(Rows(db, "SELECT * FROM external_id ORDER BY 1, 2", 2));
    all.push_back(Rows(db, "SELECT * FROM likeness ORDER BY 1, 2", 2));
    all.push_back(Rows(db, "SELECT * FROM apart ORDER BY 1, 2", 2));
    all.push_back(Rows(db,
                       "SELECT number, name, sequence, created, expire "
                       "FROM subscription ORDER BY 1",
                       5));
    return all;
  };
  const std::vector<std::vector<std::string>> before = views();
  ASSERT_TRUE(catalogue::RebuildTables(db).ok());
  ASSERT_TRUE(standing::RebuildSubscriptionTables(db).ok());
  EXPECT_EQ(views(), before);
}

}  // namespace paperwire::torture
