#include "client/cpp/importers/json_importer.h"

#include <utility>

#include "client/cpp/importers/excerpt.h"
#include "client/cpp/importers/paper_builder.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::importers {
namespace {

class JsonImporter : public Importer {
 public:
  JsonImporter(std::unique_ptr<ByteSource> source, JsonFormat format,
               JsonLayout layout, const ImportOptions& options)
      : source_(std::move(source)),
        format_(std::move(format)),
        max_record_bytes_(options.max_record_bytes),
        records_(source_.get(), layout, format_.wrappers,
                 options.max_record_bytes) {}

  absl::StatusOr<Outcome> Next(Record* record, Reject* reject) override {
    RETURN_IF_ERROR(status_);
    if (ended_) return Outcome::kEnd;
    JsonRecord found;
    absl::StatusOr<bool> more = records_.Next(&found);
    if (!more.ok()) {
      status_ = more.status();
      return status_;
    }
    if (!*more) {
      ended_ = true;
      return Outcome::kEnd;
    }
    record->paper.Clear();
    const absl::Status status = Convert(found, &record->paper);
    if (status.ok()) {
      record->line = found.line;
      record->number = found.number;
      return Outcome::kRecord;
    }
    reject->line = found.line;
    reject->number = found.number;
    reject->reason = std::string(ToStd(status.message()));
    reject->excerpt = MakeExcerpt(found.text.substr(0, 4096));
    return Outcome::kReject;
  }

  const ByteSource& source() const override { return *source_; }

 private:
  absl::Status Convert(const JsonRecord& record, v1::Paper* paper) {
    if (record.too_long) {
      return absl::InvalidArgumentError(
          StrCat("it is longer than ", max_record_bytes_, " bytes"));
    }
    ASSIGN_OR_RETURN(const JsonValue* value, parser_.Parse(record.text));
    if (!value->IsObject()) {
      return absl::InvalidArgumentError(
          value->IsNull() ? "it is null, the answer for a paper that the "
                            "source does not know"
                          : "it is no JSON object");
    }
    RETURN_IF_ERROR(format_.convert(*value, record.text, paper));
    return CheckUsable(*paper);
  }

  const std::unique_ptr<ByteSource> source_;
  const JsonFormat format_;
  const size_t max_record_bytes_;
  JsonRecords records_;
  JsonParser parser_;
  absl::Status status_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Importer> MakeJsonImporter(std::unique_ptr<ByteSource> source,
                                           JsonFormat format, JsonLayout layout,
                                           const ImportOptions& options) {
  return std::make_unique<JsonImporter>(std::move(source), std::move(format),
                                        layout, options);
}

}  // namespace paperwire::importers
