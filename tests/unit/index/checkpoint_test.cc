// Checkpoints: what is written comes back, and what is damaged is noticed.

#include "service/index/checkpoint.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/base/strings.h"
#include "service/index/files.h"
#include "service/index/index.h"
#include "service/index/manifest.h"
#include "service/index/search.h"
#include "service/index/segment_file.h"
#include "spdlog/spdlog.h"
#include "tests/unit/index/random_papers.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::index {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteFile(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::vector<int64_t> Numbers(const Index& index) {
  std::vector<int64_t> numbers;
  const auto matches = MatchAll(*index.snapshot(), query::Query());
  for (const Match& m : *matches) numbers.push_back(m.number);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

class CheckpointTest : public ::testing::Test {
 protected:
  // No merges: segments stay as they were applied.
  std::unique_ptr<Index> Open() {
    auto index = Index::Open({.folder = folder_.path(), .merge_factor = 100});
    EXPECT_OK(index);
    return index.ok() ? *std::move(index) : nullptr;
  }

  // Three segments, of papers 1 to 10, 11 to 20, 21 to 30; the sequence is
  // that of the newest paper.
  void Fill(Index* index) {
    for (int64_t first = 1; first <= 21; first += 10) {
      std::vector<Change> changes;
      for (int64_t n = first; n < first + 10; ++n) {
        changes.push_back({n, papers_.MakeDocument(n, n)});
      }
      index->Apply(std::move(changes), first + 9);
    }
  }

  fs::path Path(const std::string& name) {
    return fs::path(folder_.path()) / name;
  }
  std::vector<fs::path> SegmentFiles() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      if (entry.path().extension() == ".pwx") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  TempFolder folder_;
  RandomPapers papers_{7};
};

TEST_F(CheckpointTest, ComesBackWhole) {
  std::vector<int64_t> numbers;
  {
    const std::unique_ptr<Index> index = Open();
    EXPECT_EQ(index->sequence(), 0);
    Fill(index.get());
    index->Apply({{5, std::nullopt}, {6, papers_.MakeDocument(6, 31)}}, 31);
    numbers = Numbers(*index);
    EXPECT_EQ(numbers.size(), 29u);
    EXPECT_THAT(index->Checkpoint(), IsOk());
    // Not in the checkpoint:
    index->Apply({{7, std::nullopt}}, 32);
  }
  const std::unique_ptr<Index> index = Open();
  EXPECT_EQ(index->sequence(), 31);
  EXPECT_EQ(Numbers(*index), numbers);
  EXPECT_EQ(index->snapshot()->documents(), 29);
}

TEST_F(CheckpointTest, WithoutOneTheIndexIsEmpty) {
  Fill(Open().get());
  const std::unique_ptr<Index> index = Open();
  EXPECT_EQ(index->sequence(), 0);
  EXPECT_EQ(index->snapshot()->documents(), 0);
}

TEST_F(CheckpointTest, RemovesWhatNothingRefersTo) {
  const std::unique_ptr<Index> index = Open();
  Fill(index.get());
  EXPECT_OK(index->Checkpoint());
  EXPECT_EQ(SegmentFiles().size(), 3u);
  WriteFile(Path("segment-00000000000000ff.pwx"), "left over");
  WriteFile(Path("MANIFEST.tmp"), "left over");
  std::vector<Change> all;
  for (int64_t n = 11; n <= 20; ++n) all.push_back({n, std::nullopt});
  index->Apply(std::move(all), 40);
  EXPECT_OK(index->Checkpoint());
  EXPECT_EQ(SegmentFiles().size(), 2u);
  EXPECT_FALSE(fs::exists(Path("MANIFEST.tmp")));
}

TEST_F(CheckpointTest, AnEmptySegmentLeavesNoTrace) {
  {
    const std::unique_ptr<Index> index = Open();
    Fill(index.get());
    std::vector<Change> all;
    for (int64_t n = 1; n <= 30; ++n) all.push_back({n, std::nullopt});
    index->Apply(std::move(all), 60);
    EXPECT_OK(index->Checkpoint());
  }
  const std::unique_ptr<Index> index = Open();
  EXPECT_EQ(index->sequence(), 60);
  EXPECT_EQ(index->snapshot()->documents(), 0);
  EXPECT_TRUE(index->snapshot()->segments().empty());
}

TEST_F(CheckpointTest, KeepsTheLeadingSegmentsBeforeADamagedOne) {
  {
    const std::unique_ptr<Index> index = Open();
    Fill(index.get());
    EXPECT_OK(index->Checkpoint());
  }
  const fs::path second = SegmentFiles()[1];
  std::string bytes = ReadFile(second);
  bytes[bytes.size() / 2] ^= 1;
  WriteFile(second, bytes);

  const std::unique_ptr<Index> index = Open();
  EXPECT_EQ(index->sequence(), 10);
  EXPECT_EQ(Numbers(*index),
            (std::vector<int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  EXPECT_FALSE(fs::exists(second));
  EXPECT_TRUE(fs::exists(second.string() + ".damaged"));
}

TEST_F(CheckpointTest, AMissingSegmentCountsAsDamaged) {
  {
    const std::unique_ptr<Index> index = Open();
    Fill(index.get());
    EXPECT_OK(index->Checkpoint());
  }
  fs::remove(SegmentFiles()[0]);
  const std::unique_ptr<Index> index = Open();
  EXPECT_EQ(index->sequence(), 0);
  EXPECT_EQ(index->snapshot()->documents(), 0);
}

// A byte that changed, or a cut, at many places of both kinds of file.
TEST_F(CheckpointTest, DamageIsNoticedWhereverItIs) {
  {
    const std::unique_ptr<Index> index = Open();
    Fill(index.get());
    index->Apply({{5, std::nullopt}}, 31);
    EXPECT_OK(index->Checkpoint());
  }
  // Hundreds of warnings say nothing to who reads the log of the test.
  const auto level = spdlog::get_level();
  spdlog::set_level(spdlog::level::err);
  std::vector<fs::path> files = SegmentFiles();
  files.resize(1);
  files.push_back(Path(kManifestName));
  std::vector<std::pair<fs::path, std::string>> originals;
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    originals.emplace_back(entry.path(), ReadFile(entry.path()));
  }
  for (const fs::path& file : files) {
    const std::string original = ReadFile(file);
    ASSERT_GT(original.size(), 20u);
    for (size_t i = 0; i < 120; ++i) {
      // The first bytes one by one, the rest in strides.
      const size_t at = i < 48 ? i : (i * 7919) % original.size();
      if (at >= original.size()) continue;
      std::string bytes = original;
      if (i % 4 == 3) {
        bytes.resize(at);
      } else {
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << (i % 8)));
      }
      WriteFile(file, bytes);
      const std::unique_ptr<Index> index = Open();
      ASSERT_NE(index, nullptr);
      EXPECT_EQ(index->sequence(), 0) << file << " at " << at;
      EXPECT_EQ(index->snapshot()->documents(), 0);
      EXPECT_TRUE(fs::exists(file.string() + ".damaged")) << file << " " << at;
      for (const auto& [path, content] : originals) WriteFile(path, content);
      fs::remove(file.string() + ".damaged");
    }
  }
  EXPECT_EQ(Open()->sequence(), 31);
  spdlog::set_level(level);
}

// The bytes of a manifest with another version.
std::string WithVersion(std::string bytes, uint32_t version) {
  std::memcpy(bytes.data() + 8, &version, sizeof(version));
  const uint32_t checksum =
      Checksum({reinterpret_cast<const uint8_t*>(bytes.data()),
                bytes.size() - sizeof(uint32_t)});
  std::memcpy(bytes.data() + bytes.size() - sizeof(checksum), &checksum,
              sizeof(checksum));
  return bytes;
}

TEST_F(CheckpointTest, MakesAnOlderVersionAgain) {
  {
    const std::unique_ptr<Index> index = Open();
    Fill(index.get());
    EXPECT_OK(index->Checkpoint());
  }
  const std::string bytes = ReadFile(Path(kManifestName));
  WriteFile(Path(kManifestName), WithVersion(bytes, kFormatVersion - 1));
  const auto opened = OpenCheckpoint(*FileSystem::Real(), folder_.path());
  ASSERT_OK(opened);
  EXPECT_EQ(opened->sequence, 0);
  EXPECT_TRUE(opened->segments.empty());
  // It is not damaged, and nobody is told that it is.
  ASSERT_EQ(opened->warnings.size(), 1u);
  EXPECT_THAT(opened->warnings[0],
              ::testing::AllOf(
                  ::testing::HasSubstr(StrCat("version ", kFormatVersion - 1)),
                  ::testing::HasSubstr("rebuilt from its start")));
  EXPECT_FALSE(fs::exists(Path(kManifestName).string() + ".damaged"));
  {
    const std::unique_ptr<Index> index = Open();
    EXPECT_EQ(index->sequence(), 0);
    Fill(index.get());
    EXPECT_OK(index->Checkpoint());
  }
  EXPECT_EQ(ReadFile(Path(kManifestName)), bytes);
}

TEST_F(CheckpointTest, RefusesANewerVersion) {
  {
    const std::unique_ptr<Index> index = Open();
    Fill(index.get());
    EXPECT_OK(index->Checkpoint());
  }
  const std::string bytes =
      WithVersion(ReadFile(Path(kManifestName)), kFormatVersion + 1);
  WriteFile(Path(kManifestName), bytes);
  const auto opened = Index::Open({.folder = folder_.path()});
  EXPECT_THAT(opened, IsError(absl::StatusCode::kFailedPrecondition,
                              StrCat("version ", kFormatVersion)));
  EXPECT_THAT(opened,
              IsError(absl::StatusCode::kFailedPrecondition, "Upgrade"));
  EXPECT_EQ(ReadFile(Path(kManifestName)), bytes) << "it is left alone";
}

TEST_F(CheckpointTest, SaysWhenTheFolderCannotBeMade) {
  WriteFile(Path("file"), "in the way");
  const auto opened = Index::Open({.folder = Path("file/index").string()});
  EXPECT_FALSE(opened.ok());
  EXPECT_THAT(std::string(opened.status().message()),
              ::testing::HasSubstr("file/index"));
}

}  // namespace
}  // namespace paperwire::index
