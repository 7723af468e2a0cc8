#include "service/query/filters.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "service/base/error_details.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/query/dates.h"
#include "service/query/normalize.h"
#include "service/text/external_id.h"
#include "service/text/utf8.h"

namespace paperwire::query {
namespace {

constexpr int kMaxCategories = 100;
constexpr int kMaxSources = 32;
constexpr int kMaxLinkKinds = 64;

using Strings = google::protobuf::RepeatedPtrField<std::string>;

Node KeywordNode(Keyword::Kind kind, std::string value) {
  Node node;
  node.kind = Node::Kind::kKeyword;
  node.keyword = {kind, std::move(value)};
  return node;
}

absl::Status TooMany(std::string_view field, int count, int limit) {
  return InvalidField(field, StrCat(field, " has ", count, " values; at most ",
                                    limit, " are allowed"));
}

absl::Status AddAnyOf(std::string_view field, const Strings& values, int limit,
                      Keyword::Kind kind, std::vector<Node>* filters) {
  if (values.empty()) return absl::OkStatus();
  if (values.size() > limit) return TooMany(field, values.size(), limit);
  std::vector<Node> any;
  std::set<std::string> seen;
  for (int i = 0; i < values.size(); ++i) {
    const std::string path = StrCat(field, "[", i, "]");
    std::string value =
        absl::AsciiStrToLower(absl::StripAsciiWhitespace(values[i]));
    if (value.empty()) {
      return InvalidField(
          path, StrCat(path, " is empty; write a value or leave it out"));
    }
    if (value.size() > text::kMaxExternalIdBytes) {
      return InvalidField(
          path, StrCat(path, " has ", value.size(), " bytes; at most ",
                       text::kMaxExternalIdBytes, " are allowed"));
    }
    const size_t bad = text::FindInvalidUtf8(value);
    if (bad != std::string_view::npos) {
      return InvalidField(
          path, StrCat(path, " is not valid UTF-8 at byte ", bad + 1));
    }
    for (char c : value) {
      if (absl::ascii_iscntrl(c)) {
        return InvalidField(
            path, StrCat(path, " holds a control character; remove it"));
      }
    }
    if (seen.insert(value).second) {
      any.push_back(KeywordNode(kind, std::move(value)));
    }
  }
  filters->push_back(MakeOr(std::move(any)));
  return absl::OkStatus();
}

std::string_view NameOfLinkKind(int kind) {
  switch (kind) {
    case v1::Link::KIND_ABSTRACT_PAGE:
      return "abstract-page";
    case v1::Link::KIND_PDF:
      return "pdf";
    case v1::Link::KIND_CODE:
      return "code";
    case v1::Link::KIND_PROJECT:
      return "project";
    case v1::Link::KIND_DATA:
      return "data";
    case v1::Link::KIND_MODEL:
      return "model";
    case v1::Link::KIND_DEMO:
      return "demo";
    case v1::Link::KIND_MEDIA:
      return "media";
    default:
      return "";
  }
}

absl::Status AddLinks(const v1::Query& request, std::vector<Node>* filters) {
  if (request.has_links_size() > kMaxLinkKinds) {
    return TooMany("has_links", request.has_links_size(), kMaxLinkKinds);
  }
  std::set<int> seen;
  for (int i = 0; i < request.has_links_size(); ++i) {
    const int kind = request.has_links(i);
    const std::string_view name = NameOfLinkKind(kind);
    if (name.empty()) {
      const std::string path = StrCat("has_links[", i, "]");
      return InvalidField(path, StrCat(path, " is ", kind,
                                       ", which is no kind of link to ask "
                                       "for; use KIND_CODE or another"));
    }
    if (seen.insert(kind).second) {
      filters->push_back(KeywordNode(Keyword::Kind::kHas, std::string(name)));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTime(std::string_view path,
                       const google::protobuf::Timestamp& time) {
  if (time.seconds() < kFirstSecond || time.seconds() > kLastSecond ||
      time.nanos() < 0 || time.nanos() > 999999999) {
    return InvalidField(
        path, StrCat(path,
                     " is not a time between 0001-01-01T00:00:00Z and "
                     "9999-12-31T23:59:59.999999999Z"));
  }
  return absl::OkStatus();
}

// [start, end) in seconds that papers can have: the first one at or after the
// start to the last one before the end.
absl::Status AddPublished(const v1::TimeInterval& span,
                          std::vector<Node>* filters) {
  if (!span.has_start_time() && !span.has_end_time()) return absl::OkStatus();
  Node node;
  node.kind = Node::Kind::kRange;
  node.range.column = Range::Column::kPublished;
  if (span.has_start_time()) {
    RETURN_IF_ERROR(CheckTime("published.start_time", span.start_time()));
    node.range.min =
        span.start_time().seconds() + (span.start_time().nanos() > 0 ? 1 : 0);
  }
  if (span.has_end_time()) {
    RETURN_IF_ERROR(CheckTime("published.end_time", span.end_time()));
    node.range.max =
        span.end_time().seconds() - (span.end_time().nanos() > 0 ? 0 : 1);
  }
  if (span.has_start_time() && span.has_end_time() &&
      std::pair(span.start_time().seconds(), span.start_time().nanos()) >=
          std::pair(span.end_time().seconds(), span.end_time().nanos())) {
    return InvalidField("published.end_time",
                        "published.end_time is not after "
                        "published.start_time; the end is exclusive, so one "
                        "day ends where the next begins");
  }
  filters->push_back(std::move(node));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Node>> MakeFilters(const v1::Query& request) {
  std::vector<Node> filters;
  RETURN_IF_ERROR(AddAnyOf("categories", request.categories(), kMaxCategories,
                           Keyword::Kind::kCategory, &filters));
  RETURN_IF_ERROR(AddAnyOf("sources", request.sources(), kMaxSources,
                           Keyword::Kind::kSource, &filters));
  RETURN_IF_ERROR(AddPublished(request.published(), &filters));
  RETURN_IF_ERROR(AddLinks(request, &filters));
  if (request.min_vote_count() < 0) {
    return InvalidField("min_vote_count",
                        StrCat("min_vote_count is ", request.min_vote_count(),
                               "; it must not be negative"));
  }
  if (request.min_vote_count() > 0) {
    Node node;
    node.kind = Node::Kind::kRange;
    node.range.column = Range::Column::kVotes;
    node.range.min = request.min_vote_count();
    filters.push_back(std::move(node));
  }
  return filters;
}

}  // namespace paperwire::query
