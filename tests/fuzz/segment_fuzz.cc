// A segment file with a few bytes changed or cut off: it is refused, or it can
// be searched, read and merged.
//
// The input chooses the file and its end (3 bytes), then changes it, 8 bytes a
// change: the section, the kind, the place in it (2), the value (4). kSealed
// makes the checksum right again afterwards; what only the checksum speaks for
// (FORMAT.md, "What is trusted") is left as it is then. The sections are moved
// apart before they are read, so that a step past the end of one is seen.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "paperwire/v1/query.pb.h"
#include "service/base/strings.h"
#include "service/index/files.h"
#include "service/index/framed_column.h"
#include "service/index/search.h"
#include "service/index/segment_builder.h"
#include "service/index/segment_file.h"
#include "service/index/segment_merger.h"
#include "service/index/snapshot.h"
#include "service/index/suggest.h"
#include "service/query/parser.h"
#include "tests/fuzz/check.h"
#include "tests/unit/index/random_papers.h"
#include "tests/unit/index/segment_bytes.h"

namespace paperwire::index {
namespace {

constexpr uint8_t kLarge = 1;
constexpr uint8_t kSealed = 2;
constexpr uint8_t kCutOff = 4;
constexpr uint8_t kOtherFirst = 8;  // in the merge

std::shared_ptr<const Segment> MakeSegment(uint64_t id, int documents) {
  RandomPapers papers(id);
  text::Analyzer analyzer;
  SegmentBuilder builder(&analyzer);
  for (int i = 0; i < documents; ++i) {
    const int64_t number = static_cast<int64_t>(id) * 1000 + i;
    builder.Add(papers.MakeDocument(number, number));
  }
  return builder.Finish(id, static_cast<int64_t>(id) * 1000 + documents);
}

// The bytes of an intact file that only the checksum speaks for.
std::vector<bool> FindTrusted(const std::vector<uint8_t>& bytes) {
  std::vector<bool> trusted(bytes.size());
  const auto trust = [&](uint64_t begin, uint64_t size) {
    std::fill_n(trusted.begin() + static_cast<ptrdiff_t>(begin), size, true);
  };
  for (const Section s :
       {Section::kPostings, Section::kLongPostings, Section::kEscapes,
        Section::kPositions}) {
    const Extent extent = SectionOf(bytes, s);
    trust(extent.begin, extent.size);
    // And where they lie: the entry of the header.
    trust(32 + static_cast<size_t>(s) * sizeof(extent), sizeof(extent));
  }
  // Where the postings of each stem begin: the first column of the section.
  const Extent terms = SectionOf(bytes, Section::kTerms);
  trust(terms.begin, FramedColumn(Bytes(bytes).subspan(terms.begin)).bytes());
  return trusted;
}

struct File {
  explicit File(const Segment& segment)
      : bytes(BytesOf(segment)), trusted(FindTrusted(bytes)) {}
  const std::vector<uint8_t> bytes;
  const std::vector<bool> trusted;
};

class Input {
 public:
  Input(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  bool empty() const { return size_ == 0; }
  template <typename T>
  T Take() {
    T value = 0;
    const size_t n = std::min(size_, sizeof(value));
    std::memcpy(&value, data_, n);
    data_ += n;
    size_ -= n;
    return value;
  }

 private:
  const uint8_t* data_;
  size_t size_;
};

void Change(Input* input, const File& file, bool sealed,
            std::vector<uint8_t>* bytes) {
  const uint8_t section = input->Take<uint8_t>();
  const uint8_t kind = input->Take<uint8_t>();
  const uint16_t place = input->Take<uint16_t>();
  const uint32_t value = input->Take<uint32_t>();
  // Past the sections: the header.
  Extent extent{0, 32 + kSections * sizeof(Extent)};
  if (section % 64 < kSections) {
    extent = SectionOf(file.bytes, static_cast<Section>(section % 64));
  }
  const size_t width = kind % 4 == 0 ? 1 : kind % 4 == 1 ? 8 : 4;
  if (extent.size < width) return;
  const size_t at = extent.begin + place * width % (extent.size - width + 1);
  if (sealed &&
      std::find(file.trusted.begin() + static_cast<ptrdiff_t>(at),
                file.trusted.begin() + static_cast<ptrdiff_t>(at + width),
                true) !=
          file.trusted.begin() + static_cast<ptrdiff_t>(at + width)) {
    return;
  }
  uint64_t old = 0;
  std::memcpy(&old, bytes->data() + at, width);
  // A new number, or one that is a little larger or smaller.
  const uint64_t now =
      (kind & 4) != 0
          ? old + static_cast<uint64_t>(static_cast<int64_t>(value % 16) - 8)
          : value;
  std::memcpy(bytes->data() + at, &now, width);
}

std::shared_ptr<const Segment> MoveApart(
    const std::shared_ptr<const Segment>& segment) {
  // Arrays of their exact size, in words for their alignment.
  auto copies = std::make_shared<std::vector<std::unique_ptr<uint8_t[]>>>();
  std::array<std::span<const uint8_t>, kSections> sections;
  for (size_t i = 0; i < kSections; ++i) {
    const auto bytes = segment->section(static_cast<Section>(i));
    copies->push_back(std::make_unique<uint8_t[]>(bytes.size()));
    std::copy(bytes.begin(), bytes.end(), copies->back().get());
    sections[i] = {copies->back().get(), bytes.size()};
  }
  return std::make_shared<const Segment>(sections, copies);
}

// The first ones, which ask of every word and position, do for what is merged.
constexpr size_t kForMerged = 4;
constexpr size_t kToExplain = 2;
const std::vector<query::Query>& Queries() {
  static const auto& queries = *[] {
    auto* made = new std::vector<query::Query>;
    for (const char* text :
         {"", "\"graph networks\"", "trained OR networks OR x1", "mod*",
          "model graph", "exact:models", "netwrok~", "\"form train\"~5",
          "title:graph -author:a", "category:cs", "source:arxiv has:code",
          "year:2020.. votes:>2", "-(model OR forms)", "id:1234"}) {
      v1::Query request;
      request.set_text(text);
      const absl::StatusOr<query::Query> query = query::Parse(request);
      Check(query.ok(), "the queries are queries", text);
      made->push_back(*query);
    }
    return made;
  }();
  return queries;
}

bool ShareAPaper(const Segment& a, const Segment& b) {
  for (uint32_t d = 0; d < a.documents(); ++d) {
    if (b.FindNumber(a.numbers()[d]) != kNotFound) return true;
  }
  return false;
}

void Use(const std::shared_ptr<const Segment>& segment,
         std::span<const query::Query> queries) {
  const Snapshot snapshot({SegmentView::Of(segment)},
                          segment->meta().complete_sequence);
  SearchOptions options;
  options.facets = {{FacetField::kCategory},
                    {FacetField::kYear},
                    {FacetField::kVenue},
                    {FacetField::kSource},
                    {FacetField::kHasCode}};
  constexpr Order kOrders[] = {Order::kRelevance, Order::kPublishedAscending,
                               Order::kVotesDescending,
                               Order::kSequenceDescending};
  for (size_t i = 0; i < queries.size(); ++i) {
    const query::Query& query = queries[i];
    options.order = kOrders[i % std::size(kOrders)];
    const auto matches = MatchSegment(*segment, query);
    Check(matches.ok(), "a query can be matched");
    const auto result = Search(snapshot, query, options);
    Check(result.ok(), "a query can be searched");
    Check(static_cast<size_t>(result->total_full_matches) == matches->size(),
          "Search counts what MatchSegment finds");
    Check(Search(snapshot, query, {.limit = 3, .count_total = false}).ok(),
          "a page can be searched");
    if (i == kToExplain && !result->hits.empty()) {
      Check(Explain(snapshot, query, result->hits[0].key.number).ok(),
            "a hit can be explained");
    }
  }
  for (uint32_t d = 0; d < segment->documents(); ++d) {
    Check(segment->FindNumber(segment->numbers()[d]) == d, "a paper is found");
  }
  text::Analyzer analyzer;
  Check(SuggestTerms(snapshot, ReadTyped("graph tr", &analyzer), {}).ok(),
        "words can be completed");
}

}  // namespace
}  // namespace paperwire::index

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace paperwire::index;  // NOLINT
  static const auto& small = *new File(*MakeSegment(1, 40));
  static const auto& large = *new File(*MakeSegment(2, 200));
  static const auto& other = *new auto(MakeSegment(3, 20));

  Input input(data, size);
  const uint8_t flags = input.Take<uint8_t>();
  const uint16_t end = input.Take<uint16_t>();
  const File& file = (flags & kLarge) != 0 ? large : small;
  const bool sealed = (flags & kSealed) != 0;
  std::vector<uint8_t> bytes = file.bytes;
  while (!input.empty()) Change(&input, file, sealed, &bytes);
  if ((flags & kCutOff) != 0) bytes.resize(end % bytes.size());
  if (sealed) Seal(&bytes);
  const auto segment = ReadBytes(bytes);
  if (!segment.ok()) {
    paperwire::Check(
        segment.status().code() == absl::StatusCode::kDataLoss ||
            segment.status().code() == absl::StatusCode::kFailedPrecondition,
        "a file is refused as damaged or newer");
    return 0;
  }
  paperwire::Check(sealed || bytes == file.bytes, "the checksum sees damage");
  if (bytes == file.bytes) return 0;
  const std::shared_ptr<const Segment> apart = MoveApart(*segment);
  Use(apart, Queries());
  // A paper lies in one segment; a damaged number may name one of the other.
  if (ShareAPaper(*apart, *other)) return 0;
  std::vector<SegmentView> views = {SegmentView::Of(apart),
                                    SegmentView::Of(other)};
  if ((flags & kOtherFirst) != 0) std::swap(views[0], views[1]);
  Use(MergeSegments(views, 9).segment, std::span(Queries()).first(kForMerged));
  return 0;
}
