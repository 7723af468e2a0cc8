#include "service/rpc/convert.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "google/protobuf/util/field_mask_util.h"
#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/query/parser.h"
#include "service/text/analyzer.h"

namespace paperwire::rpc {
namespace {

using google::protobuf::FieldMask;
using google::protobuf::util::FieldMaskUtil;

constexpr int kMaxFacets = 8;
constexpr int kMaxFacetValues = 1000;

absl::StatusOr<index::FacetField> ToIndex(v1::FacetField field,
                                          std::string_view request_field) {
  switch (field) {
    case v1::FACET_FIELD_CATEGORY:
      return index::FacetField::kCategory;
    case v1::FACET_FIELD_YEAR:
      return index::FacetField::kYear;
    case v1::FACET_FIELD_VENUE:
      return index::FacetField::kVenue;
    case v1::FACET_FIELD_SOURCE:
      return index::FacetField::kSource;
    case v1::FACET_FIELD_HAS_CODE:
      return index::FacetField::kHasCode;
    default:
      return InvalidField(request_field,
                          StrCat("There is no facet ", static_cast<int>(field),
                                 ". Choose category, year, venue, source or "
                                 "has_code."));
  }
}

v1::FacetField ToProto(index::FacetField field) {
  switch (field) {
    case index::FacetField::kCategory:
      return v1::FACET_FIELD_CATEGORY;
    case index::FacetField::kYear:
      return v1::FACET_FIELD_YEAR;
    case index::FacetField::kVenue:
      return v1::FACET_FIELD_VENUE;
    case index::FacetField::kSource:
      return v1::FACET_FIELD_SOURCE;
    case index::FacetField::kHasCode:
      return v1::FACET_FIELD_HAS_CODE;
  }
  return v1::FACET_FIELD_UNSPECIFIED;
}

}  // namespace

uint32_t PaperFieldNumber(std::string_view name) {
  // Every search asks twice, and the descriptors' own table takes longer.
  static const auto* const numbers = [] {
    auto* map = new absl::flat_hash_map<std::string_view, uint32_t>;
    const google::protobuf::Descriptor* paper = v1::Paper::descriptor();
    for (int i = 0; i < paper->field_count(); ++i) {
      map->emplace(paper->field(i)->name(),
                   static_cast<uint32_t>(paper->field(i)->number()));
    }
    return map;
  }();
  const auto it = numbers->find(name);
  return it == numbers->end() ? 0 : it->second;
}

absl::Status CheckMask(const FieldMask& mask) {
  for (const std::string& path : mask.paths()) {
    if (PaperFieldNumber(path) != 0 ||
        FieldMaskUtil::IsValidPath<v1::Paper>(path)) {
      continue;
    }
    std::string fields;
    for (int i = 0; i < v1::Paper::descriptor()->field_count(); ++i) {
      StrAppend(&fields, i == 0 ? "" : ", ",
                v1::Paper::descriptor()->field(i)->name());
    }
    return InvalidField("read_mask",
                        StrCat("A paper has no field \"", path.substr(0, 100),
                               "\". It has: ", fields, "."));
  }
  return absl::OkStatus();
}

void ApplyMask(const FieldMask& mask, v1::Paper* paper) {
  if (mask.paths().empty()) return;
  FieldMaskUtil::TrimMessage(mask, paper);
}

absl::StatusOr<int> PageSize(int32_t page_size, int otherwise, int max) {
  if (page_size < 0) {
    return InvalidField("page_size",
                        StrCat(page_size, " is negative. Leave it out for ",
                               otherwise, ", or give up to ", max, "."));
  }
  if (page_size == 0) return otherwise;
  return std::min(page_size, max);
}

absl::StatusOr<query::Query> ParseQuery(const v1::Query& query) {
  absl::StatusOr<query::Query> parsed = query::Parse(query);
  if (!parsed.ok()) return PrefixField("query", parsed.status());
  return parsed;
}

void AddHighlight(
    index::FieldHighlight found,
    google::protobuf::RepeatedPtrField<v1::Highlight>* highlights) {
  if (found.spans.empty()) return;
  v1::Highlight* highlight = highlights->Add();
  highlight->set_field(
      found.field == query::TextField::kTitle ? "title" : "abstract");
  highlight->set_snippet(std::move(found.snippet));
  highlight->set_snippet_start(found.snippet_begin);
  highlight->mutable_spans()->Reserve(static_cast<int>(found.spans.size()));
  for (const index::CharSpan& span : found.spans) {
    v1::Span* proto = highlight->add_spans();
    proto->set_start(span.begin);
    proto->set_end(span.end);
  }
}

void AddHighlights(
    const query::Query& query, const v1::Paper& paper,
    google::protobuf::RepeatedPtrField<v1::Highlight>* highlights) {
  static thread_local text::Analyzer analyzer;
  AddHighlight(index::Highlight(query, query::TextField::kTitle, paper.title(),
                                analyzer),
               highlights);
  AddHighlight(index::Highlight(query, query::TextField::kAbstract,
                                paper.abstract(), analyzer),
               highlights);
}

absl::StatusOr<index::Order> ParseOrder(std::string_view order_by) {
  if (order_by.empty() || order_by == "relevance") {
    return index::Order::kRelevance;
  }
  if (order_by == "published_time desc") {
    return index::Order::kPublishedDescending;
  }
  if (order_by == "published_time") return index::Order::kPublishedAscending;
  if (order_by == "vote_count desc") return index::Order::kVotesDescending;
  if (order_by == "sequence desc") return index::Order::kSequenceDescending;
  return InvalidField(
      "order_by",
      StrCat("There is no order \"", order_by.substr(0, 100),
             "\". Choose relevance, published_time desc, published_time, "
             "vote_count desc or sequence desc."));
}

absl::StatusOr<std::vector<index::FacetRequest>> ParseFacets(
    const google::protobuf::RepeatedPtrField<v1::FacetRequest>& facets) {
  if (facets.size() > kMaxFacets) {
    return InvalidField("facets", StrCat("There are ", facets.size(),
                                         "; at most ", kMaxFacets,
                                         " are counted at once."));
  }
  std::vector<index::FacetRequest> requests;
  for (int i = 0; i < facets.size(); ++i) {
    const std::string field = StrCat("facets[", i, "]");
    if (facets[i].limit() < 0) {
      return InvalidField(StrCat(field, ".limit"), "It is negative.");
    }
    index::FacetRequest request;
    ASSIGN_OR_RETURN(request.field,
                     ToIndex(facets[i].field(), StrCat(field, ".field")));
    if (facets[i].limit() > 0) {
      request.limit = std::min(facets[i].limit(), kMaxFacetValues);
    }
    requests.push_back(request);
  }
  return requests;
}

void SetFacet(const index::FacetCounts& counts, v1::Facet* facet) {
  facet->set_field(ToProto(counts.field));
  for (const auto& [value, count] : counts.values) {
    v1::FacetValue* proto = facet->add_values();
    proto->set_value(value);
    proto->set_count(count);
  }
  facet->set_other_values(counts.other_values);
}

void SetExplanation(const index::Explanation& from, v1::Explanation* to) {
  to->set_value(from.value);
  to->set_description(from.description);
  for (const index::Explanation& detail : from.details) {
    SetExplanation(detail, to->add_details());
  }
}

void SetTime(absl::Time time, google::protobuf::Timestamp* proto) {
  const absl::Duration since_epoch = time - absl::UnixEpoch();
  const int64_t seconds = absl::ToInt64Seconds(
      absl::Floor(since_epoch, absl::Seconds(1)));
  proto->set_seconds(seconds);
  proto->set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(since_epoch - absl::Seconds(seconds))));
}

absl::Duration ToDuration(const google::protobuf::Duration& proto) {
  return absl::Seconds(proto.seconds()) + absl::Nanoseconds(proto.nanos());
}

absl::StatusOr<absl::Time> ToTime(const google::protobuf::Timestamp& proto,
                                  std::string_view field) {
  // The range of google.protobuf.Timestamp: years 1 to 9999.
  if (proto.seconds() < -62135596800 || proto.seconds() > 253402300799 ||
      proto.nanos() < 0 || proto.nanos() > 999999999) {
    return InvalidField(field, "It is no time of the years 1 to 9999.");
  }
  return absl::FromUnixSeconds(proto.seconds()) +
         absl::Nanoseconds(proto.nanos());
}

}  // namespace paperwire::rpc
