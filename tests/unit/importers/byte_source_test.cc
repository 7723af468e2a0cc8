#include "client/cpp/importers/byte_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "client/cpp/importers/line_reader.h"
#include "tests/unit/importers/importing.h"

namespace paperwire::importers {
namespace {

using ::testing::HasSubstr;

// Hands out `step` bytes at most, and fails after `fail_at` if that is set.
class Dripping : public ByteSource {
 public:
  Dripping(std::string bytes, size_t step, size_t fail_at = -1)
      : bytes_(std::move(bytes)), step_(step), fail_at_(fail_at) {}
  absl::StatusOr<size_t> Read(char* out, size_t n) override {
    if (at_ >= fail_at_) return absl::UnavailableError("the disk is on fire");
    const size_t take = std::min({n, step_, bytes_.size() - at_});
    bytes_.copy(out, take, at_);
    at_ += take;
    return take;
  }
  int64_t raw_position() const override { return static_cast<int64_t>(at_); }
  std::optional<int64_t> raw_size() const override { return std::nullopt; }

 private:
  const std::string bytes_;
  const size_t step_;
  const size_t fail_at_;
  size_t at_ = 0;
};

// Reads all; `status` becomes why it ended.
std::string ReadAll(ByteSource& source, absl::Status* status = nullptr) {
  std::string all;
  char buffer[777];
  while (true) {
    const absl::StatusOr<size_t> got = source.Read(buffer, sizeof buffer);
    if (!got.ok()) {
      EXPECT_NE(status, nullptr) << got.status();
      if (status != nullptr) *status = got.status();
      return all;
    }
    if (*got == 0) return all;
    all.append(buffer, *got);
  }
}

std::string LongText() {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

TEST(Decompress, PassesPlainBytesOn) {
  for (const std::string text :
       {"", "a", "abc", "plain text", "\x1f", "\x28"}) {
    auto source = Decompress(FromString(text));
    EXPECT_EQ(ReadAll(*source), text);
  }
}

TEST(Decompress, ReadsGzipAndZstdWhateverTheReadsAre) {
  const std::string text = LongText();
  for (const std::string& packed : {Gzip(text), Zstd(text)}) {
    for (const size_t step : {1, 3, 1000, 1 << 20}) {
      auto source = Decompress(std::make_unique<Dripping>(packed, step));
      EXPECT_EQ(ReadAll(*source), text);
      EXPECT_EQ(source->raw_position(), static_cast<int64_t>(packed.size()));
    }
  }
}

TEST(Decompress, ReadsSeveralMembersAndFrames) {
  auto gzip = Decompress(FromString(Gzip("one ") + Gzip("") + Gzip("two")));
  EXPECT_EQ(ReadAll(*gzip), "one two");
  auto zstd = Decompress(FromString(Zstd("one ") + Zstd("two")));
  EXPECT_EQ(ReadAll(*zstd), "one two");
  // A skippable frame of 4 bytes comes first.
  auto skipped = Decompress(FromString(
      std::string("\x50\x2a\x4d\x18\x04\0\0\0abcd", 12) + Zstd("data")));
  EXPECT_EQ(ReadAll(*skipped), "data");
}

TEST(Decompress, AllowsZerosAfterGzipAndNothingElse) {
  auto padded = Decompress(FromString(Gzip("text") + std::string(1000, '\0')));
  EXPECT_EQ(ReadAll(*padded), "text");
  auto followed = Decompress(FromString(Gzip("text") + "garbage"));
  absl::Status status;
  EXPECT_EQ(ReadAll(*followed, &status), "text");
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
}

TEST(Decompress, SaysWhereTruncatedDataEnds) {
  const std::string text = LongText();
  for (const std::string& packed : {Gzip(text), Zstd(text)}) {
    const std::string cut = packed.substr(0, packed.size() / 2);
    auto source = Decompress(FromString(cut));
    absl::Status status;
    const std::string got = ReadAll(*source, &status);
    EXPECT_TRUE(absl::IsDataLoss(status)) << status;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("cut off at byte " + std::to_string(cut.size())));
    EXPECT_FALSE(got.empty());
    EXPECT_EQ(text.substr(0, got.size()), got);
    char c = 0;
    EXPECT_EQ(source->Read(&c, 1).status(), status) << "a failure stays";
  }
}

TEST(Decompress, ReportsDamage) {
  std::string packed = Gzip(LongText());
  packed[packed.size() / 2] ^= 0x55;
  packed[packed.size() / 2 + 1] ^= 0x55;
  absl::Status status;
  auto source = Decompress(FromString(packed));
  ReadAll(*source, &status);
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
}

TEST(Decompress, RefusesBombs) {
  const std::string zeros(64 << 20, '\0');
  for (const std::string& bomb : {Gzip(zeros), Zstd(zeros)}) {
    auto source = Decompress(FromString(bomb), {.max_ratio = 500});
    absl::Status status;
    const std::string got = ReadAll(*source, &status);
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
    EXPECT_LT(got.size(), zeros.size());
    auto trusted =
        Decompress(FromString(bomb), {.max_ratio = 0, .max_bytes = 0});
    EXPECT_EQ(ReadAll(*trusted).size(), zeros.size());
  }
  auto small = Decompress(FromString(Gzip(LongText())), {.max_bytes = 1000});
  absl::Status status;
  ReadAll(*small, &status);
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
}

TEST(Decompress, LetsSmallRepetitiveFilesPass) {
  const std::string text(1000000, 'a');
  auto source = Decompress(FromString(Gzip(text)), {.max_ratio = 10});
  EXPECT_EQ(ReadAll(*source).size(), text.size());
}

TEST(OpenFile, NamesThePathItCannotOpen) {
  const auto missing = OpenFile("/nowhere/papers.jsonl");
  EXPECT_TRUE(absl::IsNotFound(missing.status()));
  EXPECT_THAT(std::string(missing.status().message()),
              HasSubstr("/nowhere/papers.jsonl"));
  EXPECT_TRUE(absl::IsInvalidArgument(OpenFile("/").status()));
}

TEST(OpenFile, UnpacksByContentNotByName) {
  const std::string path = testing::TempDir() + "/papers.txt";
  std::ofstream(path) << Gzip("inside");
  auto source = OpenFile(path);
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_GT((*source)->raw_size().value_or(0), 0);
  EXPECT_EQ(ReadAll(**source), "inside");
  EXPECT_EQ((*source)->raw_position(), *(*source)->raw_size());
  ::unlink(path.c_str());
}

std::vector<std::string> Lines(std::string text, size_t max, size_t step) {
  Dripping source(std::move(text), step);
  LineReader reader(&source, max);
  std::vector<std::string> lines;
  Line line;
  int64_t number = 0;
  while (true) {
    const absl::StatusOr<bool> more = reader.Next(&line);
    EXPECT_TRUE(more.ok());
    if (!more.ok() || !*more) return lines;
    EXPECT_EQ(line.number, ++number);
    lines.push_back(line.too_long
                        ? "TOO LONG " + std::string(line.text.substr(0, 5))
                        : std::string(line.text));
  }
}

TEST(LineReader, CutsLines) {
  using V = std::vector<std::string>;
  for (const size_t step : {1, 2, 5, 100000}) {
    EXPECT_EQ(Lines("", 9999, step), V{});
    EXPECT_EQ(Lines("a\nb", 9999, step), (V{"a", "b"}));
    EXPECT_EQ(Lines("a\r\n\n\nb\n", 9999, step), (V{"a", "", "", "b"}));
    EXPECT_EQ(Lines("\xef\xbb\xbf"
                    "a\n\xef\xbb\xbf"
                    "b",
                    9999, step),
              (V{"a",
                 "\xef\xbb\xbf"
                 "b"}));
  }
}

TEST(LineReader, PassesOverLongLinesWithoutKeepingThem) {
  using V = std::vector<std::string>;
  const std::string text = "first\n" + std::string(3000000, 'x') + "\nafter\n" +
                           std::string(100000, 'y');
  for (const size_t step : {7, 4096, 1 << 20}) {
    EXPECT_EQ(Lines(text, 5000, step),
              (V{"first", "TOO LONG xxxxx", "after", "TOO LONG yyyyy"}));
  }
}

TEST(LineReader, ALineThatIsJustNotTooLongIsKept) {
  const std::string exact(5000, 'x');
  EXPECT_EQ(Lines(exact + "\n" + exact, 5000, 999),
            (std::vector<std::string>{exact, exact}));
  EXPECT_EQ(Lines(exact + "x\nb", 5000, 999),
            (std::vector<std::string>{"TOO LONG xxxxx", "b"}));
}

TEST(LineReader, NamesTheLineAtWhichTheSourceFails) {
  Dripping source("a\nb\nc", 1, 5);
  LineReader reader(&source, 100);
  Line line;
  EXPECT_TRUE(*reader.Next(&line));
  EXPECT_TRUE(*reader.Next(&line));
  const auto failed = reader.Next(&line);
  EXPECT_TRUE(absl::IsUnavailable(failed.status()));
  EXPECT_THAT(std::string(failed.status().message()), HasSubstr("line 3"));
}

TEST(Prepend, GivesTheHeadFirst) {
  auto source = Prepend("head ", FromString("rest"));
  EXPECT_EQ(ReadAll(*source), "head rest");
}

}  // namespace
}  // namespace paperwire::importers
