// Those who read what is news to them, from the place that they keep.

#include <algorithm>
#include <utility>

#include "gtest/gtest.h"
#include "service/query/parser.h"
#include "service/standing/batch.h"
#include "tests/torture/simulation.h"

namespace paperwire::torture {

int64_t Simulation::ReadOn(int64_t number, int64_t place, int limit) {
  const Model::Subscription& one = model_.subscriptions().at(number);
  const absl::StatusOr<standing::Deliveries> next =
      process_->follower().Next(number, place, limit);
  Explain(next.status());
  if (!next.ok()) return place;
  EXPECT_LE(next->place, process_->followed());
  if (place < process_->followed()) {
    EXPECT_GT(next->place, place) << one.name << " stands still";
  }
  auto expected = one.news.upper_bound(place);
  for (const standing::Delivery& delivery : next->news) {
    ++counts_.delivered;
    while (expected != one.news.end() && !expected->second &&
           expected->first < delivery.sequence) {
      ++expected;  // it need not come
    }
    if (expected == one.news.end() || expected->first != delivery.sequence) {
      ADD_FAILURE() << one.name << " (" << one.question->text << ") gets "
                    << delivery.sequence << " after " << place
                    << (expected == one.news.end() ? ", and nothing is due"
                                                   : ", due is ")
                    << (expected == one.news.end() ? 0 : expected->first);
      return next->place;
    }
    counts_.forgiven += !expected->second;
    ++expected;
  }
  for (; expected != one.news.end() && expected->first <= next->place;
       ++expected) {
    EXPECT_FALSE(expected->second)
        << one.name << " (" << one.question->text << ") comes from " << place
        << " to " << next->place << " without " << expected->first;
  }
  return next->place;
}

void Simulation::Read() {
  int64_t number = 0;
  const Model::Subscription* one = AnySubscription(&number);
  // It exists for others once its entry was followed.
  if (one == nullptr || one->created > process_->followed()) return;
  int64_t& place = places_.try_emplace(number, one->created).first->second;
  place = ReadOn(number, place, static_cast<int>(1 + Below(5)));
}

void Simulation::ReadFromTheStart() {
  int64_t number = 0;
  const Model::Subscription* one = AnySubscription(&number);
  if (one == nullptr || one->created > process_->followed()) return;
  for (int64_t place = one->created; place < process_->followed();) {
    const int64_t next = ReadOn(number, place, static_cast<int>(1 + Below(9)));
    if (next == place) return;
    place = next;
  }
}

void Simulation::ReadWatch() {
  const size_t i = Below(model_.watched().size());
  const Model::Watched& watched = model_.watched()[i];
  int64_t& place = watch_places_[i];
  const absl::StatusOr<std::shared_ptr<const standing::Batch>> batch =
      process_->follower().feed().Next(place);
  Explain(batch.status());
  if (!batch.ok()) return;
  if (*batch == nullptr) {
    EXPECT_EQ(place, process_->followed());
    return;
  }
  v1::Query text;
  text.set_text(watched.question->text);
  const absl::StatusOr<query::Query> query = query::Parse(text);
  ASSERT_TRUE(query.ok()) << query.status();
  const auto news = standing::NewMatches(**batch, *query, place);
  ASSERT_TRUE(news.ok()) << news.status();
  std::vector<int64_t> got;
  for (const journal::Change* change : *news) got.push_back(change->sequence);
  std::vector<int64_t> expected;
  for (const int64_t sequence : watched.news) {
    if (sequence > place && sequence <= (*batch)->last) {
      expected.push_back(sequence);
    }
  }
  EXPECT_EQ(got, expected) << "watching " << watched.question->text << " from "
                           << place << " to " << (*batch)->last;
  EXPECT_GT((*batch)->last, place);
  place = (*batch)->last;
}

}  // namespace paperwire::torture
