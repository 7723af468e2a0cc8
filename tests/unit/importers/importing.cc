#include "tests/unit/importers/importing.h"

#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

namespace paperwire::importers {

Imported ImportAll(std::unique_ptr<ByteSource> source,
                   std::optional<Format> format, const ImportOptions& options) {
  Imported all;
  absl::StatusOr<std::unique_ptr<Importer>> importer =
      MakeImporter(std::move(source), format, options, &all.format);
  if (!importer.ok()) {
    all.status = importer.status();
    return all;
  }
  while (true) {
    Record record;
    Reject reject;
    const absl::StatusOr<Outcome> outcome = (*importer)->Next(&record, &reject);
    if (!outcome.ok()) {
      all.status = outcome.status();
      // The end stays the end.
      EXPECT_EQ((*importer)->Next(&record, &reject).status(), all.status);
      return all;
    }
    if (*outcome == Outcome::kEnd) {
      const auto again = (*importer)->Next(&record, &reject);
      EXPECT_TRUE(again.ok() && *again == Outcome::kEnd);
      return all;
    }
    if (*outcome == Outcome::kRecord) {
      all.records.push_back(std::move(record));
    } else {
      all.rejects.push_back(std::move(reject));
    }
  }
}

Imported ImportText(std::string_view text, std::optional<Format> format,
                    const ImportOptions& options) {
  return ImportAll(FromString(std::string(text)), format, options);
}

v1::Paper OnlyPaper(std::string_view text, Format format,
                    const ImportOptions& options) {
  const Imported all = ImportText(text, format, options);
  EXPECT_TRUE(all.status.ok()) << all.status;
  for (const Reject& reject : all.rejects) {
    ADD_FAILURE() << reject.line << ": " << reject.reason;
  }
  EXPECT_EQ(all.records.size(), 1u);
  return all.records.empty() ? v1::Paper() : all.records[0].paper;
}

std::string Ids(const v1::Paper& paper) {
  std::string ids;
  for (const v1::ExternalId& id : paper.external_ids()) {
    if (!ids.empty()) ids += ' ';
    ids += id.scheme() + ":" + id.value();
  }
  return ids;
}

std::string Authors(const v1::Paper& paper) {
  std::string names;
  for (const v1::Author& author : paper.authors()) {
    if (!names.empty()) names += "; ";
    names += author.name();
  }
  return names;
}

std::string Published(const v1::Paper& paper) {
  using google::protobuf::util::TimeUtil;
  return paper.has_published_time() ? TimeUtil::ToString(paper.published_time())
                                    : "";
}

std::string Revised(const v1::Paper& paper) {
  using google::protobuf::util::TimeUtil;
  return paper.has_revised_time() ? TimeUtil::ToString(paper.revised_time())
                                  : "";
}

std::string LinkOf(const v1::Paper& paper, v1::Link::Kind kind) {
  for (const v1::Link& link : paper.links()) {
    if (link.kind() == kind) return link.uri();
  }
  return "";
}

std::string DataFolder() {
  const char* const named = std::getenv("PAPERWIRE_DATA");
  const std::string folder =
      named != nullptr ? named : PAPERWIRE_SOURCE_DIR "/../shared/data";
  return std::filesystem::is_directory(folder) ? folder : "";
}

std::string Gzip(std::string_view text) {
  z_stream stream = {};
  EXPECT_EQ(
      deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
      Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const size_t size =
      ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3);
  EXPECT_FALSE(ZSTD_isError(size));
  out.resize(size);
  return out;
}

}  // namespace paperwire::importers
