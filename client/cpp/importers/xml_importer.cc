#include "client/cpp/importers/xml_importer.h"

#include <utility>

#include "client/cpp/importers/excerpt.h"
#include "client/cpp/importers/paper_builder.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::importers {
namespace {

class XmlImporter : public Importer {
 public:
  XmlImporter(std::unique_ptr<ByteSource> source, XmlFormat format,
              const ImportOptions& options)
      : source_(std::move(source)),
        format_(std::move(format)),
        max_record_bytes_(options.max_record_bytes),
        records_(source_.get(), format_.names, options.max_record_bytes) {}

  absl::StatusOr<Outcome> Next(Record* record, Reject* reject) override {
    XmlRecord found;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, records_.Next(&found));
      if (!more) return Outcome::kEnd;
      record->paper.Clear();
      absl::StatusOr<XmlFormat::Result> result = Convert(found, &record->paper);
      if (result.ok() && *result == XmlFormat::Result::kNothing) continue;
      ++number_;
      if (result.ok()) {
        record->line = found.line;
        record->number = number_;
        return Outcome::kRecord;
      }
      reject->line = found.line;
      reject->number = number_;
      reject->reason = std::string(ToStd(result.status().message()));
      reject->excerpt =
          found.root == nullptr ? "" : MakeExcerpt(found.root->Text());
      return Outcome::kReject;
    }
  }

  const ByteSource& source() const override { return *source_; }

 private:
  absl::StatusOr<XmlFormat::Result> Convert(const XmlRecord& record,
                                            v1::Paper* paper) {
    if (record.root == nullptr) {
      return absl::InvalidArgumentError(
          StrCat("it is longer than ", max_record_bytes_, " bytes"));
    }
    ASSIGN_OR_RETURN(const XmlFormat::Result result,
                     format_.convert(record, paper));
    if (result == XmlFormat::Result::kPaper) {
      RETURN_IF_ERROR(CheckUsable(*paper));
    }
    return result;
  }

  const std::unique_ptr<ByteSource> source_;
  const XmlFormat format_;
  const size_t max_record_bytes_;
  XmlRecords records_;
  int64_t number_ = 0;
};

}  // namespace

std::unique_ptr<Importer> MakeXmlImporter(std::unique_ptr<ByteSource> source,
                                          XmlFormat format,
                                          const ImportOptions& options) {
  return std::make_unique<XmlImporter>(std::move(source), std::move(format),
                                       options);
}

}  // namespace paperwire::importers
