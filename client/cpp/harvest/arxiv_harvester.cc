// Follows arXiv by OAI-PMH.
//
// A list is asked for by `from` alone: arXiv's datestamps are times of
// modification, and everything since the newest one seen is wanted. The day
// itself is asked for again, because it may not have been complete; that
// overlap is harmless. A list comes in pages, each with a token for the next.
//
// Tokens expire within a day. Then the list is begun again: at the newest
// datestamp if its pages came in the order of their datestamps, and otherwise,
// because nothing says which records are still missing, at its beginning.
//
// The state, saved after each page:
//   from    where the list that is being read began ("" is everything)
//   newest  the newest datestamp of all pages delivered
//   token   the next page; empty when the list is complete
//   sorted  whether the pages of this list came in order ("yes", "no")
//   page_end  the newest datestamp of its last page

#include <algorithm>
#include <utility>

#include "client/cpp/harvest/days.h"
#include "client/cpp/harvest/harvester.h"
#include "client/cpp/harvest/oai_page.h"
#include "client/cpp/harvest/polite_fetcher.h"
#include "client/cpp/harvest/state_file.h"
#include "client/cpp/harvest/url_escape.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::harvest {
namespace {

// An archive that takes back its tokens so often in one run is broken.
constexpr int kMaxRestarts = 5;

class ArxivHarvester : public Harvester {
 public:
  ArxivHarvester(const ArxivOptions& options, HttpClient* http, World* world)
      : options_(options),
        world_(world),
        file_(options.state_file, {{"harvest", "arxiv"},
                                   {"base_url", options.base_url},
                                   {"metadata_prefix", options.metadata_prefix},
                                   {"set", options.set}}),
        fetcher_(http, world, options.politeness) {}

  absl::StatusOr<Summary> RunOnce(const Deliver& deliver,
                                  const Progress& progress) override {
    ASSIGN_OR_RETURN(State state, file_.Load());
    if (options_.state_file.empty()) state = remembered_;
    const int64_t requests = fetcher_.requests();
    const int64_t retries = fetcher_.retries();
    if (state["token"].empty()) BeginList(&state);
    Summary summary;
    int restarts = 0;
    while (true) {
      OaiPage page;
      RETURN_IF_ERROR(fetcher_.Fetch(
          {.url = Url(state)},
          [&](const HttpResponse& response) {
            return Accept(state, response, &page);
          },
          progress));
      if (page.error == "badResumptionToken") {
        if (state["token"].empty() || ++restarts > kMaxRestarts) {
          return absl::FailedPreconditionError(
              StrCat("arXiv does not accept its own resumption tokens: ",
                     page.error_text));
        }
        progress("The resumption token has expired; beginning the list again");
        RestartList(&state);
        continue;
      }
      if (page.error == "noRecordsMatch") page.token.clear();
      const int64_t records = static_cast<int64_t>(page.batch.records.size());
      const int64_t rejects = static_cast<int64_t>(page.batch.rejects.size());
      if (records + rejects > 0) {
        RETURN_IF_ERROR(deliver(std::move(page.batch)));
      }
      summary.records += records;
      summary.rejects += rejects;
      if (!page.token.empty() && page.token == state["token"] &&
          records + rejects == 0) {
        return absl::FailedPreconditionError(
            "arXiv answers a resumption token with an empty page and the same "
            "token; the list cannot be read to its end");
      }
      AddPage(page, &state);
      RETURN_IF_ERROR(file_.Save(state));
      remembered_ = state;
      Report(summary, page, state, progress);
      if (page.token.empty()) break;
    }
    summary.requests = fetcher_.requests() - requests;
    summary.retries = fetcher_.retries() - retries;
    summary.newest = state["newest"];
    summary.stale = SayIfStale("arXiv", summary.newest, options_.stale_days,
                               *world_, progress);
    return summary;
  }

 private:
  void BeginList(State* state) const {
    (*state)["from"] =
        (*state)["newest"].empty() ? options_.from : (*state)["newest"];
    (*state)["sorted"] = "yes";
    (*state)["page_end"].clear();
  }

  void RestartList(State* state) const {
    if ((*state)["sorted"] == "yes" && !(*state)["newest"].empty()) {
      (*state)["from"] = (*state)["newest"];
    }
    (*state)["sorted"] = "yes";
    (*state)["page_end"].clear();
    (*state)["token"].clear();
  }

  void AddPage(const OaiPage& page, State* state) const {
    State& s = *state;
    if (!page.newest_datestamp.empty()) {
      // Pages of the list so far end at `page_end`.
      if (page.oldest_datestamp < s["page_end"]) s["sorted"] = "no";
      s["page_end"] = page.newest_datestamp;
      s["newest"] = std::max(s["newest"], page.newest_datestamp);
    }
    s["token"] = page.token;
    if (page.token.empty()) s["page_end"].clear();
  }

  std::string Url(const State& state) const {
    std::string url = StrCat(options_.base_url, "?verb=ListRecords");
    const std::string& token = state.at("token");
    if (!token.empty()) {
      // The token is exclusive: it stands for all other arguments.
      return StrCat(url, "&resumptionToken=", UrlEscape(token));
    }
    StrAppend(&url, "&metadataPrefix=", UrlEscape(options_.metadata_prefix));
    if (!options_.set.empty()) {
      StrAppend(&url, "&set=", UrlEscape(options_.set));
    }
    if (!state.at("from").empty()) {
      StrAppend(&url, "&from=", UrlEscape(state.at("from")));
    }
    return url;
  }

  absl::Status Accept(const State& state, const HttpResponse& response,
                      OaiPage* page) const {
    absl::StatusOr<OaiPage> parsed = ParseOaiPage(response.body);
    if (response.status != 200) {
      // The protocol's errors may come with a status of their own.
      if (!parsed.ok() || parsed->error.empty()) {
        return Refusal(Url(state), response);
      }
    }
    if (!parsed.ok()) return parsed.status();
    if (!parsed->error.empty() && parsed->error != "noRecordsMatch" &&
        parsed->error != "badResumptionToken") {
      return absl::FailedPreconditionError(StrCat("arXiv refused ", Url(state),
                                                  ": ", parsed->error, ", ",
                                                  parsed->error_text));
    }
    *page = *std::move(parsed);
    return absl::OkStatus();
  }

  void Report(const Summary& summary, const OaiPage& page, const State& state,
              const Progress& progress) const {
    std::string line =
        StrCat(options_.set.empty() ? "arXiv" : StrCat("arXiv ", options_.set),
               ": ", summary.records, " papers");
    if (page.list_size.has_value()) StrAppend(&line, " of ", *page.list_size);
    if (summary.rejects > 0) {
      StrAppend(&line, ", ", summary.rejects, " rejected");
    }
    if (!state.at("newest").empty()) {
      StrAppend(&line, ", newest datestamp ", state.at("newest"));
    }
    progress(line);
  }

  const ArxivOptions options_;
  World* const world_;
  const StateFile file_;
  PoliteFetcher fetcher_;
  // Instead of a file, for as long as the harvester lives.
  State remembered_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Harvester>> MakeArxivHarvester(
    const ArxivOptions& options, HttpClient* http, World* world) {
  constexpr std::string_view kPrefixes[] = {"arXivRaw", "arXiv", "oai_dc"};
  if (std::find(std::begin(kPrefixes), std::end(kPrefixes),
                options.metadata_prefix) == std::end(kPrefixes)) {
    return absl::InvalidArgumentError(
        StrCat("\"", options.metadata_prefix,
               "\" is no metadata format that is understood; there are "
               "arXivRaw, arXiv and oai_dc"));
  }
  if (!options.from.empty() && !ParseDay(options.from).has_value()) {
    return absl::InvalidArgumentError(
        StrCat("\"", options.from, "\" is no day of the form 2026-07-10"));
  }
  return std::make_unique<ArxivHarvester>(options, http, world);
}

}  // namespace paperwire::harvest
