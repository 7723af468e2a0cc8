// What must be there, worked out from the journal's entries alone: papers,
// subscriptions, and what is news to whom. Maps in memory, no cleverness; the
// rules are those of service/standing/README.md.
//
//     Model model;
//     model.Follow(entry);          // for each entry that was committed
//     model.papers(); model.subscriptions();

#ifndef PAPERWIRE_TESTS_TORTURE_MODEL_H_
#define PAPERWIRE_TESTS_TORTURE_MODEL_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "service/journal/journal.h"
#include "tests/torture/question.h"

namespace paperwire::torture {

class Model {
 public:
  struct Paper {
    int64_t sequence = 0;  // of its newest entry
    bool searched = false;
    Words words;
    // What tells a new version.
    int versions = 0;
    int64_t revised = 0;
    std::set<int64_t> heard;  // the subscriptions that it was news to
  };

  struct Subscription {
    std::string name;
    std::string etag;
    const Question* question = nullptr;
    bool versions = false;
    bool paused = false;
    int64_t created = 0;
    std::optional<int64_t> expires;  // seconds
    // What is news to it, by sequence number. False: when it was decided, the
    // disk failed and could not tell whether it was delivered before; twice is
    // allowed then.
    std::map<int64_t, bool> news;
    int64_t cursor = 0;
  };

  // What is news to whoever watches a question from the beginning.
  struct Watched {
    const Question* question = nullptr;
    std::vector<int64_t> news;
  };

  struct Merge {
    int64_t paper = 0;
    int64_t sequence = 0;
  };

  // Watched from the beginning on.
  void Watch(const Question& question) { watched_.push_back({&question, {}}); }

  // The next entry.
  void Follow(const journal::Entry& entry);

  // From the entry `from` on, the disk failed while news was told.
  void ForgiveFrom(int64_t from);

  int64_t head() const { return static_cast<int64_t>(entries_.size()); }
  // The entry as it was stored, in bytes.
  const std::string& entry(int64_t sequence) const {
    return entries_[static_cast<size_t>(sequence) - 1];
  }
  static std::string BytesOf(const journal::Entry& entry);

  const std::map<int64_t, Paper>& papers() const { return papers_; }
  std::map<int64_t, Subscription>& subscriptions() { return subscriptions_; }
  const std::vector<Watched>& watched() const { return watched_; }
  const std::vector<Merge>& merges() const { return merges_; }
  // What was wrong with the entries themselves; empty: nothing.
  const std::string& fault() const { return fault_; }

 private:
  void FollowPaper(const journal::Entry& entry);
  void FollowSubscription(const journal::Entry& entry);
  void TellNews(int64_t sequence, bool created, const Paper& before,
                Paper* after);

  std::vector<std::string> entries_;
  absl::Time last_time_ = absl::InfinitePast();
  std::map<int64_t, Paper> papers_;
  std::map<int64_t, Subscription> subscriptions_;
  std::vector<Watched> watched_;
  std::vector<Merge> merges_;
  // News that was left out because the paper was heard of before, by entry.
  std::map<int64_t, std::vector<int64_t>> heard_before_;
  std::string fault_;
};

}  // namespace paperwire::torture

#endif  // PAPERWIRE_TESTS_TORTURE_MODEL_H_
