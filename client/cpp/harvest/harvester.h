// Follows a live source of papers from where the last run stopped.
//
//     auto world = MakeWorld(&stop);
//     auto http = MakeCurlClient({.contact = "mailto:ops@example.org"});
//     const ArxivOptions options = {.set = "cs", .state_file = "cs.json"};
//     ASSIGN_OR_RETURN(auto harvester, MakeArxivHarvester(options, http.get(),
//                                                         world.get()));
//     ASSIGN_OR_RETURN(Summary summary, harvester->RunOnce(deliver, progress));
//
// Papers come in batches. The position is saved, atomically, only after
// `deliver` has returned OK for everything before it; what a crash or an
// error leaves between the two is delivered again by the next run, which is
// harmless because imports are idempotent.
//
// Harvesters are polite: one request at a time, never closer together than
// the source asks for, and after 429, 503, a timeout or a body that was cut
// off they wait longer each time (with jitter; Retry-After is honoured) and
// give up after a limited number of tries.
//
// RunOnce fails with what `deliver` returned, or
//   UNAVAILABLE          the source did not answer after all retries,
//   FAILED_PRECONDITION  the source refused (its error is in the message), or
//                        the state file belongs to another harvest,
//   DATA_LOSS            the state file is damaged,
//   CANCELLED            stopped while waiting.
// Everything delivered before stays delivered. Not thread-safe.

#ifndef PAPERWIRE_CLIENT_CPP_HARVEST_HARVESTER_H_
#define PAPERWIRE_CLIENT_CPP_HARVEST_HARVESTER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cpp/harvest/world.h"
#include "client/cpp/importers/importer.h"

namespace paperwire::harvest {

// The papers of one answer of the source, and what could not be used of it.
struct Batch {
  std::vector<importers::Record> records;
  std::vector<importers::Reject> rejects;
};

// Takes a batch for good. An error ends the run, and the batch will come
// again.
using Deliver = std::function<absl::Status(Batch batch)>;

// Takes a line for people to read, without line end ("cs: 2,000 papers, ...",
// "429 Too Many Requests, waiting 30 s").
using Progress = std::function<void(std::string_view line)>;

// What a run did.
struct Summary {
  int64_t requests = 0;
  int64_t retries = 0;
  int64_t records = 0;
  int64_t rejects = 0;
  // The newest datestamp or day that the source gave so far, YYYY-MM-DD;
  // empty when it has never given any.
  std::string newest;
  // Nothing new for longer than the options allow: the source may be stuck.
  bool stale = false;
};

class Harvester {
 public:
  virtual ~Harvester() = default;

  // Takes everything that is new, until the source has no more.
  virtual absl::StatusOr<Summary> RunOnce(const Deliver& deliver,
                                          const Progress& progress) = 0;
};

// How hard to try.
struct Politeness {
  // Between the ends and beginnings of requests.
  absl::Duration min_interval = absl::Seconds(3);
  // Tries of one request, the first included.
  int max_tries = 8;
  // The first wait after a failure; doubled each time up to max_wait.
  absl::Duration first_wait = absl::Seconds(5);
  absl::Duration max_wait = absl::Minutes(10);
  // A Retry-After beyond this ends the run instead of sleeping so long.
  absl::Duration max_retry_after = absl::Hours(1);
};

struct ArxivOptions {
  std::string base_url = "https://oaipmh.arxiv.org/oai";
  // "arXivRaw" (every version), "arXiv" (authors by parts) or "oai_dc".
  std::string metadata_prefix = "arXivRaw";
  // "cs", "physics:hep-th"; empty for everything.
  std::string set = "";
  // The first datestamp to take, YYYY-MM-DD, when there is no state yet.
  // Empty: everything there is.
  std::string from = "";
  // Empty: remembered as long as the harvester lives.
  std::string state_file = "";
  // Days without a newer datestamp after which the source counts as stale.
  int stale_days = 4;
  Politeness politeness = {};
};

// arXiv, or any archive of its formats, by OAI-PMH. INVALID_ARGUMENT names
// the option that is wrong. `http` and `world` must outlive the harvester.
absl::StatusOr<std::unique_ptr<Harvester>> MakeArxivHarvester(
    const ArxivOptions& options, HttpClient* http, World* world);

struct HfDailyOptions {
  std::string base_url = "https://huggingface.co/api/daily_papers";
  // The first day to take, YYYY-MM-DD, when there is no state yet. Empty:
  // a week ago.
  std::string from = "";
  std::string state_file = "";
  // Days before the last seen one that are taken again, because votes and
  // late additions change a list after its day.
  int overlap_days = 2;
  int page_size = 100;
  // Weekends are empty; longer silence than this is said.
  int stale_days = 4;
  Politeness politeness = {.min_interval = absl::Seconds(1)};
};

// The daily lists of Hugging Face, day by day up to today (UTC).
absl::StatusOr<std::unique_ptr<Harvester>> MakeHfDailyHarvester(
    const HfDailyOptions& options, HttpClient* http, World* world);

// A harvest can also be of what papers that are stored already link to. Then
// somebody has to say which they are:
//
//     const EachPaper papers = [&](const TakePaper& take) {
//       return client.ExportPapers(request, [&](auto part) { ... take ... });
//     };
//
// Hands over every paper, with its external ids, links and signals. An error
// of `take` ends it and comes back.
using TakePaper = std::function<absl::Status(const v1::Paper& paper)>;
using EachPaper = std::function<absl::Status(const TakePaper& take)>;

struct GithubStarsOptions {
  std::string base_url = "https://api.github.com";
  // Without one GitHub answers 60 requests an hour, with one 5,000. Refused
  // when base_url would carry it in the clear.
  std::string token = "";
  // Empty: remembered as long as the harvester lives.
  std::string state_file = "";
  // A run ends after so many requests, and the next goes on. 0: no limit.
  int64_t max_requests = 0;
  // The limit of an hour is waited for, and clocks differ.
  Politeness politeness = {.min_interval = absl::Milliseconds(750),
                           .max_retry_after = absl::Minutes(65)};
};

// The stars of the repositories at GitHub that `papers` link to as code, each
// asked for once in a round. Delivers, for each paper whose stored number is
// another, one external id and the signal "github-stars" with its time; a
// paper with several repositories gets the stars of the first that is there.
// A run goes on with the round that the one before did not end. The state
// has what GitHub answered last, so that an unchanged answer costs nothing of
// its limit. RunOnce fails with what `papers` returned, too.
absl::StatusOr<std::unique_ptr<Harvester>> MakeGithubStarsHarvester(
    const GithubStarsOptions& options, EachPaper papers, HttpClient* http,
    World* world);

struct FollowOptions {
  // Between the end of a run and the beginning of the next.
  absl::Duration interval = absl::Hours(1);
  // Failed runs in a row (not those that `deliver` failed) after which
  // Follow gives up. 0: never.
  int max_failures = 0;
};

// Runs again and again until the world is stopped (OK), `deliver` fails, or
// the failures are too many.
absl::Status Follow(Harvester& harvester, const FollowOptions& options,
                    World& world, const Deliver& deliver,
                    const Progress& progress);

}  // namespace paperwire::harvest

#endif  // PAPERWIRE_CLIENT_CPP_HARVEST_HARVESTER_H_
