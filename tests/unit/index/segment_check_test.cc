// What a right checksum does not excuse: parts of a segment that contradict
// each other.

#include "service/index/segment_check.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "service/index/segment_builder.h"
#include "service/index/segment_file.h"
#include "service/index/segment_merger.h"
#include "tests/unit/index/random_papers.h"
#include "tests/unit/index/segment_bytes.h"
#include "tests/unit/status_matchers.h"

namespace paperwire::index {
namespace {

std::shared_ptr<const Segment> MakeSegment(int documents) {
  RandomPapers papers(3);
  text::Analyzer analyzer;
  SegmentBuilder builder(&analyzer);
  for (int n = 1; n <= documents; ++n) builder.Add(papers.MakeDocument(n, n));
  return builder.Finish(1, documents);
}

class SegmentCheckTest : public ::testing::Test {
 protected:
  // Puts `value` at `offset` of a section and reads the file.
  template <typename T>
  absl::Status With(Section section, size_t offset, T value) const {
    std::vector<uint8_t> bytes = bytes_;
    const Extent extent = SectionOf(bytes, section);
    EXPECT_LE(offset + sizeof(value), extent.size);
    std::memcpy(bytes.data() + extent.begin + offset, &value, sizeof(value));
    Seal(&bytes);
    return ReadBytes(bytes).status();
  }

  const std::vector<uint8_t> bytes_ = BytesOf(*MakeSegment(60));
};

TEST_F(SegmentCheckTest, WhatWasWrittenFits) {
  for (const int documents : {0, 1, 60, 300, 5000}) {
    EXPECT_THAT(ReadBytes(BytesOf(*MakeSegment(documents))).status(), IsOk())
        << documents;
  }
}

TEST_F(SegmentCheckTest, WhatWasMergedFits) {
  SegmentView all = SegmentView::Of(MakeSegment(60));
  SegmentView none = SegmentView::Of(MakeSegment(3));
  none.deleted = std::make_shared<const std::vector<uint64_t>>(1, 7);
  none.deleted_count = 3;
  none.total_lengths = {};
  const MergedSegment merged = MergeSegments({none, all}, 2);
  EXPECT_THAT(ReadBytes(BytesOf(*merged.segment)).status(), IsOk());
}

TEST_F(SegmentCheckTest, RefusesContradictions) {
  const auto damaged = [](const char* what) {
    return IsError(absl::StatusCode::kDataLoss, what);
  };
  const uint32_t far = 1u << 30;
  EXPECT_THAT(With(Section::kMeta, offsetof(SegmentMeta, documents), 61u),
              damaged("sections"));
  EXPECT_THAT(
      With(Section::kMeta, offsetof(SegmentMeta, total_lengths), uint64_t{1}),
      damaged("totals"));
  // Columns (packed_column.h): base, size and width, then the numbers.
  constexpr size_t kSize = 8;
  constexpr size_t kWidth = 12;
  constexpr size_t kData = 16;
  EXPECT_THAT(With(Section::kVotes, kSize, 61u), damaged("sections"));
  EXPECT_THAT(With(Section::kVotes, kWidth, 65u), damaged("sections"));
  EXPECT_THAT(With(Section::kFlags, kSize, 59u), damaged("sections"));
  EXPECT_THAT(With(Section::kLinks, kWidth, far), damaged("sections"));
  EXPECT_THAT(With(Section::kLengths, kData, uint8_t{0xFF}), damaged("totals"));
  EXPECT_THAT(With(Section::kLengths, 0, int64_t{-1}), damaged("totals"));
  // Framed ones (framed_column.h): base, slope, size and shift, then frames.
  constexpr size_t kSlope = 8;
  constexpr size_t kFramedSize = 16;
  constexpr size_t kFrame = 24;
  EXPECT_THAT(With(Section::kNumbers, kSlope, int64_t{-1}), damaged("papers"));
  EXPECT_THAT(With(Section::kSequences, kFramedSize, 61u), damaged("sections"));
  EXPECT_THAT(With(Section::kTermForms, kFramedSize, far), damaged("sections"));
  EXPECT_THAT(With(Section::kKeywordBegins, kFrame + 4, uint8_t{0x7F}),
              damaged("sections"));
  // Tables: where the strings begin, then their lengths.
  EXPECT_THAT(With(Section::kTermTable, 0, uint64_t{far}), damaged("stems"));
  EXPECT_THAT(With(Section::kTermTable, kFramedSize, 3u), damaged("stems"));
  EXPECT_THAT(With(Section::kWordBytes, 0, uint8_t{0xFF}), damaged("stems"));
  EXPECT_THAT(With(Section::kTerms, 0, uint64_t{far}), damaged("stems"));
  EXPECT_THAT(With(Section::kTerms, kSlope, uint64_t{0}), damaged("stems"));
  EXPECT_THAT(With(Section::kPostings, 0, uint8_t{0x7E}), damaged("stems"));
  EXPECT_THAT(With(Section::kTermForms, 0, uint64_t{far}),
              damaged("spellings"));
  EXPECT_THAT(With(Section::kFormTable, 0, uint64_t{1}), damaged("spellings"));
  EXPECT_THAT(With(Section::kForms, 0, uint64_t{1}), damaged("spellings"));
  EXPECT_THAT(With(Section::kKeywordTable, 0, uint64_t{far}),
              damaged("keywords"));
  EXPECT_THAT(With(Section::kKeywordBegins, 0, uint64_t{1}),
              damaged("keywords"));
  EXPECT_THAT(With(Section::kKeywordDocuments, 0, 60u), damaged("keywords"));
  EXPECT_THAT(With(Section::kCategoryBegins, 0, uint64_t{1}),
              damaged("values"));
  EXPECT_THAT(With(Section::kCategoryBegins, kFramedSize, 60u),
              damaged("values"));
  EXPECT_THAT(With(Section::kCategoryOrdinals, 0, uint64_t{far}),
              damaged("values"));
  EXPECT_THAT(With(Section::kCategoryOrdinals, kWidth, 0u), damaged("values"));
  EXPECT_THAT(With(Section::kSourceTable, 0, uint64_t{far}), damaged("values"));
  EXPECT_THAT(With(Section::kVenueOrdinals, 0, uint64_t{far}),
              damaged("values"));
}

TEST_F(SegmentCheckTest, RefusesContradictionsOfFrequentKeywords) {
  // Of 200 documents two of three have a keyword: a bitmap of one window, and
  // another keyword's list before it.
  text::Analyzer analyzer;
  SegmentBuilder builder(&analyzer);
  RandomPapers papers(4);
  for (int n = 1; n <= 200; ++n) {
    Document document = papers.MakeDocument(n, n);
    document.categories = {n % 3 == 0 ? "rare" : "usual"};
    builder.Add(document);
  }
  const std::shared_ptr<const Segment> segment = builder.Finish(1, 200);
  const uint32_t k = segment->keywords().Find("cusual");
  ASSERT_NE(k, kNotFound);
  const KeywordDocuments usual = segment->keyword_documents(k);
  EXPECT_EQ(usual.count, 134u);
  EXPECT_EQ(usual.bitmap.size(), WindowSet::kWords);
  std::vector<uint32_t> found;
  usual.ForEach([&](uint32_t d) { found.push_back(d); });
  ASSERT_EQ(found.size(), 134u);
  EXPECT_EQ(found[2], 3u);
  EXPECT_EQ(found.back(), 199u);

  const std::vector<uint8_t> bytes = BytesOf(*segment);
  EXPECT_OK(ReadBytes(bytes).status());
  const auto with = [&](Section section, size_t offset, auto value) {
    std::vector<uint8_t> damaged = bytes;
    std::memcpy(damaged.data() + SectionOf(bytes, section).begin + offset,
                &value, sizeof(value));
    Seal(&damaged);
    return ReadBytes(damaged).status();
  };
  const auto damaged = IsError(absl::StatusCode::kDataLoss, "keywords");
  constexpr auto kFrequent = Section::kFrequentKeywords;
  EXPECT_OK(with(kFrequent, offsetof(FrequentKeyword, keyword), k));
  EXPECT_THAT(with(kFrequent, 0, uint32_t{1} << 20), damaged);
  // One that has a list.
  EXPECT_THAT(with(kFrequent, 0, segment->keywords().Find("crare")), damaged);
  EXPECT_THAT(with(kFrequent, offsetof(FrequentKeyword, documents), 135u),
              damaged);
  // A document that there is not: the next bit, and the last of the window.
  EXPECT_THAT(with(Section::kKeywordBitmaps, 200 / 8, uint8_t{0x01}), damaged);
  EXPECT_THAT(with(Section::kKeywordBitmaps, 511, uint8_t{0x80}), damaged);
}

TEST_F(SegmentCheckTest, RefusesAWrongOrderOfNumbers) {
  text::Analyzer analyzer;
  SegmentBuilder builder(&analyzer);
  RandomPapers papers(4);
  for (const int64_t number : {5, 3, 9}) {
    builder.Add(papers.MakeDocument(number, number));
  }
  const std::shared_ptr<const Segment> segment = builder.Finish(1, 9);
  for (uint32_t d = 0; d < 3; ++d) {
    EXPECT_EQ(segment->FindNumber(segment->numbers()[d]), d);
  }
  EXPECT_EQ(segment->FindNumber(4), kNotFound);
  std::vector<uint8_t> bytes = BytesOf(*segment);
  EXPECT_OK(ReadBytes(bytes).status());
  const uint64_t at = SectionOf(bytes, Section::kByNumber).begin;
  for (const uint8_t document : {0, 3}) {  // twice, and none
    std::vector<uint8_t> damaged = bytes;
    damaged[at] = document;
    Seal(&damaged);
    EXPECT_THAT(ReadBytes(damaged),
                IsError(absl::StatusCode::kDataLoss, "papers"));
  }
}

TEST_F(SegmentCheckTest, SectionsLieWhereTheyMust) {
  std::vector<uint8_t> bytes = bytes_;
  const size_t terms = 32 + 16 * static_cast<size_t>(Section::kTerms);
  bytes[terms] ^= 8;  // where the section begins
  Seal(&bytes);
  EXPECT_THAT(ReadBytes(bytes),
              IsError(absl::StatusCode::kDataLoss, "a section is not where"));
  bytes = bytes_;
  bytes.resize(bytes.size() + 8);
  Seal(&bytes);
  EXPECT_THAT(ReadBytes(bytes),
              IsError(absl::StatusCode::kDataLoss, "too many bytes"));
  bytes = bytes_;
  bytes.resize(bytes.size() - 8);
  Seal(&bytes);
  EXPECT_THAT(ReadBytes(bytes), IsError(absl::StatusCode::kDataLoss, ""));
}

}  // namespace
}  // namespace paperwire::index
