#include "client/cpp/importers/paperwire_json.h"

#include <google/protobuf/util/json_util.h>

#include <string>

#include "absl/strings/ascii.h"
#include "client/cpp/importers/flat_json.h"
#include "client/cpp/importers/paper_builder.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/text/external_id.h"

namespace paperwire::importers {
namespace {

constexpr std::string_view kOnlyOfPaper[] = {
    "externalIds",        "external_ids",  "publishedTime",
    "published_time",     "revisedTime",   "revised_time",
    "journalRef",         "journal_ref",   "languageCode",
    "language_code",      "voteCount",     "vote_count",
    "commentCount",       "comment_count", "sources",
    "features",           "signals",       "links",
    "versions",           "state",         "publishedPrecision",
    "published_precision"};

bool IsPaperMessage(const JsonValue& record) {
  for (std::string_view key : kOnlyOfPaper) {
    if (Find(record, key) != nullptr) return true;
  }
  for (const JsonValue* author : ElementsOf(record, "authors")) {
    return author->IsObject();
  }
  return false;
}

// Brings what protobuf has read into the form of all imports.
absl::Status Tidy(v1::Paper* paper) {
  paper->clear_name();
  paper->clear_etag();
  paper->clear_create_time();
  paper->clear_update_time();
  paper->clear_sequence();
  paper->clear_cast_vote_count();
  paper->set_title(OneLine(paper->title()));
  paper->set_abstract(OneLine(paper->abstract()));
  for (v1::ExternalId& id : *paper->mutable_external_ids()) {
    absl::StatusOr<text::ExternalIdPair> normal =
        text::NormalizeExternalId(id.scheme(), id.value());
    if (!normal.ok()) return normal.status();
    id.set_scheme(std::move(normal->first));
    id.set_value(std::move(normal->second));
  }
  return absl::OkStatus();
}

absl::Status ReadPaper(std::string_view text, v1::Paper* paper) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(text.data(), text.size()), paper, options);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        StrCat("it is no v1.Paper: ",
               std::string(status.message().data(), status.message().size())));
  }
  return Tidy(paper);
}

}  // namespace

JsonFormat PaperwireJson() {
  return {
      .convert =
          [](const JsonValue& record, std::string_view text, v1::Paper* paper) {
            return IsPaperMessage(record) ? ReadPaper(text, paper)
                                          : ReadFlat(record, paper);
          },
      .wrappers = {"papers"}};
}

}  // namespace paperwire::importers
