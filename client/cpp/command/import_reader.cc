#include "client/cpp/command/import_reader.h"

#include <sys/stat.h>

#include <thread>
#include <utility>

#include "service/base/status_macros.h"

namespace paperwire::command {
namespace {

constexpr size_t kBatchesAhead = 4;

int64_t TotalSize(const std::vector<std::string>& files) {
  int64_t total = 0;
  for (const std::string& file : files) {
    struct stat info = {};
    if (file == "-" || stat(file.c_str(), &info) != 0 ||
        !S_ISREG(info.st_mode)) {
      return 0;
    }
    total += info.st_size;
  }
  return total;
}

absl::StatusOr<std::unique_ptr<importers::Importer>> Open(
    const std::string& file, const ImportReaderOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<importers::ByteSource> source,
                   importers::OpenFile(file));
  return importers::MakeImporter(std::move(source), options.format,
                                 options.import_options);
}

}  // namespace

std::shared_ptr<ImportReader> ImportReader::Start(ImportReaderOptions options) {
  std::shared_ptr<ImportReader> reader(new ImportReader(std::move(options)));
  // Shared, because the thread may hang in a read(2) of standard input when
  // nobody wants it any more.
  std::thread([reader] { reader->Read(); }).detach();
  return reader;
}

ImportReader::ImportReader(ImportReaderOptions options)
    : options_(std::move(options)),
      queue_(kBatchesAhead),
      raw_size_(TotalSize(options_.files)) {}

void ImportReader::Stop() {
  stopped_ = true;
  queue_.Close();
}

void ImportReader::Read() {
  for (const std::string& file : options_.files) {
    if (!ReadFile(file)) break;
  }
  queue_.Close();
}

bool ImportReader::ReadFile(const std::string& file) {
  ImportBatch batch;
  size_t bytes = 0;
  const auto begin_batch = [&] {
    batch = ImportBatch();
    batch.file = file;
    batch.request.set_source(options_.source);
    bytes = 0;
  };
  begin_batch();
  absl::StatusOr<std::unique_ptr<importers::Importer>> importer =
      Open(file, options_);
  if (!importer.ok()) {
    batch.broken = importer.status();
    return queue_.Push(std::move(batch));
  }
  const int64_t before = raw_position_;
  importers::Record record;
  importers::Reject reject;
  while (!stopped_) {
    const absl::StatusOr<importers::Outcome> outcome =
        (*importer)->Next(&record, &reject);
    const bool over = !outcome.ok() || *outcome == importers::Outcome::kEnd;
    if (!outcome.ok()) {
      batch.broken = outcome.status();
    } else if (*outcome == importers::Outcome::kReject) {
      batch.rejects.push_back(std::exchange(reject, {}));
    } else if (*outcome == importers::Outcome::kRecord) {
      bytes += record.paper.ByteSizeLong();
      v1::ImportItem* item = batch.request.add_items();
      item->set_line(record.line);
      *item->mutable_paper() = std::move(record.paper);
      record.paper.Clear();
    }
    const size_t count =
        static_cast<size_t>(batch.request.items_size()) + batch.rejects.size();
    if (over || count >= options_.batch_papers ||
        bytes >= options_.batch_bytes) {
      raw_position_ = before + (*importer)->source().raw_position();
      if (!queue_.Push(std::move(batch))) return false;
      if (over) return true;
      begin_batch();
    }
  }
  return false;
}

}  // namespace paperwire::command
