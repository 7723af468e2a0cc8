#include "service/rpc/server_info.h"

#include <unistd.h>

#include <fstream>
#include <map>
#include <string>

#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/catalogue/reader.h"
#include "service/index/search.h"
#include "service/journal/journal.h"
#include "service/rpc/convert.h"

namespace paperwire::rpc {
namespace {

// Resident memory of this process, from the second number of
// /proc/self/statm; 0 where there is none.
int64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  int64_t total = 0;
  int64_t resident = 0;
  statm >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

}  // namespace

void GetServerInfo(const store::Store& store, const Started& started,
                   v1::GetServerInfoResponse* response) {
  response->set_version(PAPERWIRE_VERSION);
  response->set_data_version(journal::kDataVersion);
  response->set_journal_id(
      StrCat(absl::Hex(store.journal_id(), absl::kZeroPad16)));
  SetTime(started.time, response->mutable_start_time());
  const int64_t nanos = absl::ToInt64Nanoseconds(started.took);
  response->mutable_startup_duration()->set_seconds(nanos / 1000000000);
  response->mutable_startup_duration()->set_nanos(
      static_cast<int32_t>(nanos % 1000000000));
}

absl::Status GetServerStats(store::Store& store, const Drain& streams,
                            v1::GetServerStatsResponse* response) {
  const std::shared_ptr<const index::Snapshot> snapshot = store.snapshot();
  response->set_active_papers(snapshot->documents());
  response->set_indexed_sequence(snapshot->sequence());
  response->set_index_segments(static_cast<int32_t>(snapshot->segments().size()));
  response->set_index_bytes(snapshot->bytes());

  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  ASSIGN_OR_RETURN(int64_t withdrawn, catalogue::CountWithdrawn(*db));
  response->set_withdrawn_papers(withdrawn);
  ASSIGN_OR_RETURN(int64_t last, journal::LastSequence(*db));
  response->set_sequence(last);
  ASSIGN_OR_RETURN(int64_t complete_from, journal::CompleteFrom(*db));
  response->set_oldest_sequence(complete_from);
  if (last > 0) {
    ASSIGN_OR_RETURN(journal::Entry entry, journal::ReadOne(*db, last));
    SetTime(entry.time, response->mutable_last_write_time());
  }
  response->set_journal_bytes(store.JournalBytes());
  response->set_resident_bytes(ResidentBytes());
  response->set_open_watches(streams.members());

  // How many papers each source reported is the source facet of everything.
  index::SearchOptions options;
  options.limit = 0;
  options.strict = true;
  options.facets = {{.field = index::FacetField::kSource, .limit = 1000}};
  ASSIGN_OR_RETURN(index::SearchResult result,
                   index::Search(*snapshot, query::Query(), options));
  std::map<std::string_view, const v1::SourceFreshness*> heard_of;
  const auto sources = store.freshness().Get();
  for (const v1::SourceFreshness& source : *sources) {
    heard_of[source.source()] = &source;
  }
  for (const auto& [source, papers] : result.facets[0].values) {
    v1::SourceStats* stats = response->add_sources();
    stats->set_source(source);
    stats->set_papers(papers);
    if (auto it = heard_of.find(source); it != heard_of.end()) {
      *stats->mutable_freshness() = *it->second;
      heard_of.erase(it);
    }
  }
  // Those that every paper has other sources before, or none is left of.
  for (const auto& [source, freshness] : heard_of) {
    v1::SourceStats* stats = response->add_sources();
    stats->set_source(freshness->source());
    *stats->mutable_freshness() = *freshness;
  }
  return absl::OkStatus();
}

}  // namespace paperwire::rpc
