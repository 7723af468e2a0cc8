// Reads files of papers into batches on a thread of its own, so that parsing
// and the server's work go on at the same time.
//
//     auto reader = ImportReader::Start({.files = {"a.jsonl.gz"}});
//     while (std::optional<ImportBatch> batch = reader->Next()) ...
//
// Memory is bounded: a few batches at most wait. Next is for one thread, Stop
// and raw_position for any.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_IMPORT_READER_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_IMPORT_READER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/cpp/command/bounded_queue.h"
#include "client/cpp/importers/importer.h"
#include "paperwire/v1/paper_service.pb.h"

namespace paperwire::command {

struct ImportReaderOptions {
  std::vector<std::string> files;
  std::optional<importers::Format> format;  // nothing: detected
  importers::ImportOptions import_options;
  std::string source;  // of papers that name none
  size_t batch_papers = 500;
  size_t batch_bytes = size_t{8} << 20;
};

// A part of one file. The rejects stand anywhere between its papers.
struct ImportBatch {
  std::string file;
  v1::ImportPapersRequest request;
  std::vector<importers::Reject> rejects;
  // The file could not be read any further, and why.
  absl::Status broken = absl::OkStatus();
};

class ImportReader {
 public:
  static std::shared_ptr<ImportReader> Start(ImportReaderOptions options);

  // The next batch; nothing at the end of the last file, or when stopped and
  // everything read so far was handed out.
  std::optional<ImportBatch> Next() { return queue_.Pop(); }

  // No more is read. The thread ends by itself as soon as the file lets it:
  // it may wait for standard input.
  void Stop();

  // Bytes of all files, as stored, that were read so far.
  int64_t raw_position() const { return raw_position_; }
  // Bytes of all files; 0 when one of them is no plain file.
  int64_t raw_size() const { return raw_size_; }

 private:
  explicit ImportReader(ImportReaderOptions options);

  void Read();
  // False: stopped.
  bool ReadFile(const std::string& file);

  const ImportReaderOptions options_;
  BoundedQueue<ImportBatch> queue_;
  std::atomic<bool> stopped_ = false;
  std::atomic<int64_t> raw_position_ = 0;
  int64_t raw_size_ = 0;
};

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_IMPORT_READER_H_
