#include "service/rpc/search.h"

#include <bit>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "service/base/error_details.h"
#include "service/base/hash.h"
#include "service/base/paper_id.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/base/token.h"
#include "service/catalogue/reader.h"
#include "service/index/document.h"
#include "service/index/search.h"
#include "service/journal/journal.h"
#include "service/rpc/boost.h"
#include "service/rpc/convert.h"
#include "service/rpc/hits.h"
#include "service/rpc/status.h"
#include "service/rpc/suggest.h"

namespace paperwire::rpc {
namespace {

constexpr char kPageToken = 'p';
constexpr size_t kTokenFields = 9;
constexpr int kMaxBatch = 100;
constexpr int kSimilarTerms = 25;

// What a page token is bound to besides the journal: everything that changes
// which hits there are and in which order.
uint64_t WalkFingerprint(const v1::SearchRequest& request) {
  std::string bound = request.query().SerializeAsString();
  StrAppend(&bound, "\n", request.order_by(), request.strict() ? "\n1" : "\n0");
  request.boost().AppendToString(&bound);
  return StableHash(bound);
}

std::string MakePageToken(uint64_t journal, uint64_t fingerprint,
                          int64_t sequence, int64_t boost_from,
                          const index::HitKey& last) {
  return SealToken(
      kPageToken,
      {journal, fingerprint, static_cast<uint64_t>(sequence),
       static_cast<uint64_t>(last.full),
       static_cast<uint64_t>(last.has_order_value),
       static_cast<uint64_t>(last.order_value),
       std::bit_cast<uint64_t>(last.score), static_cast<uint64_t>(last.number),
       static_cast<uint64_t>(boost_from)});
}

// Reads a token into the place to go on from, and finds its snapshot.
absl::Status OpenPageToken(const SearchContext& context,
                           const std::string& token, uint64_t fingerprint,
                           index::HitKey* after, index::Boost* boost,
                           std::shared_ptr<const index::Snapshot>* snapshot) {
  ASSIGN_OR_RETURN(std::vector<uint64_t> fields,
                   OpenToken(kPageToken, token, kTokenFields, "page_token"));
  if (fields[0] != context.store.journal_id()) {
    return InvalidField("page_token",
                        "This token is of another server. Start the walk on "
                        "this one without a token.");
  }
  if (fields[1] != fingerprint) {
    return InvalidField("page_token",
                        "This token is of another query. Repeat the request "
                        "of the first page with the token added; only "
                        "page_size and read_mask may change.");
  }
  *snapshot = context.walks.Find(static_cast<int64_t>(fields[2]));
  if (*snapshot == nullptr) {
    return WithReason(
        absl::FailedPreconditionError(
            "This walk is over: it was left for more than 10 minutes, or the "
            "server restarted. Start again without a token; to read "
            "everything, use ExportPapers."),
        "PAGE_TOKEN_EXPIRED");
  }
  after->full = fields[3] != 0;
  after->has_order_value = fields[4] != 0;
  after->order_value = static_cast<int64_t>(fields[5]);
  after->score = std::bit_cast<double>(fields[6]);
  after->number = static_cast<int64_t>(fields[7]);
  boost->from = static_cast<int64_t>(fields[8]);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<index::Explanation>> ExplainAll(
    const SearchContext& context, const index::Snapshot& snapshot,
    const query::Query& query, const std::vector<index::Hit>& hits,
    const index::Boost& boost) {
  std::vector<index::Explanation> explanations;
  for (const index::Hit& hit : hits) {
    RETURN_IF_ERROR(context.check());
    ASSIGN_OR_RETURN(explanations.emplace_back(),
                     index::Explain(snapshot, query, hit.key.number, boost));
  }
  return explanations;
}

}  // namespace

absl::Status Search(const SearchContext& context,
                    std::shared_ptr<const index::Snapshot> snapshot,
                    const v1::SearchRequest& request,
                    v1::SearchResponse* response) {
  ASSIGN_OR_RETURN(query::Query query, ParseQuery(request.query()));
  RETURN_IF_ERROR(CheckMask(request.read_mask()));
  index::SearchOptions options;
  options.check = context.check;
  options.strict = request.strict();
  ASSIGN_OR_RETURN(options.limit, PageSize(request.page_size(), 10, 1000));
  ASSIGN_OR_RETURN(options.order, ParseOrder(request.order_by()));
  ASSIGN_OR_RETURN(options.facets, ParseFacets(request.facets()));
  ASSIGN_OR_RETURN(options.boost, ParseBoost(request, absl::Now()));
  if (!request.page_token().empty()) {
    index::HitKey after;
    RETURN_IF_ERROR(OpenPageToken(context, request.page_token(),
                                  WalkFingerprint(request), &after,
                                  &options.boost, &snapshot));
    options.after = after;
  }

  absl::StatusOr<index::SearchResult> result =
      index::Search(*snapshot, query, options);
  if (!result.ok()) return PrefixField("query", result.status());

  Shown shown = {.mask = request.read_mask(),
                 .highlighted = request.omit_highlights() ? nullptr : &query};
  if (request.explain()) {
    ASSIGN_OR_RETURN(
        shown.explanations,
        ExplainAll(context, *snapshot, query, result->hits, options.boost));
  }
  RETURN_IF_ERROR(AddHits(context.store.papers(), result->hits, shown,
                          v1::SearchResponse::kHitsFieldNumber, response));
  response->set_total_full_matches(result->total_full_matches);
  for (const index::FacetCounts& counts : result->facets) {
    SetFacet(counts, response->add_facets());
  }
  response->set_sequence(snapshot->sequence());
  for (const std::string& word : query.ignored_words) {
    response->add_ignored_words(word);
  }
  RETURN_IF_ERROR(AddRewrites(context, *snapshot, request, query, response));
  if (result->more) {
    response->set_next_page_token(MakePageToken(
        context.store.journal_id(), WalkFingerprint(request),
        snapshot->sequence(), options.boost.from, result->hits.back().key));
    context.walks.Keep(std::move(snapshot));
  }
  return absl::OkStatus();
}

absl::Status SearchBatch(const SearchContext& context,
                         const v1::SearchBatchRequest& request,
                         v1::SearchBatchResponse* response) {
  if (request.requests().empty() || request.requests_size() > kMaxBatch) {
    return InvalidField("requests",
                        StrCat("There are ", request.requests_size(),
                               "; send 1 to ", kMaxBatch, "."));
  }
  const std::shared_ptr<const index::Snapshot> snapshot =
      context.store.snapshot();
  for (const v1::SearchRequest& one : request.requests()) {
    if (context.check) RETURN_IF_ERROR(context.check());
    v1::SearchBatchResult* result = response->add_results();
    const absl::Status status =
        Search(context, snapshot, one, result->mutable_response());
    if (!status.ok()) *result->mutable_error() = ToProto(status);
  }
  return absl::OkStatus();
}

absl::Status SearchSimilar(const SearchContext& context,
                           const v1::SearchSimilarPapersRequest& request,
                           v1::SearchSimilarPapersResponse* response) {
  ASSIGN_OR_RETURN(query::Query condition, ParseQuery(request.query()));
  RETURN_IF_ERROR(CheckMask(request.read_mask()));
  index::SearchOptions options;
  options.check = context.check;
  options.strict = true;
  ASSIGN_OR_RETURN(options.limit, PageSize(request.page_size(), 10, 100));
  const std::shared_ptr<const index::Snapshot> snapshot =
      context.store.snapshot();
  ASSIGN_OR_RETURN(journal::Connections::Lease db,
                   context.store.journal().Take());
  ASSIGN_OR_RETURN(int64_t number,
                   catalogue::ResolveName(*db, request.name(), "name"));
  ASSIGN_OR_RETURN(v1::Paper paper, catalogue::ReadPaper(*db, number));
  options.exclude.push_back(number);

  std::vector<std::string> terms;
  query::Query query = index::SimilarQuery(
      *snapshot, index::MakeDocument(paper, number, paper.sequence()),
      kSimilarTerms, &terms);
  if (condition.root.kind != query::Node::Kind::kAll) {
    query::Node both;
    both.kind = query::Node::Kind::kAnd;
    both.children.push_back(std::move(query.root));
    both.children.push_back(std::move(condition.root));
    query.root = std::move(both);
  }
  absl::StatusOr<index::SearchResult> result =
      terms.empty() ? index::SearchResult()
                    : index::Search(*snapshot, query, options);
  if (!result.ok()) return PrefixField("query", result.status());
  for (index::Hit& hit : result->hits) hit.key.full = false;
  RETURN_IF_ERROR(AddHits(
      context.store.papers(), result->hits, {.mask = request.read_mask()},
      v1::SearchSimilarPapersResponse::kHitsFieldNumber, response));
  for (std::string& term : terms) response->add_terms(std::move(term));
  response->set_sequence(snapshot->sequence());
  return absl::OkStatus();
}

}  // namespace paperwire::rpc
