#include "tests/torture/model.h"

#include <utility>

#include "service/base/strings.h"

namespace paperwire::torture {

using journal::Entry;
using journal::Kind;

std::string Model::BytesOf(const Entry& entry) {
  return StrCat(entry.sequence, " ", absl::ToUnixMicros(entry.time), " ",
                static_cast<int>(entry.kind), " ", entry.number, " ",
                entry.previous, " ", entry.payload.SerializeAsString());
}

void Model::Follow(const Entry& entry) {
  if (entry.sequence != head() + 1) {
    fault_ = StrCat("entry ", entry.sequence, " follows ", head());
  }
  if (entry.time < last_time_) {
    fault_ = StrCat("the time falls at entry ", entry.sequence);
  }
  last_time_ = entry.time;
  entries_.push_back(BytesOf(entry));
  if (journal::IsOfPaper(entry.kind)) {
    FollowPaper(entry);
  } else {
    FollowSubscription(entry);
  }
}

void Model::FollowPaper(const Entry& entry) {
  Paper& paper = papers_[entry.number];
  if (entry.kind == Kind::kMerged && entry.payload.other() != 0) {
    paper.heard.merge(std::set<int64_t>(papers_[entry.payload.other()].heard));
  }
  if (entry.kind == Kind::kMerged) {
    merges_.push_back({entry.number, entry.sequence});
  }
  paper.sequence = entry.sequence;
  // Provisional entries pass unseen; searches may see them for a moment.
  if (entry.payload.provisional()) return;
  Paper before = paper;
  const v1::Paper& now = entry.payload.paper();
  paper.searched =
      entry.payload.has_paper() && now.state() != v1::Paper::STATE_WITHDRAWN;
  paper.words = WordsOf(now);
  paper.versions = now.versions_size();
  paper.revised = now.revised_time().seconds();
  TellNews(entry.sequence, entry.kind == Kind::kCreated, before, &paper);
}

void Model::TellNews(int64_t sequence, bool created, const Paper& before,
                     Paper* after) {
  if (!after->searched) return;
  for (Watched& watched : watched_) {
    if (watched.question->Matches(after->words) &&
        !(before.searched && watched.question->Matches(before.words))) {
      watched.news.push_back(sequence);
    }
  }
  for (auto& [number, subscription] : subscriptions_) {
    if (!subscription.question->Matches(after->words)) continue;
    const bool did =
        before.searched && subscription.question->Matches(before.words);
    if (did) {
      const bool newer = after->versions > before.versions ||
                         after->revised > before.revised;
      if (!subscription.versions || !newer) continue;
    } else if (!created && after->heard.contains(number)) {
      heard_before_[sequence].push_back(number);
      continue;
    }
    after->heard.insert(number);
    subscription.news[sequence] = true;
  }
}

void Model::ForgiveFrom(int64_t from) {
  for (auto it = heard_before_.lower_bound(from); it != heard_before_.end();
       ++it) {
    for (const int64_t number : it->second) {
      const auto found = subscriptions_.find(number);
      if (found == subscriptions_.end()) continue;
      found->second.news.try_emplace(it->first, false);
    }
  }
}

void Model::FollowSubscription(const Entry& entry) {
  if (entry.kind == Kind::kUnsubscribed) {
    subscriptions_.erase(entry.number);
    return;
  }
  const auto [it, is_new] = subscriptions_.try_emplace(entry.number);
  Subscription& one = it->second;
  const v1::Subscription& now = entry.payload.subscription();
  if (is_new) one.created = one.cursor = entry.sequence;
  one.name = now.name();
  one.etag = now.etag();
  one.question = &Question::WithText(now.query().text());
  one.versions = now.news() == v1::NEWS_VERSIONS;
  one.paused = now.state() == v1::Subscription::STATE_PAUSED;
  one.expires.reset();
  if (now.has_expire_time()) one.expires = now.expire_time().seconds();
}

}  // namespace paperwire::torture
