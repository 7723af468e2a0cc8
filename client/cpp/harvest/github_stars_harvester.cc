// Counts the stars of the repositories that papers link to.
//
// The other harvesters read lists that grow, and remember how far they came.
// Here the list is that of the papers, and every number on it can change at
// any time, so a harvest goes in rounds: a round asks for each repository
// once, and ends when all have been asked for. A run that is interrupted, or
// that has used up what it may ask, leaves its round open, and the next run
// passes over the repositories that the round has seen.
//
// The papers that are told are those whose stored number is another than
// GitHub's. Nothing has to be remembered for that, and a paper that begins to
// link to a repository that has not changed is told, too.
//
// The state, saved after each batch:
//   round             the number of the round, from 1
//   open              "yes" until the round is over
//   repo:OWNER/NAME   the round in which it was asked for, the time, the stars
//                     ("-" when it is gone), and the ETag ("-": none)

#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "client/cpp/harvest/github_answer.h"
#include "client/cpp/harvest/github_repository.h"
#include "client/cpp/harvest/harvester.h"
#include "client/cpp/harvest/polite_fetcher.h"
#include "client/cpp/harvest/state_file.h"
#include "client/cpp/importers/excerpt.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::harvest {
namespace {

constexpr char kSignal[] = "github-stars";
// A crash loses the answers of a batch, and a batch writes the state once.
constexpr int kBatchRepositories = 25;
constexpr int64_t kMostRounds = int64_t{1} << 53;
// Waiting longer than this, a batch is delivered before.
constexpr absl::Duration kLongWait = absl::Seconds(10);

std::string KeyOf(const std::string& repository) {
  return StrCat("repo:", repository);
}

std::string Plural(int64_t count, std::string_view one, std::string_view many) {
  return StrCat(count, " ", count == 1 ? one : many);
}

// What is known of a repository.
struct Known {
  int64_t round = 0;
  absl::Time time;
  std::optional<int64_t> stars;
  std::string etag;
};

std::string ToText(const Known& known) {
  return StrCat(
      known.round, " ",
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", known.time, absl::UTCTimeZone()),
      " ", known.stars.has_value() ? StrCat(*known.stars) : "-", " ",
      known.etag.empty() ? "-" : known.etag);
}

// Never asked for, when the text is not one of ToText's.
Known FromText(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ' ');
  Known known;
  if (parts.size() != 4 || !absl::SimpleAtoi(parts[0], &known.round) ||
      !absl::ParseTime(absl::RFC3339_sec, parts[1], &known.time, nullptr)) {
    return Known();
  }
  int64_t stars = 0;
  if (absl::SimpleAtoi(parts[2], &stars) && stars >= 0) {
    known.stars = stars;
    if (parts[3] != "-" && IsOneWord(parts[3])) known.etag = parts[3];
  }
  return known;
}

// A paper that links to repositories.
struct LinkedPaper {
  v1::ExternalId id;
  std::vector<std::string> repositories;
  // The one whose stars it gets, unless that is gone.
  size_t at = 0;
  std::optional<double> stars;
};

// Which papers link where, and who waits for which repository.
class Plan {
 public:
  void Add(const v1::Paper& paper) {
    LinkedPaper linked;
    for (const v1::Link& link : paper.links()) {
      if (link.kind() != v1::Link::KIND_CODE) continue;
      std::optional<std::string> repository = RepositoryOf(link.uri());
      if (repository.has_value() &&
          !absl::c_linear_search(linked.repositories, *repository)) {
        linked.repositories.push_back(*std::move(repository));
      }
    }
    if (linked.repositories.empty()) return;
    if (paper.external_ids().empty()) {
      ++without_id_;
      return;
    }
    // One id is enough, and cannot show two papers to be the same.
    linked.id = paper.external_ids(0);
    for (const v1::Signal& signal : paper.signals()) {
      if (signal.kind() == kSignal) linked.stars = signal.value();
    }
    papers_.push_back(std::move(linked));
    Wait(papers_.size() - 1);
  }

  // The next repository that papers wait for; nothing when none does.
  std::optional<std::string> Next() {
    if (queue_.empty()) return std::nullopt;
    std::string repository = std::move(queue_.front());
    queue_.pop_front();
    return repository;
  }

  // The papers that wait for it, which wait no more.
  std::vector<size_t> Take(const std::string& repository) {
    std::vector<size_t> papers;
    papers.swap(waiting_[repository]);
    return papers;
  }

  // The repository is not there: its next one may be.
  void PassOn(size_t paper) {
    if (++papers_[paper].at < papers_[paper].repositories.size()) Wait(paper);
  }

  const LinkedPaper& paper(size_t i) const { return papers_[i]; }
  int64_t papers() const { return static_cast<int64_t>(papers_.size()); }
  int64_t repositories() const { return static_cast<int64_t>(waiting_.size()); }
  int64_t without_id() const { return without_id_; }

 private:
  void Wait(size_t paper) {
    const std::string& repository =
        papers_[paper].repositories[papers_[paper].at];
    std::vector<size_t>& papers = waiting_[repository];
    if (papers.empty()) queue_.push_back(repository);
    papers.push_back(paper);
  }

  std::vector<LinkedPaper> papers_;
  std::map<std::string, std::vector<size_t>> waiting_;
  std::deque<std::string> queue_;
  int64_t without_id_ = 0;
};

class GithubStarsHarvester : public Harvester {
 public:
  GithubStarsHarvester(const GithubStarsOptions& options, EachPaper papers,
                       HttpClient* http, World* world)
      : options_(options),
        papers_(std::move(papers)),
        world_(world),
        file_(options.state_file,
              {{"harvest", "github-stars"}, {"base_url", options.base_url}}),
        fetcher_(http, world, options.politeness, ReadGithubLimit) {}

  absl::StatusOr<Summary> RunOnce(const Deliver& deliver,
                                  const Progress& progress) override {
    Run run{.deliver = deliver, .progress = progress};
    ASSIGN_OR_RETURN(run.state, file_.Load());
    if (options_.state_file.empty()) run.state = remembered_;
    RETURN_IF_ERROR(papers_([&](const v1::Paper& paper) {
      run.plan.Add(paper);
      return absl::OkStatus();
    }));
    const int64_t requests = fetcher_.requests();
    const int64_t retries = fetcher_.retries();
    BeginRound(&run);
    const absl::Status asked = AskAll(&run);
    // What was answered is good, whatever happened then.
    RETURN_IF_ERROR(Flush(&run));
    RETURN_IF_ERROR(asked);
    if (run.over) RETURN_IF_ERROR(EndRound(&run));
    progress(StrCat("github-stars: ",
                    run.over ? "all repositories are counted"
                             : "there are more repositories than a run may ask "
                               "for; the next goes on",
                    "; ", run.moved, " moved, ", run.gone, " gone, ",
                    Plural(run.summary.records, "paper", "papers"),
                    " with another number"));
    run.summary.requests = fetcher_.requests() - requests;
    run.summary.retries = fetcher_.retries() - retries;
    return run.summary;
  }

 private:
  struct Run {
    const Deliver& deliver;
    const Progress& progress;
    Plan plan = {};
    State state = {};
    int64_t round = 0;
    // Not delivered yet, and the answers that are not in the file yet.
    Batch batch = {};
    int unsaved = 0;
    int64_t asked = 0;
    int64_t moved = 0;
    int64_t gone = 0;
    bool over = false;
    Summary summary = {};
  };

  void BeginRound(Run* run) const {
    const bool open = run->state["open"] == "yes";
    // None, or one that this has not written: the first.
    if (!absl::SimpleAtoi(run->state["round"], &run->round) || run->round < 0 ||
        run->round > kMostRounds) {
      run->round = 0;
    }
    if (!open) ++run->round;
    run->state["round"] = StrCat(run->round);
    run->state["open"] = "yes";
    const Plan& plan = run->plan;
    run->progress(StrCat(
        "github-stars: ", Plural(plan.papers(), "paper links", "papers link"),
        " to ", Plural(plan.repositories(), "repository", "repositories"),
        open ? "; going on with the round before" : ""));
    if (plan.without_id() > 0) {
      run->progress(StrCat(
          "github-stars: ",
          Plural(plan.without_id(), "paper with code has",
                 "papers with code have"),
          " no external id, by which alone an import can name a paper; left "
          "out"));
    }
    if (options_.token.empty()) {
      run->progress(
          "github-stars: without a token GitHub answers 60 requests an hour");
    }
  }

  // Until nobody waits for a repository, or no more may be asked for.
  absl::Status AskAll(Run* run) {
    while (const std::optional<std::string> repository = run->plan.Next()) {
      const auto entry = run->state.find(KeyOf(*repository));
      Known known =
          entry == run->state.end() ? Known() : FromText(entry->second);
      if (known.round != run->round) {
        if (options_.max_requests > 0 && run->asked >= options_.max_requests) {
          // Left as it was: nothing.
          return absl::OkStatus();
        }
        if (run->unsaved >= kBatchRepositories ||
            fetcher_.limited() > kLongWait) {
          RETURN_IF_ERROR(Flush(run));
        }
        ++run->asked;
        RETURN_IF_ERROR(Ask(*repository, run, &known));
        run->state[KeyOf(*repository)] = ToText(known);
        ++run->unsaved;
      }
      Tell(*repository, known, run);
    }
    run->over = true;
    return absl::OkStatus();
  }

  // `known` becomes what GitHub says now.
  absl::Status Ask(const std::string& repository, Run* run, Known* known) {
    const std::string url = StrCat(options_.base_url, "/repos/", repository);
    Request request = {.url = url,
                       .headers = {{"Accept", "application/vnd.github+json"},
                                   {"X-GitHub-Api-Version", "2022-11-28"}}};
    if (!options_.token.empty()) {
      request.headers["Authorization"] = StrCat("Bearer ", options_.token);
    }
    if (!known->etag.empty()) request.headers["If-None-Match"] = known->etag;
    GithubAnswer answer;
    std::string body;
    RETURN_IF_ERROR(fetcher_.Fetch(
        request,
        [&](const HttpResponse& response) -> absl::Status {
          ASSIGN_OR_RETURN(answer, ReadGithubAnswer(url, response));
          body = response.body.substr(0, 1024);
          return absl::OkStatus();
        },
        run->progress));
    if (answer.kind == GithubAnswer::Kind::kUnchanged && known->etag.empty()) {
      answer.kind = GithubAnswer::Kind::kUnusable;
      answer.why = "304 was answered, though nothing was known before";
    }
    known->round = run->round;
    known->time = world_->Now();
    switch (answer.kind) {
      case GithubAnswer::Kind::kUnchanged:
        return absl::OkStatus();
      case GithubAnswer::Kind::kCounted:
        known->stars = answer.stars;
        known->etag = answer.etag;
        if (!answer.name.empty() && answer.name != repository) ++run->moved;
        return absl::OkStatus();
      case GithubAnswer::Kind::kUnusable:
        run->batch.rejects.push_back(
            {.reason = StrCat(repository, ": ", answer.why),
             .excerpt = importers::MakeExcerpt(body)});
        break;
      case GithubAnswer::Kind::kGone:
        ++run->gone;
        break;
    }
    known->stars.reset();
    known->etag.clear();
    return absl::OkStatus();
  }

  // Puts into the batch what is new to the papers that wait for it.
  void Tell(const std::string& repository, const Known& known, Run* run) const {
    for (const size_t i : run->plan.Take(repository)) {
      if (!known.stars.has_value()) {
        run->plan.PassOn(i);
        continue;
      }
      const LinkedPaper& linked = run->plan.paper(i);
      const double stars = static_cast<double>(*known.stars);
      if (linked.stars == stars) continue;
      importers::Record record;
      *record.paper.add_external_ids() = linked.id;
      v1::Signal* signal = record.paper.add_signals();
      signal->set_kind(kSignal);
      signal->set_value(stars);
      signal->mutable_observed_time()->set_seconds(
          absl::ToUnixSeconds(known.time));
      run->batch.records.push_back(std::move(record));
    }
  }

  // Delivers the batch, and only then saves the answers that it is made of.
  absl::Status Flush(Run* run) {
    const int64_t records = static_cast<int64_t>(run->batch.records.size());
    const int64_t rejects = static_cast<int64_t>(run->batch.rejects.size());
    if (records + rejects > 0) {
      RETURN_IF_ERROR(run->deliver(std::exchange(run->batch, {})));
    }
    run->summary.records += records;
    run->summary.rejects += rejects;
    if (run->unsaved == 0) return absl::OkStatus();
    RETURN_IF_ERROR(Save(run->state));
    run->unsaved = 0;
    run->progress(StrCat("github-stars: ",
                         Plural(run->asked, "repository asked for, ",
                                "repositories asked for, "),
                         Plural(run->summary.records, "paper", "papers"),
                         " with another number"));
    return absl::OkStatus();
  }

  // Forgets the repositories that no paper links to any more.
  absl::Status EndRound(Run* run) {
    std::erase_if(run->state, [&](const auto& entry) {
      return entry.first.starts_with("repo:") &&
             FromText(entry.second).round != run->round;
    });
    run->state["open"] = "no";
    return Save(run->state);
  }

  absl::Status Save(const State& state) {
    RETURN_IF_ERROR(file_.Save(state));
    remembered_ = state;
    return absl::OkStatus();
  }

  const GithubStarsOptions options_;
  const EachPaper papers_;
  World* const world_;
  const StateFile file_;
  PoliteFetcher fetcher_;
  // Instead of a file, for as long as the harvester lives.
  State remembered_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Harvester>> MakeGithubStarsHarvester(
    const GithubStarsOptions& options, EachPaper papers, HttpClient* http,
    World* world) {
  if (options.max_requests < 0) {
    return absl::InvalidArgumentError("max_requests is negative");
  }
  if (!options.token.empty() && !IsOneWord(options.token)) {
    return absl::InvalidArgumentError(
        "the token is none: it is one word of printable characters");
  }
  if (!options.token.empty() && !IsPrivate(options.base_url)) {
    return absl::InvalidArgumentError(
        StrCat("the token is not sent to ", options.base_url,
               ", where others could read it; give an https address"));
  }
  return std::make_unique<GithubStarsHarvester>(options, std::move(papers),
                                                http, world);
}

}  // namespace paperwire::harvest
