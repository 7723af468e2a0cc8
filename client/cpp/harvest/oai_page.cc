#include "client/cpp/harvest/oai_page.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "client/cpp/importers/arxiv_oai.h"
#include "client/cpp/importers/byte_source.h"
#include "client/cpp/importers/excerpt.h"
#include "client/cpp/importers/paper_builder.h"
#include "client/cpp/importers/xml_records.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::harvest {
namespace {

using importers::OneLine;
using importers::XmlElement;
using importers::XmlRecord;

constexpr size_t kMaxRecordBytes = size_t{16} << 20;

void AddRecord(const XmlRecord& found, int64_t number, OaiPage* page) {
  importers::Record record;
  record.line = found.line;
  record.number = number;
  absl::Status status = importers::ConvertOaiRecord(*found.root, &record.paper);
  if (status.ok()) status = importers::CheckUsable(record.paper);
  if (status.ok()) {
    page->batch.records.push_back(std::move(record));
    return;
  }
  importers::Reject reject;
  reject.line = found.line;
  reject.number = number;
  reject.reason = std::string(ToStd(status.message()));
  reject.excerpt = importers::MakeExcerpt(found.root->Text());
  page->batch.rejects.push_back(std::move(reject));
}

void NoteDatestamp(const XmlElement& record, OaiPage* page) {
  const XmlElement* header = record.Child("header");
  if (header == nullptr) return;
  // Some archives add the time of day.
  const std::string day = OneLine(TextOf(*header, "datestamp")).substr(0, 10);
  if (day.size() != 10) return;
  if (page->oldest_datestamp.empty() || day < page->oldest_datestamp) {
    page->oldest_datestamp = day;
  }
  page->newest_datestamp = std::max(page->newest_datestamp, day);
}

}  // namespace

absl::StatusOr<OaiPage> ParseOaiPage(const std::string& body) {
  const std::unique_ptr<importers::ByteSource> source =
      importers::FromString(body);
  importers::XmlRecords records(
      source.get(), {"record", "error", "resumptionToken", "responseDate"},
      kMaxRecordBytes);
  OaiPage page;
  XmlRecord found;
  bool is_oai = false;
  int64_t number = 0;
  while (true) {
    const absl::StatusOr<bool> more = records.Next(&found);
    if (!more.ok()) {
      return absl::DataLossError(
          StrCat("the answer is no whole XML: ", more.status().message()));
    }
    if (!*more) break;
    is_oai = is_oai ||
             (!found.around.empty() && found.around.front().name == "OAI-PMH");
    if (found.root == nullptr) {
      importers::Reject reject;
      reject.line = found.line;
      reject.number = ++number;
      reject.reason = StrCat("it is longer than ", kMaxRecordBytes, " bytes");
      page.batch.rejects.push_back(std::move(reject));
    } else if (found.root->name == "record") {
      AddRecord(found, ++number, &page);
      NoteDatestamp(*found.root, &page);
    } else if (found.root->name == "resumptionToken") {
      page.token = OneLine(found.root->Text());
      int64_t size = 0;
      if (absl::SimpleAtoi(ToAbsl(found.root->Attribute("completeListSize")),
                           &size)) {
        page.list_size = size;
      }
    } else if (found.root->name == "error") {
      page.error = std::string(found.root->Attribute("code"));
      page.error_text = OneLine(found.root->Text());
      if (page.error.empty()) page.error = "unknown";
    }
  }
  if (!is_oai) {
    return absl::DataLossError(
        StrCat("the answer is not OAI-PMH: ",
               importers::MakeExcerpt(std::string_view(body).substr(0, 1024))));
  }
  return page;
}

}  // namespace paperwire::harvest
