// Any bytes as a query: Parse refuses them, or what it makes of them means
// the same however it is asked.
//
// The input is the text; what follows a record separator (0x1E) is a filter,
// its first byte the kind.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "paperwire/v1/query.pb.h"
#include "service/base/strings.h"
#include "service/index/search.h"
#include "service/index/segment_builder.h"
#include "service/index/segment_list.h"
#include "service/index/snapshot.h"
#include "service/query/parser.h"
#include "service/text/utf8.h"
#include "tests/fuzz/check.h"
#include "tests/unit/index/random_papers.h"

namespace paperwire {
namespace {

// 210 papers in three segments: stems short and dense, and some papers
// deleted.
std::shared_ptr<const index::Snapshot> MakeSnapshot() {
  index::RandomPapers papers(1);
  text::Analyzer analyzer;
  std::vector<index::SegmentView> views;
  int64_t number = 0;
  for (const int size : {150, 40, 20}) {
    index::SegmentBuilder builder(&analyzer);
    for (int i = 0; i < size; ++i) {
      ++number;
      builder.Add(papers.MakeDocument(number, number));
    }
    views.push_back(
        index::SegmentView::Of(builder.Finish(views.size() + 1, number)));
  }
  index::DeleteNumbers({194, 198, 210}, &views);
  return std::make_shared<const index::Snapshot>(std::move(views), number);
}

int64_t Number(std::string_view text) {
  int64_t value = 0;
  std::copy_n(text.data(), std::min(text.size(), sizeof(value)),
              reinterpret_cast<char*>(&value));
  return value;
}

v1::Query MakeRequest(std::string_view input) {
  constexpr char kSeparator = 0x1E;
  v1::Query request;
  const size_t end = std::min(input.find(kSeparator), input.size());
  request.set_text(std::string(input.substr(0, end)));
  input.remove_prefix(end);
  while (input.size() >= 2) {
    const char kind = input[1];
    input.remove_prefix(2);
    const size_t size = std::min(input.find(kSeparator), input.size());
    const std::string_view value = input.substr(0, size);
    input.remove_prefix(size);
    switch (kind) {
      case 'c':
        request.add_categories(std::string(value));
        break;
      case 's':
        request.add_sources(std::string(value));
        break;
      case 'b':
        request.mutable_published()->mutable_start_time()->set_seconds(
            Number(value));
        break;
      case 'e':
        request.mutable_published()->mutable_end_time()->set_seconds(
            Number(value));
        break;
      case 'l':
        request.add_has_links(
            static_cast<v1::Link::Kind>(static_cast<int>(Number(value))));
        break;
      case 'v':
        request.set_min_vote_count(Number(value));
        break;
      default:
        break;
    }
  }
  return request;
}

// What was understood can be written down and understood again.
void CheckToString(const query::Query& query) {
  const std::string text = query::ToString(query.root);
  query::Limits limits;  // of what people write; this may be longer
  limits.max_text_bytes = size_t{1} << 24;
  limits.max_clauses = 1 << 20;
  limits.max_depth = 1 << 10;
  v1::Query request;
  request.set_text(text);
  const absl::StatusOr<query::Query> again = query::Parse(request, limits);
  Check(again.ok(), "ToString is a query", text);
  Check(again->root == query.root, "ToString means the same", text);
  Check(query::ToString(again->root) == text, "ToString is stable", text);
  Check(query::Fingerprint(*again) == query::Fingerprint(query),
        "the same query has the same fingerprint", text);
}

// MatchAll, MatchSegment and Search find the same papers.
void CheckMatches(const index::Snapshot& snapshot, const query::Query& query) {
  const auto matches = index::MatchAll(snapshot, query);
  Check(matches.ok(), "MatchAll of so few papers succeeds",
        ToStd(matches.status().message()));
  std::vector<int64_t> all;
  for (const index::Match& match : *matches) all.push_back(match.number);
  std::sort(all.begin(), all.end());

  std::vector<int64_t> by_segment;
  for (const index::SegmentView& view : snapshot.segments()) {
    const auto numbers = index::MatchSegment(*view.segment, query);
    Check(numbers.ok(), "MatchSegment succeeds as MatchAll does");
    for (const int64_t number : *numbers) {
      index::Snapshot::Place place;
      if (snapshot.Find(number, &place)) by_segment.push_back(number);
    }
  }
  std::sort(by_segment.begin(), by_segment.end());
  Check(by_segment == all, "MatchSegment finds what MatchAll finds");

  index::SearchOptions options;
  options.limit = 1000;
  options.facets = {{index::FacetField::kCategory}, {index::FacetField::kYear}};
  const auto result = index::Search(snapshot, query, options);
  Check(result.ok(), "Search succeeds as MatchAll does");
  std::vector<int64_t> found;
  for (const index::Hit& hit : result->hits) {
    if (hit.full()) found.push_back(hit.key.number);
  }
  Check(static_cast<size_t>(result->total_full_matches) == all.size(),
        "Search counts what MatchAll finds");
  std::sort(found.begin(), found.end());
  Check(found == all, "Search finds what MatchAll finds");

  // Pages that are pruned for speed are the beginning of the whole, whose full
  // matches come first.
  for (const bool strict : {false, true}) {
    options = {.limit = 5, .strict = strict, .count_total = false};
    const auto page = index::Search(snapshot, query, options);
    Check(page.ok(), "a page succeeds as the whole does");
    Check(page->hits.size() ==
              std::min<size_t>(5, strict ? all.size() : result->hits.size()),
          "a page is full");
    for (size_t i = 0; i < page->hits.size(); ++i) {
      Check(page->hits[i].key.number == result->hits[i].key.number &&
                page->hits[i].key.score == result->hits[i].key.score,
            "a page is the beginning of the whole");
    }
  }
}

}  // namespace
}  // namespace paperwire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace paperwire;  // NOLINT
  static const auto& snapshot = *new auto(MakeSnapshot());
  const v1::Query request =
      MakeRequest({reinterpret_cast<const char*>(data), size});
  const absl::StatusOr<query::Query> query = query::Parse(request);
  if (!query.ok()) {
    Check(query.status().code() == absl::StatusCode::kInvalidArgument,
          "a query is refused as INVALID_ARGUMENT");
    Check(!query.status().message().empty(), "a refusal has a reason");
    Check(text::FindInvalidUtf8(ToStd(query.status().message())) ==
              std::string_view::npos,
          "a reason is UTF-8");
    return 0;
  }
  CheckToString(*query);
  CheckMatches(*snapshot, *query);
  return 0;
}
