// Between the contract's messages and the domain's types.

#ifndef PAPERWIRE_SERVICE_RPC_CONVERT_H_
#define PAPERWIRE_SERVICE_RPC_CONVERT_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "paperwire/v1/search_service.pb.h"
#include "service/index/highlight.h"
#include "service/index/search.h"
#include "service/query/query.h"

namespace paperwire::rpc {

// The number of the field of Paper that has this name; 0: there is none.
uint32_t PaperFieldNumber(std::string_view name);

// INVALID_ARGUMENT, naming read_mask, when a path is no field of Paper.
absl::Status CheckMask(const google::protobuf::FieldMask& mask);

// Leaves of the paper only what the mask names; all for an empty mask. The
// mask must have passed CheckMask.
void ApplyMask(const google::protobuf::FieldMask& mask, v1::Paper* paper);

// 0 becomes `otherwise`, more than `max` becomes `max`; INVALID_ARGUMENT for
// a negative size.
absl::StatusOr<int> PageSize(int32_t page_size, int otherwise, int max);

// query::Parse, with errors that name the field as seen from the request.
absl::StatusOr<query::Query> ParseQuery(const v1::Query& query);

// Adds a highlight of title or abstract, unless nothing in it matched.
void AddHighlight(
    index::FieldHighlight found,
    google::protobuf::RepeatedPtrField<v1::Highlight>* highlights);

// Highlights of title and abstract, those without a match left out.
void AddHighlights(
    const query::Query& query, const v1::Paper& paper,
    google::protobuf::RepeatedPtrField<v1::Highlight>* highlights);

absl::StatusOr<index::Order> ParseOrder(std::string_view order_by);

absl::StatusOr<std::vector<index::FacetRequest>> ParseFacets(
    const google::protobuf::RepeatedPtrField<v1::FacetRequest>& facets);
void SetFacet(const index::FacetCounts& counts, v1::Facet* facet);

void SetExplanation(const index::Explanation& from, v1::Explanation* to);

void SetTime(absl::Time time, google::protobuf::Timestamp* proto);
absl::Duration ToDuration(const google::protobuf::Duration& proto);
absl::StatusOr<absl::Time> ToTime(const google::protobuf::Timestamp& proto,
                                  std::string_view field);

}  // namespace paperwire::rpc

#endif  // PAPERWIRE_SERVICE_RPC_CONVERT_H_
