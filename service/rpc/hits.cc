// Nine tenths of an answer are papers, and these lie in the wire format
// already. Parsing them into the answer and serializing them again would cost
// more than to find them, so each goes in as an unknown field that has the
// number of the known one: on the wire there is no difference.

#include "service/rpc/hits.h"

#include <memory>
#include <optional>

#include "service/base/status_macros.h"
#include "service/index/highlight.h"
#include "service/rpc/convert.h"
#include "service/rpc/paper_mask.h"

namespace paperwire::rpc {

absl::Status AddHits(store::Papers& papers, const std::vector<index::Hit>& hits,
                     const google::protobuf::FieldMask& mask,
                     const query::Query* highlighted,
                     google::protobuf::RepeatedPtrField<v1::Hit>* protos) {
  std::vector<int64_t> sequences;
  sequences.reserve(hits.size());
  for (const index::Hit& hit : hits) sequences.push_back(hit.sequence);
  ASSIGN_OR_RETURN(
      std::vector<std::shared_ptr<const store::StoredPaper>> found,
      papers.Read(sequences, highlighted != nullptr ? store::Papers::kWithWords
                                                    : store::Papers::kBytes));

  const PaperMask paper_mask(mask);
  std::optional<index::Highlighter> highlighter;
  if (highlighted != nullptr) highlighter.emplace(*highlighted);
  for (size_t i = 0; i < hits.size(); ++i) {
    const store::StoredPaper& paper = *found[i];
    v1::Hit* proto = protos->Add();
    proto->set_score(hits[i].key.score);
    proto->set_match_kind(hits[i].full() ? v1::MATCH_KIND_FULL
                                         : v1::MATCH_KIND_PARTIAL);
    if (highlighter.has_value()) {
      AddHighlight(highlighter->Mark(query::TextField::kTitle, paper.title(),
                                     paper.title_words()),
                   proto->mutable_highlights());
      AddHighlight(highlighter->Mark(query::TextField::kAbstract,
                                     paper.abstract(), paper.abstract_words()),
                   proto->mutable_highlights());
    }
    paper_mask.Apply(
        paper,
        proto->GetReflection()->MutableUnknownFields(proto)->AddLengthDelimited(
            v1::Hit::kPaperFieldNumber));
  }
  return absl::OkStatus();
}

}  // namespace paperwire::rpc
