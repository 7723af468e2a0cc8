// Boards: the papers that got votes in a window of time, ranked by a formula,
// now or as of any past moment.
//
//     Boards boards;
//     boards.Set(17, {{.time = monday, .votes = 12}});
//     const Board week = boards.Rank({.at = now, .window = absl::Hours(168)});
//     week.places[0].number;
//
// Votes lie by day, so that a board goes through the days of its window only,
// and a change through the days of its paper. 100,000 papers take some 10 MB.

#ifndef PAPERWIRE_SERVICE_TRENDING_BOARDS_H_
#define PAPERWIRE_SERVICE_TRENDING_BOARDS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "service/catalogue/votes.h"
#include "service/trending/formula.h"

namespace paperwire::trending {

struct BoardRequest {
  // Votes up to this moment count (seconds since the epoch) ...
  int64_t at = 0;
  // ... that are younger than this then. Infinite: all.
  absl::Duration window = absl::InfiniteDuration();
  Formula formula = {};
  // Only these papers, by rising number. Null: all.
  const std::vector<int64_t>* only = nullptr;
  // The places to return.
  size_t offset = 0;
  size_t limit = 20;
};

// A paper on a board.
struct Place {
  int64_t number = 0;
  int rank = 0;  // from 1
  double score = 0;
  int64_t votes = 0;        // in the window
  int64_t total_votes = 0;  // up to the moment
  int64_t first_time = 0;   // of its first vote, seconds since the epoch
  // On the board of 24 hours before; nothing: it was not on it.
  std::optional<int> previous_rank;
  bool newcomer = false;  // its first vote is less than 24 hours old then
};

struct Board {
  // By falling score; of equal ones the lower number first.
  std::vector<Place> places;
  size_t size = 0;  // papers on it
};

// Thread-safe; boards are made side by side, and changes wait for them.
class Boards {
 public:
  // These are the votes that lists count for a paper now, by rising time.
  void Set(int64_t number, std::vector<catalogue::VoteStep> steps);
  // And these were cast here.
  void SetCast(int64_t number, std::vector<catalogue::VoteStep> steps);
  // So many were cast in one second.
  void SetCastAt(int64_t number, int64_t time, int64_t votes);
  // The paper is not there any more.
  void Remove(int64_t number);

  Board Rank(const BoardRequest& request) const;

  // Papers that have votes.
  size_t size() const;

  // How often any vote changed: as long as it is the same, boards of one moment
  // are, too. Read it before Rank.
  int64_t changes() const { return changes_; }

 private:
  // Who counts votes.
  enum Layer : uint32_t { kListed, kCast, kLayers };
  struct Vote {
    int64_t time;
    int64_t votes;
    uint32_t slot;  // in voted_
    Layer layer;
  };
  struct Step {
    catalogue::VoteStep step;
    uint32_t place;  // of its Vote, in its day
  };
  struct Voted {
    int64_t number = 0;
    int64_t first_time = 0;
    // Of each layer, by rising time, each time once.
    std::array<std::vector<Step>, kLayers> steps;
  };
  // Of the papers of a board, by slot.
  struct Sums {
    std::vector<int64_t> votes;
    std::vector<double> left;  // empty: the formula does not need it
  };
  struct Scored {
    double score;
    int64_t number;
    uint32_t slot;

    // The better one first.
    bool operator<(const Scored& other) const {
      return score != other.score ? score > other.score : number < other.number;
    }
  };

  uint32_t SlotOf(int64_t number);
  void SetLayer(int64_t number, Layer layer,
                const std::vector<catalogue::VoteStep>& steps);
  // Where it stands among a paper's steps: at the end, mostly.
  void Insert(uint32_t slot, Layer layer, size_t at,
              const catalogue::VoteStep& step);
  void Erase(uint32_t slot, Layer layer, size_t at);
  void SetVotes(Step* step, int64_t votes);
  // After the steps of a paper changed.
  void Settle(uint32_t slot);

  // Calls f(vote) for the votes after `start`, up to `end`.
  template <typename F>
  void ForEachVote(int64_t start, int64_t end, F f) const;
  Sums SumAll(const BoardRequest& request, int64_t at, Scorer* scorer) const;
  // From the sums of request.at to those of a day before.
  Sums SumDayBefore(const BoardRequest& request, Sums sums,
                    Scorer* scorer) const;
  Scored ScoreOf(uint32_t slot, const Sums& sums, Scorer* scorer) const;
  // Calls f(scored) for the papers on a board.
  template <typename F>
  void ForEachScored(const BoardRequest& request, const Sums& sums,
                     Scorer* scorer, F f) const;
  Place PlaceOf(const Scored& scored, const Sums& sums, int64_t at) const;
  void AddPreviousRanks(const BoardRequest& request, Sums sums,
                        Board* board) const;

  std::atomic<int64_t> changes_ = 0;
  mutable std::shared_mutex mutex_;               // guards what follows
  absl::flat_hash_map<int64_t, uint32_t> slots_;  // by number
  std::vector<Voted> voted_;
  std::vector<uint32_t> free_;                 // slots
  std::map<int64_t, std::vector<Vote>> days_;  // by day since the epoch
};

}  // namespace paperwire::trending

#endif  // PAPERWIRE_SERVICE_TRENDING_BOARDS_H_
