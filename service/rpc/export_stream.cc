// An export holds the list of its matches (16 bytes each) and reads the
// papers as it writes them, part by part, as fast as the client takes them.

#include "service/rpc/export_stream.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/index/search.h"
#include "service/journal/journal.h"
#include "service/rpc/call.h"
#include "service/rpc/convert.h"
#include "service/rpc/status.h"

namespace paperwire::rpc {
namespace {

constexpr size_t kPartPapers = 500;

struct Export {
  v1::ExportPapersRequest request;
  std::vector<index::Match> matches;
  int64_t sequence = 0;
  size_t next = 0;
};

absl::Status Begin(grpc::ByteBuffer* bytes, store::Store& store,
                   Export* result) {
  RETURN_IF_ERROR(ParseMessage(bytes, &result->request));
  RETURN_IF_ERROR(CheckMask(result->request.read_mask()));
  ASSIGN_OR_RETURN(query::Query query, ParseQuery(result->request.query()));
  const std::shared_ptr<const index::Snapshot> snapshot = store.snapshot();
  result->sequence = snapshot->sequence();
  absl::StatusOr<std::vector<index::Match>> matches =
      index::MatchAll(*snapshot, query);
  if (!matches.ok()) return PrefixField("query", matches.status());
  result->matches = *std::move(matches);
  return absl::OkStatus();
}

// The next part; an export without matches has one, which says so.
absl::Status NextPart(Export* state, store::Store& store,
                      v1::ExportPapersResponse* part) {
  part->set_total_full_matches(static_cast<int64_t>(state->matches.size()));
  part->set_sequence(state->sequence);
  ASSIGN_OR_RETURN(journal::Connections::Lease db, store.journal().Take());
  const size_t end =
      std::min(state->next + kPartPapers, state->matches.size());
  for (; state->next < end; ++state->next) {
    ASSIGN_OR_RETURN(
        journal::Entry entry,
        journal::ReadOne(*db, state->matches[state->next].sequence));
    ApplyMask(state->request.read_mask(), entry.payload.mutable_paper());
    part->add_papers()->Swap(entry.payload.mutable_paper());
  }
  return absl::OkStatus();
}

}  // namespace

Task ServeExport(Loop& loop, RawSearchService& service, store::Store& store) {
  grpc::ServerContext context;
  grpc::ByteBuffer bytes;
  grpc::ServerAsyncWriter<grpc::ByteBuffer> writer(&context);
  const bool accepted = co_await Start([&](void* tag) {
    service.RequestExportPapers(&context, &bytes, &writer, loop.queue(),
                                loop.queue(), tag);
  });
  if (!accepted) co_return;  // the server stops
  ServeExport(loop, service, store);

  co_await loop.Aside();
  Export state;
  absl::Status status = Begin(&bytes, store, &state);
  bool first = true;
  while (status.ok() && (first || state.next < state.matches.size())) {
    first = false;
    v1::ExportPapersResponse part;
    status = NextPart(&state, store, &part);
    if (!status.ok()) break;
    const grpc::ByteBuffer out = SerializeMessage(part);
    const bool written =
        co_await Start([&](void* tag) { writer.Write(out, tag); });
    if (!written) break;  // the client is gone
    co_await loop.Aside();
    status = CheckDeadline(context);
  }
  co_await Start([&](void* tag) { writer.Finish(ToGrpc(status), tag); });
}

}  // namespace paperwire::rpc
