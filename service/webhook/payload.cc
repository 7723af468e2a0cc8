#include "service/webhook/payload.h"

#include <google/protobuf/util/field_mask_util.h>
#include <google/protobuf/util/json_util.h>

#include <memory>
#include <optional>
#include <vector>

#include "paperwire/v1/subscription_service.pb.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/index/highlight.h"
#include "service/journal/appender.h"
#include "service/query/parser.h"

namespace paperwire::webhook {
namespace {

void AddHighlight(index::FieldHighlight found, const char* field,
                  v1::WatchMatch* match) {
  if (found.spans.empty()) return;
  v1::Highlight* highlight = match->add_highlights();
  highlight->set_field(field);
  highlight->set_snippet(std::move(found.snippet));
  highlight->set_snippet_start(found.snippet_begin);
  for (const index::CharSpan& span : found.spans) {
    v1::Span* proto = highlight->add_spans();
    proto->set_start(span.begin);
    proto->set_end(span.end);
  }
}

v1::WatchMatch MakeMatch(const standing::Delivery& delivery,
                         const store::StoredPaper& paper,
                         const google::protobuf::FieldMask& mask,
                         index::Highlighter* highlighter) {
  v1::WatchMatch match;
  match.set_sequence(delivery.sequence);
  match.set_created(delivery.created);
  match.set_new_version(delivery.new_version);
  journal::SetTime(delivery.time, match.mutable_store_time());
  match.mutable_paper()->ParseFromString(paper.bytes());
  if (!mask.paths().empty()) {
    google::protobuf::util::FieldMaskUtil::TrimMessage(mask,
                                                       match.mutable_paper());
  }
  if (highlighter != nullptr) {
    AddHighlight(highlighter->Mark(query::TextField::kTitle, paper.title(),
                                   paper.title_words()),
                 "title", &match);
    AddHighlight(highlighter->Mark(query::TextField::kAbstract,
                                   paper.abstract(), paper.abstract_words()),
                 "abstract", &match);
  }
  return match;
}

}  // namespace

absl::StatusOr<std::string> MakePayload(
    store::Papers& papers, const v1::Subscription& subscription,
    std::string_view delivery_id, int attempt,
    absl::Span<const standing::Delivery> matches) {
  std::vector<int64_t> sequences;
  for (const standing::Delivery& m : matches) sequences.push_back(m.sequence);
  ASSIGN_OR_RETURN(std::vector<std::shared_ptr<const store::StoredPaper>> found,
                   papers.Read(sequences, store::Papers::kWithWords));
  // One that cannot be parsed was stored when the language was another one.
  const absl::StatusOr<query::Query> query = query::Parse(subscription.query());
  std::optional<index::Highlighter> highlighter;
  if (query.ok()) highlighter.emplace(*query);

  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  // Ids and names of subscriptions need no escapes.
  std::string body =
      StrCat("{\"id\":\"", delivery_id, "\",\"subscription\":\"",
             subscription.name(), "\",\"attempt\":", attempt, ",\"matches\":[");
  for (size_t i = 0; i < matches.size(); ++i) {
    std::string json;
    const auto status = google::protobuf::util::MessageToJsonString(
        MakeMatch(matches[i], *found[i], subscription.webhook().read_mask(),
                  highlighter.has_value() ? &*highlighter : nullptr),
        &json, options);
    if (!status.ok()) {
      return absl::InternalError(
          StrCat("The paper of journal entry ", matches[i].sequence,
                 " cannot be written as JSON: ", status.ToString()));
    }
    StrAppend(&body, i == 0 ? "" : ",", json);
  }
  body += "]}";
  return body;
}

}  // namespace paperwire::webhook
