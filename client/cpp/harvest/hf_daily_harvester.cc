// Follows the daily lists of Hugging Face, day by day.
//
// A list goes on changing after its day: votes come in, papers are added. So
// each run begins some days before the last one that it has seen. A day that
// has no list (a weekend, tomorrow in another time zone) is an empty array,
// or an error of the API that is taken for one when it is about today.
//
// The state, saved after each day: `day`, the last one that was read, and
// `newest`, the last one that had papers.

#include <algorithm>
#include <utility>

#include "client/cpp/harvest/days.h"
#include "client/cpp/harvest/harvester.h"
#include "client/cpp/harvest/polite_fetcher.h"
#include "client/cpp/harvest/state_file.h"
#include "client/cpp/harvest/url_escape.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::harvest {
namespace {

// Without a state, and without being told from where.
constexpr int kFirstDays = 7;
// A day has had 60 papers at most; this stops an API that never ends.
constexpr int kMaxPages = 50;

// The batch of an answer. DATA_LOSS when it is not a whole JSON array.
absl::StatusOr<Batch> ParseList(const std::string& body,
                                const std::string& day) {
  if (body.find_first_not_of(" \t\r\n") == std::string::npos ||
      body[body.find_first_not_of(" \t\r\n")] != '[') {
    return absl::DataLossError("the answer is no JSON array");
  }
  importers::ImportOptions options;
  options.feature_day = day;
  ASSIGN_OR_RETURN(
      const std::unique_ptr<importers::Importer> importer,
      importers::MakeImporter(importers::FromString(body),
                              importers::Format::kHfDaily, options));
  Batch batch;
  while (true) {
    importers::Record record;
    importers::Reject reject;
    const absl::StatusOr<importers::Outcome> outcome =
        importer->Next(&record, &reject);
    if (!outcome.ok()) {
      return absl::DataLossError(
          StrCat("the answer is no whole JSON: ", outcome.status().message()));
    }
    switch (*outcome) {
      case importers::Outcome::kEnd:
        return batch;
      case importers::Outcome::kRecord:
        batch.records.push_back(std::move(record));
        break;
      case importers::Outcome::kReject:
        batch.rejects.push_back(std::move(reject));
        break;
    }
  }
}

std::string FirstId(const Batch& batch) {
  if (batch.records.empty()) return "";
  const v1::Paper& paper = batch.records.front().paper;
  return paper.external_ids().empty() ? "" : paper.external_ids(0).value();
}

class HfDailyHarvester : public Harvester {
 public:
  HfDailyHarvester(const HfDailyOptions& options, HttpClient* http,
                   World* world)
      : options_(options),
        world_(world),
        file_(options.state_file,
              {{"harvest", "hf-daily"}, {"base_url", options.base_url}}),
        fetcher_(http, world, options.politeness) {}

  absl::StatusOr<Summary> RunOnce(const Deliver& deliver,
                                  const Progress& progress) override {
    ASSIGN_OR_RETURN(State state, file_.Load());
    if (options_.state_file.empty()) state = remembered_;
    Summary summary;
    const int64_t requests = fetcher_.requests();
    const int64_t retries = fetcher_.retries();
    const absl::CivilDay today = Today(*world_);
    for (absl::CivilDay day = FirstDay(state, today); day <= today; ++day) {
      ASSIGN_OR_RETURN(const int64_t papers,
                       ReadDay(day, today, deliver, progress, &summary));
      const std::string name = FormatDay(day);
      state["day"] = std::max(state["day"], name);
      if (papers > 0) state["newest"] = std::max(state["newest"], name);
      RETURN_IF_ERROR(file_.Save(state));
      remembered_ = state;
      progress(StrCat("hf-daily ", name, ": ", papers, " papers"));
    }
    summary.requests = fetcher_.requests() - requests;
    summary.retries = fetcher_.retries() - retries;
    summary.newest = state["newest"];
    summary.stale = SayIfStale("hf-daily", summary.newest, options_.stale_days,
                               *world_, progress);
    return summary;
  }

 private:
  absl::CivilDay FirstDay(State& state, absl::CivilDay today) const {
    if (const auto last = ParseDay(state["day"])) {
      return std::min(*last - options_.overlap_days, today);
    }
    const auto from = ParseDay(options_.from);
    return from.has_value() ? *from : today - kFirstDays;
  }

  // How many papers the list had.
  absl::StatusOr<int64_t> ReadDay(absl::CivilDay day, absl::CivilDay today,
                                  const Deliver& deliver,
                                  const Progress& progress, Summary* summary) {
    const std::string name = FormatDay(day);
    int64_t papers = 0;
    std::string first_of_last_page;
    for (int page = 0; page < kMaxPages; ++page) {
      const std::string url =
          StrCat(options_.base_url, "?date=", UrlEscape(name),
                 "&limit=", options_.page_size, "&p=", page);
      Batch batch;
      RETURN_IF_ERROR(fetcher_.Fetch(
          {.url = url},
          [&](const HttpResponse& response) -> absl::Status {
            if (response.status != 200) {
              const bool no_list_yet =
                  (response.status == 400 || response.status == 404) &&
                  day == today;
              return no_list_yet ? absl::OkStatus() : Refusal(url, response);
            }
            ASSIGN_OR_RETURN(batch, ParseList(response.body, name));
            return absl::OkStatus();
          },
          progress));
      const int64_t records = static_cast<int64_t>(batch.records.size());
      const int64_t rejects = static_cast<int64_t>(batch.rejects.size());
      // An API that does not know `p` gives the first page for ever.
      const std::string first = FirstId(batch);
      if (page > 0 && !first.empty() && first == first_of_last_page) break;
      first_of_last_page = first;
      if (records + rejects > 0) RETURN_IF_ERROR(deliver(std::move(batch)));
      papers += records;
      summary->records += records;
      summary->rejects += rejects;
      if (records + rejects < options_.page_size) break;
    }
    return papers;
  }

  const HfDailyOptions options_;
  World* const world_;
  const StateFile file_;
  PoliteFetcher fetcher_;
  // Instead of a file, for as long as the harvester lives.
  State remembered_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Harvester>> MakeHfDailyHarvester(
    const HfDailyOptions& options, HttpClient* http, World* world) {
  if (!options.from.empty() && !ParseDay(options.from).has_value()) {
    return absl::InvalidArgumentError(
        StrCat("\"", options.from, "\" is no day of the form 2026-07-10"));
  }
  if (options.page_size < 1 || options.page_size > 100) {
    return absl::InvalidArgumentError(
        StrCat("a page of ", options.page_size,
               " papers cannot be asked for; the API gives 1 to 100"));
  }
  if (options.overlap_days < 0) {
    return absl::InvalidArgumentError("overlap_days is negative");
  }
  return std::make_unique<HfDailyHarvester>(options, http, world);
}

}  // namespace paperwire::harvest
